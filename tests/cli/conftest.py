"""The five models of the demo, written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from truename.testing.miniature import demo_models


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for model in demo_models():
        model.write(folder)
    return folder


@pytest.fixture(autouse=True)
def _no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where no pyproject.toml of ours settles anything."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that is no folder could be a model's id: ask nobody for it."""
    from truename.sources import hub

    nobody = hub.Hub(offline=True, cache=False, downloads="nothing-was-downloaded")
    monkeypatch.setattr(hub, "_shared", [nobody])
