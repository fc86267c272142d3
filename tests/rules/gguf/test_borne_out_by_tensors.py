"""A GGUF file that says something false of itself: where the tensors bear the name out, the name is not accused."""

from __future__ import annotations

from pathlib import Path

import pytest

from truename.api import check
from truename.findings import Outcome, Severity, VerdictKind
from truename.testing import write_gguf

TENSORS = {
    "token_embd.weight": ("Q4_K", (32_000, 4096)),
    **{f"blk.{n}.ffn_up.weight": ("Q4_K", (11_264, 4096)) for n in range(149)},
}  # 7.01 B
SAYS = {"general.architecture": "llama"}


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"general.size_label": "70B"}, "GGF004"),
        ({"general.size_label": "494M"}, "GGF004"),
        ({"general.name": "Llama 2 70B"}, "GGF003"),
    ],
)
def test_an_honest_size_beside_a_false_label(metadata: dict[str, str], code: str, tmp_path: Path) -> None:
    write_gguf(tmp_path / "Llama-2-7B.gguf", TENSORS, SAYS | metadata)
    report = check(tmp_path, name="Llama-2-7B")
    (size,) = [claim for claim in report.claims if claim.text == "7B"]
    assert (size.outcome, size.basis) == (Outcome.CONFIRMED, "measured")
    assert [(f.code, f.severity, f.claim) for f in report.findings] == [(code, Severity.WARNING, None)]
    assert report.verdict.outcome is VerdictKind.DEFECTIVE


@pytest.mark.parametrize(
    ("metadata", "codes"),
    [
        ({"general.size_label": "7B"}, {"SIZ001", "GGF004"}),
        ({"general.name": "Llama 2 7B"}, {"SIZ001", "GGF003"}),
        ({"general.size_label": "70B"}, {"SIZ001"}),  # repeats the lie
    ],
)
def test_a_false_size_is_accused_by_the_tensors_and_the_label(
    metadata: dict[str, str], codes: set[str], tmp_path: Path
) -> None:
    write_gguf(tmp_path / "Llama-2-70B.gguf", TENSORS, SAYS | metadata)
    report = check(tmp_path, name="Llama-2-70B")
    assert {f.code for f in report.findings if f.severity is not Severity.NOTE} == codes
    assert report.verdict.outcome is VerdictKind.CONTRADICTED


def test_without_a_count_the_label_is_all_there_is(tmp_path: Path) -> None:
    write_gguf(tmp_path / "Llama-2-7B-00001-of-00002.gguf", TENSORS, SAYS | {"general.size_label": "70B"})
    report = check(tmp_path, name="Llama-2-7B")
    assert [(f.code, f.severity) for f in report.findings if f.claim] == [("GGF004", Severity.WARNING)]
