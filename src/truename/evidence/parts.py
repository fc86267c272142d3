"""The parts of a model whose weights are divided among files that belong together, each counted, and all of them.

A pipeline's modules lie in folders of its index, the modules of a sentence encoder in folders of its list; an image
encoder lies beside the GGUF file of its language model; a program's graphs are one file each. Which of them a model has
is read from the list of files, so that a source over a network can fetch all of their headers at once; then its
documents say which of them are meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from truename.architecture import measure
from truename.budget import MAX_SECONDS_BESIDE, Budget
from truename.declared import Declared
from truename.errors import FileError, NotDownloadedError
from truename.evidence.comparison import is_adapter, is_sidecar
from truename.evidence.evidence import Evidence
from truename.facts import PARAMETERS, WHOLE_PARAMETERS, Fact, Key, Origin
from truename.findings import ModelPart, Reason, ReasonKind
from truename.formats import Checkpoint, WeightsHeader, read_checkpoint
from truename.sources.file_names import is_part, tells_nothing, without_storage
from truename.sources.source import Source, is_distant

MAX_PARTS = 32
MAX_DISTANT_PARTS = 12  # ... where each costs a request
_PIPELINE, _MODULES = "model_index.json", "modules.json"
_MODULE = re.compile(r"\d+_[A-Z]\w*")  # 2_Dense
# What a pipeline lists beside its modules: they hold no weights.
_WEIGHTLESS = re.compile(r"Scheduler|Tokenizer|Processor|Extractor|Guider|Guidance|Transform$")


class PartsReading(msgspec.Struct, frozen=True):
    """What came of reading the parts of a model; empty for a model of one part.

    Attributes:
        parts: the one on which claims are judged first, then in the order of their names.
        problems: what is wrong with files that could not be read.
    """

    parts: tuple[ModelPart, ...] = ()
    problems: tuple[FileError, ...] = ()

    def facts(self) -> Iterator[Fact[Any]]:
        """The count of the whole model, where every part was counted."""
        counted = [part for part in self.parts if part.parameters is not None]
        if self.parts and len(counted) == len(self.parts) and self._open_reason() is None:
            total = sum(part.parameters or 0 for part in counted)
            detail = f"sum over {', '.join(part.name for part in counted)}"
            yield Fact(WHOLE_PARAMETERS, total, Origin.WEIGHTS, None, detail)

    def missing(self) -> dict[Key[Any], Reason]:
        """Why the whole model could not be counted."""
        reason = self._open_reason()
        return {} if reason is None else {WHOLE_PARAMETERS: reason}

    def _open_reason(self) -> Reason | None:
        if any(part.graph for part in self.parts):
            text = "its graphs may hold the same weights twice, so their counts cannot be added up"
            return Reason(ReasonKind.AMBIGUOUS_FILES, text)
        part = next((part for part in self.parts if part.parameters is None), None)
        if part is None or part.reason is None:
            return None
        text = f"a part of the model, {part.name}, is not counted: {part.reason.text}"
        return Reason(part.reason.kind, text, part.reason.file)


class _Place(msgspec.Struct, frozen=True):
    """A part by its name, and the checkpoint that holds it."""

    name: str
    checkpoint: Checkpoint
    graph: bool = False


def read_parts(
    main: Checkpoint | None,
    header: WeightsHeader | None,
    checkpoints: Sequence[Checkpoint],
    declared: Declared,
    source: Source,
    budget: Budget,
    counted: int | None,
) -> PartsReading:
    """Read the header of every part of a model and count its parameters.

    Args:
        main: the checkpoint on which claims are judged.
        header: what was read of it; None where it could not be read, so that claims are judged on no part.
        checkpoints: all of the model's.
        declared: its documents, which say what a pipeline consists of.
        source: its files.
        budget: what is left for them.
        counted: the parameters of ``main``.
    """
    if main is None:
        return PartsReading()
    places = [place for place in parts_among(main, checkpoints, source.files) if _is_meant(place, declared)]
    absent = tuple(_absent(declared, {place.name for place in places}))
    if not places or len(places) + len(absent) < 2:
        return PartsReading()
    budget.limit_seconds(MAX_SECONDS_BESIDE)
    most = MAX_DISTANT_PARTS if is_distant(source) else MAX_PARTS

    def read(place: _Place) -> tuple[ModelPart, FileError | None]:
        file = place.checkpoint.name
        if place.checkpoint is main and header is not None:
            reason = None if counted is not None else Reason(ReasonKind.NOT_MEASURED, "its layout is not known", file)
            tensors = len(header.tensors)
            return ModelPart(place.name, file, main.format, tensors, counted, True, place.graph, reason), None
        return _read_part(place, declared, source, budget)

    shown = places[:most]
    results = list(source.map(read, shown) if is_distant(source) else map(read, shown))
    more = tuple(
        ModelPart(p.name, p.checkpoint.name, p.checkpoint.format, graph=p.graph, reason=_too_many(most))
        for p in places[most : most + MAX_PARTS]
    )
    parts = sorted((*(part for part, _ in results), *more, *absent), key=lambda part: (not part.judged, part.name))
    problems = tuple(problem for _, problem in results if problem is not None)
    return PartsReading(tuple(parts), problems)


def parts_among(main: Checkpoint, checkpoints: Iterable[Checkpoint], files: Mapping[str, int]) -> tuple[_Place, ...]:
    """What may be parts of one model with the main checkpoint, by the list of files alone; each but once."""
    found: dict[str, _Place] = {}
    if main.format == "onnx" and main.parts is not None:
        graphs = [c for c in checkpoints if c.format == "onnx" and c.component == main.component]
        for checkpoint in sorted(graphs, key=lambda c: (len(c.paths[0]), c.paths[0])):  # the plainest of its variants
            stem = _stem(checkpoint)
            whole = msgspec.structs.replace(checkpoint, parts=None)
            found.setdefault(without_storage(stem), _Place(stem, whole, graph=True))
        return tuple(found.values())
    for checkpoint in checkpoints:
        if checkpoint is main or is_adapter(checkpoint):
            continue
        if is_sidecar(checkpoint):
            stem = _stem(checkpoint)
            if main.format == "gguf" and checkpoint.component == main.component and _accompanies(stem):
                found.setdefault("mmproj", _Place(stem, checkpoint))
        elif _is_part_folder(checkpoint.component, main, files) and checkpoint.component != main.component:
            found.setdefault(checkpoint.component, _Place(checkpoint.component, checkpoint))
    if main.component == "" and _PIPELINE in files:  # a file beside a pipeline is none of its modules
        return tuple(found.values())
    return (_Place(main.component or _stem(main), main), *found.values())


def _accompanies(stem: str) -> bool:
    """Whether a GGUF file beside a model is an image encoder: neither an importance matrix nor a further head."""
    return "mmproj" in stem.lower()


def _is_part_folder(folder: str, main: Checkpoint, files: Mapping[str, int]) -> bool:
    """Whether a folder with weights may hold a part of the model around it."""
    if not folder or "/" in folder:
        return False
    if _PIPELINE in files:
        return True
    if _MODULES in files or _MODULE.fullmatch(folder):
        return _MODULE.fullmatch(folder) is not None
    return is_part(folder) and not tells_nothing(folder)


def _is_meant(place: _Place, declared: Declared) -> bool:
    """Whether the list of a pipeline's or an encoder's modules names a folder; without one, its name has decided."""
    listed: Collection[str] = ()
    if declared.model_index is not None:
        listed = _modules_of(declared.model_index.data)
    elif declared.modules is not None:
        listed = [str(one.get("path")) for one in declared.modules.data["modules"] if isinstance(one, dict)]
    return not listed or place.name in listed or place.checkpoint.component == ""


def _modules_of(index: Mapping[str, Any]) -> dict[str, str]:
    """The modules of a pipeline, each with its class; what is null is left out on purpose."""
    return {
        name: str(value[1])
        for name, value in index.items()
        if isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) for one in value)
    }


def _absent(declared: Declared, present: set[str]) -> Iterator[ModelPart]:
    """The modules of a pipeline of which there are no weights."""
    if declared.model_index is None:
        return
    for name, kind in sorted(_modules_of(declared.model_index.data).items())[:MAX_PARTS]:
        if name not in present and not _WEIGHTLESS.search(kind):
            text = f"{declared.model_index.file} names it, and there is no weights file in {name[:80]}/"
            yield ModelPart(name[:80], reason=Reason(ReasonKind.NO_WEIGHTS, text))


def _read_part(place: _Place, declared: Declared, source: Source, budget: Budget) -> tuple[ModelPart, FileError | None]:
    checkpoint = place.checkpoint
    part = ModelPart(place.name, checkpoint.name, checkpoint.format, graph=place.graph)
    try:
        header = read_checkpoint(checkpoint, source.open, budget=budget)
        parameters, reason = _counted(header, Declared(config=declared.components.get(place.name)))
    except FileError as error:
        kind = ReasonKind.NOT_DOWNLOADED if isinstance(error, NotDownloadedError) else ReasonKind.UNREAD_WEIGHTS
        return msgspec.structs.replace(part, reason=Reason(kind, str(error), error.path)), error
    return (
        msgspec.structs.replace(part, tensors=len(header.tensors), parameters=parameters, reason=reason),
        None,
    )


def _counted(header: WeightsHeader, declared: Declared) -> tuple[int | None, Reason | None]:
    """The parameters of one part, or why they are not known."""
    if header.missing_files:
        text = f"the shard {header.missing_files[0]} is missing"
        return None, Reason(ReasonKind.UNREAD_WEIGHTS, text, header.missing_files[0])
    fact = Evidence.of(measure(header, declared)).measured(PARAMETERS)
    if fact is None:
        return None, Reason(ReasonKind.NOT_MEASURED, "its tensors do not show how many there are", header.files[0])
    return fact.value, None


def _too_many(most: int) -> Reason:
    """Why a part is not counted; of very many, those beyond are not listed either."""
    return Reason(ReasonKind.UNREAD_WEIGHTS, f"no more than {most} parts are read")


def _stem(checkpoint: Checkpoint) -> str:
    return checkpoint.name.rpartition("/")[2].partition(".")[0]
