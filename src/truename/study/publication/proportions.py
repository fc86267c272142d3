"""Intervals and tests of proportions, as statsmodels computes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95

Floats = NDArray[np.float64]


class Share(msgspec.Struct, frozen=True):
    """A count of a number, with the Wilson interval of its share; all None where there is nothing to divide by."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class Difference(msgspec.Struct, frozen=True):
    """The first share less the second, with its interval and the p-value of no difference."""

    difference: float
    low: float
    high: float
    p: float


def share(count: int, of: int) -> Share:
    """The share of a count with its 95 % Wilson interval (Wilson, JASA 22:209, 1927)."""
    if of == 0:
        return Share(count, of, None, None, None)
    part, low, high = wilson([count], [of])
    return Share(count, of, float(part[0]), float(low[0]), float(high[0]))


def wilson(counts: ArrayLike, of: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Shares and the ends of their 95 % Wilson intervals, not a number where there is nothing to divide by.

    Args:
        counts: how many have it, each from 0 to ``of``; weighted counts need not be whole.
        of: how many there are.
    """
    from statsmodels.stats.proportion import proportion_confint

    number = np.asarray(of, dtype=np.float64)
    some = number > 0
    known = np.where(some, number, 1.0)
    count = np.where(some, np.asarray(counts, dtype=np.float64), 0.0)
    low, high = proportion_confint(count, known, alpha=1 - CONFIDENCE, method="wilson")
    part = count / known
    # rounding must not put the interval past a share of 0 or 1
    ends = (np.minimum(part, np.maximum(0.0, low)), np.maximum(part, np.minimum(1.0, high)))
    return tuple(np.where(some, values, np.nan) for values in (part, *ends))  # type: ignore[return-value]


def difference(first: tuple[int, int], second: tuple[int, int]) -> Difference:
    """Compare two independent shares, each a count and what it is of (both above zero).

    The interval is Newcombe's hybrid score (Statistics in Medicine 17:873, 1998, method 10); the p-value that of the
    score test (Miettinen and Nurminen, Statistics in Medicine 4:213, 1985).
    """
    from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

    numbers = (*first, *second)
    low, high = confint_proportions_2indep(*numbers, method="newcomb", compare="diff", alpha=1 - CONFIDENCE)
    apart = first[0] / first[1] - second[0] / second[1]
    if apart == 0:  # where neither or all have it the test's variance is zero
        return Difference(apart, float(low), float(high), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):  # it also computes ratios, which we do not ask for
        tested: Any = test_proportions_2indep(*numbers, method="score", compare="diff", return_results=True)
    return Difference(apart, float(low), float(high), float(tested.pvalue))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values corrected for their number (Holm, Scandinavian Journal of Statistics 6:65, 1979)."""
    if not p_values:
        return ()
    from statsmodels.stats.multitest import multipletests

    corrected: Any = multipletests(p_values, method="holm")[1]
    return tuple(float(value) for value in corrected)
