"""``truename inspect``: what a model's files hold, without a look at its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from truename.architecture.abstract import AbstractArchitecture, Block, Layer
from truename.cli.streams import print_text, write_text
from truename.evidence import Evidence, gather
from truename.report.inspection import Branch, InspectedFact, Inspection, inspection_json
from truename.sources import open_source
from truename.suggest import STYLES, suggest_name


def run_inspect(target: str, *, as_json: bool) -> int:
    """Gather the evidence of ``target`` and write it.

    Raises:
        TargetError: there is no model at the target.
        UsageError: the target is empty.
    """
    source = open_source(target)
    found = inspection(source.target, gather(source))
    if as_json:
        write_text(inspection_json(found))
        return 0
    from truename.report.text.inspection import print_inspection

    print_text(lambda console: print_inspection(found, console))
    return 0


def inspection(target: str, evidence: Evidence) -> Inspection:
    """The evidence as a report's noun."""
    facts = (fact for key in sorted(evidence.facts) for fact in evidence.facts[key])
    return Inspection(
        target=target,
        facts=tuple(InspectedFact(str(f.key), f.value, f.origin, f.file, f.detail) for f in facts),
        missing=dict(sorted(evidence.missing.items())),
        tree=None if evidence.architecture is None else tuple(_tree(evidence.architecture)),
        names={style: name for style in STYLES if (name := suggest_name(evidence, style))},
    )


def _tree(architecture: AbstractArchitecture) -> Iterator[Branch]:
    yield from _branches(architecture.layers, architecture.blocks)


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
