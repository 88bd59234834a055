"""The errors a caller may meet. Each says in one line what is wrong, and in `hint` what to do about it.

    AssistantError
    +-- SettingsError          a setting is unknown or has a wrong value
    +-- UnreadableArticle      a file or record is not an article that can be read
    +-- Unfetchable            an address may not be fetched, or gives nothing that can be read
    +-- WorkerLost             a process that prepares articles has ended by itself
    +-- UnknownArticle         no article has this id
    +-- IndexProblem           something is wrong with an index as a whole
    |   +-- IndexMismatch      the index was made by another encoder or format
    |   +-- IndexDamaged       the store itself cannot be read
    |   +-- IndexBusy          another process is writing and did not finish in time
    |   +-- IndexNotWritable   no permission, or no space left
    |   +-- NotOffered         this kind of index does not do that
    +-- EncoderUnavailable     the sentence model is not on this machine
    +-- BadQuestion            the question is empty or too long
    +-- TooManyQuestions       one reader asks more often than the settings allow
    +-- QuestionSetError       a question set cannot be read
    +-- MissingExtra           an optional package is needed
    +-- PromptError            a prompt's template is missing or does not fit its variables
    +-- AccountsUnusable       the file of users, keys and conversations cannot be used
    +-- KeyProblem             a key for programs cannot be made or is not there
    +-- AccountRefused         a user's name, password or role cannot be taken
    +-- LanguageModelUnavailable  the language model cannot be reached, is too slow, or sends no answer

That the articles do not answer is no error: it is an `Answer` with `abstained`.
"""

from __future__ import annotations


class AssistantError(Exception):
    """The root: `str(error)` is one line that says what is wrong, `hint` one that says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SettingsError(AssistantError):
    """A setting is unknown or has a wrong value."""


class UnreadableArticle(AssistantError):
    """A file or record is not an article that can be read."""


class Unfetchable(AssistantError):
    """An address may not be fetched, or gives nothing that can be read.

    `status` is what the server answered, 0 when none did; `retry_after_s` how long it asks to be left alone, in seconds.
    """

    def __init__(self, message: str, hint: str = "", status: int = 0, retry_after_s: float = 0.0) -> None:
        super().__init__(message, hint)
        self.status = status
        self.retry_after_s = retry_after_s


class WorkerLost(AssistantError):
    """A process that prepares articles has ended by itself."""


class UnknownArticle(AssistantError):
    """No article has this id."""


class IndexProblem(AssistantError):
    """Something is wrong with an index as a whole."""


class IndexMismatch(IndexProblem):
    """The index was made by another encoder or another format."""


class IndexDamaged(IndexProblem):
    """The store, which is the truth, cannot be read."""


class IndexBusy(IndexProblem):
    """Another process is writing and did not finish in time."""


class IndexNotWritable(IndexProblem):
    """The index cannot be written: no permission, or no space left."""


class NotOffered(IndexProblem):
    """This kind of index does not do what is asked."""


class EncoderUnavailable(AssistantError):
    """The sentence model is not on this machine."""


class BadQuestion(AssistantError):
    """The question is empty or too long."""


class TooManyQuestions(AssistantError):
    """One reader asks more often than the settings allow."""


class QuestionSetError(AssistantError):
    """A question set cannot be read."""


class MissingExtra(AssistantError):
    """An optional package is needed and is not installed."""


class AccountsUnusable(AssistantError):
    """The file of users, keys, conversations and feedback cannot be opened or is of a newer version."""


class KeyProblem(AssistantError):
    """A key for programs cannot be made as asked, or is not there."""


class AccountRefused(AssistantError):
    """A user's name, password or role cannot be taken, or there is no such user."""


class PromptError(AssistantError):
    """A prompt's template is missing, is not well formed, or does not fit the variables it is given."""


class LanguageModelUnavailable(AssistantError):
    """The language model cannot be reached, refuses, is too slow, or sends what is no answer. The key is never part of the message."""
