"""Which rules run: those that the settings and the options select, and of these, those that run for one model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from truename._lazy import once
from truename.errors import UsageError
from truename.rules import Rule, all_rules
from truename.settings import DEFAULTS, Config, NamingPolicy


def rules_of(config: Config) -> tuple[Rule, ...]:
    """The rules that settings select, with those of their naming policy.

    Raises:
        UsageError: a prefix matches no rule, or the policy cannot be read.
    """
    return _default_rules() if config is DEFAULTS else _selected(config)


@once
def _default_rules() -> tuple[Rule, ...]:
    return _selected(DEFAULTS)


def _selected(config: Config) -> tuple[Rule, ...]:
    among = all_rules()
    if config.naming != NamingPolicy():
        from truename.rules.policy import policy_rules

        among = (*among, *policy_rules(config.naming))
    for ignored in config.per_model_ignores:
        _refuse_unknown(ignored.codes, among)
    _refuse_unknown(config.severities, among)
    return select_rules(config.select, config.ignore, extend=config.extend_select, preview=config.preview, among=among)


def known_rule(code: str, config: Config = DEFAULTS) -> Rule:
    """The rule of a code or of a name in words, of all that there are and of a policy's own.

    Raises:
        UsageError: there is no such rule; the message says which may have been meant.
    """
    from truename.rules.policy import EXAMPLE, policy_rules

    rules = (*all_rules(), *policy_rules(EXAMPLE if config.naming == NamingPolicy() else config.naming))
    for rule in rules:
        if code.strip().upper() == rule.code or code.strip().lower() == rule.slug:
            return rule
    from difflib import get_close_matches

    codes = [rule.code for rule in rules]
    near = [c for c in codes if code and c.startswith(code.upper())] or get_close_matches(code.upper(), codes, n=1)
    hint = f"did you mean {near[0]}?" if near else "'truename rules' lists them"
    raise UsageError(f"no rule has the code {code!r}; {hint}")


def select_rules(
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    *,
    extend: Iterable[str] = (),
    preview: bool = False,
    among: Sequence[Rule] | None = None,
) -> tuple[Rule, ...]:
    """The rules whose code starts with one of ``select`` (all, if empty) and with none of ``ignore``.

    The longest matching prefix wins, as in other linters: ``select=SIZ001, ignore=SIZ`` runs SIZ001.
    A rule that is a preview runs where its whole code is selected, or with ``preview``.

    Args:
        select: prefixes of rule codes.
        ignore: prefixes of rule codes.
        extend: prefixes of the codes of rules that run as well.
        preview: take the rules of which too little is known, or that alarm too many right names, like any other.
        among: the rules to select from; all by default.

    Raises:
        UsageError: a prefix matches no rule.
    """
    rules = all_rules() if among is None else among
    more, unwanted = tuple(extend), tuple(ignore)
    wanted = tuple(select) or ("ALL",)
    _refuse_unknown((*wanted, *more, *unwanted), rules)
    chosen = (rule for rule in rules if _strength((*wanted, *more), rule.code) > _strength(unwanted, rule.code))
    return tuple(rule for rule in chosen if preview or not rule.preview or rule.code in (*wanted, *more))


def _refuse_unknown(prefixes: Iterable[str], rules: Iterable[Rule]) -> None:
    codes = [rule.code for rule in rules]
    for prefix in prefixes:
        if prefix != "ALL" and not any(code.startswith(prefix) for code in codes):
            raise UsageError(f"no rule has a code that starts with {prefix!r}; 'truename rules' lists them")


def _strength(prefixes: tuple[str, ...], code: str) -> int:
    """Length of the longest prefix that matches, 0 for ALL, -1 where none does."""
    return max((0 if p == "ALL" else len(p) for p in prefixes if p == "ALL" or code.startswith(p)), default=-1)


def rules_for_model(
    rules: Sequence[Rule], config: Config, name: str, target: str
) -> tuple[Sequence[Rule], Sequence[str]]:
    """The rules that run for a model, and what a reader has to know of those that do not."""
    if not config.per_model_ignores:
        return rules, ()
    told: list[str] = []
    for ignored in config.per_model_ignores:
        if not ignored.is_about(name, target):
            continue
        codes = ", ".join(ignored.codes)
        if ignored.expires is not None and ignored.expires < date.today():
            told.append(f"the settings no longer leave out {codes}, since {ignored.expires}: {ignored.reason}")
            continue
        rules = [rule for rule in rules if _strength(ignored.codes, rule.code) < 0]
        until = "" if ignored.expires is None else f" until {ignored.expires}"
        told.append(f"the settings leave out {codes}{until}: {ignored.reason}")
    return rules, told
