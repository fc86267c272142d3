"""TFLite models: plain, quantised, with buffers behind the FlatBuffer, several graphs, custom operators."""

from __future__ import annotations

from truename.testing.tflite_files import Bytes, Number, Table, Tables, flatbuffer, numbers, tflite_model, tflite_tensor


def seeds() -> dict[str, bytes]:
    """Files by name."""
    plain = tflite_model([("a", (2, 3), 0), ("b", (3,), 9), ("c", (), 2)], [(9, (0, 1, -1), (1,)), (0, (1, 2), (1,))])
    graph = Table({0: Tables((tflite_tensor("q", (2, 3), 9, 1, scale=True), tflite_tensor("x", (2, 3))))})
    behind = Tables((Table({}), Table({1: Number(64, 8), 2: Number(6, 8)})))
    codes = Tables((Table({0: Number(32, 1), 1: Bytes(b"MyOp"), 3: Number(32)}),))
    step = Table({0: Number(0), 1: numbers([0]), 2: numbers([1])})
    custom = Table({**graph.fields, 3: Tables((step,))})
    return {
        "plain": flatbuffer(plain),
        "behind": flatbuffer(Table({0: Number(3), 1: codes, 2: Tables((graph, custom)), 4: behind})),
        "empty": flatbuffer(Table({0: Number(3)})),
    }
