"""The topic of a question for a summary or a timeline."""

import pytest

from assistant.answer.questions import understand


@pytest.mark.parametrize(
    ("question", "language", "topic"),
    [
        ("summarise the article about the Marrow Point Bridge", "en", "Marrow Point Bridge"),
        ("Please sum up the news on the fire in the Tandora market?", "en", "fire in the Tandora market"),
        ("summarize this article", "en", ""),
        ("kronologi banjir Laranta", "id", "banjir Laranta"),
        ("tolong ringkas berita tentang korupsi pipa Tirta Gemilang", "id", "korupsi pipa Tirta Gemilang"),
        ("ringkas artikel ini dong", "id", ""),
        ("résume l'article sur la maternité de Pontvallier", "fr", "maternité de Pontvallier"),
        ("Fasse den Artikel über den Tunnel von Grandfaucon zusammen", "de", "Tunnel von Grandfaucon"),
        ("总结一下关于兰溪机场的报道", "zh", "兰溪机场"),
    ],
)
def test_what_is_wanted_is_no_part_of_the_topic(question: str, language: str, topic: str):
    assert understand(question, language).topic == topic
