"""GGF003: general.name of a GGUF file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import GGUF_NAME, Fact
from truename.findings import Finding, ReasonKind, Severity
from truename.names import claims_of, parse_name
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.counts import COUNT_CONTEXT, COUNT_KEYS, holding, shown_by_tensors
from truename.rules.shared.gguf_files import unsaid
from truename.rules.shared.settled import settled

_TOLERANCE = 2.0  # 8B beside 8.03B is the same size; 7B beside 70B is not


class GgufGeneralName(Rule):
    """A GGUF file calls itself another version or size of the model than its name does.

    ``general.name`` is what programs show once the file is loaded. A library's ``llama3.3:70b`` says that it is
    Llama 3.1 70B: either the file or the name is of another release, and users cannot see which.

    Only another version or size of the same family counts. Converters have written "LLaMA v2", or the family alone, for
    any model, so that another family here says little. A size that the tensors bear out is right whatever the file
    calls itself: that is a fault of the file, of which the name is not accused.
    """

    code, slug, since = "GGF003", "gguf-general-name", "0.2"
    topic = "a version or a size"
    claims = frozenset({Role.FAMILY, Role.BRAND, Role.PARAMETERS})
    needs = frozenset({GGUF_NAME})
    reads = COUNT_KEYS | COUNT_CONTEXT
    flagged = (
        Case("llama3.3-70b", expect=Severity.WARNING, gguf_name="Llama 3.1 70B Instruct 2024 12"),
        Case("Mistral-7B-Instruct-v0.3-GGUF", expect=Severity.WARNING, gguf_name="Mistral 7B Instruct v0.2"),
        Case("Qwen2.5-7B-Instruct-GGUF", expect=Severity.WARNING, gguf_name="Qwen2.5 0.5B Instruct"),
        Case("Qwen2.5-7B-GGUF", expect=Severity.WARNING, gguf_name="Qwen2.5 0.5B", parameters=7_615_616_512),
    )
    confirmed = (
        Case("Meta-Llama-3.1-8B-Instruct-GGUF", gguf_name="Meta Llama 3.1 8B Instruct"),
        Case("Llama-3.1-8B-Instruct-GGUF", gguf_name="Llama 3 8B"),
        Case("Qwen2.5-7B-Instruct-GGUF", gguf_name="qwen2.5-7b-instruct"),
        Case("Llama-2-7B-Chat-GGUF", gguf_name="Llama 2 7B Chat"),
        Case("Mistral-7B-Storyteller-v2.6-GGUF", gguf_name="Mistral 7B v0.1"),
    )
    undecided = (
        Case("Llama-3-8B-GGUF"),
        Case("CodeLlama-7B-GGUF", gguf_name="LLaMA v2"),
        Case("Mistral-7B-GGUF", gguf_name="models"),
        Case("DeepSeek-R1-Distill-Llama-8B-GGUF", gguf_name="Qwen2 72B"),
    )
    not_applicable = (Case("my-model-7b-GGUF", gguf_name="Llama 3 8B"), Case("Llama-GGUF", gguf_name="Llama 3 8B"))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.FAMILY, Role.BRAND)
        versioned = claims.of(Role.VERSION, Role.PARAMETERS) or any(map(_version_of, stated))
        if not stated or not versioned:
            return self.no_claim()
        fact = evidence.get(GGUF_NAME)
        if fact is None:
            return unsaid(evidence, GGUF_NAME)
        text = str(fact.value)
        if text.strip().lower() in table("rules/gguf")["names"]["placeholders"]:
            why = f"general.name is {text!r}, which converters write for any model"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, why, about=())
        own = claims_of(parse_name("-".join(text.split()), learned=False))
        family = _family(claims)
        if family is None:
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, "the name speaks of several families", about=())
        if family[0] != (_family(own) or ("",))[0]:
            why = f"general.name is {text[:80]!r}, which says another family, several or none"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, why, about=())
        pairs = list(_pairs(claims, own, family[1]))
        if not pairs:
            why = f"general.name is {text[:80]!r} and says neither the version nor the size that the name says"
            return cannot_tell(ReasonKind.NOT_DECLARED, why, about=())
        findings = [self._unlike(claim, said, fact, evidence) for claim, said, differs in pairs if differs]
        return settled(findings, [self.confirmation(claim, fact) for claim, _, differs in pairs if not differs], ())

    def _unlike(self, claim: Claim, said: str, fact: Fact[str], evidence: Evidence) -> Finding:
        """What general.name says otherwise; a size that the tensors bear out is not a fault of the name."""
        own = f"general.name is {str(fact.value)[:80]!r}"
        count = shown_by_tensors(claim, evidence) if claim.role is Role.PARAMETERS else None
        if count is not None:
            message = f"{own}; {holding(count)}, as the name says"
            return self.finding(Severity.WARNING, message, fact=fact, about_files=True)
        return self.finding(Severity.WARNING, f"the name says {said}; {own}", claim=claim, fact=fact)


def _family(claims: Claims) -> tuple[str, Claim] | None:
    """The one family or brand that a name speaks of, without its version; None where there are none or several."""
    stated = claims.of(Role.FAMILY, Role.BRAND)
    if len(stated) != 1:
        return None
    return str(stated[0].value).rstrip("0123456789."), stated[0]


def _pairs(claims: Claims, own: Claims, family: Claim) -> Iterator[tuple[Claim, str, bool]]:
    """What both speak of: the claim, its text, and whether general.name says something else."""
    here, there = _version(claims, own), _version(own, claims)
    if here and there:
        text = family.element.text
        yield family, text if text.endswith(here) else f"{text} {here}", _unlike(here, there)
    sizes = own.of(Role.PARAMETERS)
    for claim in claims.of(Role.PARAMETERS):
        if len(sizes) == 1:
            ratio = float(claim.value) / max(1.0, float(sizes[0].value))
            yield claim, claim.element.text, not 1 / _TOLERANCE < ratio < _TOLERANCE


def _version(claims: Claims, other: Claims) -> str | None:
    """The version of the family: at the end of its word, or what follows it.

    A version further behind may be that of a fine-tune (Mistral-7B-Dolphin-v2.6): it counts only where both names
    have the same words otherwise.
    """
    found = _family(claims)
    if found is None:
        return None
    element = found[1].element
    if digits := _version_of(found[1]):
        return digits
    versions = [c for c in claims.of(Role.VERSION) if c.element.start >= element.end]
    if not versions:
        return None
    near = not re.sub(r"[\W_]", "", claims.name[element.end : versions[0].element.start])
    return str(versions[0].value) if near or _words(claims) == _words(other) else None


def _version_of(family: Claim) -> str | None:
    """The version at the end of a family's word: 3.3 of ``llama3.3``."""
    text = family.element.text
    return text[len(text.rstrip("0123456789.")) :].strip(".") or None


def _words(claims: Claims) -> frozenset[str]:
    """The words of a name, without its version, its encoding and the word GGUF."""
    aside = claims.of(Role.VERSION, Role.QUANTISATION, Role.PACKAGING, Role.PRECISION)
    texts = {c.element.text.lower() for c in aside}
    plain = claims.parsed.model.lower()
    for text in texts:
        plain = plain.replace(text, " ")
    return frozenset(re.findall(r"[a-z0-9]+", plain))


def _unlike(one: str, other: str) -> bool:
    """Whether two versions differ where both speak: 3 and 3.1 do not, 3.1 and 3.3 do."""
    left, right = one.split("."), other.split(".")
    return any(a != b for a, b in zip(left, right, strict=False))
