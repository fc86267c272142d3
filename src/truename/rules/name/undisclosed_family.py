"""NAM002: families that nobody mentions."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import Fact
from truename.findings import Severity
from truename.names import claims_of, parse_name
from truename.names.claims import Claims
from truename.rules.lines import Line, declared_bases, line_of_family, line_that_owns, lines, lines_of_name
from truename.rules.rule import CLEAN, Case, Rule, Verdict, cannot_tell, verdict


class UndisclosedFamily(Rule):
    """Neither the name nor the card says of which family the model is.

    Brands of one's own are welcome, but a family brings its licence, its prompt format and its known faults with it.
    A model named ``Vedika-4.1-flash`` whose card speaks of an own model was a Gemma 4 by its configuration, and a
    DeepSeek Coder of 33B was published as ``Super-GPT``. Only configurations that belong to one product line count
    here; a ``llama`` may be anybody's own training.
    """

    code, slug, since = "NAM002", "undisclosed-family", "0.1"
    claims = "its family"
    flagged = (
        Case("Vedika-4.1-flash", expect=Severity.NOTE, model_type="gemma4_unified", card_mentions=()),
        Case("dolping", expect=Severity.NOTE, model_type="mixtral", card_mentions=("llama",)),
        Case(
            "Super-GPT",
            expect=Severity.NOTE,
            model_type="llama",
            original_name="/home/migel/deepseek-coder-33b-base",
            card_mentions=(),
        ),
    )
    clean = (
        Case("dolping", model_type="mixtral", card_mentions=("mixtral",)),
        Case("gemma", model_type="gemma", card_mentions=()),
        Case("nvidia-reason2", model_type="qwen3_vl", card_mentions=("qwen",)),
        Case("Aelan", model_type="mixtral", base_models=("mistralai/Mixtral-8x7B-v0.1",)),
    )
    undecided = (
        Case("Vedika-4.1-flash"),
        Case("Tensor-12m", model_type="llama", card_mentions=()),
        Case("Vedika-4.1-flash", model_type="gemma4_unified"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Verdict:
        line, fact = origin(evidence)
        if line is None or fact is None:
            return cannot_tell("the configuration does not belong to one known family alone")
        if line.key in lines_of_name(claims) or spells(claims.name, line):
            return CLEAN
        if any(line.key in mentioned(base) for base in declared_bases(evidence)):
            return CLEAN
        if any(spells(str(tag), line) for tag in evidence.value("tags", ()) or ()):
            return CLEAN
        card = evidence.get("card_mentions")
        if card is None:
            return cannot_tell("there is no card that could name the family")
        if any(line_of_family(str(family)) == line for family in card.value):
            return CLEAN
        message = f"the configuration says {line.title} ({fact.value}); neither the name nor the card mentions it"
        return verdict([self.finding(Severity.NOTE, message, fact=fact)])


def origin(evidence: Evidence) -> tuple[Line | None, Fact | None]:
    """The line of the configuration's type, else the one line of the model it was made from, and the fact."""
    if (fact := evidence.get("model_type")) and (line := line_that_owns(str(fact.value))):
        return line, fact
    if (fact := evidence.get("original_name")) is not None:
        keys = mentioned(str(fact.value).rstrip("/").rpartition("/")[2])
        if len(keys) == 1:
            return next(line for line in lines() if line.key in keys), fact
    return None, None


def mentioned(name: str) -> frozenset[str]:
    """The lines that the name of another model mentions."""
    return lines_of_name(claims_of(parse_name(name)))


def spells(text: str, line: Line) -> bool:
    """Whether a text contains one of the line's words, joined to others or not."""
    plain = "".join(c for c in text.lower() if c.isalpha())
    return any(key in plain for key in line.keys)
