"""CFG004: what the configuration says of ties, and which models need a head."""

from __future__ import annotations

from typing import Any

import pytest

from truename.findings import Outcome
from truename.names import claims_of, parse_name
from truename.rules.config.output_head import OutputHead
from truename.rules.rule import Case


@pytest.mark.parametrize(
    "name", ["llama-embed-nemotron-8b", "llama-reward", "some-retriever", "reranker-llama", "llm2vec-llama"]
)
def test_a_name_that_speaks_of_vectors_or_scores(name: str) -> None:
    flagged = OutputHead.flagged[0]
    assert OutputHead().check(claims_of(parse_name("plain")), flagged.evidence()).outcome is Outcome.FLAGGED
    assert OutputHead().check(claims_of(parse_name(name)), flagged.evidence()).outcome is Outcome.CANNOT_TELL


def test_missing_shards_hide_a_head() -> None:
    flagged = OutputHead.flagged[0]
    given: dict[str, Any] = {str(fact.key): fact for fact in flagged.facts}
    case = Case("plain", **given, missing_shards=("model-00002-of-00002.safetensors",))
    assert OutputHead().check(claims_of(parse_name("plain")), case.evidence()).outcome is Outcome.CANNOT_TELL
