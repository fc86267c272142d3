"""NAM004: letters of a name that are not what they look like."""

from __future__ import annotations

import msgspec

from truename.evidence.evidence import Evidence
from truename.findings import ClaimSpan, Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.confusables import Disguise, Disguised, disguised, undisguised
from truename.names.elements import Kind
from truename.rules.rule import Case, Decision, Rule, does_not_apply

_SAID = {
    Disguise.INVISIBLE: "a character that cannot be seen",
    Disguise.BIDIRECTIONAL: "a character that turns the direction of the text",
    Disguise.CONTROL: "a control character",
}


class Confusable(Rule):
    """The name imitates another by letters that look alike, or hides characters.

    A Cyrillic ``а`` in ``llаma`` makes another name that looks the same: whoever copies it, or trusts it, gets another
    model. Invisible characters and those that turn text around do the same. Names wholly in one script are names in
    that script, and Greek letters stand beside Latin ones as signs.
    """

    code, slug, since = "NAM004", "confusable", "0.1"
    topic = "anything"
    flagged = (
        Case("ll\u0430ma-2-7b", expect=Severity.ERROR),
        Case("meta-llama/Llama-2-7b\u202ebf", expect=Severity.ERROR),
        Case("qwen\u200b2.5-7b", expect=Severity.ERROR),
        Case("\u0422\u0035-base", expect=Severity.ERROR),
        Case("my\u0441orp-7b", expect=Severity.WARNING),
        Case("bert\u00ad", expect=Severity.ERROR),
    )
    confirmed = (
        Case("llama-2-7b"),
        Case("\u0441\u0430\u0439\u0433\u0430-7b"),
        Case("\u4e2d\u6587bert"),
        Case("\u0646\u0645\u0648\u0630\u062c-bert"),
        Case("\u03b2-vae"),
        Case("caf\u00e9-bert"),
    )
    undecided = ()  # the name alone decides
    not_applicable = (Case(""),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if not claims.name:
            return does_not_apply(ReasonKind.NO_CLAIM, "there is no name")
        parts = disguised(claims.name)
        if not parts:
            return self.passed()
        suggestion = undisguised(claims.name)
        return self.flag(self._found(claims, part, suggestion or None) for part in parts)

    def _found(self, claims: Claims, part: Disguised, suggestion: str | None) -> Finding:
        text = claims.name[part.start : part.end]
        if part.disguise is Disguise.LOOK_ALIKE:
            odd = next(c for c in text if not c.isascii())
            message = f"{text!r} looks like {part.plain!r} and is spelled with {odd!r} (U+{ord(odd):04X})"
            severity = Severity.ERROR if part.imitates else Severity.WARNING
        else:
            message = f"the name holds {_SAID[part.disguise]}: U+{ord(text[0]):04X}"
            severity = Severity.ERROR
        span = ClaimSpan(Kind.OTHER, text, part.start, part.end)
        return msgspec.structs.replace(self.finding(severity, message, suggestion=suggestion), claim=span)
