"""``truename survey``: analyse, write, and say what it came to."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

from truename.cli.streams import write_text
from truename.errors import MissingExtraError
from truename.report.visible import visible
from truename.study.survey import Analysis, analyse


def run_analyse(responses: Path, out: Path, instrument: Path | None, codes: Path | None) -> int:
    """Analyse and write everything to ``out``.

    Raises:
        UsageError: the call cannot be carried out.
    """
    analysis = analyse(responses, instrument, codes)
    try:
        from truename.study.survey.write import write_analysis
    except ModuleNotFoundError as error:
        raise MissingExtraError("the analysis of a survey", "study") from error
    write_analysis(analysis, out)
    write_text(_told(analysis, out))
    return 0


def _told(analysis: Analysis, out: Path) -> str:
    people = analysis.participants
    lines = [f"{people.total} responses, {len(people.responses)} participants"]
    lines += [f"  left out: {skip.count}: {skip.reason}" for skip in people.skips]
    lines += [
        f"  {'no answer, a placeholder' if text.placeholder else 'not an option of the instrument'}: "
        f"{text.count} in '{text.question}': {text.text[:80]}"
        for text in analysis.reading.unread
    ]
    lines += [f"  note: {note}" for note in analysis.notes]
    if analysis.comparisons:
        given = [c for c in analysis.comparisons if c.difference is not None]
        equal = sum(c.difference == 0 for c in given)
        lines.append(f"published counts: {equal} of {len(given)} are the data's own")
        lines += [
            f"  {c.of}, {c.what}: published {c.published}, the data gives {c.reproduced}" for c in given if c.difference
        ]
        if len(given) < len(analysis.comparisons):
            lines.append(f"  {len(analysis.comparisons) - len(given)} have nothing to compare with; see --codes")
    told = [part for line in lines for part in _wrapped(visible(line))]
    return "\n".join([*told, visible(f"report: {out / 'report.html'}")]) + "\n"


def _wrapped(line: str) -> list[str]:
    return wrap(line, 79, subsequent_indent="    ", break_on_hyphens=False)
