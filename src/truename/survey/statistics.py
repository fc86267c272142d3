"""Intervals of shares and the agreement of two coders, as statsmodels computes them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import msgspec

CONFIDENCE = 0.95


class Share(msgspec.Struct, frozen=True):
    """A count of a number, with the Wilson interval of its share; all None where there is nothing to divide by."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def share(count: int, of: int) -> Share:
    """The share of a count with its 95 % Wilson interval (Wilson, JASA 22:209, 1927)."""
    if of == 0:
        return Share(count, of, None, None, None)
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, of, alpha=1 - CONFIDENCE, method="wilson")
    part = count / of  # rounding must not put the interval past a share of 0 or 1
    return Share(count, of, part, min(part, max(0.0, float(low))), max(part, min(1.0, float(high))))


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
