"""Train the classifier that is shipped: prototypes of everything, margins from configurations set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from truename.dara.calibration import calibrate
from truename.dara.lab.linear import with_linear
from truename.dara.lab.specimen import Specimen
from truename.dara.lab.splits import by_configuration
from truename.dara.model import Model
from truename.dara.store import save
from truename.dara.training import fit

_LARGEST = 8_000_000


def train(specimens: Sequence[Specimen], path: Path, progress: Callable[[str], None]) -> int:
    """Train on ``specimens``, write the classifier and ``MODEL_CARD.md`` beside it; returns its bytes.

    Margins are measured with a first model, made without the configurations that are set aside; the shipped one
    holds these too, so that what it says is at least as sure.
    """
    split = by_configuration(specimens)
    progress(f"reading {len(specimens):,} models")
    trained = [s.example() for s in split.train]
    aside = [s.example() for s in split.aside]
    tested = [s.example() for s in split.test]
    progress("calibrating")
    calibrated = calibrate(with_linear(fit(trained), trained), aside)
    progress("training")
    everything = [*trained, *aside, *tested]
    model = with_linear(fit(everything), everything)
    shipped = msgspec.structs.replace(model, calibrations=calibrated.calibrations, notes=_notes(specimens, model))
    save(shipped, path)
    return path.stat().st_size


def _notes(specimens: Sequence[Specimen], model: Model) -> dict[str, str]:
    libraries = Counter(specimen.library for specimen in specimens)
    return {
        "models": str(len(specimens)),
        "libraries": ", ".join(f"{name} {number}" for name, number in sorted(libraries.items())),
        "prototypes": f"{len(model.types.totals)} by names, {len(model.shapes.totals)} by shapes",
        **{question: str(len(labels)) for question, labels in model.labels.items()},
    }
