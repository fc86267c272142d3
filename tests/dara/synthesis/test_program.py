"""Programs of classes: learned from a few sizes, solved for others, with neither names nor an order."""

from __future__ import annotations

import random

import pytest

from truename.dara.synthesis.program import Program, solve
from truename.dara.synthesis.shapes import Shape, counted, counted_list, observe
from truename.lab.training.programs import Tensors, learn, structure_of


def llama(width: int, heads: int, kv: int, inner: int, vocabulary: int, depth: int, *, norm: bool = False) -> Tensors:
    """The tensors of a decoder with grouped queries; ``norm`` adds norms of queries and keys."""
    rows: list[tuple[str, Shape, int]] = [
        ("embed", (vocabulary, width), 1),
        ("q", (heads, width), depth),
        ("k", (kv, width), depth),
        ("v", (kv, width), depth),
        ("o", (width, heads), depth),
        ("gate", (inner, width), depth),
        ("up", (inner, width), depth),
        ("down", (width, inner), depth),
        ("before", (width,), depth),
        ("after", (width,), depth),
        ("last", (width,), 1),
        ("head", (vocabulary, width), 1),
    ]
    return [*rows, ("q_norm", (128,), depth), ("k_norm", (128,), depth)] if norm else rows


SEEN = [
    llama(512, 512, 128, 1408, 32000, 4),
    llama(1024, 1536, 256, 2816, 50257, 6),
    llama(768, 768, 768, 3072, 30522, 12),
    llama(640, 1280, 320, 1000, 28996, 5),
]
TWO_STACKS = [
    [
        ("enc.q", (w, w), a), ("enc.n", (w,), 2 * a), ("enc.f", (f, w), 2 * a),
        ("dec.q", (w, w), b), ("dec.x", (w, w), b), ("dec.n", (w,), 3 * b), ("dec.f", (f, w), 2 * b),
    ]
    for w, f, a, b in ((512, 2048, 6, 6), (768, 3072, 12, 6), (256, 1024, 4, 8), (640, 1000, 3, 5))
]  # fmt: skip


def shapes_of(tensors: Tensors) -> dict[Shape, int]:
    found: dict[Shape, int] = {}
    for _, shape, number in tensors:
        found[shape] = found.get(shape, 0) + number
    return counted(found)


def program_of(models: list[Tensors]) -> Program:
    (program, *_) = learn(models)
    return program


def fits(program: Program, tensors: Tensors) -> bool:
    shapes = observe(shapes_of(tensors))
    assert shapes is not None
    return solve(program, shapes) is not None


@pytest.mark.parametrize(
    "sizes",
    [
        (4096, 4096, 1024, 14336, 128256, 32),
        (4096, 4096, 4096, 11008, 32000, 32),  # as many key-value heads as heads
        (2304, 2048, 1024, 9216, 256000, 26),  # heads that are not the width
        (1024, 1024, 1024, 1024, 32000, 8),  # everything the same
        (64, 64, 16, 172, 300, 2),
    ],
)
def test_a_program_writes_sizes_that_nobody_showed_it(sizes: tuple[int, ...]) -> None:
    assert fits(program_of(SEEN), llama(*sizes))


def test_the_order_of_tensors_and_the_side_that_is_stored_first_do_not_matter() -> None:
    every = [shape for _, shape, number in llama(4096, 4096, 1024, 14336, 128256, 32) for _ in range(number)]
    turned = [shape[::-1] for shape in every]
    random.Random(0).shuffle(turned)
    assert counted_list(turned) == counted_list(every)


def test_what_is_found_writes_the_blocks_anew() -> None:
    program = program_of(SEEN)
    tensors = shapes_of(llama(4096, 4096, 1024, 14336, 128256, 32))
    shapes = observe(tensors)
    assert shapes is not None
    solution = solve(program, shapes)
    assert solution is not None
    written = program.write(solution.values)
    left = dict(solution.left_over)
    assert {shape: written.get(shape, 0) + left.get(shape, 0) for shape in tensors} == tensors
    assert left == {(128256, 4096): 2, (4096,): 1}
    assert 32 in solution.values
    assert solution.values[program.width] == 4096


@pytest.mark.parametrize(
    "added",
    [
        ("depth_router", (1, 4096), 32),
        ("second", (4096, 4096), 32),
        ("query_norm", (128,), 32),
        ("kernel", (4096, 1, 4), 32),
    ],
)
def test_something_more_in_every_block_is_another_structure(added: tuple[str, Shape, int]) -> None:
    assert not fits(program_of(SEEN), [*llama(4096, 4096, 1024, 14336, 128256, 32), added])


def test_something_less_in_every_block_is_another_structure() -> None:
    model = [row for row in llama(4096, 4096, 1024, 14336, 128256, 32) if row[0] != "gate"]
    assert not fits(program_of(SEEN), model)


def test_additions_may_be_left_over_where_they_are_asked_for() -> None:
    shapes = observe(shapes_of([*llama(4096, 4096, 1024, 14336, 128256, 32), ("router", (1, 4096), 32)]))
    assert shapes is not None
    solution = solve(program_of(SEEN), shapes, additions=True)
    assert solution is not None
    assert solution.left_over[4096, 1] == 32


def test_heads_and_embeddings_stand_outside() -> None:
    model = [row for row in llama(4096, 4096, 1024, 14336, 128256, 32) if row[0] != "head"]
    assert fits(program_of(SEEN), [*model, ("score", (3, 4096), 1)])


def test_two_switches_of_which_each_was_seen_alone_are_known_together() -> None:
    def switched(*extra: tuple[str, Shape]) -> list[Tensors]:
        return [[*rows, *((name, shape, rows[1][2]) for name, shape in extra)] for rows in SEEN]

    biased, normed = switched(("q_bias", (77,))), switched(("q_norm", (128,)))
    both: Tensors = [*llama(4096, 4096, 1024, 14336, 128256, 32), ("x", (77,), 32), ("y", (128,), 32)]
    assert any(fits(program, both) for program in learn([*SEEN, *biased, *normed]))
    assert not any(fits(program, both) for program in learn([*SEEN, *biased]))


@pytest.mark.parametrize(("encoder", "decoder"), [(12, 12), (24, 6), (2, 30), (5, 7)])
def test_two_stacks_of_the_same_shapes_are_told_apart(encoder: int, decoder: int) -> None:
    width, inner = 1024, 4096
    model: Tensors = [
        ("a", (width, width), encoder + 2 * decoder),
        ("b", (width,), 2 * encoder + 3 * decoder),
        ("c", (inner, width), 2 * encoder + 2 * decoder),
    ]
    assert fits(program_of(TWO_STACKS), model)


def test_programs_are_the_same_whatever_their_dimensions_are_numbered() -> None:
    assert structure_of(program_of(SEEN)) == structure_of(program_of(SEEN[::-1]))
    normed = [
        llama(*sizes, norm=True) for sizes in ((512, 512, 128, 1408, 32000, 4), (1024, 1536, 256, 2816, 50257, 6))
    ]
    assert structure_of(program_of(SEEN)) != structure_of(program_of(normed))


@pytest.mark.parametrize("shapes", [{}, {(n, n + 1): 1 for n in range(2, 2_000)}])
def test_nothing_and_far_too_much_are_not_looked_at(shapes: dict[Shape, int]) -> None:
    assert observe(counted(shapes)) is None


@pytest.mark.parametrize(
    "shapes",
    [
        {(0, 0): 4, (0,): 9},
        {(): 10_000},
        {(2**62, 1): 64, (2**62,): 64},
        {(n % 37 + 2, n % 41 + 2): n % 13 + 1 for n in range(900)},
        {(8, 8): 2**60, (8,): 2**60},
    ],
    ids=["no extent", "scalars", "huge", "noise", "many"],
)
def test_a_search_over_hostile_shapes_ends(shapes: dict[Shape, int]) -> None:
    seen = observe(counted(shapes))
    assert seen is not None
    assert solve(program_of(SEEN), seen) is None
