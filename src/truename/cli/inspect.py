"""``truename inspect``: what a model's files hold, without a look at its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import Format, Guard, print_text, write_text

if TYPE_CHECKING:
    from truename.architecture.abstract import AbstractArchitecture, Block, Layer
    from truename.evidence import Evidence
    from truename.report.inspection import Branch, Inspection


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(inspect))


def inspect(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A model folder, or an id on the Hub.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write what is there.")] = Format.TEXT,
) -> int:
    """Show what a model's files hold: facts and the tree of blocks."""
    from truename.evidence import gather
    from truename.report.inspection import inspection_json
    from truename.sources import open_source

    source = open_source(target)
    found = _inspection(source.target, gather(source))
    if format_ is Format.JSON:
        write_text(inspection_json(found))
        return 0
    from truename.report.text.inspection import print_inspection

    print_text(lambda console: print_inspection(found, console))
    return 0


def _inspection(target: str, evidence: Evidence) -> Inspection:
    """The evidence as a report's noun."""
    from truename.report.inspection import InspectedFact, Inspection
    from truename.suggest import STYLES, suggest_name

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
    from truename.report.inspection import Branch

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
