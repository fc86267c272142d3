"""A bar appears where people watch, input is long, and results go elsewhere."""

from __future__ import annotations

import io

import pytest

from truename.cli.progress import LONG, watched


class Stream(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("count", "errors_seen", "results_seen", "bar"),
    [
        (LONG * 2, True, False, True),
        (LONG, True, False, False),  # short
        (LONG * 2, True, True, False),  # the bar would stand among the results
        (LONG * 2, False, False, False),
    ],
)
def test_when_there_is_a_bar(
    count: int, errors_seen: bool, results_seen: bool, bar: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = Stream(terminal=errors_seen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", errors)
    monkeypatch.setattr("sys.stdout", Stream(terminal=results_seen))
    assert list(watched(range(count), "names")) == list(range(count))
    assert ("names" in errors.getvalue()) is bar
