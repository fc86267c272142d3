"""The agreement of two coders, as statsmodels computes it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import msgspec


class Kappa(msgspec.Struct, frozen=True):
    """Cohen's kappa of yes-or-no decisions of two coders."""

    decisions: int
    both: int  # both gave the code
    first_only: int
    second_only: int
    neither: int
    equal: float | None  # share of equal decisions
    kappa: float | None  # None where neither coder varies, and chance cannot be told from agreement
    low: float | None = None
    high: float | None = None


def kappa(pairs: Sequence[tuple[bool, bool]]) -> Kappa:
    """Agreement of two coders beyond chance, with its 95 % interval.

    Cohen, Educational and Psychological Measurement 20:37, 1960; the interval from the asymptotic standard error of
    Fleiss, Cohen and Everitt, Psychological Bulletin 72:323, 1969.
    """
    both = sum(a and b for a, b in pairs)
    first = sum(a and not b for a, b in pairs)
    second = sum(b and not a for a, b in pairs)
    neither = len(pairs) - both - first - second
    equal = (both + neither) / len(pairs) if pairs else None
    constant = {a for a, _ in pairs} == {b for _, b in pairs} and len({a for a, _ in pairs}) < 2
    if not pairs or constant:
        return Kappa(len(pairs), both, first, second, neither, equal, None)
    from statsmodels.stats.inter_rater import cohens_kappa

    with warnings.catch_warnings():  # a zero standard error where the coders agree in everything
        warnings.simplefilter("ignore", RuntimeWarning)
        result = cohens_kappa([[both, first], [second, neither]])
    low, high = max(-1.0, float(result.kappa_low)), min(1.0, float(result.kappa_upp))
    return Kappa(len(pairs), both, first, second, neither, equal, float(result.kappa), low, high)
