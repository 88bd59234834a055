"""The sample articles and questions hold what they promise."""

from collections import Counter
from pathlib import Path

import pytest

from assistant.evaluate.datasets import read_question_set
from assistant.records import Article
from assistant.text.clean import clean
from assistant.text.readers import Raw, read_paths

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    found = list(read_paths([SEEDS / "articles"]))
    assert all(isinstance(item, Raw) for item in found)
    return {Path(item.origin).name: clean(item) for item in found if isinstance(item, Raw)}


def test_there_are_enough_articles_in_enough_languages(articles):
    languages = Counter(article.language for article in articles.values())
    assert len(articles) >= 61
    assert languages["id"] >= 25
    assert languages["en"] >= 20
    assert len(set(languages) - {"id", "en"}) >= 8


def test_every_gold_sentence_is_in_its_clean_article(articles):
    for question in read_question_set(SEEDS / "questions.jsonl").questions:
        for gold in question.gold:
            assert gold.text in articles[gold.article].text, (question.id, gold)


def test_the_questions_are_as_many_and_as_mixed_as_promised():
    questions = read_question_set(SEEDS / "questions.jsonl").questions
    assert len(questions) >= 240
    assert len({q.id for q in questions}) == len(questions)
    assert sum(not q.answerable for q in questions) >= 40
    assert sum(q.kind == "who_said" for q in questions) >= 30
    answerable = [q for q in questions if q.answerable]
    assert sum(q.language != q.article_language for q in answerable) >= len(answerable) / 2


def test_every_article_has_a_title_and_an_outlet_or_says_that_it_was_inferred(articles):
    for name, article in articles.items():
        assert article.title, name
        assert article.outlet or article.source, name
