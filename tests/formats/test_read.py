"""read_checkpoint, read_index and compare_index: shards merged, and held against their index."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any

import pytest

from faults import raises_fault
from truename.blob import Blob, MemoryBlob
from truename.errors import TargetNotFoundError, UnsafePathError
from truename.formats import (
    PartialWeightsError,
    Tensor,
    compare_index,
    find_checkpoints,
    read_checkpoint,
    read_index,
)
from truename.formats.index import MAX_NUMBERED, IndexFault, numbering_gaps
from truename.formats.read import CheckpointFault

INDEX = "model.safetensors.index.json"
ONE, TWO = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"


def shard(**shapes: list[int]) -> bytes:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    position = 0
    for name, shape in shapes.items():
        end = position + math.prod(shape)
        header[name] = {"dtype": "I8", "shape": shape, "data_offsets": [position, end]}
        position = end
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"\0" * position


def index(weight_map: dict[str, str], **metadata: Any) -> bytes:
    return json.dumps({"metadata": metadata, "weight_map": weight_map}).encode()


def opener(files: dict[str, bytes]) -> Callable[[str], Blob]:
    def open(path: str) -> Blob:
        if path not in files:
            raise TargetNotFoundError("model", f"holds no file {path}")
        return MemoryBlob(path, files[path])

    return open


def read(files: dict[str, bytes]) -> Any:
    return read_checkpoint(find_checkpoints({path: len(data) for path, data in files.items()})[0], opener(files))


def test_one_file() -> None:
    header = read({"model.safetensors": shard(a=[2])})
    assert (header.files, header.tensors) == (("model.safetensors",), {"a": Tensor("I8", (2,), 2)})


def test_shards_are_merged() -> None:
    files = {ONE: shard(a=[2]), TWO: shard(b=[3]), INDEX: index({"a": ONE, "b": TWO})}
    header = read(files)
    assert header.files == (ONE, TWO)
    assert header.tensors == {"a": Tensor("I8", (2,), 2), "b": Tensor("I8", (3,), 3)}
    assert (header.file("a"), header.file("b")) == (ONE, TWO)
    assert header.metadata == {"format": "pt"}
    # no byte of the data; a length and a brace are read once more, to tell the format
    assert header.bytes_read == sum(map(len, files.values())) - 5 + 2 * 9
    assert compare_index(read_index(MemoryBlob(INDEX, files[INDEX])), header).agrees


def test_an_index_alone_knows_names_and_no_shapes() -> None:
    header = read({INDEX: index({"a": ONE, "b": TWO})})
    assert header.tensors == {"a": Tensor(None, None, None), "b": Tensor(None, None, None)}
    assert header.files == (INDEX,)
    assert header.file("a") == INDEX
    assert not header.shapes_known


def test_an_index_of_a_format_without_a_reader() -> None:
    files = {"rust_model.ot.index.json": index({"a": "rust_model-00001-of-00001.ot"})}
    assert read(files).format == "rust"
    assert list(read({**files, "rust_model-00001-of-00001.ot": b"?"}).tensors) == ["a"]


def test_slices_are_not_added_up() -> None:
    files = {f"consolidated.0{n}.safetensors": shard(a=[2]) for n in (0, 1)}
    with pytest.raises(PartialWeightsError, match=r"consolidated\.00\.safetensors: is one of 2 model-parallel slices"):
        read(files)
    del files["consolidated.01.safetensors"]
    assert read(files).tensors == {"a": Tensor("I8", (2,), 2)}


def test_shards_with_an_underscore() -> None:
    one, two = (name.replace("l-", "l_") for name in (ONE, TWO))
    header = read({one: shard(a=[2])})
    assert header.missing_files == (two,)
    assert read({one: shard(a=[2]), two: shard(b=[3])}).files == (one, two)


def test_a_shard_that_leads_out_of_the_model_is_as_good_as_missing() -> None:
    files = {INDEX: index({"a": "w/x.safetensors", "b": "w/y.safetensors"}), "w/y.safetensors": shard(b=[3])}

    def open(path: str) -> Blob:
        if path == "w/x.safetensors":
            raise UnsafePathError("model", f"{path} is a symbolic link out of the model's folder")
        return opener(files)(path)

    header = read_checkpoint(find_checkpoints({INDEX: 1})[0], open)
    assert header.files == ("w/y.safetensors",)
    assert header.tensors == {"a": Tensor(None, None, None), "b": Tensor("I8", (3,), 3)}


def test_a_missing_shard() -> None:
    header = read({ONE: shard(a=[2]), INDEX: index({"a": ONE, "b": TWO})})
    assert header.files == (ONE,)
    assert header.tensors["b"] == Tensor(None, None, None)
    assert header.file("b") == TWO


def test_shards_that_are_not_named_like_their_index() -> None:
    files = {"weights.00.safetensors": shard(a=[2]), INDEX: index({"a": "weights.00.safetensors"})}
    header = read({INDEX: files[INDEX]} | files)
    assert header.tensors == {"a": Tensor("I8", (2,), 2)}
    assert header.files == ("weights.00.safetensors",)


def test_shards_in_a_folder() -> None:
    files = {"unet/" + ONE: shard(a=[2]), "unet/" + INDEX: index({"a": ONE})}
    header = read(files)
    assert header.file("a") == "unet/" + ONE
    assert read_index(MemoryBlob("unet/" + INDEX, files["unet/" + INDEX])).weight_map == {"a": "unet/" + ONE}


def test_a_tensor_in_two_shards_is_taken_from_the_promised_one() -> None:
    files = {ONE: shard(a=[2]), TWO: shard(a=[3]), INDEX: index({"a": TWO})}
    assert read(files).tensors["a"].shape == (3,)
    del files[INDEX]
    assert read(files).tensors["a"].shape == (2,)


def test_a_format_without_a_reader() -> None:
    with raises_fault(CheckpointFault.NO_READER, match="no reader for rust"):
        read({"rust_model.ot": b"?"})


@pytest.mark.parametrize("listed", ["model.safetensors", INDEX])
def test_a_file_that_cannot_be_opened(listed: str) -> None:
    with raises_fault(CheckpointFault.UNREADABLE_FILE, match="holds no file"):
        read_checkpoint(find_checkpoints({listed: 1})[0], opener({}))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1000, 1000),
        (1000.0, 1000),
        (-5, None),
        (0.5, None),
        ("1000", None),
        (None, None),
        (True, None),
        ([1], None),
        (2**63, None),
        (1e300, None),
    ],
)
def test_total_size(value: Any, expected: int | None) -> None:
    found = read_index(MemoryBlob(INDEX, index({"a": ONE}, total_size=value, total_parameters=value)))
    assert (found.total_size, found.total_parameters) == (expected, expected)


def test_a_total_size_of_zero_is_what_the_index_says() -> None:
    found = read_index(MemoryBlob(INDEX, index({"a": ONE}, total_size=0, total_parameters=0)))
    assert (found.total_size, found.total_parameters) == (0, None)


@pytest.mark.parametrize("metadata", ["", ',"metadata":null', ',"metadata":[]', ',"metadata":"x"', ',"metadata":{}'])
def test_no_metadata(metadata: str) -> None:
    found = read_index(MemoryBlob(INDEX, f'{{"weight_map":{{"a":"{ONE}"}}{metadata}}}'.encode()))
    assert (found.total_size, found.weight_map) == (None, {"a": ONE})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", IndexFault.NO_INDEX),
        (b"[]", IndexFault.NO_INDEX),
        (b"{}", IndexFault.NO_INDEX),
        (b'{"weight_map":[]}', IndexFault.NO_INDEX),
        (b'{"weight_map":{"a":1}}', IndexFault.NO_INDEX),
        (b'{"weight_map":{"a":null}}', IndexFault.NO_INDEX),
        (b'{"weight_map":{"a":"\xff"}}', IndexFault.NO_INDEX),
        (b'{"weight_map":' + b"[" * 100_000, IndexFault.NO_INDEX),
        (b'{"metadata":' + b'{"a":' * 100_000, IndexFault.NESTING),
    ],
)
def test_a_broken_index(data: bytes, code: IndexFault) -> None:
    with raises_fault(code, match=r"model\.safetensors\.index\.json: "):
        read_index(MemoryBlob(INDEX, data))


def test_an_index_that_is_too_large_is_not_read() -> None:
    class Large(MemoryBlob):
        def __init__(self) -> None:
            super().__init__(INDEX, b"{}")
            self.size = 10**12

    blob = Large()
    with raises_fault(IndexFault.TOO_LARGE):  # no fault of the model: its weights may be read all the same
        read_index(blob)
    assert blob.bytes_read == 0


def test_every_way_in_which_an_index_can_differ() -> None:
    three = "model-00003-of-00004.safetensors"
    four = three.replace("00003-of", "00004-of")
    one, two = (name.replace("of-00002", "of-00004") for name in (ONE, TWO))
    weight_map = {"a": one, "lost": one, "moved": two, "elsewhere": three}
    files = {one: shard(a=[1], moved=[1]), two: shard(extra=[1]), INDEX: index(weight_map)}
    found = compare_index(read_index(MemoryBlob(INDEX, files[INDEX])), read(files))
    assert found.missing_files == (three,)
    assert found.missing_tensors == ("lost",)
    assert found.extra_tensors == ("extra",)
    assert found.misplaced_tensors == {"moved": (two, one)}
    assert found.numbering_gaps == (four,)
    assert not found.agrees
    assert not found.nothing_read


def test_an_index_alone_cannot_be_compared() -> None:
    files = {INDEX: index({"a": ONE})}
    found = compare_index(read_index(MemoryBlob(INDEX, files[INDEX])), read(files))
    assert found.nothing_read
    assert not found.agrees
    assert found.missing_files == (ONE,)
    assert found.missing_tensors == ()


def test_numberings_of_very_many_shards_are_bounded() -> None:
    shards = {f"s{n}-00001-of-09999.safetensors" for n in range(1500)}
    gaps = numbering_gaps({ONE, "model-00003-of-00003.safetensors", *shards})
    assert len(gaps) <= MAX_NUMBERED
    assert numbering_gaps({ONE, "x-00001-of-10001.safetensors"}) == (TWO,)


def test_a_numbering_from_zero_has_no_gap() -> None:
    zero, one, two = (f"model-0000{n}-of-00002.safetensors" for n in range(3))
    assert numbering_gaps({zero, one}) == ()
    assert numbering_gaps({zero}) == (one,)
    assert numbering_gaps({one}) == (two,)
    assert numbering_gaps({zero, two}) == (one,)


def test_numbered_files_are_one_set_unless_they_share_a_tensor() -> None:
    apart = {"out-0.safetensors": shard(a=[1]), "out-1.safetensors": shard(b=[2])}
    assert set(read(apart).tensors) == {"a", "b"}
    states = {"lora-1.safetensors": shard(a=[1], b=[1]), "lora-2.safetensors": shard(a=[1], b=[1])}
    assert read(states).files == ("lora-1.safetensors",)


def test_of_two_sets_the_one_that_the_index_names_is_read() -> None:
    shards = {f"model-0000{n}-of-00003.safetensors": shard(**{f"stale{n}": [1]}) for n in (1, 2, 3)}
    files = {**shards, ONE: shard(a=[1]), TWO: shard(b=[2]), INDEX: index({"a": ONE, "b": TWO})}
    assert set(read(files).tensors) == {"a", "b"}
