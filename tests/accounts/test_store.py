import sqlite3
import stat

import pytest

from assistant.accounts.migrations import STEPS
from assistant.accounts.store import Accounts
from assistant.errors import AccountsUnusable


def test_only_its_owner_may_read_the_file_and_it_opens_again(tmp_path):
    path = tmp_path / "new" / "accounts.sqlite"
    for _ in range(2):
        accounts = Accounts.open(path)
        with accounts.transaction() as rows:
            rows.execute("INSERT INTO keys (name, secret, scopes, created) VALUES ('a', hex(randomblob(8)), 'read', 0)")
        accounts.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Accounts.open(path).rows("SELECT count(*) FROM keys") == [(2,)]


def test_what_fails_half_way_leaves_nothing(tmp_path):
    accounts = Accounts.open(tmp_path / "accounts.sqlite")
    insert = "INSERT INTO keys (name, secret, scopes, created) VALUES ('a', 'b', 'read', 0)"

    def insert_twice() -> None:
        with accounts.transaction() as rows:
            rows.execute(insert)
            rows.execute(insert)

    with pytest.raises(sqlite3.IntegrityError):
        insert_twice()
    assert accounts.rows("SELECT count(*) FROM keys") == [(0,)]


@pytest.mark.parametrize("make", ["noise", "newer"])
def test_what_is_no_such_file_is_refused_with_one_line(tmp_path, make):
    path = tmp_path / "accounts.sqlite"
    if make == "noise":
        path.write_bytes(b"no database " * 500)
    else:
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
        connection.close()
    with pytest.raises(AccountsUnusable, match="accounts at"):
        Accounts.open(path)
