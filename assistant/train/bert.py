"""The teacher's architecture in plain torch: a small BERT that ends in the mean of its token vectors.

Written out because a machine with an accelerator may have torch and numpy only; it is the same function as the `transformers`
implementation (tested), with the segment vector added into the positions and query, key and value in one matrix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

Floats = NDArray[np.float32]
State = dict[str, Floats]
EPSILON = 1e-12
HEADS = 12  # of all-MiniLM-L6-v2; a tensor's shape does not tell


@dataclass(frozen=True)
class Shape:
    """The sizes of a model: `vocabulary` counts table rows, `inner` is the width between the two feed-forward matrices."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    positions: int

    def numbers(self) -> dict[str, int]:
        """Return the sizes by name."""
        return asdict(self)


def shape_of(state: Mapping[str, Floats], heads: int) -> Shape:
    """Read the sizes off the tensors of a model."""
    vocabulary, width = state["table.weight"].shape
    layers = len({name.split(".")[1] for name in state if name.startswith("layers.")})
    return Shape(vocabulary, width, layers, heads, state["layers.0.up.weight"].shape[0], state["positions.weight"].shape[0])


class Layer(nn.Module):
    """Attention and feed-forward, each added to its input and normalised afterwards."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.mix = nn.Linear(shape.width, 3 * shape.width)
        self.out = nn.Linear(shape.width, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=EPSILON)
        self.up = nn.Linear(shape.width, shape.inner)
        self.down = nn.Linear(shape.inner, shape.width)
        self.last_norm = nn.LayerNorm(shape.width, eps=EPSILON)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Take token vectors of shape (texts, tokens, width) and a mask of shape (texts, 1, 1, tokens)."""
        texts, tokens, width = x.shape
        parts = self.mix(x).view(texts, tokens, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        x = self.norm(x + self.out(seen.transpose(1, 2).reshape(texts, tokens, width)))
        y: Tensor = self.last_norm(x + self.down(functional.gelu(self.up(x))))
        return y


class Bert(nn.Module):
    """Token vectors, positions and layers; a text is the mean of its last token vectors, scaled to unit length."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.table = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Embedding(shape.positions, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=EPSILON)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))

    @classmethod
    def of(cls, state: Mapping[str, Floats], heads: int) -> Bert:
        """Build the model that these tensors are."""
        with torch.device("meta"):
            model = cls(shape_of(state, heads))
        model.load_state_dict({name: torch.from_numpy(np.array(rows, dtype=np.float32)) for name, rows in state.items()}, assign=True)
        return model

    def state(self) -> State:
        """Return the tensors by name, float32."""
        return {name: tensor.detach().float().cpu().numpy() for name, tensor in self.state_dict().items()}

    def freeze_below(self, layers: int) -> None:
        """Keep all but the table and the upper `layers` as they are; with all layers, nothing is kept."""
        kept = self.shape.layers - layers
        if kept > 0:
            for part in (self.positions, self.norm, *self.layers[:kept]):
                part.requires_grad_(False)

    def tokens(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the last token vectors, shape (texts, tokens, width); `mask` is true where there is a token."""
        x: Tensor = self.norm(self.table(ids) + self.positions.weight[: ids.shape[1]])
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :])
        return x

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return unit vectors of texts, float32, shape (texts, width)."""
        sums = (self.tokens(ids, mask).float() * mask[:, :, None]).sum(dim=1)
        return functional.normalize(sums, dim=1, eps=1e-6)


def read_bert(folder: Path) -> State:
    """Read a BERT of `transformers` from a folder with `model.safetensors`."""
    from safetensors.numpy import load_file

    theirs = {name.removeprefix("bert."): rows for name, rows in load_file(folder / "model.safetensors").items()}
    segment = theirs["embeddings.token_type_embeddings.weight"][0]
    state = {
        "table.weight": theirs["embeddings.word_embeddings.weight"],
        "positions.weight": theirs["embeddings.position_embeddings.weight"] + segment,
        "norm.weight": theirs["embeddings.LayerNorm.weight"],
        "norm.bias": theirs["embeddings.LayerNorm.bias"],
    }
    layers = 1 + max(int(name.split(".")[2]) for name in theirs if name.startswith("encoder.layer."))
    for n in range(layers):
        for end in ("weight", "bias"):

            def part(name: str, layer: str = f"encoder.layer.{n}", end: str = end) -> Floats:
                return np.asarray(theirs[f"{layer}.{name}.{end}"], dtype=np.float32)

            state |= {
                f"layers.{n}.mix.{end}": np.concatenate([part(f"attention.self.{name}") for name in ("query", "key", "value")]),
                f"layers.{n}.out.{end}": part("attention.output.dense"),
                f"layers.{n}.norm.{end}": part("attention.output.LayerNorm"),
                f"layers.{n}.up.{end}": part("intermediate.dense"),
                f"layers.{n}.down.{end}": part("output.dense"),
                f"layers.{n}.last_norm.{end}": part("output.LayerNorm"),
            }
    return state
