"""Claims built by hand, so that a rule's test says what is claimed and does not lean on how names are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.names.claims import Claims, claims_of
from truename.names.elements import Element, Kind, Role
from truename.names.parse import ParsedName


@pytest.fixture(scope="session")
def stated() -> Callable[..., Claims]:
    """``stated("llama-7b", (Role.PARAMETERS, "7b", 7_000_000_000))``: that name, making these claims."""

    def build(name: str, *claims: tuple[Role, str, Any]) -> Claims:
        elements = []
        for role, text, value in claims:
            start = name.index(text)
            elements.append(Element(Kind.OTHER, role, text, start, start + len(text), value))
        return claims_of(ParsedName(name, None, name, None, tuple(elements)))

    return build
