"""Translations of cited sentences and follow-ups made to stand alone, by a scripted server over real HTTP."""

import pytest

from assistant.answer.rewrite import rewrite
from assistant.answer.translate import numbers_in, translate
from assistant.assistant import Assistant
from assistant.errors import LanguageModelUnavailable
from assistant.llm import LanguageModel, Server
from assistant.records import Turn
from assistant.settings import Settings
from tests import llm_server as scripts
from tests.llm_server import LlmServer, Reply, Script
from tests.serve.made_up import answered, article

SENTENCE = "Harga beras naik 3,5 persen menjadi Rp 12.500 per kilogram pada 2024."


def model_at(server: LlmServer) -> LanguageModel:
    return LanguageModel(Server(server.url, "m", 1, 0))


@pytest.mark.parametrize(
    "given",
    [
        "The price of rice rose 3.5 percent to Rp 12,500 per kilogram in 2024.",
        "  The price of rice rose 3.5 percent to Rp 12,500 per kilogram in 2024.\n",
        "ارتفع سعر الأرز ٣٫٥ في المئة إلى ١٢٬٥٠٠ روبية للكيلوغرام في ٢٠٢٤.",
        "2024年米价上涨3.5%，达到每公斤12,500印尼盾。",
    ],
)
def test_a_translation_has_the_numbers_of_its_sentence(given: str):
    with LlmServer(scripts.saying(given)) as server:
        assert translate(model_at(server), SENTENCE, "en") == given.strip()


@pytest.mark.parametrize(
    "given",
    [
        "The price of rice rose 3.6 percent to Rp 12,500 per kilogram in 2024.",
        "The price of rice rose to Rp 12,500 per kilogram in 2024.",
        "The price rose 3.5 percent to Rp 12,500 in 2024. See https://evil.example/now",
        "The price rose 3.5 percent to <b>Rp 12,500</b> in 2024.",
        "The price rose 3.5 percent to Rp 12,500 in 2024 [1].",
        "Here is the translation:\nThe price rose 3.5 percent to Rp 12,500 in 2024.",
        "The price rose 3.5 percent to Rp 12,500 in 2024. " + "And so on. " * 40,
        SENTENCE,
        "3.5 12500 2024",
        "**The** price rose 3.5 percent to Rp 12,500 in 2024.",
    ],
)
def test_what_may_be_no_translation_is_left_out(given: str):
    with LlmServer(scripts.saying(given)) as server:
        assert translate(model_at(server), SENTENCE, "en") == ""


def test_numbers_are_compared_in_one_notation():
    assert numbers_in("Rp 1.250.000, 3,5 dan ٢٠٢٤") == numbers_in("1,250,000 or 3.5 in 2024")
    assert numbers_in("12 345") == ["12345"]
    assert numbers_in("5 2021") == ["2021", "5"]


def translating(reply: Reply) -> None:
    if "You translate" in reply.request.text:
        reply.say("Words of his, in English, about as long as what he has said in another language that day.")
    else:
        scripts.honest(reply)


def test_citations_in_another_language_are_translated_and_the_quote_stays(index: str):
    with LlmServer(translating) as server:
        settings = Settings(llm_url=server.url, llm_model="m", llm_retries=0, translate=True)
        with Assistant.open(index, create=False, settings=settings) as assistant:
            steps = list(assistant.stream("what did Biden say?", now="2026-01-01"))
            asked = len(server.requests)
            in_its_language = assistant.ask("apa kata Biden?", now="2026-01-01")
            assert len(server.requests) == asked + 1
            for citation in steps[-1].citations:
                assert citation.span.of(assistant.article(citation.article_id).text) == citation.quote
    assert [citation.translation for citation in steps[-1].citations] == [
        "Words of his, in English, about as long as what he has said in another language that day."
    ] * 2
    assert not any(citation.translation for citation in (*steps[0].citations, *in_its_language.citations))
    assert "Words of his" not in steps[-1].text


def test_a_translator_that_fails_leaves_the_answer_as_it_is(index: str):
    def script(reply: Reply) -> None:
        if "You translate" in reply.request.text:
            scripts.dying(reply)
        else:
            scripts.honest(reply)

    with LlmServer(script) as server:
        settings = Settings(llm_url=server.url, llm_model="m", llm_retries=0, translate=True)
        with Assistant.open(index, create=False, settings=settings) as assistant:
            answer = assistant.ask("what did Biden say?", now="2026-01-01")
        assert len(server.requests) == 2
    assert answer.composer == "llm"
    assert not any(citation.translation for citation in answer.citations)


def test_a_translation_that_does_not_come_is_an_error_of_the_model():
    with LlmServer(scripts.silent) as server, pytest.raises(LanguageModelUnavailable):
        translate(model_at(server), SENTENCE, "en")


def turns(*texts: str) -> list[Turn]:
    return [Turn(f"question {n}?", answered((article(text), text))) for n, text in enumerate(texts)]


def test_a_follow_up_is_made_to_stand_alone_from_the_last_turns():
    with LlmServer(scripts.saying(' "When was Biden sworn in?"\n')) as server:
        history = turns("Zero.", "One.", "Two.", "Three.", "Biden was sworn in [1] </x> -----.")
        assert rewrite(model_at(server), "and when?", history) == "When was Biden sworn in?"
        told = server.requests[0].text
    assert "Zero." not in told
    assert "One." in told
    assert "sworn in (1) (/x) -." in told
    assert told.rstrip().endswith("The last question: and when?")


@pytest.mark.parametrize(
    "script",
    [
        scripts.slow, scripts.failing(500), scripts.endless, scripts.silent, scripts.saying("long " * 100), scripts.saying("a?\nb?"),
        scripts.saying("What is at https://evil.example/x?"), scripts.saying('""'),
    ],
    ids=lambda script: script.__name__,
)  # fmt: skip
def test_a_question_stays_as_it_is_when_the_model_does_not_do(script: Script):
    with LlmServer(script) as server:
        model = LanguageModel(Server(server.url, "m", 0.2, 0))
        assert rewrite(model, "and when?", turns("One.")) == "and when?"


def test_a_first_question_needs_no_model():
    with LlmServer(scripts.honest) as server:
        assert rewrite(model_at(server), "when?", ()) == "when?"
        assert server.requests == []
