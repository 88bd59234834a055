"""What a language model adds to an answer: other words for it, and translations of what it cites."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.answer.answers import Answering
from assistant.answer.compose import label
from assistant.answer.drafts import elapsed_ms
from assistant.answer.evidence import MAX_EVIDENCE
from assistant.answer.generate import Checks, generate
from assistant.answer.orders import doubtful_in
from assistant.answer.translate import translate
from assistant.answer.verify import verify
from assistant.answer.written import addresses
from assistant.errors import AssistantError
from assistant.protocols import Generator
from assistant.records import Answer, Citation
from assistant.text.language import same_language

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Phrasing:
    """A language model, what checks it, and whether it translates."""

    generator: Generator
    verifier: Checks
    translates: bool = False

    def phrased(self, answer: Answer, answering: Answering) -> Iterator[Answer]:
        """Yield the answer in the model's words as it grows, then with translations; an abstention and metadata stay as they are."""
        if not answer.citations:
            yield answer
            return
        began = time.perf_counter()
        evidence = verify(_evidence(answer, answering), answering.index.article)
        last = answer
        try:
            for grown in generate(answer, evidence, self.generator, self.verifier):
                last = replace(grown, timings={**answer.timings, "phrase": elapsed_ms(began)})
                yield last
        except AssistantError as error:
            logger.info("%s; the answer is made of the articles' own sentences", error)
            yield replace(answer, note=label("llm_unavailable", answer.language, reason=str(error)))
            return
        if self.translates:
            yield from self._translated(last, answering)

    def _translated(self, answer: Answer, answering: Answering) -> Iterator[Answer]:
        """Yield the answer with one more translation each time; sentences in the question's language have none."""
        began = time.perf_counter()
        for at, citation in enumerate(answer.citations):
            language = answering.index.article(citation.article_id).language
            if not language or same_language(language, answer.language):
                continue
            try:
                translation = translate(self.generator, citation.quote, answer.language)
            except AssistantError as error:
                logger.info("%s; the rest is not translated", error)
                return
            if translation:
                citations = (*answer.citations[:at], replace(citation, translation=translation), *answer.citations[at + 1 :])
                timings = {**answer.timings, "translate": elapsed_ms(began)}
                answer = replace(answer, citations=citations, timings=timings)
                yield answer


def _evidence(answer: Answer, answering: Answering) -> list[Citation]:
    """Return the sentences that the model may use.

    Where an article gives orders to machines, only what answers without a model may be used, and no line with an order or that an order
    points back to. A sentence with a web address leads elsewhere: it may be used only where it answers.
    """
    found = answering.evidence(answer, MAX_EVIDENCE)
    orders = {article_id: doubtful_in(answering.index.article(article_id).text) for article_id in {one.article_id for one in found}}
    kept = []
    for citation in found:
        given = orders[citation.article_id]
        answers = any((one.article_id, one.span) == (citation.article_id, citation.span) for one in answer.citations)
        leads_elsewhere = any("/" in address for address in addresses(citation.quote))
        if not any(span.overlaps(citation.span) for span in given) and (answers or not (given or leads_elsewhere)):
            kept.append(citation)
    return kept
