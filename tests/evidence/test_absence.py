"""Why a fact of the card is not there: no card, a silent card, a broken one."""

from pathlib import Path
from typing import Any, cast

import pytest

from truename.api import check
from truename.evidence import Evidence, gather
from truename.findings import Reason
from truename.findings import ReasonKind as R
from truename.sources import FolderSource
from truename.testing import write_gguf, write_header_only
from truename.testing.protobuf_files import onnx_model, onnx_node


@pytest.mark.parametrize(
    ("file", "text", "kind", "why"),
    [
        (None, "", R.NO_DOCUMENT, "there is no card (README.md)"),
        ("README.md", "# A model\n", R.NOT_DECLARED, "the card has no front matter"),
        ("readme.md", "# A model\n", R.NOT_DECLARED, "the card has no front matter"),
        (
            "README.md",
            "---\npipeline_tag: fill-mask\n---\n",
            R.NOT_DECLARED,
            "README.md does not state the languages",
        ),
        (
            "readme.md",
            "---\nlanguage: en\n",
            R.UNREAD_FILE,
            "readme.md: has front matter that no line '---' ends",
        ),
    ],
)
def test_the_reason_names_what_is_there(tmp_path: Path, file: str | None, text: str, kind: R, why: str) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    if file is not None:
        (tmp_path / file).write_text(text)
    assert gather(FolderSource(tmp_path)).why_missing("languages") == Reason(kind, why, file or "card (README.md)")


def test_a_file_without_a_tensor_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(onnx_model(nodes=[onnx_node("Add", ("x", "x"), ("y",))]))
    evidence = gather(FolderSource(tmp_path))
    assert evidence.value("tensors") == 0
    expected = Reason(R.UNREAD_WEIGHTS, "no tensor was found in model.onnx")
    assert evidence.why_missing("parameters") == expected


SUMS = {f"blk.{n}.attn_q.weight{end}": ("F32", (1, 64)) for n in range(4) for end in (".in_sum2", ".counts")}


@pytest.mark.parametrize("metadata", [{"general.type": "imatrix"}, {}], ids=["as it says", "by its tensors"])
def test_an_importance_matrix_is_no_model(tmp_path: Path, metadata: dict[str, str]) -> None:
    write_gguf(tmp_path / "llama-7b.gguf", SUMS, metadata)
    evidence = gather(FolderSource(tmp_path))
    assert evidence.value("parameters") is None
    reason = evidence.why_missing("parameters")
    assert (reason.kind, "importance matrix" in reason.text) == (R.UNREAD_WEIGHTS, True)
    assert evidence.value("unreadable_files") is None
    assert not [f for f in check(tmp_path).findings if f.code.startswith(("SIZ", "ARC", "FIL"))]


def test_an_importance_matrix_beside_a_model_is_not_what_is_measured(tmp_path: Path) -> None:
    write_gguf(tmp_path / "a.gguf", SUMS, {"general.type": "imatrix"})
    write_header_only(tmp_path / "model.safetensors", {"embed.weight": ("F32", (10, 64))})
    assert gather(FolderSource(tmp_path)).value("parameters") == 640


def test_a_key_that_does_not_exist_is_said_so() -> None:
    with pytest.raises(KeyError, match="undeclared fact 'parameterz'"):
        Evidence.of(()).why_missing(cast(Any, "parameterz"))
