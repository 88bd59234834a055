"""Made-up articles and answers: what a door shows is tested without asking anything."""

from __future__ import annotations

from html.parser import HTMLParser

from assistant.answer.compose import cite, compose, plain
from assistant.records import Answer, Article, Quotation, Span

MARKUP = (
    '<img src=x onerror="window.hacked=1"></p></article></script><script>window.hacked=1</script>'
    " **bold** [link](http://elsewhere.example/) [1] {{value}} ${window.hacked=1} `code` &amp;"
)
"""What an article must not be able to do to the page: tags, Markdown, a marker, the page's templates."""


class Page(HTMLParser):
    """Reads HTML as a browser does: the text, the tags, the links."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.links = "", [], []
        self.feed(source)
        self.close()

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name == "href"]


def article(text: str, number: int = 1, **fields: object) -> Article:
    return Article(str(number), str(fields.pop("title", "A title")), text, **fields)  # type: ignore[arg-type]


def answered(*cited: tuple[Article, str], speaker: str = "", via: str = "", language: str = "en") -> Answer:
    """Return the answer that cites these words of these articles, in this order."""
    citations = []
    for number, (source, words) in enumerate(cited, 1):
        at = source.text.index(words)
        span = Span(at, at + len(words))
        quotation = Quotation(source.id, span, span, speaker, direct=True, via=via) if speaker or via else None
        citations.append(cite(number, source, span, quotation))
    text, markers = compose(plain(citations))
    return Answer("what is said?", "what is said?", text, markers=markers, citations=tuple(citations), language=language)


def abstention(near: Article, language: str = "en") -> Answer:
    nearest = (cite(1, near, Span(0, len(near.text))),)
    return Answer(
        "what?",
        "what?",
        "The articles do not answer this.",
        nearest=nearest,
        abstained=True,
        language=language,
    )
