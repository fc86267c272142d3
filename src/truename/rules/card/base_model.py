"""CRD005: the base model that the card's text gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from truename.declared.card_text import BASE
from truename.evidence.evidence import Evidence
from truename.facts import ADAPTER_BASE, BASE_MODEL_RELATION, BASE_MODELS, FORMATS, IS_ADAPTER, MODEL_TYPE, Fact
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.cards import STATEMENT_KEYS, Statement, says_nothing, statements
from truename.rules.shared.counts import COUNT_CONTEXT, COUNT_KEYS, FALSE, grade, holding, plausible_counts
from truename.rules.shared.families import is_draft
from truename.rules.shared.product_lines import (
    BASE_KEYS,
    bears_out,
    claims_of_base,
    line_that_takes,
    lines_of_name,
    mentioned,
    short_base,
    titles,
)
from truename.rules.shared.quantities import ratio
from truename.rules.shared.releases import is_of_lines, named
from truename.rules.shared.resized import is_resized, only_size

SAME_SIZE = 1.25  # an adapter belongs to a base of exactly one size: 7B and 8B are not the same


def _line(value: str, label: str = "Base model") -> tuple[str, str, str]:
    return BASE, label, value


class CardBase(Rule):
    """The text of the card names another base model than the adapter or the configuration does.

    An adapter works on the weights that it was trained on and on no others, and its configuration says which. A card
    that was copied from another adapter sends people to the wrong base. Of a whole model the family counts: a card
    that says ``Base model: Llama-3-8B`` over a Qwen2 tells the wrong licence and prompt format.

    Only lines of the card with one family known to truename are compared, and configurations that belong to one
    product line alone.
    """

    code, slug, since = "CRD005", "card-base", "0.2"
    topic = "a base model"
    about_files = True
    needs = STATEMENT_KEYS | {BASE_MODELS}
    reads = BASE_KEYS | COUNT_KEYS | COUNT_CONTEXT | {IS_ADAPTER, MODEL_TYPE, BASE_MODEL_RELATION, FORMATS}
    flagged = (
        Case(
            "Aelan-lora",
            expect=Severity.WARNING,
            card_statements=_line("mistralai/Mistral-7B-v0.1"),
            is_adapter=True,
            adapter_base="Qwen/Qwen2-7B",
        ),
        Case(
            "Aelan-lora",
            expect=Severity.WARNING,
            card_statements=_line("Llama-2-13b-hf"),
            is_adapter=True,
            adapter_base="meta-llama/Llama-2-7b-hf",
        ),
        Case(
            "Aelan-lora",
            expect=Severity.WARNING,
            card_statements=_line("Mistral-7B-v0.1"),
            is_adapter=True,
            adapter_base="mistralai/Mistral-7B-Instruct-v0.3",
        ),
        Case("Aelan", expect=Severity.WARNING, card_statements=_line("Llama-3-8B"), model_type="qwen2"),
        Case("Aelan", expect=Severity.WARNING, base_models=("mistralai/Mistral-7B-v0.1",), model_type="gemma2"),
        Case(
            "Aelan",
            expect=Severity.WARNING,
            card_statements=_line("Llama-2-13b-hf"),
            model_type="llama",
            parameters=1_100_048_384,
        ),
    )
    confirmed = (
        Case(
            "OpenMath",
            card_statements=_line("Qwen2.5-Math-1.5B"),
            is_adapter=True,
            adapter_base="Qwen/Qwen2.5-Math-1.5B",
        ),
        Case(
            "Aelan-lora",
            card_statements=_line("Meta Llama-3.1-8B"),
            is_adapter=True,
            adapter_base="unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit",
        ),
        Case("Aelan", card_statements=_line("Qwen/Qwen3-14B"), model_type="qwen3"),
        Case(
            "Aelan-eagle3",
            base_models=("meta-llama/Llama-2-13b-hf",),
            model_type="llama",
            parameters=400_000_000,
        ),
        Case(
            "Aelan-pruned",
            card_statements=_line("Llama-2-13b-hf"),
            model_type="llama",
            parameters=1_100_048_384,
        ),
        Case("MythTrans", card_statements=_line("Meta's LLaMA 3.1 8B"), model_type="llama"),
    )
    undecided = (
        Case("Aelan-lora", card_statements=_line("Llama-2-13b-hf"), is_adapter=True),
        Case("Aelan", card_statements=_line("somebody/story-teller"), model_type="qwen2"),
        Case("Aelan", card_statements=_line("Vicuna-7B"), model_type="budgie"),
    )
    not_applicable = (Case("Aelan", model_type="qwen2"),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        said = statements(claims, evidence, BASE)
        if evidence.value(IS_ADAPTER):
            if not said:
                return says_nothing(evidence, "a base model")
            lines = frozenset[str]().union(*(lines_of_name(claims_of_base(line.value)) for line in said))
            return self._of_adapter(said, lines, evidence)
        said += tuple(in_front_matter(evidence))
        if not said:
            return says_nothing(evidence, "a base model")
        lines = frozenset[str]().union(*(lines_of_name(claims_of_base(line.value)) for line in said))
        fact = evidence.get(MODEL_TYPE)
        if fact is None:
            return cannot_tell(evidence.why_missing(MODEL_TYPE))
        if bears_out(str(fact.value), lines):
            far = self._far_larger(said, claims, evidence)
            return self.passed(fact) if far is None else self.flag([far])
        owner = line_that_takes(str(fact.value))
        if owner is None or not all(mentioned(line.value) for line in said) or is_of_lines(str(fact.value), lines):
            text = "the family of the card's base model or of the configuration is not known to be one"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        message = f"the card says '{said[0].quoted}' ({titles(lines)}); {fact.file or 'the configuration'} declares "
        message += f"{fact.value} ({owner.title})"
        return self.flag([self.finding(Severity.WARNING, message, fact=said[0].fact)])

    def _far_larger(self, said: tuple[Statement, ...], claims: Claims, evidence: Evidence) -> Finding | None:
        """A base of more than twice or less than half the size, where nothing says that the model was resized."""
        sizes = [(line, claim) for line in said if (claim := only_size(claims_of_base(line.value))) is not None]
        counts = plausible_counts(evidence)
        composed = len(evidence.all(MODEL_TYPE)) > 1 or len(said) > len(sizes) or len({c.value for _, c in sizes}) != 1
        resized = is_resized(claims.parsed.model) or any(is_resized(line.value) for line in said) or is_draft(claims)
        if composed or not counts or resized or evidence.value(BASE_MODEL_RELATION) == "merge":
            return None
        if "gguf" in (evidence.value(FORMATS) or ()):  # one of several files, perhaps a projector
            return None
        line, claim = sizes[0]
        severity, fact = grade(claim, counts)
        if ratio(claim.value, fact.value) <= FALSE or severity is None:
            return None
        return self.finding(Severity.WARNING, f"the card says '{line.quoted}'; {holding(fact)}", fact=line.fact)

    def _of_adapter(self, said: tuple[Statement, ...], lines: frozenset[str], evidence: Evidence) -> Decision:
        fact: Fact[Any] | None = evidence.get(ADAPTER_BASE) or evidence.get(BASE_MODELS)
        if fact is None:
            return cannot_tell(evidence.why_missing(ADAPTER_BASE))
        bases = fact.value if isinstance(fact.value, tuple) else (fact.value,)
        base = short_base(str(bases[0]))
        of_base = lines_of_name(claims_of_base(base))
        who = f"the card says '{said[0].quoted}'; the adapter is for {base}"
        if of_base and lines and all(mentioned(line.value) for line in said) and of_base.isdisjoint(lines):
            message = f"{who} ({titles(of_base)})"
            return self.flag([self.finding(Severity.WARNING, message, fact=said[0].fact)])
        if all(are_apart(line.value, base) for line in said):
            return self.flag([self.finding(Severity.WARNING, who, fact=said[0].fact)])
        sizes = [(line, size) for line in said if (size := size_of(line.value)) is not None]
        size = size_of(base)
        if sizes and size is not None and all(ratio(given, size) > SAME_SIZE for _, given in sizes):
            return self.flag([self.finding(Severity.WARNING, who, fact=sizes[0][0].fact)])
        if not of_base & lines and not (sizes and size is not None):
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, "the family of the base model is not known")
        return self.passed(fact)


def are_apart(one: str, other: str) -> bool:
    """Whether two names are whole names of known releases, of which neither only says more than the other."""
    first, second = named(claims_of_base(one)), named(claims_of_base(short_base(other)))
    if first is None or second is None or not first.whole or not second.whole:
        return False
    mine, theirs = set(first.key.split()), set(second.key.split())
    return not (mine <= theirs or theirs <= mine)


def in_front_matter(evidence: Evidence) -> Iterator[Statement]:
    """The base models of the front matter, as lines."""
    fact = evidence.get(BASE_MODELS)
    for base in () if fact is None else fact.value:
        if fact is not None and base:
            yield Statement(BASE, "base_model", short_base(str(base)), fact)


def size_of(name: str) -> float | None:
    """The size of a model's name that gives one size and no mixture of experts."""
    claim = only_size(claims_of_base(name))
    return None if claim is None else float(claim.value)
