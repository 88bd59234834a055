from contextlib import closing

import pytest

from assistant.accounts.jobs import SILENT_S, Jobs
from assistant.accounts.keys import Keys
from assistant.accounts.store import Accounts
from assistant.cli import main
from assistant.errors import KeyProblem


@pytest.fixture
def accounts(tmp_path):
    with closing(Accounts.open(tmp_path / "accounts.sqlite")) as opened:
        yield opened


def test_a_key_is_found_by_its_secret_which_is_nowhere_in_the_file(accounts, tmp_path):
    keys = Keys(accounts)
    made, secret = keys.add("website")
    found = keys.find(secret)
    assert (found.id, found.name, found.scopes) == (made.id, "website", ("read",))
    assert keys.list()[0].used > 0
    assert all(keys.find(other) is None for other in ("", secret[:-1], secret + "a", secret.swapcase(), "aa_é\ud800"))
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.encode() not in written
    keys.remove("website")
    assert keys.find(secret) is None
    assert not keys.any()


def test_who_may_write_may_read_and_not_the_other_way_round(accounts):
    read, write = (Keys(accounts).add(scope, scope)[0] for scope in ("read", "write"))
    assert (read.allows("read"), read.allows("write")) == (True, False)
    assert (write.allows("read"), write.allows("write")) == (True, True)


@pytest.mark.parametrize(("name", "scope"), [("", "read"), ("a\x00", "read"), ("12", "read"), ("x" * 200, "read"), ("a", "all")])
def test_a_key_that_cannot_be_made_is_refused_with_a_hint(accounts, name, scope):
    with pytest.raises(KeyProblem) as refused:
        Keys(accounts).add(name, scope)
    assert refused.value.hint
    assert not Keys(accounts).any()


def test_a_job_whose_process_is_gone_has_failed(accounts):
    jobs = Jobs(accounts)
    job = jobs.add("add", 3)
    assert jobs.step(job.id, "running", 1)
    assert jobs.find(job.id).state == "running"
    with accounts.transaction() as rows:
        rows.execute("UPDATE jobs SET updated = updated - ?", (SILENT_S + 1,))
    assert (jobs.find(job.id).state, jobs.find(job.id).problem["hint"]) == ("failed", "start it again")
    assert jobs.cancel(job.id)
    assert not jobs.step(job.id, "running", 2)


def test_keys_are_added_listed_and_removed_on_the_command_line(tmp_path, monkeypatch, capsys):
    for folder in ("indexes", "seeds"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["keys", "add", "website", "--scope", "write"]) == 0
    out, error = capsys.readouterr()
    secret = out.strip()
    assert secret.startswith("aa_")
    assert secret not in error
    assert main(["keys", "add", "website"]) == 1
    assert capsys.readouterr().err.splitlines()[1].startswith("hint: ")
    assert main(["keys", "list"]) == 0
    out = capsys.readouterr().out
    assert "website" in out
    assert secret not in out
    assert main(["keys", "remove", "website"]) == 0
    assert main(["keys", "remove", "website"]) == 1
