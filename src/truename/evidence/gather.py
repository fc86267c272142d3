"""Gather the evidence of one model from its source. The name is never looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Set
from typing import Any

import msgspec

from truename.architecture import (
    AbstractArchitecture,
    abstract_architecture,
    adapter_facts,
    declared_measures,
    holds_only_adapter,
    image_facts,
    measure,
    part_facts,
)
from truename.budget import MAX_DISTANT_BYTES, MAX_SECONDS_BESIDE, Budget
from truename.declared import Declared, declared_facts, read_declared
from truename.declared.places import Place, places_of
from truename.errors import (
    EmptyTargetError,
    FileError,
    NotDownloadedError,
    TargetNotFoundError,
    UnsafePathError,
    UnsupportedFormatError,
)
from truename.evidence.absence import why_absent, why_no_bits
from truename.evidence.comparison import compare_checkpoints, holds_importance_matrix, is_adapter, is_sidecar
from truename.evidence.evidence import Evidence
from truename.evidence.identified import AS_DECLARED, Identified, identified, unidentified
from truename.evidence.mentions import card_mentions
from truename.evidence.misnamed import misnamed_files
from truename.evidence.parts import read_parts
from truename.evidence.pickles import read_further_pickles
from truename.evidence.prefetch import needed_bytes
from truename.evidence.several import refuse_several, refuse_several_gguf
from truename.facts import (
    BYTES_READ,
    FORMATS,
    INDEX_EXTRA_TENSORS,
    INDEX_LEFT_OVER,
    INDEX_MISSING_FILES,
    INDEX_MISSING_TENSORS,
    INDEX_TOTAL_PARAMETERS,
    INDEX_TOTAL_SIZE,
    INFERRED_SHARDS,
    IS_ADAPTER,
    MISSING_LAYERS,
    MISSING_SHARDS,
    MODEL_PART,
    PARAMETERS,
    TENSOR_MODEL_TYPES,
    UNREADABLE_FILES,
    Fact,
    Key,
    Origin,
)
from truename.formats import (
    READERS,
    SAMPLED_ABOVE,
    Checkpoint,
    WeightIndex,
    WeightsHeader,
    compare_index,
    find_checkpoints,
    read_checkpoint,
    read_index,
    states_apart,
    unsafe_globals_of,
)
from truename.formats.detect import look
from truename.sources.folder import FileSource
from truename.sources.source import Source, is_distant
from truename.stand_ins import UNFINISHED, finished_name, stand_in

MAX_TRIED = 64  # sets of weights of which none can be read
MAX_DISTANT_TRIED = 8  # ... where every read costs round trips


class WeightsReading(msgspec.Struct, frozen=True):
    """What came of reading the main checkpoint: its header, or why there is none."""

    checkpoint: Checkpoint | None = None
    header: WeightsHeader | None = None
    problems: tuple[FileError, ...] = ()


def gather(source: Source, *, sample: bool = False, keys: Set[Key[Any]] | None = None) -> Evidence:
    """Read the documents and the header of the main checkpoint, and measure them.

    Args:
        source: the model's files.
        sample: of very many shards read some, and infer the others where their sizes agree.
        keys: what somebody will look at: documents that state nothing of it are not read. By default all are.

    A file that breaks its format is no error here: it becomes the fact ``unreadable_files`` and the reason why
    other facts are missing.
    """
    checkpoints, files, places = checkpoints_of(source), source.files, places_of(keys)
    if is_distant(source):
        source.prefetch(needed_bytes(files, _in_order(checkpoints), places, sample=sample))
    declared = read_declared(files, source.open, places)
    budget = Budget(bytes=MAX_DISTANT_BYTES) if is_distant(source) else Budget()
    weights = read_main(checkpoints, source, budget, sample=sample)
    if weights.checkpoint is not None and weights.checkpoint not in checkpoints:  # numbered states, and no shards
        checkpoints = tuple(
            one for found in checkpoints for one in (states_apart(found) if found.numbered else (found,))
        )
    weights, architecture = _built(weights)
    stated, measured = declared_facts(declared), tuple(_weights_facts(weights, declared, architecture))
    if architecture is None:
        structure = Identified()
    elif is_as_declared(stated, measured):
        structure = AS_DECLARED
    elif any(fact.key == MISSING_LAYERS for fact in measured):
        structure = unidentified("layers are missing in the middle, so the structure is not a whole model's")
    elif part := next((f.value for f in measured if f.key == MODEL_PART and f.origin is Origin.WEIGHTS), None):
        structure = unidentified(f"the files hold a {part}, whose structure is not a whole model's")
    else:
        structure = identify_whole(weights, architecture)
    compared = compare_checkpoints(weights.checkpoint, weights.header, checkpoints, source, budget)
    if compared.several_models and weights.checkpoint is not None:
        refuse_several_gguf(source, (weights.checkpoint.name, *compared.several_models))
    counted = next((fact.value for fact in measured if fact.key == PARAMETERS), None)
    apart = read_parts(weights.checkpoint, weights.header, checkpoints, declared, source, budget, counted)
    facts = [
        *stated,
        *_file_facts(checkpoints, declared, weights, apart.problems, published=is_distant(source)),
        *_left_over_index(weights, checkpoints, source, budget),
        *_pickle_facts(weights, checkpoints, source),
        *misnamed_files(source, checkpoints, weights.header),
        *measured,
        *apart.facts(),
        *structure.facts,
        *compared.facts(),
        *(card_mentions(source) if Place.CARD in places else ()),
    ]
    missing = why_absent(declared, weights.checkpoint, weights.header, weights.problems)
    missing |= {**why_no_bits(measured), **structure.missing, **apart.missing()}
    unsaid = compared.missing()
    silent = {fact.key: why for fact in facts if (why := compared.why_silent(fact, unsaid)) is not None}
    spoken = [fact for fact in facts if compared.why_silent(fact, unsaid) is None] if silent else facts
    reasons = {**missing, **unsaid, **silent}
    return Evidence.of(spoken, reasons, architecture, fingerprint_of(weights.header), apart.parts)


def _built(weights: WeightsReading) -> tuple[WeightsReading, AbstractArchitecture | None]:
    """The architecture of what was read; where its tensors cannot be told apart, that is why there is no header."""
    if weights.header is None:
        return weights, None
    try:
        return weights, abstract_architecture(weights.header)
    except UnsupportedFormatError as error:
        return msgspec.structs.replace(weights, header=None, problems=(*weights.problems, error)), None


def fingerprint_of(header: WeightsHeader | None) -> str | None:
    """SHA-256 over the format, and over every tensor with its type and shape in the order of the files."""
    if header is None or not header.tensors:
        return None
    return hashlib.sha256(msgspec.msgpack.encode((header.format, header.tensors))).hexdigest()


def checkpoints_of(source: Source) -> tuple[Checkpoint, ...]:
    """The checkpoints of a model, the main one first; a file that was named alone is one, whatever it is called.

    Raises:
        EmptyTargetError: a file that was named alone is no weights file.
        SeveralModelsError: the target is a folder of models.
    """
    found = find_checkpoints(source.files)
    if not isinstance(source, FileSource):
        refuse_several(source)
        return found
    path = source.file
    if mine := tuple(checkpoint for checkpoint in found if path in checkpoint.paths or path == checkpoint.index):
        return mine
    with source.open(path) as blob:
        format, head = look(blob)
        instead = stand_in(head, blob.size)
    if format is None and instead is not None:
        raise EmptyTargetError(source.target, instead)
    if format is None:
        known = ", ".join(sorted({*READERS} - {"nemo"}))
        problem = f"is in no format that truename reads ({known}); give a weights file or a model's folder"
        raise EmptyTargetError(source.target, problem)
    return (Checkpoint(format, (path,)),)


def is_as_declared(stated: Iterable[Fact[Any]], measured: Iterable[Fact[Any]]) -> bool:
    """Whether the tensors are exactly those of the declared model type: the classifier could add nothing."""
    types = {fact.value for fact in stated if fact.key == "model_type"}
    return any(fact.key == "tensor_model_types" and types & set(fact.value) for fact in measured)


def identify_whole(weights: WeightsReading, architecture: AbstractArchitecture) -> Identified:
    """What the structure is; nothing for an adapter or for a part of the shards."""
    header, checkpoint = weights.header, weights.checkpoint
    if header is None or checkpoint is None or header.missing_files:
        return Identified()  # why_absent says why
    if is_adapter(checkpoint) or header.metadata.get("general.type") == "adapter" or holds_only_adapter(header):
        return unidentified("the files hold an adapter, and its base model decides the structure")
    return identified(architecture, header.files[0] if len(header.files) == 1 else None)


def read_main(
    checkpoints: tuple[Checkpoint, ...], source: Source, budget: Budget, *, sample: bool = False
) -> WeightsReading:
    """Read the first checkpoint that can be read and is a model's; an adapter's only where nothing else is there.

    Where the first ``MAX_TRIED`` cannot be read, no more are tried.
    """
    full = _in_order(checkpoints)
    distant = source if is_distant(source) else None
    map_ = map if distant is None else distant.map
    sample_above = SAMPLED_ABOVE if sample else None
    most = MAX_TRIED if distant is None else MAX_DISTANT_TRIED
    problems: list[FileError] = []
    for checkpoint in full[:most]:
        try:
            header = read_checkpoint(checkpoint, source.open, map_, sample_above, budget)
        except FileError as error:
            if not problems:  # a folder of sets that all break late must not take the time of each
                budget.limit_seconds(MAX_SECONDS_BESIDE)
            problems.append(_as_unfinished(error, source) or error)
            continue
        if holds_importance_matrix(header):
            problem = "is an importance matrix, which is made for quantising a model, and no model"
            problems.append(UnsupportedFormatError(header.files[0], problem))
            continue
        if checkpoint.numbered and header.files != checkpoint.paths:
            checkpoint = states_apart(checkpoint)[0]
        return WeightsReading(checkpoint, header, tuple(problems))
    if len(full) > most:
        problem = f"is one of {len(full):,} sets of weights; the first {most} cannot be read, and no more are tried"
        problems.append(UnsupportedFormatError(full[most].name, problem))
    if not full:
        problems += _unfinished_weights(source)
    return WeightsReading(full[0] if full else None, problems=tuple(problems))


def _as_unfinished(error: FileError, source: Source) -> NotDownloadedError | None:
    """The error of a file whose download has not ended; what a broken pickle imports is not excused so."""
    if isinstance(error, (UnsupportedFormatError, NotDownloadedError)) or unsafe_globals_of(error):
        return None
    marks = (error.path + end for end in UNFINISHED)
    mark = error.path if finished_name(error.path) else next((mark for mark in marks if mark in source.files), None)
    if mark is None:
        return None
    beside = "" if mark == error.path else f" ({mark} lies beside it)"
    return NotDownloadedError(error.path, f"is a part of a download{beside}; finish the download")


def _unfinished_weights(source: Source) -> Iterator[NotDownloadedError]:
    """Files that will be weights when their download has ended."""
    for path in source.files:
        if (name := finished_name(path)) is not None and find_checkpoints({name: 0}):
            yield NotDownloadedError(path, "is a part of a download; finish the download")


def _in_order(checkpoints: tuple[Checkpoint, ...]) -> list[Checkpoint]:
    """Which checkpoints to try, the first first."""
    first = [c for c in checkpoints if not is_adapter(c)] or list(checkpoints)
    return sorted(first, key=is_sidecar)


def _weights_facts(
    weights: WeightsReading, declared: Declared, architecture: AbstractArchitecture | None
) -> Iterator[Fact[Any]]:
    index = None if weights.header is None else weights.header.index
    if weights.header is not None:
        yield from adapter_facts(weights.header)
    if weights.header is not None and weights.header.metadata.get("general.type") == "adapter":
        yield Fact(IS_ADAPTER, True, Origin.FILES, weights.header.files[0], "general.type of the GGUF file")
    elif weights.header is not None and holds_only_adapter(weights.header):
        yield Fact(IS_ADAPTER, True, Origin.WEIGHTS, weights.header.files[0], "pairs of low-rank matrices alone")
    elif weights.header is not None and weights.checkpoint is not None and not is_adapter(weights.checkpoint):
        facts = measure(weights.header, declared, architecture)
        yield from facts
        yield from image_facts(weights.header, declared)
        yield from part_facts(weights.header, declared, known=any(fact.key == TENSOR_MODEL_TYPES for fact in facts))
    elif weights.header is None:
        yield from part_facts(None, declared)
    if weights.header is None or not weights.header.shapes_known:
        yield from declared_measures(declared, None if index is None else index.total_size)


def _file_facts(
    checkpoints: tuple[Checkpoint, ...],
    declared: Declared,
    weights: WeightsReading,
    of_parts: tuple[FileError, ...],
    *,
    published: bool,
) -> Iterator[Fact[Any]]:
    """Facts of the list of files: formats, whether it is an adapter, unreadable files, index against shards.

    A file that was not downloaded is no fault of a model on this machine. What is ``published`` so is broken.
    """
    excused = UnsupportedFormatError if published else (UnsupportedFormatError, NotDownloadedError)
    if present := tuple(dict.fromkeys(c.format for c in checkpoints if c.paths)):
        yield Fact(FORMATS, present, Origin.FILES)
    problems = {str(problem): problem for problem in (*declared.problems, *weights.problems, *of_parts)}
    for problem in (p for p in problems.values() if not isinstance(p, excused)):
        yield Fact(UNREADABLE_FILES, str(problem), Origin.FILES, problem.path)
    if weights.header is not None:
        file = weights.header.files[0] if len(weights.header.files) == 1 else None
        yield Fact(BYTES_READ, weights.header.bytes_read, Origin.FILES, file)
    if weights.header is not None and weights.header.missing_files:
        yield Fact(MISSING_SHARDS, weights.header.missing_files, Origin.FILES)
    if weights.header is not None and weights.header.inferred_files:
        yield Fact(INFERRED_SHARDS, weights.header.inferred_files, Origin.FILES)
    if weights.header is not None and weights.header.index is not None:
        yield from _index_facts(weights.header.index, weights.header)


def _pickle_facts(weights: WeightsReading, checkpoints: tuple[Checkpoint, ...], source: Source) -> Iterator[Fact[Any]]:
    """What the pickles import, of files that broke behind it too: a loader runs a pickle up to where it breaks."""
    header = weights.header
    main = [one for problem in weights.problems for one in unsafe_globals_of(problem)]
    main += () if header is None else header.unsafe_globals
    unwalked = () if header is None else header.unwalked_files
    broken = tuple(p.path for p in weights.problems if not isinstance(p, UnsupportedFormatError))
    # An archive that is refused may hold pickles, and so may a file of another format than PyTorch's.
    tried = {*broken, *(header.files if header is not None and header.format == "pytorch" else ())}
    further = read_further_pickles(source, tried, checkpoints)
    yield from further.facts(main, header is not None and header.format == "pytorch", broken, unwalked)


def _left_over_index(
    weights: WeightsReading, checkpoints: tuple[Checkpoint, ...], source: Source, budget: Budget
) -> Iterator[Fact[Any]]:
    """An index beside a file that needs none, where nothing that it names is there."""
    main = weights.checkpoint
    if main is None or weights.header is None or main.index is not None or len(main.paths) != 1:
        return
    for other in checkpoints:
        alike = (other.format, other.component) == (main.format, main.component)
        if other.index is None or other.paths or not alike or _stem(other.index) != _stem(main.paths[0]):
            continue
        try:
            with source.open(other.index) as blob, budget.reading(blob.path):
                named = tuple(dict.fromkeys(read_index(blob, budget).weight_map.values()))
        except (FileError, TargetNotFoundError, UnsafePathError):
            continue
        if named and not any(file in source.files for file in named):
            yield Fact(INDEX_LEFT_OVER, named, Origin.FILES, other.index)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _index_facts(index: WeightIndex, header: WeightsHeader) -> Iterator[Fact[Any]]:
    compared = compare_index(index, header)
    totals = ((INDEX_TOTAL_SIZE, index.total_size), (INDEX_TOTAL_PARAMETERS, index.total_parameters))
    for key, value in totals:
        if value is not None:
            yield Fact(key, value, Origin.DECLARED, index.file, f"metadata.{key.removeprefix('index_')}")
    if compared.nothing_read:
        return
    lists = (
        (INDEX_MISSING_FILES, tuple(dict.fromkeys((*compared.missing_files, *compared.numbering_gaps)))),
        (INDEX_MISSING_TENSORS, compared.missing_tensors),
        (INDEX_EXTRA_TENSORS, compared.extra_tensors),
    )
    for named, names in lists:
        if names:
            yield Fact(named, names, Origin.FILES, index.file)
