"""Every part of the evaluation, in order."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from truename.architecture import abstract_architecture
from truename.dara.features import features_of
from truename.dara.identification import Basis, Question
from truename.dara.identify import ERROR_RATE, decide, identify_features
from truename.dara.score import Scored, score
from truename.formats.header import Tensor, WeightsHeader
from truename.lab.evaluation import baseline, table_rows
from truename.lab.evaluation.altered import altered_in_turn
from truename.lab.evaluation.openset import open_set
from truename.lab.evaluation.planted_mismatches import nearest_lies, planted_lies
from truename.lab.evaluation.record import Record, merged
from truename.lab.evaluation.scores import Row
from truename.lab.evaluation.sequences import sequence_scores
from truename.lab.evaluation.table_rows import OURS_NAMES, Prepared
from truename.lab.training.calibration import ways_to_see
from truename.lab.training.prototypes import Example
from truename.lab.training.specimen import Specimen
from truename.lab.training.splits import by_configuration, without_releases, without_switches

PARTS = (
    "configurations", "baselines", "trials", "names", "held", "unknown", "real", "lies", "calibration", "sequences",
    "figures",
)  # fmt: skip
_SEQUENCES = Path("ptm-naming") / "layer_sequences.json.gz"
_REPOSITORIES = Path("real-repos")

Progress = Callable[[str], None]


def evaluate(
    specimens: Sequence[Specimen],
    data: Path | None,
    parts: Sequence[str],
    out: Path,
    earlier: Record | None,
    progress: Progress,
) -> Iterator[Record]:
    """Run ``parts`` over a corpus; the record as it is after each, figures of other parts taken from ``earlier``.

    Args:
        specimens: the corpus.
        data: the folder of reference data; without it the parts that need it are left out.
        parts: of ``PARTS``.
        out: where figures are drawn.
        earlier: a stored record to complete.
        progress: told what is being done.
    """
    libraries = dict(sorted(Counter(s.library for s in specimens).items()))
    record = msgspec.structs.replace(earlier or Record(0, {}), models=len(specimens), libraries=libraries)
    seconds = dict(record.seconds)
    split = by_configuration(specimens)
    prepared = table_rows.prepare(split, progress)
    for part in parts:
        progress(f"part: {part}")
        began = time.perf_counter()
        record = _part(part, record, prepared, data, out, progress)
        seconds[part] = round(time.perf_counter() - began, 1)
        record = msgspec.structs.replace(record, seconds=dict(seconds))
        yield record


def _part(part: str, record: Record, prepared: Prepared, data: Path | None, out: Path, progress: Progress) -> Record:
    change = msgspec.structs.replace
    if part == "configurations":
        return change(record, rows=merged(record.rows, list(table_rows.configurations(prepared))))
    if part == "baselines":
        return change(record, rows=merged(record.rows, list(baseline.rows(prepared, progress))))
    if part == "trials":
        return change(record, rows=merged(record.rows, list(table_rows.trials(prepared, progress))))
    if part == "names":
        return change(record, rows=merged(record.rows, list(table_rows.names(prepared, progress))))
    if part == "held":
        return change(record, rows=merged(record.rows, list(_held(prepared, progress))))
    if part == "unknown":
        return change(
            record,
            open_sets=tuple(
                open_set((*prepared.train, *prepared.aside), prepared.test, basis)
                for basis in (Basis.NAMES, Basis.SHAPES)
            ),
        )
    if part == "lies":
        return change(
            record,
            lies=planted_lies(prepared.model, prepared.test, prepared.by_names),
            nearest_lies=nearest_lies(prepared.model, prepared.test, prepared.by_names),
        )
    if part == "calibration":
        return change(record, calibration=tuple(_calibration(prepared)))
    if part == "figures":
        from truename.lab.evaluation.confusion_figures import draw

        draw(prepared, out)
        return record
    if data is None:
        progress(f"{part} is left out: there is no --data")
        return record
    if part == "real":
        return change(record, rows=merged(record.rows, list(_real(prepared, data / _REPOSITORIES))))
    return change(record, sequences=sequence_scores(data / _SEQUENCES, progress))


def _held(prepared: Prepared, progress: Progress) -> Iterator[Row]:
    """Known releases and single switches that no prototype was made from: with a classifier of its own each."""
    for test, spare in (("published releases held out", without_releases), ("switches held out", without_switches)):
        progress(test)
        rest, held = spare(prepared.known)
        split = by_configuration(rest)
        other = table_rows.prepare(msgspec.structs.replace(split, test=held), progress)
        examples = [(example, example.features) for example in other.test]
        yield table_rows.row(test, OURS_NAMES, other, examples, other.by_names)


def _real(prepared: Prepared, folder: Path) -> Iterator[Row]:
    """All, and then those alone whose types the libraries define.

    Written families were read from such repositories: for them, the first row says that they are read as they are
    written, and no more.
    """
    several = list(_real_models(folder, set(prepared.model.labels[Question.MODEL_TYPE])))
    written = {s.model_type for s in (*prepared.known, *prepared.specimens) if s.library == "families"}
    yield _real_row("real repositories, names only", prepared, several)
    independent = [(name, example) for name, example in several if example.model_type not in written]
    yield _real_row("real repositories, without the types written from such", prepared, independent)


def _real_row(test: str, prepared: Prepared, several: Sequence[tuple[str, Example]]) -> Row:
    features = [(example, example.features) for _, example in several]
    row = table_rows.row(test, OURS_NAMES, prepared, features, prepared.by_names)
    missed = []
    for name, example in several:
        found = identify_features(example.features, model=prepared.model).model_type
        if example.model_type not in found.labels:
            said = "unknown" if found.unknown else " or ".join(found.labels[:4])
            near = found.nearest[0].label if found.nearest else "nothing"
            missed.append(f"{name} ({example.model_type}: {said}, nearest {near})")
    only_type = tuple(scores for scores in row.scores if scores.question == Question.MODEL_TYPE)
    return msgspec.structs.replace(row, scores=only_type, note=f"missed: {'; '.join(missed) or 'none'}")


def _calibration(prepared: Prepared) -> Iterator[tuple[str, str, float, float, int]]:
    """Measured error against the stated one, at several rates, on the test: as saved and altered, as it was stated."""
    scored: dict[str, list[tuple[Example, Scored | None]]] = {}
    without_names = set(map(id, table_rows.spread(prepared.test)))
    for example in prepared.test:
        for features, basis in ways_to_see(example):
            if basis is not Basis.SHAPES or id(example) in without_names:
                scored.setdefault(basis, []).append((example, score(prepared.model, features)))
    scored["names, as saved alone"] = list(scored[Basis.NAMES])
    for example in altered_in_turn(prepared.specimens):
        if (found := score(prepared.model, example.features)) is not None:
            scored.setdefault(found.basis, []).append((example, found))
    for title, several in scored.items():
        for rate in (ERROR_RATE, 0.05, 0.1):
            wrong, asked = Counter[Question](), Counter[Question]()
            for example, scores in several:
                for question, prediction in decide(prepared.model, scores, rate).answers():
                    asked[question] += bool(example.label(question))
                    wrong[question] += (
                        bool(example.label(question)) and example.label(question) not in prediction.labels
                    )
            yield from ((str(title), q.value, rate, wrong[q] / (asked[q] or 1), asked[q]) for q in Question)


_INDICES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")


def _real_models(folder: Path, known: Collection[str]) -> Iterator[tuple[str, Example]]:
    """Every repository below ``folder`` with a weight index and a declared type that is one of ``known``.

    Their shards are not there, so that names speak alone. A repository whose configuration lies counts against us.
    """
    for repository in sorted(path for path in folder.iterdir() if path.is_dir()):
        config = _object(repository / "config.json")
        index = next((found for name in _INDICES if (found := _object(repository / name))), {})
        names = index.get("weight_map")
        model_type = config.get("model_type")
        if not isinstance(names, dict) or not names or model_type not in known:
            continue
        classes = config.get("architectures") or [""]
        features = features_of(abstract_architecture(_header(names)))
        yield repository.name, Example(str(model_type), str(classes[0]), "", repository.name, features, features)


def _header(names: Mapping[str, Any]) -> WeightsHeader:
    unknown = Tensor(None, None, None)
    return WeightsHeader("safetensors", ("model.safetensors",), dict.fromkeys(map(str, names), unknown), {}, {})


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
