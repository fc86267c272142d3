"""Where reports go: ``-o sarif=x.sarif -o markdown=-``, several forms of one call at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from truename.atomic_files import write_atomically
from truename.cli.output import STANDARD_OUTPUT, encoded, write_text
from truename.errors import UsageError
from truename.findings import FailedTarget, ModelReport
from truename.report.writers import Form, Run, Writer, writer_for

_Raised = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


class Output(NamedTuple):
    """One report of a call."""

    form: Form
    place: str  # a path, or - for standard output


def parse_outputs(written: Sequence[str] | None, form: Form) -> tuple[Output, ...]:
    """What ``-o`` asks for: ``FORM=PLACE``, or a place alone for a report of the form that ``--format`` gives.

    Raises:
        UsageError: a form is not known, or standard output is to hold two reports.
    """
    outputs = [_output(text, form) for text in written or (STANDARD_OUTPUT,)]
    if sum(one.place == STANDARD_OUTPUT for one in outputs) > 1:
        raise UsageError("only one report can go to standard output; give the others files")
    return tuple(outputs)


def _output(text: str, form: Form) -> Output:
    head, separator, place = text.partition("=")
    if not separator or "/" in head:
        return Output(form, text)
    if head not in list(Form):
        from difflib import get_close_matches

        near = get_close_matches(head, list(Form), n=1)
        hint = f"did you mean {near[0]}?" if near else f"the forms are {', '.join(Form)}"
        raise UsageError(f"-o {text}: {head!r} is not a form of report; {hint} (a file of that name: ./{text})")
    return Output(Form(head), place or STANDARD_OUTPUT)


class Outputs:
    """Writes each model into every report as soon as it is checked.

    A file is there whole when the call ends, or not at all. Places that cannot be written to are refused before
    anything is checked.

    Raises:
        UsageError: a place is a folder, or its folder is not there, or it cannot be written to.
    """

    def __init__(self, outputs: Iterable[Output], run: Run) -> None:
        self._outputs = [(output, _writer(output, run)) for output in outputs]
        self._files = ExitStack()
        self._put: list[tuple[Writer, Callable[[str], object]]] = []
        for output, _ in self._outputs:
            _refuse(output.place)

    def __enter__(self) -> Outputs:
        for output, writer in self._outputs:
            if output.place == STANDARD_OUTPUT:
                put: Callable[[str], object] = _Standard().write
            else:
                put = self._file(Path(output.place))
            self._put.append((writer, put))
            put(writer.head())
        return self

    def add(self, entry: ModelReport | FailedTarget) -> None:
        """Write one more model, or a target that could not be checked."""
        for writer, put in self._put:
            put(writer.entry(entry))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            for writer, put in self._put:
                put(writer.tail())
        self._files.__exit__(kind, error, trace)

    def _file(self, path: Path) -> Callable[[str], object]:
        """Open a file that takes its place when the call ends; what is not a plain file is written to as it is."""
        try:
            plain = path.is_file() or not path.exists()
            place = self._files.enter_context(write_atomically(path)) if plain else path
            stream = self._files.enter_context(place.open("wb"))
        except OSError as error:
            raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
        return lambda text: stream.write(encoded(text))


class _Standard:
    """Standard output, until its reader goes away."""

    def __init__(self) -> None:
        self._read = True

    def write(self, text: str) -> None:
        """Write, unless nobody reads any more."""
        if self._read and text:
            self._read = write_text(text)


def _writer(output: Output, run: Run) -> Writer:
    """The writer of an output; on a terminal the text has its width and colours."""
    if output.form is Form.TEXT and output.place == STANDARD_OUTPUT:
        from truename.report.text.lines import page_on
        from truename.report.writers.text import TextWriter

        return TextWriter(run, page_on(sys.stdout))
    return writer_for(output.form, run)


def _refuse(place: str) -> None:
    if place == STANDARD_OUTPUT:
        return
    path = Path(place)
    if path.is_dir():
        raise UsageError(f"{place}: cannot be written: it is a folder; give the path of a file")
    if not path.parent.is_dir():
        raise UsageError(f"{place}: cannot be written: there is no folder {path.parent}")
