"""The instrument of a survey as a data file: what was asked, in which column, and what an option stands for."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from truename.errors import UsageError
from truename.names.elements import Convention, Kind

DEFAULT = "ptm-naming-2023"
_SHIPPED = Path(__file__).with_name("instruments")
_MAX_BYTES = 4 << 20
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")  # ids become names of files
ANSWERED = "answered"  # what a published count may be of, beside options, themes and kinds of agreement
AGREEMENT = ("same", "overlap", "different", "one", "neither")  # "one": only one of the coders gave any code


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer that can be chosen, or one theme or code that can be given."""

    id: str
    label: str  # for tables and figures: short
    texts: tuple[str, ...] = ()  # how an export writes it, besides the label; case and white space do not matter
    stands_for: tuple[str, ...] = ()  # letters of naming elements, or a naming convention; not for what is written in

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way in which the option may be written."""
        return (*self.texts, self.label)


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question, its column of the export, and its options."""

    id: str
    column: str  # for several choices also column_1, column_2 ..., one a choice
    title: str
    kind: Literal["one", "many", "text"]
    section: str
    wording: str = ""  # how the question begins; a column that asks something else is reported
    options: tuple[Option, ...] = ()
    other_column: str = ""  # free text beside an option "other"
    most: int | None = None  # how many options should be chosen at most; who chose more is counted and told
    preference: bool = True  # who chooses an option wants it; else nothing is tested against practice
    optional: bool = False  # an export without its column is analysed all the same
    figure: bool = True


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question whose answer decides who takes part."""

    column: str
    keep: tuple[str, ...]  # how the cell begins
    otherwise: str  # the reason of a skip, for another answer
    blank: str  # the reason of a skip, for none


class Metadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of the survey platform, each of which an export may lack."""

    id: str = "ResponseId"
    status: str = "Status"
    finished: str = "Finished"
    previews: tuple[str, ...] = ("Survey Preview", "Survey Test", "Spam", "1", "2", "8")
    ignored: tuple[str, ...] = ()  # columns that are known and hold no answers
    unfinished: Literal["keep", "skip"] = "keep"


class Themes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sheet in which free answers were given themes, one a cell."""

    id: str
    title: str
    section: str
    sheet: str
    answer: str  # the letter of the column that holds the answer, or a passage of it
    columns: tuple[str, ...]
    header_rows: int = 1
    themes: tuple[Option, ...] = ()
    none: tuple[str, ...] = ("n/a",)
    figure: bool = True
    question: str = ""  # the id of the question whose free answers these are


class Coders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two columns of a sheet in which two people gave codes to the same passages, independently."""

    id: str
    title: str
    sheet: str
    answer: str
    first: str
    second: str
    codes: tuple[str, ...]
    header_rows: int = 1
    none: tuple[str, ...] = ("n/a",)
    question: str = ""  # as of themes


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A count that was published of this survey."""

    of: str  # id of a question, of themes or of a pair of coders
    what: str  # id of an option, theme or kind of agreement; or "answered"
    count: int
    source: str
    note: str = ""  # printed where the data gives another count


class Instrument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything about a survey that is not its answers."""

    title: str
    questions: tuple[Question, ...]
    source: str = ""
    header_rows: int = 2  # a further row of import ids is recognised
    placeholders: tuple[str, ...] = ()  # texts of the platform that are no answers
    metadata: Metadata = Metadata()
    screens: tuple[Screen, ...] = ()
    sections: dict[str, str] = {}
    themes: tuple[Themes, ...] = ()
    coders: tuple[Coders, ...] = ()
    published: tuple[Published, ...] = ()
    published_responses: int | None = None  # of the export that was published; another one does not get its notes


def read_instrument(path: Path | None = None) -> Instrument:
    """Read an instrument, by default the one of the study of 2023.

    Raises:
        UsageError: the file cannot be read, is no instrument, or contradicts itself.
    """
    path = path or _SHIPPED / f"{DEFAULT}.toml"
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError(f"{path}: an instrument is at most {_MAX_BYTES >> 20} MiB")
        instrument = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Instrument)
    except OSError as error:
        raise UsageError(f"{path}: the instrument cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: the instrument is no TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: not an instrument: {error}") from error
    problem = next(_contradictions(instrument), None)
    if problem:
        raise UsageError(f"{path}: {problem}")
    return instrument


def _contradictions(instrument: Instrument) -> Iterator[str]:
    if not instrument.questions:
        yield "an instrument needs at least one question"
    if not 1 <= instrument.header_rows <= 5:
        yield "header_rows must be from 1 to 5"
    placed: tuple[Question | Themes, ...] = (*instrument.questions, *instrument.themes)
    parts: tuple[Question | Themes | Coders, ...] = (*placed, *instrument.coders)
    for id_ in _twice(part.id for part in parts):
        yield f"the id '{id_}' is given twice"
    for id_ in (*(part.id for part in parts), *instrument.sections):
        if not _ID.fullmatch(id_):
            yield f"the id '{id_}' must be of at most 100 letters, digits, _ and -: files are named by it"
    for column in _twice(question.column for question in instrument.questions):
        yield f"two questions have the column '{column}'"
    for section in placed:
        if section.section not in instrument.sections:
            yield f"'{section.id}' is in the section '{section.section}', which [sections] does not name"
    for question in instrument.questions:
        if (question.kind == "text") is bool(question.options):
            yield f"question '{question.id}': options belong to the kinds 'one' and 'many', and only to them"
        if question.most is not None and (question.kind != "many" or question.most < 1):
            yield f"question '{question.id}': most belongs to the kind 'many', and is 1 or more"
        for id_ in _twice(option.id for option in question.options):
            yield f"question '{question.id}' has the option '{id_}' twice"
        for text in _twice(folded(text) for option in question.options for text in set(map(folded, option.spellings))):
            yield f"question '{question.id}': two options are written '{text}'"
        for option in question.options:
            if option.stands_for and not _is_known(option.stands_for):
                yield (
                    f"question '{question.id}': the option '{option.id}' stands for '{' '.join(option.stands_for)}', "
                    f"which is neither letters ({', '.join(Kind)}) nor one of the conventions: {', '.join(Convention)}"
                )
    free = {question.id for question in instrument.questions if question.kind == "text"}
    sheets: tuple[Themes | Coders, ...] = (*instrument.themes, *instrument.coders)
    for sheet in sheets:
        if sheet.question and sheet.question not in free:
            yield f"'{sheet.id}' codes the question '{sheet.question}', which is no question of the kind 'text'"
    counted = {part.id: _counted(part) for part in parts}
    for figure in instrument.published:
        if figure.of not in counted:
            yield f"a published count refers to '{figure.of}', which is not in the instrument"
        elif figure.what not in counted[figure.of]:
            yield (
                f"a published count of '{figure.of}' refers to '{figure.what}'; it has {', '.join(counted[figure.of])}"
            )


def _is_known(stands_for: tuple[str, ...]) -> bool:
    return stands_for in [(convention,) for convention in Convention] or set(stands_for) <= set(Kind)


def _counted(part: Question | Themes | Coders) -> tuple[str, ...]:
    """What a published count of a part may be of."""
    if isinstance(part, Coders):
        return (*AGREEMENT, ANSWERED)
    options = part.options if isinstance(part, Question) else part.themes
    return (*(option.id for option in options), ANSWERED)


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def plain(text: str) -> str:
    """A text with straight quotation marks and single spaces."""
    return " ".join(text.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'", 0xA0: " "}).split())


def folded(text: str) -> str:
    """A text as it is compared: case, white space and the kind of quotation marks do not matter."""
    return plain(text).lower()
