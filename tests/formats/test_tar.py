"""READERS["tar"]: the weights inside of a .nemo or another tar, in place."""

from __future__ import annotations

import re
import struct
import tarfile
from typing import Literal

import pytest

import pickles as p
from truename.blob import MemoryBlob
from truename.formats import READERS, PartialWeightsError, Tensor, find_checkpoints, read_checkpoint
from truename.formats.views import PartBlob

EXPECTED = {"embed.weight": Tensor("F32", (5, 4), 80), "norm.weight": Tensor("F16", (4,), 8)}
HEADER = b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'
SAFETENSORS = struct.pack("<Q", len(HEADER)) + HEADER + bytes(4)


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("folder", ["", "./", "folder/" * 20])
def test_forms_of_tar(format: Literal[0, 1, 2], folder: str) -> None:
    data = p.tar({f"{folder}model_config.yaml": b"a: 1\n", f"{folder}model_weights.ckpt": p.SMALL}, format)
    blob = MemoryBlob("model.nemo", data)
    header = READERS["tar"](blob)
    assert header.tensors == EXPECTED
    assert (header.format, header.files, header.file("embed.weight")) == ("pytorch", ("model.nemo",), "model.nemo")
    assert header.metadata == {"member": folder.removeprefix("./") + "model_weights.ckpt"}
    assert header.bytes_read == blob.bytes_read


@pytest.mark.parametrize(
    ("member", "data", "format", "names"),
    [
        ("model.safetensors", SAFETENSORS, "safetensors", ["a"]),
        ("model.ckpt", SAFETENSORS, "safetensors", ["a"]),  # the bytes decide, not the suffix
        ("model.pt", p.SMALL_LEGACY, "pytorch", list(EXPECTED)),
    ],
)
def test_weights_of_several_formats(member: str, data: bytes, format: str, names: list[str]) -> None:
    header = READERS["tar"](MemoryBlob("model.tar", p.tar({member: data})))
    assert (header.format, list(header.tensors)) == (format, names)


def test_shards_inside() -> None:
    one, two = (f"pytorch_model-0000{n}-of-00002.bin" for n in (1, 2))
    other = p.archive(p.stream(p.mapping({"x": p.tensor("0", (2,))})), {"0": 8})
    header = READERS["tar"](MemoryBlob("model.tar", p.tar({one: p.SMALL, two: other})))
    assert list(header.tensors) == [*EXPECTED, "x"]


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        (
            [f"./mp_rank_0{n}/model_weights.ckpt" for n in (0, 1)],
            "mp_rank_00/model_weights.ckpt: is one of 2 model-par",
        ),
        (["./model_weights/common.pt", "./model_weights/__0_0.distcp"], "__0_0.distcp: is a part of a distributed"),
        (
            ["./model_weights/common.pt", "./model_weights/metadata.json", "./model_weights/x.weight/0.0"],
            "common.pt: is a part of a distributed checkpoint",
        ),
    ],
)
def test_a_part_of_the_weights_is_not_read_for_the_whole(members: list[str], problem: str) -> None:
    with pytest.raises(PartialWeightsError, match=r"^model\.nemo/.*" + re.escape(problem)):
        READERS["tar"](MemoryBlob("model.nemo", p.tar(dict.fromkeys(members, p.SMALL))))


def test_a_nemo_in_a_folder() -> None:
    data = p.tar({"./model_weights.ckpt": p.SMALL})
    (checkpoint,) = find_checkpoints({"parakeet.nemo": len(data)})
    assert read_checkpoint(checkpoint, lambda path: MemoryBlob(path, data)).tensors == EXPECTED


def test_a_part_ends_where_it_ends() -> None:
    part = PartBlob(MemoryBlob("whole", b"0123456789"), "part", 2, 3)
    assert (part.size, part.read(0, 99), part.read(1, 1), part.read(3, 5)) == (3, b"234", b"3", b"")
    for offset, size in ((-1, 2), (0, 11), (9, 2), (2, -1)):
        with pytest.raises(ValueError, match="inside"):
            PartBlob(MemoryBlob("whole", b"0123456789"), "part", offset, size)
