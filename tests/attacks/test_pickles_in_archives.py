"""Pickles beside the checkpoint within a tar are walked: nothing in them passes that runs code."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile
import zipfile
from pathlib import Path

import pytest

import pickles as p
from truename import check
from truename.findings import Outcome, Severity
from truename.rules.files.unsafe_global import UnsafeGlobal
from truename.testing.header_only import header_bytes

SYSTEM = p.stream(p.call("os.system", p.text("true")))
NOTHING = p.stream(b"}")


def zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, data)
    return buffer.getvalue()


def outcome(folder: Path, data: bytes, file: str = "model.nemo") -> str:
    (folder / file).write_bytes(data)
    (folder / "config.json").write_text("{}")
    report = check(folder, rules=[UnsafeGlobal()])
    if report.findings:
        assert all("os.system" in finding.message for finding in report.findings)
        return "error" if any(one.severity is Severity.ERROR for one in report.findings) else "warning"
    return Outcome.CANNOT_TELL.value if report.cannot_tell else "passed"


HOSTILE = {
    "tokenizer.pkl": SYSTEM,
    "a/b/state.pt": SYSTEM,
    "extra.bin": p.archive(SYSTEM, {}),
    "second.ckpt": NOTHING + SYSTEM,
    "vocabulary.joblib.gz": gzip.compress(SYSTEM),
    "words.npz": zipped("words.npy", p.npy("'|O'", "(1,)", SYSTEM)),
    "words.npy": p.npy("'|O'", "(1,)", SYSTEM),
    "dataset.dat": SYSTEM,
    "model_best.pth.tar": SYSTEM,
}


@pytest.mark.parametrize("file", ["model.nemo", "checkpoint.pth.tar", "pytorch_model.bin"])
@pytest.mark.parametrize("member", HOSTILE)
def test_beside_weights(tmp_path: Path, member: str, file: str) -> None:
    data = p.tar({"./model_config.yaml": b"a: 1\n", "./model_weights.ckpt": p.SMALL, member: HOSTILE[member]})
    assert outcome(tmp_path, data, file) == "error"


@pytest.mark.parametrize("member", HOSTILE)
def test_beside_weights_that_are_no_pickle(tmp_path: Path, member: str) -> None:
    weights = header_bytes({"w": ("F32", (2,))})[0] + bytes(8)
    assert outcome(tmp_path, p.tar({"model.safetensors": weights, member: HOSTILE[member]})) == "error"


def test_beside_weights_of_an_old_tar(tmp_path: Path) -> None:
    members = {"storages": b"", "tensors": b"", "pickle": b""}
    with tarfile.open(fileobj=io.BytesIO(p.old_tar({"w": (2, 3)}))) as whole:
        for name in members:
            found = whole.extractfile(name)
            assert found is not None
            members[name] = found.read()
    assert outcome(tmp_path, p.tar(members), "pytorch_model.bin") == "passed"
    assert outcome(tmp_path, p.tar({**members, "more.pkl": SYSTEM}), "pytorch_model.bin") == "error"
    members["pickle"] += SYSTEM
    assert outcome(tmp_path, p.tar(members), "pytorch_model.bin") == "cannot_tell"


@pytest.mark.parametrize(
    ("member", "data"),
    [
        ("inner.bin", p.tar({"a.pkl": SYSTEM})),
        ("inner.nemo", p.tar({"a.pkl": SYSTEM})),
        ("broken.pkl", SYSTEM[:4]),
        ("packed.joblib", b"\x28\xb5\x2f\xfd" + bytes(20)),
    ],
)
def test_what_cannot_be_walked_never_passes(tmp_path: Path, member: str, data: bytes) -> None:
    found = outcome(tmp_path, p.tar({"model_weights.ckpt": p.SMALL, member: data}))
    assert found in ("cannot_tell", "error")


def test_of_many_members_some_are_walked(tmp_path: Path) -> None:
    members = {f"{number}.pkl": NOTHING for number in range(70)}
    assert outcome(tmp_path, p.tar({"model_weights.ckpt": p.SMALL, **members})) == "cannot_tell"


def test_broken_archives_never_pass(tmp_path: Path) -> None:
    data = p.tar({"model_weights.ckpt": p.SMALL, "a.pkl": SYSTEM})
    cut = data[: data.index(b"a.pkl") + 600]
    assert outcome(tmp_path, cut) == "cannot_tell"
    (tmp_path / "other.bin").write_bytes(p.SMALL)
    assert outcome(tmp_path, cut) == "cannot_tell"


def test_honest_archives_pass(tmp_path: Path) -> None:
    members = {
        "./model_config.yaml": b"a: 1\n",
        "./model_weights.ckpt": p.SMALL,
        "./tokenizer.model": bytes(40),
        "./state.pkl": pickle.dumps({"step": 3}),
        "./words.npy": p.npy("'<f4'", "(1,)", bytes(4)),
    }
    assert outcome(tmp_path, p.tar(members)) == "passed"


TORCH = p.archive(SYSTEM, {})


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("htdemucs.th", TORCH),
        ("slowfast.pyth", SYSTEM),
        ("model.torch", TORCH),
        ("word2vec.model", SYSTEM),
        ("model.pdparams", SYSTEM),
        ("model_best.pth.tar", TORCH),
        ("model.mar", zipped("model.pt", TORCH)),
        ("archive.pkl", zipped("archive/extra/inner.zip", zipped("a.pkl", SYSTEM))),
        ("a.pkl", zipped("b.pkl", zipped("c.pkl", zipped("d.pkl", SYSTEM)))),
        (".metadata", SYSTEM),
        ("program.ptl", TORCH),
    ],
)
def test_other_names_under_which_pickles_are_loaded(tmp_path: Path, file: str, data: bytes) -> None:
    assert outcome(tmp_path, data, file) == "error"


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("program.pt2", zipped("m/data/sample_inputs/model.pt", TORCH)),
        ("__0_0.distcp", TORCH + TORCH),
        ("deep.pkl", SYSTEM),
    ],
)
def test_archives_that_cannot_be_walked_never_pass(tmp_path: Path, file: str, data: bytes) -> None:
    if file == "deep.pkl":
        for _ in range(12):
            data = zipped("a.pkl", data)
    (tmp_path / "other.bin").write_bytes(p.SMALL)
    assert outcome(tmp_path, data, file) == "cannot_tell"


@pytest.mark.parametrize("file", ["tokenizer.model", "spiece.model", "sub/sentencepiece.bpe.model", "words.model"])
def test_what_is_no_pickle_under_such_a_name(tmp_path: Path, file: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / "pytorch_model.bin").write_bytes(p.SMALL)
    assert outcome(tmp_path, b"\n\x0e\n\x05<unk>\x15\0\0\0\0\x18\2" * 100, file) == "passed"
