import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.evidence import MAX_EVIDENCE, fence_for, listed, neutral, within_budget
from assistant.text.tokens import count_tokens
from tests.serve.made_up import answered, article

HOSTILE = st.text(alphabet="ab1 .-=#[]<>|{}`\n\r\t\u200b\u202e\x00\x1b【】\U000e0041", max_size=120)


@given(HOSTILE)
def test_neutral_text_is_one_line_without_marks_that_mean_something(text: str):
    shown = neutral(text)
    assert not re.search(r"[\[\]<>{}|`【】\n\r\t]", shown)
    assert not [c for c in shown if unicodedata.category(c)[0] == "C"]
    assert "---" not in shown
    assert neutral(shown) == shown


def test_words_numbers_and_quotation_marks_stay():
    text = "“Naik 3,5%,” kata Dr. O’Neil; harga Rp 12.500 (naik) — 日本語、عربي."
    assert neutral(text) == text
    assert neutral("he wrote [1] <b>so</b>") == "he wrote (1) (b)so(/b)"


@given(HOSTILE, HOSTILE)
def test_no_text_holds_the_fence(one: str, other: str):
    assert fence_for(one, other) not in one + "\n" + other
    assert set(fence_for(one, other)) == {"-"}


@given(HOSTILE, HOSTILE, HOSTILE)
def test_each_sentence_is_one_line_and_only_its_own_number_begins_one(words: str, outlet: str, speaker: str):
    sources = [article(f"A{words}Z", number, outlet=outlet) for number in (1, 2)]
    answer = answered(*((source, source.text) for source in sources), speaker=speaker)
    lines = listed(answer.citations).split("\n")
    assert [line.split(" ")[0] for line in lines] == ["1.", "2."]
    assert all(re.match(r"\d+\. \([^()]+\) A", line) for line in lines)


def test_the_evidence_keeps_to_its_budget_best_first():
    texts = [f"Sentence number {n} tells of rain. " * (100 if n == 2 else 1) for n in range(30)]
    citations = answered(*((article(text), text) for text in texts)).citations
    kept = within_budget(citations, 100)
    assert count_tokens(listed(kept)) <= 100
    assert kept[:2] == list(citations[:2])
    assert citations[2] not in kept
    assert len(within_budget(citations, 10**6)) == MAX_EVIDENCE
    assert within_budget(citations, 0) == []
