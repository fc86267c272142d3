"""One known release, and a table of them with its look-ups.

A value that no source gives, or on which sources disagree, is None and is never compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import cached_property
from operator import attrgetter
from typing import Any

import msgspec

# What weights of one release have in common; the fields of ``Release`` with these names.
SHAPE = (
    "layers", "decoder_layers", "hidden_size", "intermediate_size", "heads", "key_value_heads", "head_size",
    "vocabulary_size", "experts", "tied",
)  # fmt: skip
# What a release is configured with; a fine-tune may change it.
SETTINGS = ("context_length", "rope_theta", "rope_scaling", "rope_factor", "mel_bins")
# What a model either has or has not: a source that gives none knows that there is none.
_PARTS = frozenset({"decoder_layers", "experts"})
# Without these nothing is compared at all; of the next two one at least must be equal too.
_CORE = ("hidden_size", "layers", "vocabulary_size")
_core_of = attrgetter(*_CORE)
_SECOND = ("heads", "key_value_heads", "intermediate_size", "experts")
_NEAR = 2  # values in which a release may differ and still be the nearest
_POSITIONS = 2  # rows of a table of positions that some families keep for padding

Values = Mapping[str, Set[Any]]  # field -> every value that the files give for it


class Release(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A published model.

    Attributes:
        id: as its publisher calls it, ``owner/name``.
        key: what tells its name from those of its siblings: words and numbers without alignment, format and
            precision; empty where the values are not sure enough to hold them against a name.
        family: the vocabulary's key of its family or brand, empty where the name claims none.
        version: as its name gives it, empty where it gives none.
        released: the day, ISO 8601; empty where no source gives it.
        model_type: of its configuration.
        layers: blocks of the main stack, of the encoder where there are two.
        decoder_layers: blocks of the decoder, where there are two stacks.
        hidden_size: width of the main stack.
        intermediate_size: width of the feed-forward layer; of an expert where only that is known.
        heads: attention heads.
        key_value_heads: key-value heads.
        head_size: width of a head.
        vocabulary_size: rows of the token embedding.
        experts: routed experts of a layer.
        tied: whether the output head is the embedding.
        context_length: positions by its configuration.
        rope_theta: base of the rotary embeddings.
        rope_scaling: kind of their scaling, ``none`` where its configuration gives none.
        rope_factor: of that scaling.
        mel_bins: of an audio encoder.
        norm_epsilon: of the norms.
        first_token: the id of the token that begins a text.
        last_tokens: the ids of the tokens that end one.
        sources: where the values come from, by their numbers in the table's list.
    """

    id: str
    key: str = ""
    family: str = ""
    version: str = ""
    released: str = ""
    model_type: str | None = None
    layers: int | None = None
    decoder_layers: int | None = None
    hidden_size: int | None = None
    intermediate_size: int | None = None
    heads: int | None = None
    key_value_heads: int | None = None
    head_size: int | None = None
    vocabulary_size: int | None = None
    experts: int | None = None
    tied: bool | None = None
    context_length: int | None = None
    rope_theta: float | None = None
    rope_scaling: str | None = None
    rope_factor: float | None = None
    mel_bins: int | None = None
    norm_epsilon: float | None = None
    first_token: int | None = None
    last_tokens: tuple[int, ...] = ()
    sources: tuple[int, ...] = ()


class ReleaseTable(msgspec.Struct, frozen=True, dict=True):
    """Releases, and where their values come from.

    Attributes:
        date: the newest day of which the table knows a release, ISO 8601.
        sources: repository, commit and file of each source.
        releases: by id.
    """

    date: str
    sources: tuple[str, ...]
    releases: tuple[Release, ...]

    def fitting(self, values: Values) -> tuple[Release, ...]:
        """The releases whose structure these values are: every value that both sides know is equal."""
        found = []
        for core in _cores(values):
            for release in self._by_core.get(core, ()):
                if any(_equal(release, field, values) for field in _SECOND) and not any(
                    differences(release, values, SHAPE)
                ):
                    found.append(release)
        return tuple(found)

    def fitting_in_shape(self, values: Values) -> tuple[Release, ...]:
        """The releases of which no vocabulary is known, and whose width, depth, heads and inner width these are."""
        widths, depths = values.get("hidden_size", ()), values.get("layers", ())
        return tuple(
            release
            for width in widths
            for depth in depths
            for release in self._by_shape.get((width, depth), ())
            if all(_equal(release, field, values) for field in ("heads", "intermediate_size"))
            and not any(differences(release, values, SHAPE))
        )

    def nearest(self, values: Values) -> tuple[tuple[Release, tuple[str, ...]], ...]:
        """Releases of the same width that differ in one value or two, with the fields; those that differ least."""
        near: list[tuple[Release, tuple[str, ...]]] = []
        for width in values.get("hidden_size", ()):
            for release in self._by_width.get(width, ()):
                fields = differences(release, values, SHAPE)
                equal = sum(_equal(release, field, values) for field in (*_CORE, *_SECOND))
                if len(fields) <= _NEAR < equal:
                    near.append((release, fields))
        least = min((len(fields) for _, fields in near), default=0)
        return tuple(pair for pair in near if len(pair[1]) == least)

    def of_key(self, key: str) -> tuple[Release, ...]:
        """The releases of that key: a model and its instructed, quantised and converted copies."""
        return self._by_key.get(key, ())

    def without(self, ids: Set[str]) -> ReleaseTable:
        """The table less some of its releases."""
        kept = tuple(release for release in self.releases if release.id not in ids)
        return ReleaseTable(self.date, self.sources, kept)

    @cached_property
    def _by_core(self) -> Mapping[Any, tuple[Release, ...]]:
        return self._index(lambda r: _core_of(r) if _is_whole(r) else None)

    @cached_property
    def _by_shape(self) -> Mapping[Any, tuple[Release, ...]]:
        known = ("hidden_size", "layers", "heads", "intermediate_size")
        return self._index(
            lambda r: (
                (r.hidden_size, r.layers)
                if r.vocabulary_size is None and all(getattr(r, field) is not None for field in known)
                else None
            )
        )

    @cached_property
    def _by_width(self) -> Mapping[Any, tuple[Release, ...]]:
        return self._index(lambda r: r.hidden_size if _is_whole(r) else None)

    @cached_property
    def _by_key(self) -> Mapping[Any, tuple[Release, ...]]:
        return self._index(lambda r: r.key or None)

    def _index(self, of: Callable[[Release], Any]) -> Mapping[Any, tuple[Release, ...]]:
        found: dict[Any, list[Release]] = {}
        for release in self.releases:
            if (key := of(release)) is not None:
                found.setdefault(key, []).append(release)
        return {key: tuple(alike) for key, alike in found.items()}


def differences(release: Release, values: Values, fields: Iterable[str] = (*SHAPE, *SETTINGS)) -> tuple[str, ...]:
    """The fields in which a release is not what the values say; what one side does not know is not a difference."""
    return tuple(field for field in fields if _differs(release, field, values))


def _differs(release: Release, field: str, values: Values) -> bool:
    known, given = getattr(release, field), values.get(field)
    if field in _PARTS and bool(known) != bool(given):
        return True
    if known is None or not given or known in given:
        return False
    if field == "context_length":
        return all(abs(known - value) > _POSITIONS for value in given)
    return True


def _equal(release: Release, field: str, values: Values) -> bool:
    known = getattr(release, field)
    return known is not None and known in values.get(field, ())


def _is_whole(release: Release) -> bool:
    """Whether enough is known of a release to say that it is the one."""
    return release.intermediate_size is not None and None not in _core_of(release)


def _cores(values: Values) -> Iterator[tuple[Any, ...]]:
    """Every combination of the values that a look-up needs; documents and weights may give two of one."""
    widths, depths, words = (values.get(field, ()) for field in _CORE)
    return ((width, depth, size) for width in widths for depth in depths for size in words)
