"""SIZ001: the parameter count that a name gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import ACTIVE_PARAMETERS, EXPERTS, IS_ADAPTER, PARAMETERS, Derivation, Fact, Origin
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, renamed
from truename.rules.shared.counts import (
    CLOSE,
    COUNT_CONTEXT,
    COUNT_KEYS,
    FALSE,
    SIZE_CLASS,
    bearing_out,
    grade,
    holding,
    plausible_counts,
    why_no_whole,
    why_only_a_total,
    why_uncounted,
)
from truename.rules.shared.quantities import distance, in_the_style_of, ratio, written_unit
from truename.rules.shared.sizes import fits_its_word
from truename.units import describe_count

# Experts share embeddings, attention and norms: 8x7B Mixtral holds 83 % of 56 B, small models with a large
# vocabulary down to some 60 %.
SHARED = 0.55
LETTER = 30.0  # times that a size is off which is none, but a number and a letter: vovnet19b has 6.5 M

_OF_ANOTHER = r"(?i)(?:^|[^a-z])(?:teacher|by|vs)[-_. ]$"  # teacher-70b
Counts = Sequence[Fact[Any]]


def _by_index(parameters: int) -> Fact[Any]:
    detail = "metadata.total_size of the weight index by 2 bytes an element"
    return Fact(PARAMETERS, parameters, Origin.DECLARED, "config.json", detail, Derivation.INDEX_BYTES)


def _is_other_thousands(claim: Claim, counts: Counts) -> bool:
    """Whether ``10k`` counts steps, examples or tokens: nothing here is near to thousands."""
    if claim.role is Role.MIXTURE or written_unit(claim.element.text, claim.value) > 1000:
        return False
    return min(ratio(claim.value, fact.value) for fact in counts) > 100


def _is_glued(claims: Claims, claim: Claim) -> bool:
    """Whether the size hangs on letters that are no architecture: lvd1689m and s34B count data, llama65B a model."""
    start = claim.element.start
    if start == 0 or not claims.name[start - 1].isalpha():
        return False
    return not any(e.end == start and e.role in (Role.FAMILY, Role.BRAND) for e in claims.parsed.elements)


def _is_a_letter(claims: Claims, claim: Claim) -> bool:
    """Whether a size in lower case hangs on a family without a sign between: vovnet19b is the second of depth 19."""
    start, text = claim.element.start, claim.element.text
    return start > 0 and claims.name[start - 1].isalpha() and text == text.lower()


def _off(counts: Counts) -> Callable[[Claim], float]:
    """How many times a claim is off its nearest count: of several wrong sizes the nearest is the one to name."""

    def off(claim: Claim) -> float:
        value = claim.value[0] * claim.value[1] if claim.role is Role.MIXTURE else claim.value
        return min(ratio(value, fact.value) for fact in counts)

    return off


class ParameterCount(Rule):
    """The name claims a parameter count that the weights do not have.

    People choose models by the number in the name: it decides whether a model fits their memory and against which
    others it is compared. Gemma-7b holds 8.54 B parameters and was called "faking the name to seem smaller"; merges
    of 7B models with 40 layers hold 9 B and pass on the wrong label to every model made from them.

    A name may mean any of several counts: all parameters, those outside the embeddings, those in use for one token,
    the language model without its vision tower, or a pipeline with its encoders. The claim is compared with the
    nearest. Up to 15 % is the field's habit; up to 35 % is a note (a size class, as in Qwen2.5-VL-3B with 3.75 B);
    beyond that a warning; more than twice or less than half an error. A count that is only declared gives at most a
    warning.
    """

    code = "SIZ001"
    slug = "parameter-count"
    since = "0.1"
    topic = "a parameter count"
    claims = frozenset({Role.PARAMETERS, Role.MIXTURE})
    needs = COUNT_KEYS | {IS_ADAPTER}
    reads = COUNT_CONTEXT | {EXPERTS}
    flagged = (
        Case("llama-7b", parameters=1_100_048_384, expect=Severity.ERROR),
        Case("Mixtral-8x7B-v0.1", parameters=7_241_732_096, expect=Severity.ERROR),
        Case("MusicingCaterpillar-7B", parameters=8_986_628_096, expect=Severity.NOTE),
        Case("Qwen2.5-VL-3B-Instruct", parameters=3_754_622_976, expect=Severity.NOTE),
        Case("Falcon3-1B-Base", parameters=1_669_408_768, expect=Severity.WARNING),
        Case(
            "COBOLpro_llama65B",
            parameters=_by_index(33_744_035_840),
            expect=Severity.WARNING,
        ),
    )
    confirmed = (
        Case("Llama-2-7b-hf", parameters=6_738_415_616),
        Case("Mixtral-8x7B-Instruct-v0.1", parameters=46_702_792_704, active_parameters=12_879_925_248),
        Case("gemma-7b", parameters=8_537_680_896, non_embedding_parameters=7_751_248_896),
        Case("Qwen1.5-0.5B", parameters=463_987_712),
        Case("Llama-3.2-1B", parameters=1_235_814_400),
        Case("pythia-410m", parameters=405_334_016),
    )
    undecided = (
        Case("FS8B-finetuned", is_adapter=True, parameters=20_971_520),
        Case("llama-7b"),
        Case("ese_vovnet19b_dw", parameters=6_540_000),
        Case("student-of-teacher-70b", parameters=7_000_000_000),
        Case("adept-fuyu-8b", parameters=_by_index(9_408_238_592)),
        Case("Llama-4-Maverick-17B-128E", parameters=401_583_781_376),
    )
    not_applicable = (
        Case("bert-base-uncased", parameters=109_482_240),
        Case("dinov3-vitb16-pretrain-lvd1689m", parameters=85_660_416),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.PARAMETERS, Role.MIXTURE)
        if not stated:
            return self.no_claim()
        counts = plausible_counts(evidence)
        if reason := why_uncounted(evidence, counts):
            return cannot_tell(reason)
        if claims.of(Role.EXPERTS) and evidence.get(ACTIVE_PARAMETERS) is None:
            # 17B-128E: the size is what is active, and nothing says what that is.
            return cannot_tell(
                ReasonKind.AMBIGUOUS_NAME,
                "the size may be that of the active parameters, and the files do not show how many are active",
            )
        if len(stated) == 1 and re.search(_OF_ANOTHER, claims.name[: stated[0].element.start]):
            text = f"{stated[0].element.text} may be the size of the model that this one was made from"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text)
        stated = tuple(claim for claim in stated if not _is_other_thousands(claim, counts))
        if not stated:
            text = "the model has millions of parameters, and a number of thousands counts something else"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text)
        results = [
            (claim, self._compare(claims, claim, counts, evidence)) for claim in sorted(stated, key=_off(counts))
        ]
        # of several sizes, as in 'distilled from 7b to 1.5b', one is this model's
        if right := [(claim, fact) for claim, fact in results if isinstance(fact, Fact)]:
            return self.confirm(*right)
        if all(_is_glued(claims, claim) for claim in stated):
            text = f"{stated[0].element.text} is part of a longer word, and may count something else"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text, about=stated)
        if all(_is_a_letter(claims, claim) and _off(counts)(claim) > LETTER for claim in stated):
            text = f"{stated[0].element.text} hangs on the name of a family, and its letter may tell a variant"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text, about=stated)
        sizes = [claim for claim in stated if claim.role is Role.PARAMETERS]
        totals = (why_only_a_total(claim, counts) or why_no_whole(claim, counts, evidence) for claim in sizes)
        if reason := next(filter(None, totals), None):
            return cannot_tell(reason, about=stated)
        finding = min((f for _, f in results if isinstance(f, Finding)), key=lambda f: -f.severity.rank)
        if finding.severity is not Severity.NOTE and fits_its_word(claims, counts):
            # roberta-base-10M was trained on 10 M words and is as large as a base is.
            text = "the size word fits the weights, and the number may be that of the training data"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text, about=stated)
        return self.flag([finding])

    def _compare(self, claims: Claims, claim: Claim, counts: Counts, evidence: Evidence) -> Finding | Fact[Any]:
        """What is wrong with a claim, or the count that bears it out."""
        if claim.role is Role.MIXTURE:
            return self._mixture(claims, claim, counts, evidence)
        return self._size(claims, claim, counts)

    def _size(self, claims: Claims, claim: Claim, counts: Counts) -> Finding | Fact[Any]:
        severity, fact = grade(claim, counts)
        if severity is None:
            return bearing_out(claim, counts) or fact
        message = f"the name says {claim.element.text}; {holding(fact)}"
        total = next((f for f in counts if f.key == PARAMETERS), fact)
        if fact.key != total.key and round(fact.value) != round(total.value):
            message += f" ({describe_count(round(total.value))} in all)"
        short = in_the_style_of(claim.element.text, round(total.value))
        return self.finding(severity, message, claim=claim, fact=fact, suggestion=renamed(claims, claim, short))

    def _mixture(self, claims: Claims, claim: Claim, counts: Counts, evidence: Evidence) -> Finding | Fact[Any]:
        experts, each = claim.value
        most = experts * each
        total = next((f for f in counts if f.key == PARAMETERS), max(counts, key=lambda f: f.value))
        # By GGUF's rule one expert's size counts the shared part too, so any total from one size up is possible;
        # only with experts in sight is a small one plausible.
        least = each if evidence.value(EXPERTS) == experts else SHARED * most
        if least * (1 - CLOSE) <= total.value <= most * (1 + CLOSE):
            return total
        bound = most if total.value > most else least
        if ratio(bound, total.value) > FALSE or 2 * total.value < most:
            severity = Severity.ERROR
        else:
            severity = Severity.NOTE if distance(bound, total.value) <= SIZE_CLASS else Severity.WARNING
        message = f"the name says {claim.element.text}, at most {describe_count(most)}; {holding(total)}"
        return self.finding(severity, message, claim=claim, fact=total)
