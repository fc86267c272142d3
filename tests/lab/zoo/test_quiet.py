from __future__ import annotations

import os

import pytest

from truename.lab.zoo.libraries.quiet import quiet


@pytest.mark.parametrize("asked", [None, "0", "1"])
def test_the_network_is_shut_inside_only(asked: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    if asked is not None:
        monkeypatch.setenv("HF_HUB_OFFLINE", asked)
    with quiet():
        assert os.environ["HF_HUB_OFFLINE"] == (asked or "1")
    assert os.environ.get("HF_HUB_OFFLINE") == asked
