"""What a model's files hold, for people: facts by group and the tree of its blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from truename.findings import Branch, InspectedFact, Inspection, Reason, ReasonKind
from truename.report.text.excerpt import shortened
from truename.report.text.fact_values import value_text
from truename.report.text.lines import Page, blank, labelled, put, wrapped
from truename.report.text.parts import part_lines
from truename.report.text.styled import Text

if TYPE_CHECKING:
    from rich.tree import Tree

_KEY = 26  # columns of the key of a fact, the longest with a space behind it
_VALUE = 24
_MISSING = 6  # facts that are named as missing for one reason
_REST = "repository"
_BYTES = frozenset({"total_bytes", "bytes_read", "index_total_size"})
_LABELS = {"encoder_parameters": "parameters without head"}  # of any model: of a decoder the head is its output matrix
_ABSENT_APART = 2  # files that are not there, each with a line of its own

# heading -> facts under it, in this order; a fact that stands in none comes last
GROUPS: dict[str, str] = {
    "parameters": "parameters stored_parameters non_embedding_parameters active_parameters language_model_parameters "
    "encoder_parameters tied_parameters whole_parameters",
    "architecture": "model_type architectures diffusers_class tensor_model_types head_tensors pretraining_heads "
    "identification.model_type identification.architecture identification.task identification.extends "
    "identification.error_rate",
    "dimensions": "layers encoder_layers decoder_layers hidden_size intermediate_size heads key_value_heads head_size "
    "experts experts_per_token vocabulary_size patch_size image_size context_length extended_context_length "
    "rope_theta rope_scaling rope_factor model_max_length norm_epsilon tied_embeddings mel_bins first_token "
    "last_tokens",
    "known releases": "release_fits release_differs releases_known",
    "storage": "storage_dtypes compute_dtype bits_per_weight quantisation_method quantisation_bits formats tensors "
    "total_bytes bytes_read index_total_size index_total_parameters index_missing_files index_missing_tensors "
    "index_extra_tensors",
    "files": "formats_read formats_agree formats_differ weight_variants missing_shards inferred_shards "
    "unreadable_files misnamed_files unsafe_globals other_unsafe_globals unread_pickles",
    "adapter": "is_adapter adapter_base adapter_method adapter_rank adapter_other_ranks adapter_alpha adapter_targets "
    "adapter_pairs adapter_ranks adapter_modules",
}


def print_inspection(inspection: Inspection, page: Page) -> None:
    """Print the facts by group, then the block tree."""
    for line in wrapped(page, Text(shortened(inspection.target, 400), style="bold"), indent=0):
        put(page, line)
    if fitting := inspection.names.get("hub"):
        value = Text(shortened(fitting, 400), style="green")
        for line in labelled(page, "a name that fits:", value, indent=2, column=len("a name that fits: ")):
            put(page, line)
    for line in part_lines(inspection.parts, page):
        put(page, line)
    for heading, facts in _grouped(inspection.facts):
        blank(page)
        put(page, Text(heading, style="bold cyan"), indent=2)
        for fact in facts:
            _print_fact(fact, page)
    if inspection.missing:
        blank(page)
        put(page, Text("not known", style="bold yellow"), indent=2)
    for reason, keys in _folded(_by_reason(inspection.missing)):
        words = Text(f"{shortened(reason, 400)}: {_listed(keys)}")
        for line in wrapped(page, words, indent=4, hanging=2):
            put(page, line)
    blank(page)
    if not inspection.tree:
        why = "no weights header could be read" if inspection.tree is None else "no tensor was found"
        put(page, Text(f"no block tree: {why}", style="dim"), indent=2)
    else:
        put(page, Text("blocks", style="bold cyan"), indent=2)
        _print_tree(inspection.tree, page)


def _grouped(facts: Sequence[InspectedFact]) -> Iterator[tuple[str, list[InspectedFact]]]:
    rest = list(facts)
    for heading, keys in GROUPS.items():
        order = {key: number for number, key in enumerate(keys.split())}
        here = sorted((f for f in rest if f.key in order), key=lambda f: order[f.key])
        rest = [f for f in rest if f.key not in order]
        if here:
            yield heading, here
    if rest:
        yield _REST, rest


def _by_reason(missing: Mapping[str, Reason]) -> dict[Reason, list[str]]:
    """The facts that are missing, those of one reason together; a silent document is one reason for all it omits."""
    reasons: dict[Reason, list[str]] = {}
    for key, reason in missing.items():
        silent = reason.kind is ReasonKind.NOT_DECLARED and reason.file is not None
        said = msgspec.structs.replace(reason, text=f"{reason.file} does not state") if silent else reason
        reasons.setdefault(said, []).append(key)
    return reasons


def _folded(reasons: Mapping[Reason, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Each reason with its facts; documents that are not there come last, as one reason where they are many."""
    absent = {reason: keys for reason, keys in reasons.items() if reason.kind is ReasonKind.NO_DOCUMENT}
    folds = len(absent) > _ABSENT_APART
    yield from ((reason.text, keys) for reason, keys in reasons.items() if not folds or reason not in absent)
    if folds:
        *files, last = (reason.file or reason.text for reason in absent)
        yield f"there is no {', '.join(files)} or {last}", [key for keys in absent.values() for key in keys]


def _listed(keys: Sequence[str]) -> str:
    """What is missing for one reason; of many the first, as the reason says what to add."""
    shown = keys if len(keys) <= _MISSING else keys[: _MISSING - 1]
    more = [] if len(shown) == len(keys) else [f"and {len(keys) - len(shown)} more (--format json names all)"]
    return ", ".join([*map(_words, shown), *more])


def _label(key: str) -> str:
    return _LABELS.get(key, _words(key).replace("identification ", "identified "))


def _words(key: str) -> str:
    return key.replace("_", " ").replace(".", " ")


def _print_fact(fact: InspectedFact, page: Page) -> None:
    place = f"{fact.origin}, {fact.file}" if fact.file else fact.origin
    value = value_text(fact.value, unit="bytes" if fact.key in _BYTES else "")
    room = page.width - 4 - _KEY
    aside = shortened(place, room - _VALUE)
    lines = list(wrapped(page, Text(value), indent=4 + _KEY))
    first = Text(" " * 4) + Text(_label(fact.key).ljust(_KEY), style="dim") + lines[0].cut(4 + _KEY)
    if len(lines) == 1 and Text(value).cell_len < _VALUE:
        first.append(" " * (_VALUE - Text(value).cell_len)).append(aside, style="dim")
        put(page, first)
        return
    for line in (first, *lines[1:]):
        put(page, line)
    put(page, Text(aside, style="dim"), indent=4 + _KEY)


def _print_tree(branches: Sequence[Branch], page: Page) -> None:
    from rich.tree import Tree

    tree = Tree("", hide_root=True, guide_style="dim")
    for branch in branches:
        _grow(tree, branch)
    console = page.console()
    for segments in console.render_lines(tree, console.options.update(width=page.width - 4), pad=False):
        line = Text.assemble(*((segment.text, segment.style or "") for segment in segments))
        put(page, line.stripped(), indent=4)


def _grow(tree: Tree, branch: Branch) -> None:
    from rich.text import Text as Label

    label = Label(shortened(branch.label, 80), style="bold" if branch.branches else "")
    if branch.detail:
        label.append(f"  {shortened(branch.detail, 160)}", style="not bold dim")
    node = tree.add(label)
    for child in branch.branches:
        _grow(node, child)
