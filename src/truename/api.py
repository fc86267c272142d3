"""Check, inspect or identify one model, and compare two.

A check reads the name, gathers the evidence and lets every rule decide; the others never look at the name.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from truename.architecture import AbstractArchitecture, abstract_architecture
from truename.architecture.abstract import Block, Layer
from truename.budget import Budget
from truename.declared import read_declared
from truename.errors import InternalError, TruenameError, UnsupportedFormatError, UsageError
from truename.evidence import Evidence, gather
from truename.evidence.comparison import is_adapter
from truename.evidence.gather import checkpoints_of, read_main
from truename.evidence.known_releases import release_facts
from truename.facts import INFERRED_SHARDS, told
from truename.findings import (
    Branch,
    Finding,
    InspectedFact,
    Inspection,
    ModelReport,
    Outcome,
    Outcomes,
    ReasonKind,
    ReportedElement,
    ReportedFact,
    Severity,
    Undecided,
)
from truename.names import Claims, ParsedName, claims_of, parse_name
from truename.rules import Decision, Rule, cannot_tell, keys_read_by
from truename.rules.aside import less_of_other_models
from truename.rules.selection import rules_for_model, rules_of
from truename.rules.verdict import Tally, has_no_weights, judged_claims, regraded, softened, verdict_of
from truename.settings import DEFAULTS, Config
from truename.sources import Source, Target, open_source
from truename.suggest import STYLES, suggest_name, with_suggestion

if TYPE_CHECKING:
    from truename.dara.features import Distance
    from truename.dara.identification import Identification
    from truename.dara.prior import Prior
    from truename.declared.positions import Position

SHOWN_SHARDS = 3  # of those that were not read
MOST_ALIKE = 10  # findings of one rule and severity, between files, that a report tells one by one


def check(
    target: Target,
    *,
    name: str | None = None,
    rules: Sequence[Rule] | None = None,
    sample: bool = False,
    config: Config = DEFAULTS,
) -> ModelReport:
    """Check a model against its name.

    Args:
        target: a folder's path, a model's id on the Hub (``owner/name@revision``), an address, or a source.
        name: the claimed name; without it the source's own (the folder's name, the id).
        rules: the rules to run; by default those that ``config`` selects.
        config: severities, rules that are not run for some models, and a naming policy, where no ``rules`` are given.
        sample: of very many shards read some and infer the others where their sizes agree; the report says which.

    Raises:
        TargetError: there is no model at the target.
        UsageError: the target is empty.
    """
    source = open_source(target)
    parsed = parse_name(name if name is not None else source.name)
    revision: str | None = getattr(source, "commit", None)  # of sources that have commits
    running = rules_of(config) if rules is None else rules
    evidence = gather(source, sample=sample, keys=keys_read_by(running))
    given = name is not None
    report = judge(parsed, evidence, target=source.target, given=given, revision=revision, rules=running, config=config)
    return with_positions(report, source)


def judge(
    parsed: ParsedName,
    evidence: Evidence,
    *,
    target: str,
    given: bool = False,
    revision: str | None = None,
    rules: Sequence[Rule] | None = None,
    config: Config = DEFAULTS,
) -> ModelReport:
    """Let every rule decide between a name's claims and the evidence; see ``check``."""
    claims = claims_of(parsed, given=given)
    running, left_out = rules_for_model(rules_of(config) if rules is None else rules, config, parsed.name, target)
    decisions = [(rule, decide(rule, claims, evidence, config)) for rule in running]
    findings = [with_suggestion(finding, claims) for _, decision in decisions for finding in decision.findings]
    ended = {outcome: [pair for pair in decisions if pair[1].outcome is outcome] for outcome in Outcome}
    judged = judged_claims(claims, decisions, by_documents=has_no_weights(evidence))
    return ModelReport(
        target=target,
        name=parsed.name,
        verdict=verdict_of(Tally.of(judged), findings, decisions, evidence),
        claims=judged,
        revision=revision,
        fingerprint=evidence.fingerprint,
        elements=tuple(ReportedElement(e.kind, e.role, e.text, e.value, e.start, e.end) for e in parsed.elements),
        convention=parsed.convention,
        facts=reported(evidence),
        findings=folded(findings),
        outcomes=Outcomes(**{outcome.value: len(pairs) for outcome, pairs in ended.items()}),
        confirmed=tuple(one for _, decision in decisions for one in decision.confirmations),
        does_not_apply=_undecided(ended[Outcome.DOES_NOT_APPLY]),
        cannot_tell=_undecided(ended[Outcome.CANNOT_TELL]),
        notices=(*_notices(evidence), *left_out),
        parts=evidence.parts,
    )


def decide(rule: Rule, claims: Claims, evidence: Evidence, config: Config = DEFAULTS) -> Decision:
    """What a rule says of a model, in the severity that holds for it.

    A finding that holds the name of a whole model against a part of one falls away, documents alone give a warning at
    most, and the settings have the last word. Of a rule that fails itself, that it cannot tell: the others still have
    their say.
    """
    try:
        decision = less_of_other_models(rule, rule.check(claims, evidence), claims, evidence)
    except Exception as error:  # noqa: BLE001 - reported under the rule's code, and the call ends as unusable
        return cannot_tell(ReasonKind.INTERNAL_ERROR, str(InternalError.of(error)))
    if decision.findings and has_no_weights(evidence):
        decision = softened(rule, decision)
    return regraded(rule, decision, config.severities) if config.severities else decision


def with_positions(report: ModelReport, source: Source) -> ModelReport:
    """The report with line and column of each document's key that a finding is about."""
    keys: dict[str, set[str]] = {}
    for finding in report.findings:
        shown = finding.evidence
        if shown is not None and shown.key_path is not None and shown.file is not None and shown.file in source.files:
            keys.setdefault(shown.file, set()).add(shown.key_path)
    if not keys:
        return report
    found = {file: _positions(source, file, sorted(paths)) for file, paths in keys.items()}
    return msgspec.structs.replace(report, findings=tuple(_placed(one, found) for one in report.findings))


def _positions(source: Source, file: str, key_paths: Iterable[str]) -> Mapping[str, Position]:
    from truename.declared.positions import positions_of

    try:
        with source.open(file) as blob:
            return positions_of(blob, key_paths)
    except TruenameError:  # it was read before; a place in it is not worth a check that ends without its findings
        return {}


def _placed(finding: Finding, found: Mapping[str, Mapping[str, Position]]) -> Finding:
    shown = finding.evidence
    if shown is None or shown.file is None or shown.key_path is None:
        return finding
    place = found.get(shown.file, {}).get(shown.key_path)
    if place is None:
        return finding
    return msgspec.structs.replace(
        finding, evidence=msgspec.structs.replace(shown, line=place.line, column=place.column)
    )


def _notices(evidence: Evidence) -> Iterator[str]:
    """What a reader has to know of how the files were read."""
    if inferred := evidence.value(INFERRED_SHARDS):
        shown = ", ".join(inferred[:SHOWN_SHARDS]) + (", …" if len(inferred) > SHOWN_SHARDS else "")
        shards = "1 shard was" if len(inferred) == 1 else f"{len(inferred):,} shards were"
        yield f"{shards} inferred from others and not read, as a sample was asked for: {shown}"


def _undecided(decisions: Iterable[tuple[Rule, Decision]]) -> tuple[Undecided, ...]:
    return tuple(Undecided(rule.code, decision.reason) for rule, decision in decisions if decision.reason is not None)


def folded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, the worst first. Of many alike between files only the first are kept; the last stands for the rest.

    A folder of 2,000 broken files is one fault told a few times, and not a report of 2,000 findings.
    """
    ordered = sorted(findings, key=lambda f: (f.severity.rank, f.claim.start if f.claim else -1, f.code))
    kept: list[Finding] = []
    alike: Counter[tuple[str, Severity]] = Counter()
    last: dict[tuple[str, Severity], int] = {}
    for finding in ordered:
        key = (finding.code, finding.severity)
        alike[key] += finding.claim is None
        if alike[key] <= MOST_ALIKE:
            last[key] = len(kept)
            kept.append(finding)
    for key, count in alike.items():
        if count > MOST_ALIKE:
            kept[last[key]] = msgspec.structs.replace(kept[last[key]], more=count - MOST_ALIKE)
    return tuple(kept)


def reported(evidence: Evidence) -> tuple[ReportedFact, ...]:
    """Every fact of the evidence, by key and then by strength of origin."""
    return tuple(
        ReportedFact(str(fact.key), told(fact.value), fact.origin, fact.file)
        for key in sorted(evidence.facts)
        for fact in evidence.facts[key]
    )


def inspect(target: Target, *, sample: bool = False) -> Inspection:
    """Everything that a model's files show: facts, each with its origin, and the tree of its blocks.

    Args:
        target: a folder's path, a model's id on the Hub (``owner/name@revision``), an address, or a source.
        sample: of very many shards read some and infer the others where their sizes agree.

    Raises:
        TargetError: there is no model at the target.
        UsageError: the target is empty.
    """
    source = open_source(target)
    evidence = gather(source, sample=sample)
    return inspection_of(source.target, evidence.with_facts(release_facts(evidence)))


def inspection_of(target: str, evidence: Evidence) -> Inspection:
    """The evidence as a report's noun."""
    facts = (fact for key in sorted(evidence.facts) for fact in evidence.facts[key])
    shown = evidence.architecture
    return Inspection(
        target=target,
        facts=tuple(InspectedFact(str(f.key), told(f.value), f.origin, f.file, f.detail) for f in facts),
        missing={str(key): reason for key, reason in sorted(evidence.missing.items())},
        tree=None if shown is None else tuple(_branches(shown.layers, shown.blocks)),
        names={style: name for style in STYLES if (name := suggest_name(evidence, style))},
        parts=evidence.parts,
    )


def _branches(layers: Iterable[Layer], blocks: Iterable[Block]) -> Iterator[Branch]:
    """Layers, then blocks; kinds of members are told apart only where a block has several."""
    for layer in layers:
        shapes = (f"{role} {_shape(shape)}" for role, shape in layer.parameters.items())
        yield Branch(layer.name, f"{layer.operation.replace('_', ' ')}: {', '.join(shapes)}")
    for block in blocks:
        kinds = tuple(tuple(_branches(v.layers, v.blocks)) for v in block.variants)
        if len(kinds) == 1:
            inside = kinds[0]
        else:
            inside = tuple(
                Branch(f"kind {number}", f"{variant.count} of {block.count}", branches)
                for number, (variant, branches) in enumerate(zip(block.variants, kinds, strict=True), 1)
            )
        yield Branch(block.path, f"× {block.count}", inside)


def _shape(shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return "of unknown shape"
    return "×".join(map(str, shape)) or "scalar"


def identify(target: Target, *, error_rate: float = 0.01, prior: str = "releases") -> Identification:
    """What a model is by the structure of its weights alone, whatever it is called.

    Args:
        target: a folder's path, a model's id on the Hub (``owner/name@revision``), an address, or a source.
        error_rate: the share of known models whose true label may be missing from a prediction set, 0 to 1.
        prior: how often model types occur, which weighs the probabilities of a set and orders it: ``releases`` as among
            the known releases, ``uniform`` alike, or the path of a snapshot (``.jsonl`` or ``.csv`` with a column
            ``model_type``), counted.

    Returns:
        A prediction set for each question, or that the structure is unknown; ``reason`` says why where the files show
        no structure at all.

    Raises:
        TargetError: there is no model at the target.
        UsageError: the target is empty, the error rate is not between 0 and 1 or below every calibrated one, or there
            is no such snapshot.
    """
    if not 0 < error_rate < 1:
        raise UsageError(f"the error rate {error_rate} is not between 0 and 1")
    from truename.dara import Basis, Identification, Prediction
    from truename.dara import identify as identify_architecture

    architecture, reason = _architecture_of(open_source(target))
    if architecture is None:
        nothing = Prediction((), True, error_rate, ())
        return Identification(nothing, nothing, nothing, Basis.NAMES, reason=reason)
    return identify_architecture(architecture, error_rate=error_rate, prior=_prior(prior), explain=True)


def declared_model_type(target: Target) -> str | None:
    """The model type that the configuration of a target declares; None where there is none."""
    source = open_source(target)
    config = read_declared(source.files, source.open).config
    value = config.data.get("model_type") if config is not None else None
    return value if isinstance(value, str) and value else None


def described_prior(prior: str) -> str:
    """Where the weights of ``prior`` are from, as ``identify`` takes it; for people."""
    from truename.dara import known_prior

    found = _prior(prior)
    return known_prior().source if found is None else found.source


def _prior(prior: str) -> Prior | None:
    """The prior that is meant; None for the classifier's own."""
    from truename.dara.prior import UNIFORM
    from truename.dara.snapshot import prior_of_snapshot

    if prior == "releases":
        return None
    return UNIFORM if prior == "uniform" else prior_of_snapshot(Path(prior))


def compare(first: Target, second: Target) -> Distance:
    """How far the structures of two models lie apart, and which of their blocks differ.

    Args:
        first: a folder's path, a model's id on the Hub (``owner/name@revision``), an address, or a source.
        second: the same of the other model.

    Raises:
        TargetError: there is no model at a target.
        UsageError: a target is empty, or its files show no structure.
    """
    from truename.dara.features import compare as compare_architectures

    return compare_architectures(_architecture(first), _architecture(second))


def _architecture(target: Target) -> AbstractArchitecture:
    source = open_source(target)
    architecture, reason = _architecture_of(source)
    if architecture is None:
        written = os.fspath(target) if isinstance(target, (str, os.PathLike)) else source.target
        raise UsageError(f"{written}: has no structure to compare: {reason}")
    return architecture


def _architecture_of(source: Source) -> tuple[AbstractArchitecture | None, str | None]:
    """The architecture of the main checkpoint, or why there is none to identify."""
    weights = read_main(checkpoints_of(source), source, Budget())
    if weights.header is None:
        return None, str(weights.problems[0]) if weights.problems else "there is no weights file"
    if weights.checkpoint is not None and is_adapter(weights.checkpoint):
        return None, "the files hold an adapter, and its base model decides the structure"
    if not weights.header.tensors:
        return None, "the weights file holds no tensor"
    try:
        return abstract_architecture(weights.header), None
    except UnsupportedFormatError as error:
        return None, str(error)
