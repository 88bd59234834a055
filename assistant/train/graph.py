"""Write the student as an ONNX graph, its matrices and its table rounded to eight bits.

The graph is written operator by operator, with ONNX Runtime's own fused ones: it depends on no exporter's version. Activations are
rounded as they come (dynamic quantisation), weights here, with one factor per output column; a row of the table has one factor, and
only the rows that are looked up are ever widened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from assistant.train.arrays import rounded
from assistant.train.bert import EPSILON, Floats, shape_of

WEIGHT_LIMIT = 63
"""Seven bits of weight: with eight, processors without VNNI instructions overflow when they add two products in 16 bits."""
OPSET, MICROSOFT = 17, "com.microsoft"


class Graph:
    """Collects nodes and constants; every method returns the name of what it adds."""

    def __init__(self, eight_bits: bool) -> None:
        self.eight_bits = eight_bits
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], name: str, domain: str = "", **settings: Any) -> str:
        """Add an operator with one output, `name`."""
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **settings))
        return name

    def linear(self, x: str, name: str, state: Mapping[str, Floats], bias: bool = True) -> str:
        """Add `x @ weight.T + bias` for the tensors `name.weight` and `name.bias`; without `bias` a later operator adds it."""
        weight = state[f"{name}.weight"]
        added = self.constant(f"{name}.bias", state[f"{name}.bias"])
        if not self.eight_bits:
            product = self.node("MatMul", [x, self.constant(f"{name}.weight", weight.T)], f"{name}.product")
            return self.node("Add", [product, added], f"{name}.sum") if bias else product
        whole, scales = rounded(weight, WEIGHT_LIMIT)
        inputs = [x, self.constant(f"{name}.weight", whole.T), self.constant(f"{name}.scale", scales), "", added if bias else ""]
        return self.node("DynamicQuantizeMatMul", inputs[: 5 if bias else 3], f"{name}.product", MICROSOFT)

    def lookup(self, ids: str, table: Floats) -> str:
        """Add the rows of the table, shape (texts, tokens, width)."""
        if not self.eight_bits:
            return self.node("Gather", [self.constant("table", table), ids], "words")
        whole, scales = rounded(table)
        rows = self.node("Gather", [self.constant("table", whole), ids], "rows")
        factors = self.node("Gather", [self.constant("table.scale", scales[:, None]), ids], "factors")
        return self.node("Mul", [self.node("Cast", [rows], "wide_rows", to=TensorProto.FLOAT), factors], "words")

    def skip_norm(self, x: str, y: str, name: str, state: Mapping[str, Floats], bias: str) -> str:
        """Add the normalised sum of x, y and the constant `bias`."""
        weight, shift = (self.constant(f"{name}.{end}", state[f"{name}.{end}"]) for end in ("weight", "bias"))
        return self.node("SkipLayerNormalization", [x, y, weight, shift, bias], name, MICROSOFT, epsilon=EPSILON)


def write_graph(state: Mapping[str, Floats], heads: int, eight_bits: bool = True) -> onnx.ModelProto:
    """Return the model with inputs `ids` and `mask` and outputs `tokens` and `vectors`.

    Args:
        state: the tensors of a `Bert`.
        heads: its attention heads.
        eight_bits: round weights to eight bits; else everything stays float32, to compare.
    """
    graph, shape = Graph(eight_bits), shape_of(state, heads)
    x = _words(graph, state)
    for n in range(shape.layers):
        x = _layer(graph, x, f"layers.{n}", state, heads)
    graph.node("Identity", [x], "tokens")
    _mean(graph)
    sizes: list[str | int] = ["texts", "tokens"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT32, sizes) for name in ("ids", "mask")]
    outputs = [
        helper.make_tensor_value_info("tokens", TensorProto.FLOAT, [*sizes, shape.width]),
        helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", shape.width]),
    ]
    whole = helper.make_graph(graph.nodes, "student", inputs, outputs, graph.constants)
    versions = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(whole, opset_imports=versions, ir_version=8, producer_name="assistant.train")


def _words(graph: Graph, state: Mapping[str, Floats]) -> str:
    words = graph.lookup("ids", state["table.weight"])
    length = graph.node("Shape", ["ids"], "length", start=1, end=2)
    zero = graph.constant("zero", np.zeros(1, dtype=np.int64))
    places = graph.node("Slice", [graph.constant("positions", state["positions.weight"]), zero, length, zero], "places")
    weight, shift = (graph.constant(f"norm.{end}", state[f"norm.{end}"]) for end in ("weight", "bias"))
    placed = graph.node("Add", [words, places], "placed")
    return graph.node("LayerNormalization", [placed, weight, shift], "norm", axis=-1, epsilon=EPSILON)


def _layer(graph: Graph, x: str, name: str, state: Mapping[str, Floats], heads: int) -> str:
    mixed = graph.linear(x, f"{name}.mix", state)
    parts = [f"{name}.{part}" for part in ("query", "key", "value")]
    graph.nodes.append(helper.make_node("Split", [mixed], parts, name=f"{name}.split", axis=2))
    seen = graph.node("MultiHeadAttention", [*parts, "", "mask"], f"{name}.seen", MICROSOFT, num_heads=heads)
    out = graph.linear(seen, f"{name}.out", state, bias=False)
    x = graph.skip_norm(out, x, f"{name}.norm", state, f"{name}.out.bias")
    up = graph.linear(x, f"{name}.up", state, bias=False)
    bent = graph.node("BiasGelu", [up, f"{name}.up.bias"], f"{name}.bent", MICROSOFT)
    down = graph.linear(bent, f"{name}.down", state, bias=False)
    return graph.skip_norm(down, x, f"{name}.last_norm", state, f"{name}.down.bias")


def _mean(graph: Graph) -> None:
    axes = [graph.constant("last", np.array([2], dtype=np.int64)), graph.constant("middle", np.array([1], dtype=np.int64))]
    there = graph.node("Cast", [graph.node("Unsqueeze", ["mask", axes[0]], "column")], "there", to=TensorProto.FLOAT)
    total = graph.node("ReduceSum", [graph.node("Mul", ["tokens", there], "kept"), axes[1]], "total", keepdims=0)
    graph.node("LpNormalization", [total], "vectors", axis=1, p=2)
