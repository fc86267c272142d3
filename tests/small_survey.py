"""A small survey: its instrument, and what writes an export of it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import openpyxl

INSTRUMENT = """
title = "Names in a registry"
placeholders = ["AnswerDisplayOrder"]

[sections]
people = "Who answered"
elements = "Elements"

[[screens]]
column = "Q1"
keep = ["Yes"]
otherwise = "no consent was given"
blank = "consent was not answered"

[[questions]]
id = "years"
column = "Q2"
title = "Years"
wording = "How many years"
kind = "one"
section = "people"
options = [
    { id = "few", label = "1-2", texts = ["1 - 2 years"] },
    { id = "many", label = "> 2", texts = ["Over 2 years"] },
]

[[questions]]
id = "elements"
column = "Q3"
title = "Wanted elements"
kind = "many"
section = "elements"
options = [
    { id = "size", label = "Size", texts = ["Model size (e.g. base, large)"], stands_for = ["S"] },
    { id = "task", label = "Task", stands_for = ["T"] },
    { id = "task_goal", label = "Task, goal" },
    { id = "other", label = "Other", texts = ["Named by \\"what else\\""] },
]

[[questions]]
id = "words"
column = "Q4"
title = "In their words"
kind = "text"
section = "elements"

[[themes]]
id = "themes"
title = "Themes"
section = "elements"
sheet = "codes"
answer = "A"
columns = ["B", "C"]
themes = [{ id = "card", label = "Model card" }, { id = "size", label = "File size" }]

[[coders]]
id = "coders"
title = "Coders"
sheet = "codes"
answer = "A"
first = "D"
second = "E"
codes = ["ONE", "TWO"]

[[published]]
of = "elements"
what = "size"
count = 2
source = "Table 1"

[[published]]
of = "elements"
what = "task"
count = 9
source = "Table 1"
note = "nobody knows"

[[published]]
of = "themes"
what = "card"
count = 2
source = "Table 2"
"""
COLUMNS = ("ResponseId", "Status", "Finished", "Q1", "Q2", "Q3", "Q4")
TEXTS = ("Response ID", "Response Type", "Finished", "Do you consent?", "How many years?", "Which?", "Why?")
IMPORT_IDS = tuple(f'{{"ImportId":"{column}"}}' for column in COLUMNS)

Lines = Sequence[Sequence[object]]


def response(
    id_: str, *answers: str, consent: str = "Yes", status: str = "IP Address", finished: str = "True"
) -> list[str]:
    return [id_, status, finished, consent, *answers]


def write_instrument(folder: Path, text: str = INSTRUMENT) -> Path:
    path = folder / "instrument.toml"
    path.write_text(text, encoding="utf-8")
    return path


def write_export(
    folder: Path, lines: Lines, name: str = "responses.csv", header: Lines = (COLUMNS, TEXTS, IMPORT_IDS)
) -> Path:
    """An export with its three header rows, or with those that are given."""
    path = folder / name
    rows = [*header, *lines]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    else:
        write_book(path, {"Sheet1": rows})
    return path


def write_codes(folder: Path) -> Path:
    """Five coded answers and a line of totals without an answer."""
    path = folder / "codes.xlsx"
    rows = [
        ("Answer", "Themes", None, "First", "Second"),
        ("a", "Model card", "file size", "ONE", "ONE"),
        ("b", "model  CARD", None, "ONE, TWO", "TWO (a remark)"),
        ("c", "n/a", None, "ONE", "TWO"),
        ("d", "Forum", None, "N/A", None),
        ("e", "Model card", "Model card", None, "THREE"),
        (None, "Model card", None, "ONE", "TWO"),
    ]
    write_book(path, {"notes": [("nothing",)], "codes": rows})
    return path


def write_book(path: Path, sheets: dict[str, Lines]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
