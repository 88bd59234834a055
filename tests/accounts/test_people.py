import time

import pytest

from assistant.accounts.conversations import Conversations, KeptTurn
from assistant.accounts.feedback import Feedback, Opinion
from assistant.accounts.store import Accounts
from assistant.accounts.users import Users
from assistant.errors import AccountRefused

PASSWORD = "a long enough sentence"


@pytest.fixture
def accounts(tmp_path):
    accounts = Accounts.open(tmp_path / "accounts.sqlite")
    yield accounts
    accounts.close()


def test_only_the_right_password_opens_and_none_is_stored(accounts, tmp_path):
    users = Users(accounts)
    user = users.add("Sari", PASSWORD, "admin")
    assert users.checked("sari", PASSWORD) == user
    assert users.checked("Sari", PASSWORD + " ") is None
    assert users.checked("Budi", PASSWORD) is None
    assert all(PASSWORD.encode() not in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [("SARI", PASSWORD, "reader"), ("a b", PASSWORD, "reader"), ("x", "short", "reader"), ("x", PASSWORD, "king")],
)
def test_what_cannot_be_a_user_is_refused_and_says_what_to_do(accounts, name, password, role):
    users = Users(accounts)
    users.add("Sari", PASSWORD)
    with pytest.raises(AccountRefused) as refused:
        users.add(name, password, role)
    assert refused.value.hint
    assert len(users.listed()) == 1


def test_a_session_ends_by_itself_by_leaving_and_with_another_password(accounts):
    users = Users(accounts)
    user = users.add("Sari", PASSWORD)
    short, left, changed = (users.begin_session(user, hours) for hours in (0.0, 1.0, 1.0))
    time.sleep(0.01)
    assert users.of_session(short) is None
    assert users.of_session(left) == user
    users.end_session(left)
    assert users.of_session(left) is None
    users.set_password("Sari", PASSWORD + "!")
    assert users.of_session(changed) is None
    assert users.of_session("") is None


def test_a_conversation_is_its_owners_alone(accounts):
    mine, theirs = Conversations(accounts, 1), Conversations(accounts, 2)
    kept = mine.keep("", "news", 0, KeptTurn("what did Biden say?", "{}"))
    assert [one.name for one in mine.listed()] == ["what did Biden say?"]
    assert theirs.listed() == []
    assert theirs.turns(kept) == []
    assert theirs.delete([kept]) == 0
    theirs.rename(kept, "taken")
    assert theirs.keep(kept, "news", 0, KeptTurn("mine now?", "{}")) != kept
    assert mine.turns(kept) == [KeptTurn("what did Biden say?", "{}")]
    assert mine.find(kept).name == "what did Biden say?"


def test_a_changed_question_takes_the_place_of_it_and_of_all_after_it(accounts):
    mine = Conversations(accounts, 0)
    kept = ""
    for position, question in enumerate(("one", "two", "three")):
        kept = mine.keep(kept, "news", position, KeptTurn(question, "{}"))
    mine.keep(kept, "news", 1, KeptTurn("other", "{}"))
    assert [turn.question for turn in mine.turns(kept)] == ["one", "other"]


def test_search_finds_names_questions_and_answers_and_takes_signs_as_they_are(accounts):
    mine = Conversations(accounts, 0)
    mine.keep("", "news", 0, KeptTurn("about 100% of it", '{"text": "ungkap Biden"}'))
    mine.keep("", "news", 0, KeptTurn("about nothing", "{}"))
    assert len(mine.listed("about")) == 2
    assert [one.name for one in mine.listed("0% biden")] == ["about 100% of it"]
    assert mine.listed("_") == []


def test_what_is_deleted_leaves_no_bytes(accounts, tmp_path):
    mine = Conversations(accounts, 0)
    kept = mine.keep("", "news", 0, KeptTurn("a secret zanzibar question", '{"text": "zanzibar"}'))
    assert mine.delete([kept]) == 1
    assert all(b"zanzibar" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_later_opinion_takes_the_place_of_an_earlier_one(accounts):
    feedback = Feedback(accounts)
    feedback.note(Opinion(0, "news", "what?", "{}", good=True))
    feedback.note(Opinion(0, "news", "what?", "{}", good=False, reason="missing"))
    assert [(one.good, one.reason) for one in feedback.listed()] == [(False, "missing")]
