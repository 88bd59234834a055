"""Make an encoder that has forgotten languages: what the static model would be had it never seen them.

Of a language that nothing was trained on there are no questions to learn from either. So a language that there are questions in is
forgotten: the tokens that it uses more than any language that stays are taken out of the vocabulary. Its words then fall apart into pieces
that other languages gave their meaning to, as those of Finnish do, and letters of its own are unknown, as those of Telugu are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

import numpy as np
from tokenizers import Tokenizer

from assistant.encoders import StaticEncoder
from assistant.train.start import WORD, Ints


def forgetful(encoder: StaticEncoder, use: Mapping[str, Ints], forgotten: Collection[str]) -> StaticEncoder:
    """Return the encoder without the tokens of the forgotten languages.

    Args:
        encoder: the static model.
        use: how often each language uses each token; see `assistant.train.start.use_by_language`.
        forgotten: the languages.
    """
    kept = kept_tokens(encoder.tokenizer, use, forgotten)
    written = json.loads(encoder.tokenizer.to_str())
    pieces = written["model"]["vocab"]
    written["model"]["vocab"] = [pieces[at] for at in kept]
    name = f"{encoder.name} without {' '.join(sorted(forgotten))}"
    return StaticEncoder(Tokenizer.from_str(json.dumps(written)), encoder.token_table()[kept], name=name, digest=name)


def kept_tokens(tokenizer: Tokenizer, use: Mapping[str, Ints], forgotten: Collection[str]) -> Ints:
    """Return the tokens, by number, that a language which stays uses as much as those that are forgotten; the unknown one, and the mark
    that begins a word, always stay.
    """
    shares = {language: counts / max(1, counts.sum()) for language, counts in use.items()}
    none = np.zeros(tokenizer.get_vocab_size())
    gone = np.max([none, *(share for language, share in shares.items() if language in forgotten)], axis=0)
    stays = np.max([none, *(share for language, share in shares.items() if language not in forgotten)], axis=0)
    kept = stays >= gone
    kept[[0, tokenizer.token_to_id(WORD)]] = True
    return np.flatnonzero(kept)
