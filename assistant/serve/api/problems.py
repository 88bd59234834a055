"""What goes wrong, as problem details (RFC 9457): what it is, and in `hint` what to do. No path and no trace of this machine is told."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from starlette.responses import Response

from assistant import errors

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:article-assistant:problem:"
RETRY_S = 2
"""When to come again after a 503: a queue of the longest allowed length is worked off by then."""
SET_HINT = "give each row `question`, `context` and `answers`"
ASK_LOG = "the log of the server says more, by the request id"


class Kind(NamedTuple):
    """A kind of problem; `told` says whether the error's own words may leave this machine."""

    status: int
    slug: str
    title: str
    hint: str = ""
    told: bool = True


# The first that fits. What speaks of files is replaced by words of our own: it may name paths.
KINDS: tuple[tuple[type[errors.AssistantError], Kind], ...] = (
    (errors.UnknownArticle, Kind(404, "unknown-article", "There is no such article", "see the ids at /v1/articles")),
    (errors.BadQuestion, Kind(422, "bad-question", "The question cannot be asked")),
    (errors.UnreadableArticle, Kind(422, "unreadable-article", "The article cannot be read")),
    (errors.QuestionSetError, Kind(422, "bad-question-set", "The question set cannot be used", SET_HINT, False)),
    (errors.IndexBusy, Kind(503, "index-busy", "Another process is writing to the index", "try again in a moment", False)),
    (errors.IndexNotWritable, Kind(503, "index-not-writable", "The index cannot be written", "see its permissions and disk", False)),
    (errors.IndexMismatch, Kind(409, "index-mismatch", "The index cannot be used as it is", ASK_LOG, False)),
    (errors.LanguageModelUnavailable, Kind(502, "language-model-unavailable", "The language model does not answer", ASK_LOG, False)),
    (errors.SettingsError, Kind(422, "bad-value", "A value cannot be used")),
    (errors.AssistantError, Kind(500, "unavailable", "The server cannot do this now", ASK_LOG, False)),
)  # fmt: skip


class Problem(Exception):
    """A request that is not done: `status`, a slug for programs, a title, what to do, and what of the request is wrong."""

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        hint: str = "",
        *,
        detail: str = "",
        faults: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.slug, self.title, self.hint, self.detail, self.faults = status, slug, title, hint, detail, faults
        self.headers = dict(headers or {})
        if status == 503:
            self.headers.setdefault("retry-after", str(RETRY_S))

    def as_json(self, request_id: str = "") -> dict[str, Any]:
        """Return the problem details."""
        known: dict[str, Any] = {"type": TYPE + self.slug, "title": self.title, "status": self.status}
        more = {"detail": self.detail, "hint": self.hint, "errors": list(self.faults), "request_id": request_id}
        return known | {name: value for name, value in more.items() if value}


def problem_of(error: BaseException) -> Problem:
    """Return the problem that an error is to those outside; what they may not see goes to the log."""
    if isinstance(error, Problem):
        return error
    if not isinstance(error, errors.AssistantError):
        logger.error("a request failed", exc_info=error)
        return Problem(500, "internal", "The server has made a mistake", ASK_LOG)
    kind = next(kind for known, kind in KINDS if isinstance(error, known))
    if not kind.told:
        logger.warning("%s", error)
    text, hint = (str(error), error.hint) if kind.told else ("", "")
    return Problem(kind.status, kind.slug, kind.title, kind.hint or hint, detail=text)


def problem_response(problem: Problem, request_id: str, openai: bool = False) -> Response:
    """Return the response; OpenAI's clients read the same from `error`."""
    body = problem.as_json(request_id)
    if openai:
        said = ": ".join(filter(None, (problem.title, problem.detail, problem.hint)))
        kind = "invalid_request_error" if problem.status < 500 else "server_error"
        body["error"] = {"message": said, "type": kind, "param": None, "code": problem.slug}
    return Response(orjson.dumps(body), problem.status, problem.headers, MEDIA_TYPE)
