"""gather() where no file shows a whole tensor, and of one file alone, whatever it is called."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

import pickles as p
from arrays import array
from truename.api import check
from truename.errors import EmptyTargetError
from truename.evidence import gather
from truename.findings import ReasonKind
from truename.sources import FileSource, FolderSource
from truename.testing import header_bytes

PARTS = {
    "Meta": ("consolidated.00.pth", "consolidated.01.pth"),
    "Megatron": ("mp_rank_00/model_optim_rng.pt", "mp_rank_01/model_optim_rng.pt"),
    "distributed": ("common.pt", "__0_0.distcp"),
}


@pytest.mark.parametrize("files", PARTS.values(), ids=PARTS)
def test_a_part_is_not_taken_for_the_whole(files: tuple[str, ...], tmp_path: Path) -> None:
    """The first file alone holds less than the name says, and that is not a fault of the name."""
    folder = tmp_path / "Llama-2-13b"
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(p.SMALL)
    source = FolderSource(folder)
    evidence = gather(source)
    for key in ("parameters", "hidden_size", "layers"):
        assert evidence.get(key) is None
        reason = evidence.why_missing(key)
        assert (reason.kind, "convert all parts to one checkpoint" in reason.text) == (ReasonKind.UNREAD_WEIGHTS, True)
    assert evidence.value("unreadable_files") is None
    assert not check(source).findings


def test_every_slice_is_searched_for_what_it_imports(tmp_path: Path) -> None:
    hostile = p.archive(p.stream(p.mapping({"a": p.call("os.system", p.text("true"))})), {})
    for number in (0, 1):
        (tmp_path / f"consolidated.0{number}.pth").write_bytes(hostile)
    found = gather(FolderSource(tmp_path)).value("unsafe_globals")
    assert [one.place.rpartition(" in ")[2] for one in found] == ["consolidated.00.pth", "consolidated.01.pth"]


SAFETENSORS = header_bytes({"a": ("F32", (2, 3))})[0] + bytes(24)
BARE = {
    "no suffix": ("0a1b2c", SAFETENSORS, "safetensors", 6),
    "capitals": ("Model.SAFETENSORS", SAFETENSORS, "safetensors", 6),
    "a tar": ("x.tar", p.tar({"model.ckpt": p.SMALL}), "tar", 24),
    "torch 7": ("x.t7", p.SMALL, "pytorch", 24),
    "a pickle": ("x.pkl", p.SMALL_LEGACY, "pytorch", 24),
    "a training file's name": ("optimizer.pt", p.SMALL, "pytorch", 24),
    "one array": ("x.npy", array("<f4", (2, 3)), "numpy", 6),
}


@pytest.mark.parametrize(("name", "data", "form", "parameters"), BARE.values(), ids=BARE)
def test_the_bytes_of_one_file_decide(name: str, data: bytes, form: str, parameters: int, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    evidence = gather(FileSource(tmp_path / name))
    assert evidence.value("formats") == (form,)
    assert evidence.value("parameters") == parameters


def test_a_compressed_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(p.tar({"model.ckpt": p.SMALL})))
    evidence = gather(FileSource(tmp_path / "x.tar.gz"))
    reason = evidence.why_missing("parameters")
    assert (reason.kind, reason.text[-30:]) == (ReasonKind.UNREAD_WEIGHTS, "unpack it, and check the files")


@pytest.mark.parametrize("name", ["config.json", "x.pkl", "x.bin.txt"])
def test_a_file_of_no_known_format_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(EmptyTargetError, match=r"is in no format that truename reads \(flax, gguf, .*; give a weights"):
        gather(FileSource(tmp_path / name))
