"""check(): the outcomes add up, the name changes no fact, and a broken file becomes a reason."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from truename.api import check, compare, identify, inspect
from truename.errors import EmptyTargetError, TargetNotFoundError, UsageError
from truename.evidence import gather
from truename.findings import ReasonKind, Severity
from truename.rules import all_rules
from truename.rules.selection import select_rules
from truename.sources import FolderSource, open_source
from truename.suggest import suggest_name
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
    report = check(folder, name="mistral-7b-gptq-128k")
    counts = report.outcomes
    told = counts.flagged + counts.confirmed + counts.does_not_apply + counts.cannot_tell
    assert told == len(select_rules())
    assert counts.flagged == len({finding.code for finding in report.findings})
    assert counts.confirmed == len({one.code for one in report.confirmed} - {f.code for f in report.findings})
    assert counts.cannot_tell == len({one.code for one in report.cannot_tell})
    assert counts.does_not_apply == len({one.code for one in report.does_not_apply})


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
    assert reasons["ARC002"].kind is ReasonKind.UNREAD_WEIGHTS
    assert "model.safetensors" in reasons["ARC002"].text


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


def test_an_inspection_has_the_facts_and_the_tree_of_blocks(folder: Path) -> None:
    found = inspect(folder)
    values = {fact.key: (fact.value, fact.origin) for fact in reversed(found.facts)}  # the strongest come first
    assert values["layers"] == (2, "weights")
    assert "card_mentions" in found.missing or "base_models" in found.missing
    assert found.tree is not None
    assert ("model.layers", "× 2") in [(branch.label, branch.detail) for branch in found.tree]
    assert found.names["hub"] == suggest_name(folder)


def test_an_inspection_never_sees_the_name(folder: Path, tmp_path: Path) -> None:
    before = inspect(folder)
    after = inspect(folder.rename(tmp_path / "bert-base-uncased"))
    assert (after.facts, after.tree, after.names) == (before.facts, before.tree, before.names)


def test_an_identification_by_structure(folder: Path) -> None:
    found = identify(folder)
    assert "llama" in found.model_type.labels
    assert found.reason is None


def test_the_default_error_rate_is_the_classifiers() -> None:
    from inspect import signature

    from truename.dara import ERROR_RATE

    assert signature(identify).parameters["error_rate"].default == ERROR_RATE


def test_a_model_without_weights_is_not_identified(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(LLAMA))
    found = identify(tmp_path)
    assert found.reason == "there is no weights file"
    assert all(answer.unknown for _, answer in found.answers())
    with pytest.raises(UsageError, match="no structure to compare: there is no weights file"):
        compare(tmp_path, tmp_path)


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1])
def test_an_error_rate_that_is_none(rate: float, folder: Path) -> None:
    with pytest.raises(UsageError, match="not between 0 and 1"):
        identify(folder, error_rate=rate)


def test_two_models_are_compared_block_by_block(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    tensors = llama_tensors()
    del tensors["model.layers.1.mlp.gate_proj.weight"]
    write_header_only(other / "model.safetensors", tensors)
    assert compare(folder, folder).overall == 0
    found = compare(folder, other)
    assert "model.layers.#.mlp.gate_proj" in {difference.path for difference in found.differences}


def test_one_source_serves_every_function(folder: Path) -> None:
    source = open_source(folder)
    assert open_source(source) is source
    assert check(source) == check(folder)
    assert inspect(source) == inspect(folder)
    assert identify(source) == identify(folder)
    assert compare(source, folder).overall == 0
    assert suggest_name(source) == suggest_name(str(folder)) == suggest_name(gather(source))


@pytest.mark.parametrize("function", [check, inspect, identify, suggest_name, lambda target: compare(target, target)])
def test_a_target_that_is_not_there_or_empty(function: Callable[[str], object], tmp_path: Path) -> None:
    with pytest.raises(TargetNotFoundError):
        function(str(tmp_path / "no" / "such" / "model"))
    with pytest.raises(UsageError, match="empty"):
        function(" ")


@pytest.mark.parametrize(
    ("select", "ignore", "codes"),
    [
        (["SIZ001"], [], {"SIZ001"}),
        (["SIZ001"], ["SIZ"], {"SIZ001"}),
        (["SIZ"], ["SIZ001", "SIZ002"], {"SIZ003", "SIZ004", "SIZ005", "SIZ006"}),
        (["SIZ001"], ["SIZ001"], set()),
        ([], ["ALL"], set()),
    ],
)
def test_selection_by_prefix(select: list[str], ignore: list[str], codes: set[str]) -> None:
    assert {rule.code for rule in select_rules(select, ignore)} == codes


def test_all_rules_run_by_default() -> None:
    assert select_rules() == tuple(rule for rule in all_rules() if not rule.preview)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(UsageError, match="XYZ"):
        select_rules(["XYZ"])
