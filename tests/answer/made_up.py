"""A small index whose quotations are given, not found: what is asked of it is known to the last word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.drafting import Draft
from assistant.encoders import open_encoder
from assistant.index.index import LocalIndex
from assistant.ingest import encode_drafts
from assistant.records import JOINED, Article, Quotation, Span
from assistant.settings import Settings
from assistant.text.passages import split_passages
from assistant.text.sentences import split_sentences
from assistant.text.tokens import count_many

Said = tuple[str, str, dict[str, Any]]


def drafted(name: str, text: str, said: list[Said], **fields: str) -> Draft:
    """Make an article; each of `said` is (words as in the text, speaker, further fields of the quotation)."""
    language = fields.pop("language", "en")
    article = Article("", fields.pop("title", name), text, language=language, content_hash=f"hash {name}", origin=name, **fields)
    sentences = tuple(split_sentences(text, language))
    quotations = []
    for words, speaker, more in said:
        at = text.index(words)
        span = Span(at, at + len(words))
        inside = [s for s in sentences if s.overlaps(span)]
        joint = tuple(speaker.split(JOINED)) if JOINED in speaker else ()
        quotations.append(Quotation("", Span(inside[0].start, inside[-1].end), span, speaker, joint=joint, **{"cue": "said", **more}))
    counts = count_many([span.of(text) for span in sentences])
    return Draft(article, text.encode(), sentences, tuple(split_passages(counts, 120, 1)), tuple(quotations))


def opened(folder: Path, drafts: list[Draft]) -> Assistant:
    """Open an index of these articles, without the reader: words need none."""
    encoder = open_encoder("static")
    index = LocalIndex.open(folder, encoder)
    index.add(list(encode_drafts(drafts, encoder)))
    return Assistant(index, encoder, Settings())


DIRECT = {"direct": True}
DRAFTS = [
    drafted(
        "bridge",
        "The Marrow bridge will stay closed until June, Mayor Ana Solano said on Monday. “We will not open a bridge that may fall,” she said. "
        "Engineer Bruno Talarico said that two cables of the bridge had rusted through. Solano denied that the city had ignored warnings "
        "about the bridge. Traders near the bridge have lost a third of their customers.",
        [
            ("The Marrow bridge will stay closed until June", "Ana Solano", {"role": "Mayor"}),
            ("We will not open a bridge that may fall", "Ana Solano", {"role": "Mayor", **DIRECT}),
            ("two cables of the bridge had rusted through", "Bruno Talarico", {"role": "Engineer"}),
            ("the city had ignored warnings about the bridge", "Ana Solano", {"cue": "denied", "negated": True}),
        ],
        published="2021-03-08",
        outlet="The Sotera Courier",
        title="Marrow bridge stays closed",
    ),
    drafted(
        "wire copy",
        "“We will not open a bridge that may fall,” Ana Solano said. The bridge crosses the Marrow near the old mill.",
        [("We will not open a bridge that may fall", "Ana Solano", DIRECT)],
        published="2021-03-09",
        outlet="Northern Wire",
        title="Bridge over the Marrow closed",
    ),
    drafted(
        "school meals",
        "Every pupil will get a free breakfast from September, Solano promised parents. Teacher Petra Lindqvist praised the free breakfast and "
        "called for warm lunches as well. “Hungry children do not learn,” Lindqvist said.",
        [
            ("Every pupil will get a free breakfast from September", "Solano", {"cue": "promised"}),
            ("the free breakfast", "Petra Lindqvist", {"cue": "praised"}),
            ("warm lunches as well", "Petra Lindqvist", {"cue": "called for"}),
            ("Hungry children do not learn", "Petra Lindqvist", DIRECT),
        ],
        published="2022-09-01",
        title="Free breakfast in schools",
    ),
    drafted(
        "treaty",
        "The two neighbours share one river and one future, Presidents Tomas Berg and Ilse Haar declared after signing the river treaty. "
        "President Berg said that the river treaty would end forty years of quarrels. The ferry was perhaps paid twice, he said, it seems.",
        [
            ("The two neighbours share one river and one future", "Tomas Berg; Ilse Haar", {"cue": "declared"}),
            ("the river treaty would end forty years of quarrels", "Tomas Berg", {"role": "President"}),
            ("The ferry was perhaps paid twice", "Tomas Berg", {"uncertain": True}),
        ],
        published="2020-05-02",
        title="River treaty signed",
    ),
    drafted(
        "banjir",
        "Banjir merendam dua desa di Laranta sejak Minggu. Bupati Hasan Wirya mengatakan bahwa air mulai surut. "
        '"Kami membagikan seribu selimut kepada korban banjir," ujar relawan Dewi Astari.',
        [
            ("air mulai surut", "Hasan Wirya", {"role": "Bupati", "cue": "mengatakan"}),
            ("Kami membagikan seribu selimut kepada korban banjir", "Dewi Astari", {"role": "relawan", "cue": "ujar", **DIRECT}),
        ],
        published="2021-01-17",
        language="id",
        title="Banjir merendam dua desa",
    ),
]
