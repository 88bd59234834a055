"""Small articles of a few outlets: copies, differing reports, a corrected one, and a story over several days."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings
from tests.answer.made_up import drafted, opened

NEWS = [
    drafted(
        "first report",
        "A fire destroyed the Tandora spice market early on Tuesday. Fire chief Ilma Resk said 64 stalls burnt down in the Tandora market fire. "
        "No trader was hurt. The market of Tandora was built in 1931.",
        [("64 stalls burnt down in the Tandora market fire", "Ilma Resk", {"role": "Fire chief"})],
        title="Fire destroys Tandora spice market",
        outlet="Southern Post",
        published="2022-09-13",
    ),
    drafted(
        "corrected report",
        "A fire destroyed the Tandora spice market early on Tuesday. Fire chief Ilma Resk said 46 stalls burnt down in the Tandora market fire. "
        "No trader was hurt. The market of Tandora was built in 1931.",
        [("46 stalls burnt down in the Tandora market fire", "Ilma Resk", {"role": "Fire chief"})],
        title="Fire destroys Tandora spice market (corrected)",
        outlet="Southern Post",
        published="2022-09-14",
    ),
    drafted(
        "mill one",
        "At least 11 workers were killed when a boiler exploded at the Okafere mill on Monday. Police in Okafere blamed a broken valve. "
        "The Okafere mill belongs to Tunde Ogbolu.",
        [],
        title="Eleven dead in Okafere mill blast",
        outlet="Lagoon Herald",
        published="2022-08-09",
    ),
    drafted(
        "mill two",
        "The owner of the Okafere mill, Tunde Ogbolu, spoke on Wednesday. Seven workers were killed when the Okafere mill exploded, he said. "
        "Drums of diesel stood behind the mill in Okafere.",
        [],
        title="Owner of Okafere mill blames diesel",
        outlet="Savanna Dispatch",
        published="2022-08-10",
    ),
    drafted(
        "other fire",
        "Nine people were killed when a ferry sank off Maruko on Friday. The ferry had left Maruko at dawn.",
        [],
        title="Ferry sinks off Maruko",
        outlet="Lagoon Herald",
        published="2021-03-05",
    ),
    *(
        drafted(
            f"wire {number}",
            f"{lead} The council of Belmora voted to plant nine thousand lime trees along the river Sill before the winter.",
            [],
            title=f"Trees for Belmora {number}",
            outlet=outlet,
            published=published,
        )
        for number, (lead, outlet, published) in enumerate(
            [
                ("Belmora will be greener soon.", "Northern Wire", "2023-04-01"),
                ("A green plan was agreed in Belmora.", "Belmora Gazette", "2023-04-02"),
                ("Gardeners in Belmora have work.", "Sill Valley Times", "2023-04-03"),
            ]
        )
    ),
    drafted(
        "bridge closed",
        "The Marrow bridge was closed on Monday after cracks were found. Inspectors will look at the Marrow bridge again on 3 April.",
        [],
        title="Marrow bridge closed",
        outlet="Coastline News",
        published="2023-03-07",
    ),
    drafted(
        "bridge open",
        "The Marrow bridge opened again on Monday, eleven months after it was closed. Lorries pay a toll on the Marrow bridge from 1 March.",
        [],
        title="Marrow bridge opens again",
        outlet="Halven Post",
        published="2024-02-12",
    ),
]


@pytest.fixture(scope="session")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The articles, read without the reader."""
    with opened(tmp_path_factory.mktemp("forms") / "news", NEWS) as assistant:
        yield assistant


def eager(assistant: Assistant) -> Assistant:
    """The same index, asked by somebody who wants an answer."""
    return Assistant(assistant.index, assistant.encoder, Settings(strictness="eager"), assistant.reader)
