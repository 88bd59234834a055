"""The connection to Milvus, and the tables that an index has there.

Every table has a vector, since Milvus asks for one; where none is meant it has two numbers that are never looked at.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import IndexBusy, IndexProblem, MissingExtra, SettingsError

LITE_SUFFIX = ".db"
DEFAULT_NAME = "news"
LONGEST = 65_535
"""Bytes in a text field: the most that Milvus takes."""
ROWS_AT_ONCE = 1_000
"""Rows in a request: with a vector of 256 and a text of some kB about 4 MB, where a server takes 64 MB."""
PAGE = 8_000
"""Rows in a page of a scan: Milvus gives at most 16,384."""
TIMEOUT_S = 60.0

_PATIENT = {"grpc.keepalive_time_ms": 310_000, "grpc.keepalive_permit_without_calls": False}
"""Milvus Lite hangs up on a client that looks every ten seconds whether it is there, as this one would."""

Row = dict[str, Any]

PLACES = ("language", "outlet", "source", "author", "published")
"""What filters ask for; passages and articles both carry it, since Milvus joins no tables."""
_UNUSED = {"unused": "flat"}
_NUMBERED = {"article": "int", "born": "int"}
_COUNTED = {"before": "text", "generation": "int", "now": "text"}
TABLES: Mapping[str, Mapping[str, str]] = {
    "root": {"key": "key", "value": "text", **_UNUSED},
    "articles": {"id": "id", **_NUMBERED, "part": "int", "body": "text", **dict.fromkeys(PLACES, "text"), **_UNUSED},
    "passages": {
        "id": "id", **_NUMBERED, "position": "int", "sentences": "text", **dict.fromkeys(PLACES, "text"),
        "vector": "vector", "terms": "sparse",
    },
    "speakers": {"key": "key", **_NUMBERED, "speaker": "text", "role": "text", "joint": "text", "n": "int", **_UNUSED},
    "terms": {"id": "id", **_COUNTED, **_UNUSED},
    "names": {"key": "key", "kind": "text", "value": "text", **_COUNTED, **_UNUSED},
    "facts": {"key": "key", **_COUNTED, **_UNUSED},
}  # fmt: skip
"""Table -> field -> kind. See `milvus_rows` for what is in them."""


@dataclass(frozen=True)
class Address:
    """Where an index lies in Milvus: the server's address, or the file of Milvus Lite; and its name there."""

    uri: str
    name: str
    shown: str

    @property
    def is_lite(self) -> bool:
        """Whether it is a file of this machine."""
        return self.uri.endswith(LITE_SUFFIX)


def address_of(index: str) -> Address:
    """Read `milvus://host:port/NAME`, `milvus+tls://host:port/NAME`, or `milvus:PATH.db` for Milvus Lite.

    Raises:
        SettingsError: it is none of these.
    """
    server = re.fullmatch(r"milvus(\+tls)?://([\w.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})(?:/(\w*))?", index)
    if server:
        name = server[4] or DEFAULT_NAME
        if re.fullmatch(r"[A-Za-z_]\w{0,200}", name, re.ASCII):
            return Address(f"http{'s' if server[1] else ''}://{server[2]}{server[3]}", name, index)
    file = re.fullmatch(rf"milvus:((?!//[^/]).+{re.escape(LITE_SUFFIX)})", index)
    if file:
        return Address(str(Path(file[1]).expanduser().absolute()), DEFAULT_NAME, index)
    raise SettingsError(f"{index!r} is no address in Milvus", "write milvus://HOST:PORT/NAME for a server, milvus:PATH.db for Milvus Lite")


class Tables:
    """The tables of one index. Reads see everything that was written before them."""

    def __init__(self, client: Any, address: Address, dimensions: int) -> None:
        self.address = address
        self.dimensions = dimensions
        self._client = client

    @classmethod
    def connect(cls, address: Address, token: str = "") -> Tables:
        """Connect to the server, or open the file.

        Raises:
            IndexProblem: the server cannot be reached, or the file not be opened.
            IndexBusy: another process has the file open.
            MissingExtra: the client is not installed.
        """
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise MissingExtra("an index in Milvus needs its client", "pip install 'article-assistant[milvus]'") from error
        if address.is_lite:
            Path(address.uri).parent.mkdir(parents=True, exist_ok=True)
        # It logs every error with its trace before it raises it; what is raised is told once, in one line.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        logging.getLogger("milvus_lite").setLevel(logging.CRITICAL)
        try:
            client = MilvusClient(address.uri, token=token, timeout=10, grpc_options=dict(_PATIENT))
        except Exception as error:  # of many kinds, gRPC's own among them
            raise _unreachable(address, error) from error
        return cls(client, address, 0)

    def close(self) -> None:
        """Let go of the connection; a file is closed."""
        self._client.close()
        if self.address.is_lite:
            from milvus_lite.server_manager import server_manager_instance

            server_manager_instance.release_server(self.address.uri)

    def exist(self) -> bool:
        """Say whether the index is there."""
        with self._asking():
            return bool(self._client.has_collection(self._named("root")))

    def make(self, dimensions: int, vector_index: str = "") -> None:
        """Make the tables; those that are there stay. The root comes last, so that a half made index is none."""
        for table in [*(name for name in TABLES if name != "root"), "root"]:
            with self._asking():
                if not self._client.has_collection(self._named(table)):
                    self._make(table, dimensions, vector_index)
        self.dimensions = dimensions

    def load(self) -> None:
        """Have the server hold the tables ready."""
        for table in TABLES:
            with self._asking():
                self._client.load_collection(self._named(table))

    def _make(self, table: str, dimensions: int, vector_index: str) -> None:
        from pymilvus import DataType

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        indexes = self._client.prepare_index_params()
        for field, kind in TABLES[table].items():
            if kind in ("id", "int"):
                schema.add_field(field, DataType.INT64, is_primary=kind == "id")
            elif kind in ("key", "text"):
                schema.add_field(field, DataType.VARCHAR, max_length=LONGEST if kind == "text" else 1024, is_primary=kind == "key")
            elif kind == "sparse":
                schema.add_field(field, DataType.SPARSE_FLOAT_VECTOR)
                indexes.add_index(field, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
            else:
                wanted = (vector_index or ("FLAT" if self.address.is_lite else "AUTOINDEX")) if kind == "vector" else "FLAT"
                schema.add_field(field, DataType.FLOAT_VECTOR, dim=dimensions if kind == "vector" else 2)
                indexes.add_index(field, index_type=wanted, metric_type="IP")
        name = self._named(table)
        self._client.create_collection(name, schema=schema, consistency_level="Strong")
        self._client.create_index(name, indexes, sync=False)  # nothing is in it yet to wait for

    def take(self, table: str, keys: Sequence[Any], fields: Sequence[str]) -> list[Row]:
        """Return the rows with these keys, in any order."""
        found: list[Row] = []
        for at in range(0, len(keys), ROWS_AT_ONCE):
            with self._asking():
                found += self._client.get(self._named(table), ids=list(keys[at : at + ROWS_AT_ONCE]), output_fields=list(fields))
        return [dict(row) for row in found]

    def scan(self, table: str, condition: str, fields: Sequence[str]) -> Iterator[Row]:
        """Yield the rows that meet a condition, by key."""
        named, wanted = self._named(table), list(fields)
        if self.address.is_lite:  # it knows no bounds, and no pages without a warning
            with self._asking():
                anything = "id >= 0" if "id" in TABLES[table] else 'key != ""'
                rows = self._client.query(named, filter=condition or anything, output_fields=wanted)
            key = "id" if "id" in TABLES[table] else "key"
            yield from map(dict, sorted(rows, key=lambda row: row[key]))
            return
        with self._asking():
            pages = self._client.query_iterator(named, batch_size=PAGE, filter=condition, output_fields=wanted)
        try:
            while True:
                with self._asking():
                    rows = pages.next()
                if not rows:
                    return
                yield from map(dict, rows)
        finally:
            pages.close()

    def put(self, table: str, rows: Sequence[Row]) -> None:
        """Write rows; those with a key that is there are replaced."""
        unused = {"unused": [0.0, 0.0]} if "unused" in TABLES[table] else {}
        for at in range(0, len(rows), ROWS_AT_ONCE):
            with self._asking():
                self._client.upsert(self._named(table), [{**row, **unused} for row in rows[at : at + ROWS_AT_ONCE]])

    def drop(self, table: str, keys: Sequence[Any]) -> None:
        """Delete the rows with these keys."""
        for at in range(0, len(keys), ROWS_AT_ONCE):
            with self._asking():
                self._client.delete(self._named(table), ids=list(keys[at : at + ROWS_AT_ONCE]))

    def search(self, field: str, wanted: Any, k: int, condition: str, fields: Sequence[str]) -> list[tuple[float, Row]]:
        """Return the inner product and the row of the `k` passages that are nearest in a field, best first."""
        name = self._named("passages")
        with self._asking():
            found = self._client.search(
                name, [wanted], anns_field=field, limit=k, filter=condition, output_fields=list(fields), search_params={"metric_type": "IP"}
            )
        rows = [(float(hit["distance"]), {"id": hit["id"], **hit["entity"]}) for hit in found[0]]
        # Milvus Lite has given the negative of a product; greater is better here.
        negative = len(rows) > 1 and rows[0][0] < rows[-1][0]
        return [(-score, row) for score, row in rows] if negative else rows

    def flush(self) -> None:
        """Have everything written to where it stays; searches are slower until then."""
        for table in TABLES:
            with self._asking():
                self._client.flush(self._named(table))

    def _named(self, table: str) -> str:
        return f"{self.address.name}_{table}"

    @contextmanager
    def _asking(self) -> Iterator[None]:
        from pymilvus import MilvusException

        try:
            yield
        except MilvusException as error:
            raise _unreachable(self.address, error) from error


def _unreachable(address: Address, error: Exception) -> IndexProblem:
    said = " ".join(str(getattr(error, "message", "") or error).split())[:300]
    if address.is_lite:
        hint = "if another process has it open, wait for it, or serve it to both with `milvus-lite server` and name that address"
        kind = IndexBusy if any(word in said.lower() for word in ("lock", "open local milvus failed")) else IndexProblem
        return kind(f"Milvus Lite cannot open or use {address.uri}: {said}", hint)
    return IndexProblem(f"Milvus at {address.uri} does not do what is asked: {said}", "see that it runs there, and that the token fits")
