from __future__ import annotations

import pytest

from truename.study.survey.kappa import kappa


def test_no_pairs() -> None:
    assert kappa([]).kappa is None


def pairs(both: int, first: int, second: int, neither: int) -> list[tuple[bool, bool]]:
    return [(True, True)] * both + [(True, False)] * first + [(False, True)] * second + [(False, False)] * neither


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ((20, 5, 10, 15), 0.4),
        ((45, 15, 25, 15), 0.1304),  # equal agreement as in the next line, and not equal kappa
        ((25, 35, 5, 35), 0.2593),
        ((5, 0, 0, 5), 1.0),
        ((0, 5, 5, 0), -1.0),
        ((0, 0, 4, 6), 0.0),  # one coder never gives the code
    ],
)
def test_kappa(table: tuple[int, int, int, int], value: float) -> None:
    found = kappa(pairs(*table))
    assert found.kappa == pytest.approx(value, abs=5e-5)
    assert (found.both, found.first_only, found.second_only, found.neither) == table
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= value + 1e-4
    assert value - 1e-4 <= found.high <= 1


@pytest.mark.parametrize("table", [(7, 0, 0, 0), (0, 0, 0, 7)])
def test_kappa_of_coders_that_never_vary(table: tuple[int, int, int, int]) -> None:
    found = kappa(pairs(*table))
    assert (found.equal, found.kappa) == (1.0, None)
