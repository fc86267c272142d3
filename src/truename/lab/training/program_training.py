"""Learn the programs of every class of a corpus, and give them to a classifier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from truename.dara.identification import Question
from truename.dara.model import Model, Programs
from truename.dara.synthesis.program import Program
from truename.lab.training.programs import learn, structure_of
from truename.lab.training.specimen import Specimen

_LAYOUTS = frozenset({"saved", "memory", "gguf", "unprefixed", "consolidated", "buffers"})
_MOST = 60  # programs of one model type
_MOST_GROUPS = 120  # of a program that is kept: longer ones are convolutional networks, which stand for themselves


def with_programs(model: Model, specimens: Iterable[Specimen]) -> Model:
    """``model`` with the programs of the classes of ``specimens``."""
    classes: dict[tuple[str, str, str, str], list[Specimen]] = defaultdict(list)
    for specimen in specimens:
        if specimen.layout in _LAYOUTS:
            key = (specimen.model_type, specimen.class_name, specimen.architecture, specimen.layout)
            classes[key].append(specimen)
    programs: dict[int, Program] = {}
    of_types: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (model_type, *_), several in sorted(classes.items(), key=lambda pair: pair[0]):
        for program in learn([specimen.tensors() for specimen in several]):
            if len(program.groups) <= _MOST_GROUPS:
                number = structure_of(program)
                programs.setdefault(number, program)
                of_types[model_type][number] += 1
    labels = model.labels[Question.MODEL_TYPE]
    kept = [sorted(of_types[label], key=lambda n, own=of_types[label]: (-own[n], n))[:_MOST] for label in labels]  # type: ignore[misc]
    return msgspec.structs.replace(model, programs=_written(programs, kept))


def _written(programs: dict[int, Program], kept: Sequence[Sequence[int]]) -> Programs:
    used = sorted({number for several in kept for number in several})
    position = {number: at for at, number in enumerate(used)}
    texts = [msgspec.msgpack.encode(programs[number]) for number in used]
    starts = np.cumsum([0, *map(len, texts)], dtype=np.uint32)
    of_starts = np.cumsum([0, *map(len, kept)], dtype=np.uint32)
    every = [position[number] for several in kept for number in several]
    width = np.uint16 if len(used) <= 0xFFFF else np.uint32
    return Programs(starts, np.frombuffer(b"".join(texts), np.uint8), of_starts, np.array(every, width))
