"""Every pickle of a folder counts, whichever set of weights is read; a suffix that promises another format is told."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import pickles as p
from truename.api import check
from truename.evidence import gather
from truename.facts import MISNAMED_FILES
from truename.findings import Severity
from truename.sources import FolderSource
from truename.testing import layout_tensors, write_gguf, write_header_only

CONFIG = {
    "model_type": "bert", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100,
    "intermediate_size": 128, "max_position_embeddings": 64, "type_vocab_size": 2,
}  # fmt: skip
HOSTILE = p.mapping({"a": p.tensor("0", (4,)), "hook": p.call("os.system", p.text("true"))})
PLAIN = p.mapping({"a": p.tensor("0", (4,))})


def zipped(value: bytes) -> bytes:
    return p.archive(p.stream(value), {"0": 16})


def folder_of(parent: Path, files: dict[str, bytes]) -> FolderSource:
    folder = parent / "bert-base-uncased"
    folder.mkdir()
    write_header_only(folder / "model.safetensors", layout_tensors(CONFIG, "F32"))
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return FolderSource(folder)


def findings(source: FolderSource, code: str) -> list[tuple[Severity, str]]:
    return [(found.severity, found.message) for found in check(source).findings if found.code == code]


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "other.pt", "unet/model.ckpt", "old/pytorch_model.bin", "adapter_model.bin"]
)
def test_a_hostile_pickle_beside_safetensors_is_found(name: str, tmp_path: Path) -> None:
    found = findings(folder_of(tmp_path, {name: zipped(HOSTILE)}), "FIL003")
    ((severity, message),) = found
    assert severity is Severity.ERROR
    assert message.startswith("the weights import os.system (byte ")
    assert f" in {name})" in message


@pytest.mark.parametrize("name", ["training_args.bin", "optimizer.pt", "classifier.pkl", "run/rng_state.pth"])
def test_so_is_one_that_holds_no_weights(name: str, tmp_path: Path) -> None:
    hostile = p.stream(p.mapping({"a": p.call("os.system", p.text("true"))}))
    found = findings(folder_of(tmp_path, {name: hostile}), "FIL003")
    ((severity, message),) = found
    assert severity is Severity.ERROR
    assert message.startswith("pickled objects import os.system (byte ")


def test_a_pickle_that_breaks_counts_up_to_there(tmp_path: Path) -> None:
    broken = p.stream(p.call("os.system", p.text("true")))[:-1] + b"\xff"
    evidence = gather(folder_of(tmp_path, {"second.pt": broken}))
    assert evidence.value("unsafe_globals")[0].name == "os.system"
    assert evidence.value("unread_pickles") == ("second.pt",)


def test_settings_of_a_training_are_no_fault(tmp_path: Path) -> None:
    """The classes that ``transformers`` pickles there; enumerations come as ``getattr`` from some versions."""
    value = p.call("builtins.getattr", p.name("transformers.trainer_utils.IntervalStrategy"), p.text("STEPS"))
    source = folder_of(tmp_path, {"training_args.bin": zipped(p.mapping({"strategy": value}))})
    assert not findings(source, "FIL003")
    assert gather(source).value("unsafe_globals") == ()


def test_harmless_pickles_are_clean(tmp_path: Path) -> None:
    evidence = gather(folder_of(tmp_path, {"b.bin": zipped(PLAIN), "c.pt": zipped(PLAIN), "notes.bin": b"\0" * 99}))
    assert evidence.value("unsafe_globals") == ()
    assert evidence.get("unread_pickles") is None


def test_no_pickle_no_fact(tmp_path: Path) -> None:
    evidence = gather(folder_of(tmp_path, {"blob.bin": b"not a pickle"}))
    assert evidence.get("unsafe_globals") is None


def test_too_many_pickles_are_not_called_clean(tmp_path: Path) -> None:
    source = folder_of(tmp_path, {f"rank_{number}.pt": zipped(PLAIN) for number in range(70)})
    assert len(gather(source).value("unread_pickles")) == 6
    (reason,) = (undecided.reason for undecided in check(source).cannot_tell if undecided.code == "FIL003")
    assert reason.text.startswith("not every pickle could be read to its end (")


def test_the_pickles_of_a_folder_share_their_opcodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each alone may be walked; what is left over is not called clean."""
    monkeypatch.setattr("truename.evidence.pickles.MAX_OPCODES", 10_000)
    long = p.stream(b"N0" * 1_500 + p.mapping({"a": p.number(1)}))
    source = folder_of(tmp_path, {f"rank_{number}.pt": long for number in range(6)})
    assert gather(source).value("unread_pickles") == ("rank_3.pt", "rank_4.pt", "rank_5.pt")
    (reason,) = (undecided.reason for undecided in check(source).cannot_tell if undecided.code == "FIL003")
    assert reason.text == "not every pickle could be read to its end (rank_3.pt, rank_4.pt, rank_5.pt)"


def test_an_archive_that_is_not_supported_may_hold_pickles(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "program.pt", "w") as file:
        file.writestr("program/models/model.json", b"{}")
        file.writestr("program/archive_format", b"pt2")
    source = folder_of(tmp_path, {"program.pt": (tmp_path / "program.pt").read_bytes()})
    assert gather(source).value("unread_pickles") == ("program.pt",)


# --- suffixes -------------------------------------------------------------------------------------------------------


def test_a_pickle_named_safetensors(tmp_path: Path) -> None:
    source = folder_of(tmp_path, {"model.safetensors": zipped(HOSTILE)})
    message = "model.safetensors is a pickle of PyTorch, whatever its suffix says"
    assert findings(source, "FIL005") == [(Severity.ERROR, message)]
    assert findings(source, "FIL003")[0][0] is Severity.ERROR


def test_a_second_one_that_is_not_the_main_set(tmp_path: Path) -> None:
    source = folder_of(tmp_path, {"extra/lora.safetensors": zipped(PLAIN)})
    assert findings(source, "FIL005")[0][1].startswith("extra/lora.safetensors is a pickle")


@pytest.mark.parametrize("name", ["model.gguf", "model.onnx", "tf_model.h5", "model.npz", "flax_model.msgpack"])
def test_safetensors_under_another_suffix(name: str, tmp_path: Path) -> None:
    write_header_only(tmp_path / "one.safetensors", layout_tensors(CONFIG, "F32"))
    source = folder_of(tmp_path, {name: (tmp_path / "one.safetensors").read_bytes()})
    message = f"{name} is safetensors, whatever its suffix says"
    assert findings(source, "FIL005") == [(Severity.WARNING, message)]


def test_each_misnamed_file_is_a_fact_of_its_own(tmp_path: Path) -> None:
    write_header_only(tmp_path / "one.safetensors", layout_tensors(CONFIG, "F32"))
    files = {"b.gguf": (tmp_path / "one.safetensors").read_bytes(), "c.safetensors": zipped(PLAIN)}
    found = gather(folder_of(tmp_path, files)).all(MISNAMED_FILES)
    assert {(fact.file, fact.value) for fact in found} == {("b.gguf", "safetensors"), ("c.safetensors", "pytorch")}


def test_suffixes_of_several_formats_promise_nothing(tmp_path: Path) -> None:
    write_gguf(tmp_path / "one.gguf", {"a": ("F32", (4, 4))})
    write_header_only(tmp_path / "one.safetensors", layout_tensors(CONFIG, "F32"))
    files = {"a.bin": (tmp_path / "one.gguf").read_bytes(), "b.ckpt": (tmp_path / "one.safetensors").read_bytes()}
    assert gather(folder_of(tmp_path, files)).get("misnamed_files") is None
