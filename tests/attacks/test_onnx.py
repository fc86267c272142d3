"""Hand-built bad ONNX files, each with its own named error."""

from __future__ import annotations

import pytest

from faults import assert_fault, raises_fault
from truename.blob import Blob, MemoryBlob
from truename.errors import Fault, UnsupportedFormatError, WeightsError
from truename.formats import protobuf
from truename.formats.onnx import OnnxFault
from truename.formats.onnx import reader as onnx
from truename.formats.onnx.reader import read_onnx
from truename.formats.protobuf import ProtobufFault
from truename.testing.protobuf_files import field, message, onnx_model, onnx_node, onnx_tensor, varint

GOOD = onnx_tensor("w", (2, 3), raw=bytes(24))


def external(location: str, **more: str) -> bytes:
    entries = {"location": location, **more}
    pairs = [(13, message((1, key), (2, value))) for key, value in entries.items()]
    return onnx_model([message((1, 2), (1, 3), (2, 1), (8, "w"), *pairs, (14, 1))])


def nested(depth: int) -> bytes:
    return message((7, nested_graph(depth)))


def nested_graph(depth: int) -> bytes:
    graph = b""
    for _ in range(depth):
        graph = message((1, message((4, "If"), (5, message((1, "then_branch"), (6, graph))))))
    return graph


CASES: dict[str, tuple[bytes, Fault]] = {
    "nothing at all": (b"", OnnxFault.NO_MODEL),
    "no graph": (message((1, 8), (2, "pytorch")), OnnxFault.NO_MODEL),
    "a tag without a value": (b"\x08", ProtobufFault.VARINT),
    "a number without an end": (b"\x08" + b"\xff" * 20, ProtobufFault.VARINT),
    "a number of 2^70": (b"\x08" + b"\xff" * 9 + b"\x7f", ProtobufFault.VARINT),
    "a tag of 2^70": (b"\xff" * 9 + b"\x7f\x01", ProtobufFault.VARINT),
    "wire type 3": (b"\x0b", ProtobufFault.WIRE_TYPE),
    "wire type 4": (b"\x0c", ProtobufFault.WIRE_TYPE),
    "wire type 7": (b"\x0f", ProtobufFault.WIRE_TYPE),
    "field number 0": (b"\x00\x01", ProtobufFault.WIRE_TYPE),
    "field number 2^29": (varint(2**29 << 3) + b"\x01", ProtobufFault.WIRE_TYPE),
    "a payload of 2^63 bytes": (b"\x3a" + varint(2**63), ProtobufFault.FIELD_RANGE),
    "a payload that is one byte short": (onnx_model([GOOD])[:-1], ProtobufFault.FIELD_RANGE),
    "a fixed number that is cut off": (b"\x09\0\0\0", ProtobufFault.FIELD_RANGE),
    "a safetensors file": (b"\x10\0\0\0\0\0\0\0{}", ProtobufFault.FIELD_KIND),
    "a pickle": (b"\x80\x02}q\x00.", ProtobufFault.FIELD_RANGE),
    "an LFS pointer": (b"version https://git-lfs.github.com/spec/v1\n", ProtobufFault.WIRE_TYPE),
    "the graph is a number": (message((7, 5)), ProtobufFault.FIELD_KIND),
    "a node is a number": (message((7, message((1, 5)))), ProtobufFault.FIELD_KIND),
    "a tensor is a number": (message((7, message((5, 5)))), ProtobufFault.FIELD_KIND),
    "a tensor that reaches out of its graph": (
        message((7, b"\x2a" + varint(400) + GOOD)) + bytes(400),
        ProtobufFault.FIELD_RANGE,
    ),
    "a name that is a number": (onnx_model([message((2, 1), (8, 7))]), ProtobufFault.FIELD_KIND),
    "a name that is not UTF-8": (onnx_model([message((2, 1), (8, b"\xff\xfe"))]), ProtobufFault.TEXT),
    "a name of 64 KB": (onnx_model([onnx_tensor("a" * 65_000)]), ProtobufFault.TEXT),
    "an operator of 64 KB": (onnx_model(nodes=[onnx_node("a" * 65_000, (), ())]), ProtobufFault.TEXT),
    "a data type that is a payload": (onnx_model([message((2, b"x"), (8, "w"))]), ProtobufFault.FIELD_KIND),
    "a tensor without a name": (onnx_model([onnx_tensor("", (2,))]), OnnxFault.TENSOR_NAME),
    "the same tensor twice": (onnx_model([GOOD, GOOD]), OnnxFault.DUPLICATE_TENSOR),
    "data type 0": (onnx_model([onnx_tensor("w", (2,), 0)]), OnnxFault.TENSOR_DTYPE),
    "data type 99": (onnx_model([onnx_tensor("w", (2,), 99)]), OnnxFault.TENSOR_DTYPE),
    "data type -1": (onnx_model([onnx_tensor("w", (2,), -1)]), OnnxFault.TENSOR_DTYPE),
    "a negative size": (onnx_model([onnx_tensor("w", (2, -3))]), OnnxFault.TENSOR_SHAPE),
    "two sizes whose product is above 2^63": (onnx_model([onnx_tensor("w", (2**40, 2**40))]), OnnxFault.TENSOR_SHAPE),
    "an overflow behind a zero": (onnx_model([onnx_tensor("w", (0, 2**62, 2**62))]), OnnxFault.TENSOR_SHAPE),
    "1,000 dimensions": (onnx_model([onnx_tensor("w", (1,) * 1000)]), OnnxFault.TENSOR_SHAPE),
    "too few bytes": (onnx_model([onnx_tensor("w", (2, 3), raw=bytes(20))]), OnnxFault.TENSOR_DATA),
    "too many bytes": (onnx_model([onnx_tensor("w", (2, 3), raw=bytes(28))]), OnnxFault.TENSOR_DATA),
    "too few numbers": (onnx_model([onnx_tensor("w", (4,)) + field(4, bytes(8))]), OnnxFault.TENSOR_DATA),
    "four bits, and bytes for eight": (onnx_model([onnx_tensor("w", (4,), 22, bytes(4))]), OnnxFault.TENSOR_DATA),
    "data outside, above the folder": (external("../../etc/passwd"), OnnxFault.EXTERNAL_DATA),
    "data outside, absolute": (external("/etc/passwd"), OnnxFault.EXTERNAL_DATA),
    "data outside, on a drive": (external("C:/w.bin"), OnnxFault.EXTERNAL_DATA),
    "data outside, with a backslash": (external("..\\w.bin"), OnnxFault.EXTERNAL_DATA),
    "data outside, with a NUL": (external("w\0.bin"), OnnxFault.EXTERNAL_DATA),
    "data outside, nowhere": (external(""), OnnxFault.EXTERNAL_DATA),
    "data outside, at a negative place": (external("w.bin", offset="-1"), OnnxFault.EXTERNAL_DATA),
    "data outside, at a place of 10,000 digits": (external("w.bin", offset="9" * 4_000), OnnxFault.EXTERNAL_DATA),
    "data outside, of another length": (external("w.bin", length="23"), OnnxFault.TENSOR_DATA),
    "17 graphs in each other": (nested(18), OnnxFault.GRAPH_NESTING),
    "a sparse tensor without values": (message((7, message((15, message((3, 4)))))), OnnxFault.TENSOR_NAME),
    "a function is a number": (message((25, 5)), ProtobufFault.FIELD_KIND),
    "a node of a function is a number": (message((25, message((7, 5)))), ProtobufFault.FIELD_KIND),
    "17 graphs in each other in a function": (
        message((25, message((7, message((5, message((6, nested_graph(18)))))))), (7, b"")),
        OnnxFault.GRAPH_NESTING,
    ),
    "a sparse Constant is a number": (
        onnx_model(nodes=[message((2, "w"), (4, "Constant"), (5, message((22, 5))))]),
        ProtobufFault.FIELD_KIND,
    ),
    "a sparse Constant without values": (
        onnx_model(nodes=[message((2, "w"), (4, "Constant"), (5, message((22, b""))))]),
        OnnxFault.TENSOR_NAME,
    ),
    "a sparse tensor of a negative size": (
        message((7, message((15, message((1, GOOD), (3, -4)))))),
        OnnxFault.TENSOR_SHAPE,
    ),
}


@pytest.mark.parametrize(("data", "code"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_code(data: bytes, code: Fault) -> None:
    with pytest.raises(WeightsError) as caught:
        read_onnx(MemoryBlob("bad.onnx", data))
    assert_fault(caught.value, code)
    assert str(caught.value).startswith("bad.onnx: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_every_code_has_a_case() -> None:
    beside = {OnnxFault.TOO_MANY_PARTS, ProtobufFault.TOO_MANY_FIELDS}  # tested with lower limits below
    assert {*OnnxFault, *ProtobufFault} - beside == {code for _, code in CASES.values()}


@pytest.mark.parametrize("limit", ["MAX_NODES", "MAX_TENSORS", "MAX_TEXT"])
def test_counts_are_bounded(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, limit, 3)
    nodes = [onnx_node("Add", ("a", "b"), ("c",)) for _ in range(9)]
    tensors = [onnx_tensor(f"tensor {number}") for number in range(9)]
    with raises_fault(OnnxFault.TOO_MANY_PARTS):
        read_onnx(MemoryBlob("bad.onnx", onnx_model(tensors if limit == "MAX_TENSORS" else (), nodes)))


def test_fields_are_bounded() -> None:
    data = b"\x08\x01" * 101
    wire = protobuf.Wire(onnx.Window(MemoryBlob("bad.onnx", data)), "bad.onnx", max_fields=100)
    with raises_fault(ProtobufFault.TOO_MANY_FIELDS):
        list(wire.fields(0, len(data)))


def test_functions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "MAX_FUNCTIONS", 3)
    with raises_fault(OnnxFault.TOO_MANY_PARTS):
        read_onnx(MemoryBlob("bad.onnx", onnx_model() + message((25, message((1, "F")))) * 4))


def test_packed_numbers_count_as_the_fields_that_they_are_unpacked() -> None:
    data = field(1, bytes(101))
    wire = protobuf.Wire(onnx.Window(MemoryBlob("bad.onnx", data)), "bad.onnx", max_fields=100)
    with raises_fault(ProtobufFault.TOO_MANY_FIELDS):
        [wire.numbers(found, 200) for found in wire.fields(0, len(data))]


def test_too_many_fields_are_no_fault_of_the_file() -> None:
    """A forest of decision trees is an honest file of millions of numbers: nothing is held against it."""
    data = message((7, b"")) + b"\x28\x01" * protobuf.MAX_FIELDS
    with pytest.raises(UnsupportedFormatError, match="fields"):
        read_onnx(MemoryBlob("forest.onnx", data))


@pytest.mark.parametrize("layers", [80, 126])
def test_the_bound_of_fields_holds_an_exported_decoder(layers: int) -> None:
    """PyTorch's exporter writes 1,817 fields and 233 nodes for a layer of Llama."""
    assert 2 * layers * 1_817 < protobuf.MAX_FIELDS
    assert 2 * layers * 233 < onnx.MAX_NODES


LONG = "n" * 4_000
MANY_TEXTS: dict[str, bytes] = {
    "names of the graphs of one node": onnx_model(
        nodes=[message((3, LONG), *[(5, message((6, b"")))] * 9_000)],
    ),
    "metadata": onnx_model() + message((14, message((1, "key"), (2, "v" * 65_000)))) * 600,
    "places of external data": onnx_model(
        [
            message((2, 1), (8, f"w{number}"), (13, message((1, "location"), (2, LONG))), (14, 1))
            for number in range(9_000)
        ]
    ),
    "paths of Constants that have no name": onnx_model(
        nodes=[
            message((3, LONG), (2, ""), (4, "Constant"), (5, message((5, onnx_tensor("", (1,) * number)))))
            for number in range(9)
        ]
        * 1_000
    ),
}


@pytest.mark.parametrize("data", MANY_TEXTS.values(), ids=MANY_TEXTS)
def test_texts_are_bounded_all_together(data: bytes) -> None:
    with pytest.raises(WeightsError) as caught:
        read_onnx(MemoryBlob("bad.onnx", data))
    assert caught.value.code in {OnnxFault.TOO_MANY_PARTS, ProtobufFault.TOO_MANY_FIELDS}


def test_cut_off_anywhere() -> None:
    data = onnx_model([GOOD], [onnx_node("MatMul", ("x", "w"), ("y",), axis=1)])
    for length in range(len(data)):
        try:
            read_onnx(MemoryBlob("bad.onnx", data[:length]))
        except WeightsError:
            continue
        assert data[length : length + 1] == b"\x42"  # only the operator set, the last field, is missing


def test_a_file_that_shrinks_while_it_is_read() -> None:
    class Shrinking(Blob):
        def _read(self, offset: int, length: int) -> bytes:
            return data[offset : min(offset + length, 30)]

    data = onnx_model([GOOD])
    with raises_fault(ProtobufFault):
        read_onnx(Shrinking("bad.onnx", len(data)))


def test_gigabytes_of_data_are_not_read() -> None:
    class Hole(Blob):
        def _read(self, offset: int, length: int) -> bytes:
            return (head + bytes(max(0, offset + length - len(head))))[offset : offset + length]

    size = 1 << 31
    tensor = message((1, size // 4), (2, 1), (8, "w")) + b"\x4a" + varint(size)
    graph = b"\x2a" + varint(len(tensor) + size) + tensor
    head = b"\x3a" + varint(len(graph) + size) + graph
    blob = Hole("model.onnx", len(head) + size)
    assert read_onnx(blob).tensors["w"].stored_bytes == size
    assert blob.bytes_read <= len(head) + 65_536
