"""check(): the outcomes add up, the name changes no fact, and a broken file becomes a reason."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from truename.api import check, select_rules
from truename.errors import EmptyTargetError, TargetNotFoundError, UsageError
from truename.evidence import gather
from truename.findings import Severity
from truename.rules import all_rules
from truename.sources import FolderSource
from truename.testing import write_header_only

LLAMA = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 2048,
    "intermediate_size": 5632,
    "num_hidden_layers": 2,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "vocab_size": 32000,
    "max_position_embeddings": 2048,
    "torch_dtype": "bfloat16",
}


def llama_tensors() -> dict[str, tuple[str, tuple[int, ...]]]:
    tensors: dict[str, tuple[str, tuple[int, ...]]] = {
        "model.embed_tokens.weight": ("BF16", (32000, 2048)),
        "model.norm.weight": ("BF16", (2048,)),
        "lm_head.weight": ("BF16", (32000, 2048)),
    }
    for layer in range(2):
        prefix = f"model.layers.{layer}"
        for name, shape in {
            "self_attn.q_proj": (2048, 2048),
            "self_attn.k_proj": (256, 2048),
            "self_attn.v_proj": (256, 2048),
            "self_attn.o_proj": (2048, 2048),
            "mlp.gate_proj": (5632, 2048),
            "mlp.up_proj": (5632, 2048),
            "mlp.down_proj": (2048, 5632),
            "input_layernorm": (2048,),
            "post_attention_layernorm": (2048,),
        }.items():
            tensors[f"{prefix}.{name}.weight"] = ("BF16", shape)
    return tensors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "llama-219m"
    path.mkdir()
    (path / "config.json").write_text(json.dumps(LLAMA))
    write_header_only(path / "model.safetensors", llama_tensors())
    return path


def test_an_honest_name_is_quiet(folder: Path) -> None:
    report = check(folder)
    assert report.name == "llama-219m"
    assert report.findings == ()


def test_a_false_size_is_an_error_with_its_span_and_file(folder: Path) -> None:
    (finding,) = check(folder, name="someone/llama-7b").findings
    assert (finding.code, finding.severity) == ("SIZ001", Severity.ERROR)
    assert finding.claim is not None
    assert (finding.claim.text, finding.claim.start, finding.claim.end) == ("7b", 14, 16)
    assert finding.evidence is not None
    assert finding.evidence.file == "model.safetensors"
    assert finding.suggestion is not None
    assert finding.suggestion.startswith("someone/llama-2")


def test_every_rule_is_counted_once(folder: Path) -> None:
    outcomes = check(folder, name="mistral-7b-gptq-128k").outcomes
    assert outcomes.flagged + outcomes.clean + outcomes.cannot_tell == len(all_rules())


def test_renaming_a_model_changes_no_fact(folder: Path) -> None:
    reports = [check(folder, name=name) for name in ("llama-219m", "bert-base-uncased", "x/qwen-72b-awq", "")]
    assert len({str(report.facts) for report in reports}) == 1


def test_the_evidence_does_not_depend_on_the_folders_name(folder: Path, tmp_path: Path) -> None:
    before = gather(FolderSource(folder)).facts
    moved = folder.rename(tmp_path / "mixtral-8x7b-awq")
    assert gather(FolderSource(moved)).facts == before


def test_a_truncated_header_is_a_finding_and_a_reason(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 1 << 20) + b"{")
    report = check(folder, name="llama-7b")
    assert [(f.code, f.severity) for f in report.findings if f.severity is Severity.ERROR] == [("FIL001", "error")]
    reasons = {u.code: u.reason for u in report.cannot_tell}
    assert "model.safetensors" in reasons["ARC002"]


def test_two_faults_come_worst_first(folder: Path) -> None:
    severities = [f.severity.rank for f in check(folder, name="bert-base-7b-128k").findings]
    assert len(severities) > 1
    assert severities == sorted(severities)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TargetNotFoundError):
        check(tmp_path / "nothing")


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(EmptyTargetError):
        check(tmp_path)


@pytest.mark.parametrize(
    ("select", "ignore", "codes"),
    [
        (["SIZ001"], [], {"SIZ001"}),
        (["SIZ001"], ["SIZ"], {"SIZ001"}),
        (["SIZ"], ["SIZ001", "SIZ002"], {"SIZ003", "SIZ004", "SIZ005"}),
        (["SIZ001"], ["SIZ001"], set()),
        ([], ["ALL"], set()),
    ],
)
def test_selection_by_prefix(select: list[str], ignore: list[str], codes: set[str]) -> None:
    assert {rule.code for rule in select_rules(select, ignore)} == codes


def test_all_rules_run_by_default() -> None:
    assert select_rules() == all_rules()


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(UsageError, match="XYZ"):
        select_rules(["XYZ"])
