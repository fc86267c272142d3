"""What the text of a model card says of the model in lines that can be checked: ``- Parameters: 7B``.

Only plain facts: which line speaks of what, and what it gives. Numbers and names are read by rules. Left out is what
speaks of something else than this model: code, quotes, comparisons, results, data, other models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from truename._lazy import once, pattern
from truename.compiled_tables import table
from truename.facts import CARD_MERGES, CARD_STATEMENTS, CARD_TITLE, Fact, Origin

MAX_STATEMENTS = 48  # of one card
MAX_VALUE = 240  # characters
_LABEL = 60
_SENTENCES = 1_000  # characters of a paragraph
_LONG_LINK = 200
_TITLE = 200
_MAX_MERGED = 64

# What a line is about; how cards call it is in card_labels.toml.
PARAMETERS, ACTIVE, LAYERS, HIDDEN, INTERMEDIATE, HEADS = "parameters", "active", "layers", "hidden", "inner", "heads"
VOCABULARY, EXPERTS, CONTEXT, RANK, BASE = "vocabulary", "experts", "context", "rank", "base"
QUANTISATION, DTYPE, STRUCTURE = "quantisation", "dtype", "structure"
# Headings below which a card speaks of something else, or of how it was used.
_ELSEWHERE = pattern(
    r"benchmark|evaluat|compar|\bversus\b|\bvs\b|result|performance|leaderboard|\bdata(?:set)?s?\b|hardware|requirement"
    r"|install|usage|\buse\b|quick ?start|how to|example|deploy|inference|serving|limitation|\bbias|ethic|citation|cite"
    r"|licen[cs]e|acknowledg|related|\bother\b|variant|famil|collection|series|\bmodels\b|available|\bzoo\b|\bfiles\b"
    r"|original|upstream|faq|changelog|release notes|\bnews\b|future|roadmap|tokeni[sz]er|draft|speculative|teacher"
    r"|student|project(?:or|ion)|encoder|\bvae\b|reward|judge|structure|environment|speed|memory|resource|credit"
    r"|generat|sampling|评测|评估|性能|数据|用法|使用|引用|许可|部署|推理示例|局限",
    re.IGNORECASE,
)
_TRAINING = pattern(
    r"train|fine-?\s?tun|hyper-?\s?param|\bq?lora\b|\bpeft\b|optimi[sz]|recipe|训练|微调|학습|훈련|学習", re.IGNORECASE
)
_OF_BASE = pattern(r"\bbase(?:\s?|-)model\b|\bfoundation model\b|\bbackbone\b|基座|基础模型", re.IGNORECASE)
_IN_TRAINING = frozenset({RANK, BASE})
_NOTES = pattern(r"comment|note|description|detail|remark|备注|说明", re.IGNORECASE)
_COMPARED = pattern(r"model|method|benchmark|task|metric|score|before|after|baseline|ours|\bbase\b", re.IGNORECASE)

_BULLET = pattern(r"(?:[-*+•●·]|\d{1,2}[.)])\s+")
_PAIR = pattern(r"(?P<label>[^:\uff1a=|]{1,80})(?:[:\uff1a]|= )[\s*]*(?P<value>[^\s*].{0,400})")
_SIGNS = pattern(r"[^\w\s]|_", re.UNICODE)
_BRACKETS = pattern(r"\(([^()]*)\)|（([^（）]*)）")
_OTHER_COUNT = pattern(
    r"trainable|embedding only|draft|vision|audio|encoder|decoder|projector|adapter|lora|added", re.I
)
_ACTIVE = pattern(r"activ", re.IGNORECASE)
_MARKUP = pattern(r"\[([^\]]*)\]\([^)\s]*\)|<[^>]{0,200}>|[*`]|&ast;|&dagger;|\\\\?[()]")
# A sentence that gives a count: who, and the number before 'parameters' or behind its Chinese word.
_COUNTED = pattern(
    r"(?:^|(?<=[.!?] ))(?P<who>[^,;:!?()|\n]{1,80}?)\s(?:is|has|contains|features|comes with|offers)"
    r"\s(?:an?\s|the\s|about\s|around\s|approximately\s|roughly\s|~\s?|[\w-]+\s){0,5}?~?(?P<value>\d[\d.,]*\s?-?(?:[bmk]|bn|billion|million)?)[\s-]"
    r"(?:parameters?|params?)\b",
    re.IGNORECASE,
)
_COUNTED_ZH = pattern(
    r"(?:^|[。;；,，])\s*(?P<who>[^。,，;；]{1,40}?)\s*(?:的)?(?:总)?参数量?(?:约为?|为|是|达到?)\s*"
    r"(?P<value>\d[\d.,]*\s*(?:万|亿|[bm]))",
    re.IGNORECASE,
)
# Parts of a line that lists several: '396 M (30 layers, hidden size 1024)', 'hidden=512, layers=12'.
_LISTED = tuple(
    (kind, pattern(written, re.IGNORECASE))
    for kind, written in (
        (LAYERS, r"(?<![\w.+x×/-])\d{1,4}[\s-](?:transformer |hidden |decoder )?layers?\b(?! norm)"),
        (LAYERS, r"\b(?:n_?layers?|layers|num_hidden_layers)\s?[=:]\s?\d{1,4}\b"),
        (HIDDEN, r"\b(?:hidden(?:[ _](?:size|dim\w*))?|d_?model)\s?[=: ]\s?(?:\d{1,3},\d{3}|\d{2,6})\b"),
    )
)
_BEGINS = pattern(r"(?P<value>\d[\d.,]*\s?(?:[bmk]|billion|million)?)[\s-]parameters?\b(?! count)", re.IGNORECASE)
# '24-layer', '1024 hidden dimension' as lines of a list, and 'the model consists of 28 layers'
_BEGINS_WITH = tuple(
    (kind, pattern(written, re.IGNORECASE))
    for kind, written in (
        (LAYERS, r"(?P<value>\d{1,3})[\s-](?:transformer |hidden )?layers?(?=$|[,;.)]|\s\()"),
        (HIDDEN, r"(?P<value>\d{1,3},\d{3}|\d{2,5})[\s-]hidden(?: dim\w*| size)?(?=$|[,;.)])"),
        (
            LAYERS,
            r"(?:the|this) model (?:consists of|has|is composed of|comprises) (?P<value>\d{1,3}) (?:\w+ )?layers\b",
        ),
    )
)
# 'This repository contains a 4-bit AWQ quantized version of ...'
_PACKED = pattern(
    r"^(?P<who>this (?:repo(?:sitory)?|model))\s(?:is|contains|hosts|provides|holds)\s(?:an?\s|the\s)?"
    r"(?P<value>(?:[\w.-]+\s){0,4}?(?:quanti[sz]ed|gptq|awq|exl2)\b)",
    re.IGNORECASE,
)
_WORDED, _WORDED_ZH = "param", "参数量"
_FENCE = ("```", "~~~")
_RECIPE = pattern(r"(?m)^\s*merge_method\s*:")
_MERGED = pattern(r"(?m)^[ \t]*(?:-[ \t]+)?(?:model|base_model)[ \t]*:[ \t]*[\"']?([^\s\"'#]+)")
_OWNED = pattern(r"\w[\w.-]*/\w[\w.-]*")


class Section:
    """Where a line of a card stands, and what may be said there; looked at where a line says something."""

    def __init__(self) -> None:
        self._path: dict[int, str] = {}
        self.about, self.may_be_of_base, self._first = "", False, True

    def enter(self, level: int, heading: str) -> None:
        """Go below a heading; those of its level and deeper end."""
        for depth in [depth for depth in self._path if depth >= level]:
            del self._path[depth]
        first, self._first = self._first, False
        self._path[level] = "" if first and level == 1 else heading  # a title says nothing of what stands below it
        self.about = " / ".join([text for text in self._path.values() if text])
        self.may_be_of_base = "base" in self.about.lower() or "基" in self.about

    @property
    def kinds(self) -> tuple[bool, bool, bool]:
        """Whether it is about something else, about a training, about the base model."""
        return _kinds(self.about)


@lru_cache(maxsize=4096)
def _kinds(about: str) -> tuple[bool, bool, bool]:
    return tuple(bool(words.search(about)) for words in (_ELSEWHERE, _TRAINING, _OF_BASE))  # type: ignore[return-value]


def card_text_facts(text: str, file: str) -> Iterator[Fact[Any]]:
    """The title, the checkable lines and the recipe of a merge.

    Args:
        text: of the card, with or without front matter, or its beginning.
        file: that it was read from.
    """
    title: str | None = None
    found: dict[tuple[str, str, str], str] = {}
    for section, line, heading in _lines(_body(text)):
        if heading is not None:
            title = title or heading
        elif len(found) < MAX_STATEMENTS:
            for statement in _statements(line, section):
                found.setdefault(statement, section.about)
    if title:
        yield Fact(CARD_TITLE, title[:_TITLE], Origin.DECLARED, file)
    for statement, about in found.items():
        yield Fact(CARD_STATEMENTS, statement, Origin.DECLARED, file, f"under '{about}'" if about else None)
    if "merge_method" in text and (merged := _merged(text)):
        yield Fact(CARD_MERGES, merged, Origin.DECLARED, file, "the models of a merge's recipe")


def _lines(text: str) -> Iterator[tuple[Section, str, str | None]]:
    """The lines that may say something, outside of code and quotes, each with its section; or a heading.

    The rows of a table are lines of two cells; rows of tables that compare come not at all.
    """
    section, previous, fence = Section(), "", ""
    header = ""
    for raw in text.splitlines():
        line = raw.strip()
        first = line[:1]
        if fence:
            fence = "" if line.startswith(fence) else fence
        elif not line:
            header = previous = ""
        elif first == "|" or (header and "|" in line):
            header = header or line
            if _may_say(line) and _is_pairs(header):
                cells = line.strip("|").split("|", 2)
                yield section, f"{cells[0].strip()}: {cells[1].strip()}", None
        elif first in "`~" and line.startswith(_FENCE):
            fence = line[:3]
        elif first == "#":
            level = len(line) - len(line.lstrip("#"))
            heading = plain(line[level:].strip(" #"))
            section.enter(level, heading)
            yield section, "", heading
        elif first in "=-" and previous and len(line) > 2 and not line.strip(first):
            heading = plain(previous)
            section.enter(1 if first == "=" else 2, heading)
            yield section, "", heading
        else:
            previous, header = line, ""
            if first != ">" and not raw.startswith(("    ", "\t")):
                yield section, line, None


def _may_say(line: str) -> bool:
    """A quick first look at a line."""
    low = line.lower()
    return any(word in low for word in _first_look())


@once
def _first_look() -> tuple[str, ...]:
    return tuple(table("declared/card_labels")["first_look"]["words"])


@once
def _labels() -> dict[str, str]:
    kinds = table("declared/card_labels")["labels"]
    return {label: kind for kind, labels in kinds.items() for label in labels}


@lru_cache(maxsize=4096)
def _is_pairs(header: str) -> bool:
    """Whether a table pairs labels with values: two columns, or a third with notes; what compares models is another."""
    cells = [plain(cell.strip()) for cell in header.strip("|").split("|", 3)]
    if len(cells) == 2:
        return label_of(cells[0]) is not None or not any(_COMPARED.search(cell) for cell in cells)
    return len(cells) == 3 and bool(_NOTES.search(cells[2]))


def _statements(line: str, section: Section) -> Iterator[tuple[str, str, str]]:
    """What a line says: kind, label or subject, value."""
    if line[0].isdigit():
        line = _BULLET.sub("- ", line, count=1)
    worded = _WORDED in line or _WORDED_ZH in line
    also_worded = "layer" in line or "hidden" in line or "quanti" in line or "GPTQ" in line or "AWQ" in line
    pair = _PAIR.match(line)
    kind = None if pair is None else label_of(pair["label"])
    if kind is None and not section.may_be_of_base and not worded and not also_worded:
        return
    elsewhere, training, of_base = section.kinds
    if elsewhere:
        return
    if pair is not None and kind is not None:
        if (kind in _IN_TRAINING or not training) and (kind == BASE or not of_base):
            yield from _said(kind, plain(_BULLET.sub("", pair["label"].strip(), count=1)), plain(pair["value"]))
    elif of_base and len(line) <= _LONG_LINK:  # '## Base Model' and a line with its name
        name = plain(_BULLET.sub("", line, count=1))
        if 2 < len(name) <= _LABEL and " " not in name and name[0].isalnum():
            yield BASE, section.about.rpartition(" / ")[2][:_LABEL], name
    if of_base or not (worded or also_worded):
        return
    text = plain(_BULLET.sub("", line[:_SENTENCES], count=1))
    if also_worded and kind is None and not training:
        for part, beginning in _BEGINS_WITH:
            if (found := beginning.match(text)) is not None:
                yield part, text[: found.end()][:_LABEL], found["value"]
        if (packed := _PACKED.match(text)) is not None:
            yield QUANTISATION, f"{packed['who']} ", packed["value"]
    if kind is None and _BULLET.match(line) and not training and (begins := _BEGINS.match(text)) is not None:
        yield PARAMETERS, "parameters", begins["value"].strip()  # '- 559,214,592 parameters:'
        return
    for counted in (*_COUNTED.finditer(text), *_COUNTED_ZH.finditer(text)):
        yield PARAMETERS, f"{counted['who'].strip()[:_LABEL]} ", counted["value"].strip()


def _said(kind: str, label: str, value: str) -> Iterator[tuple[str, str, str]]:
    """A statement, and of a line that lists several its parts."""
    if kind != STRUCTURE:
        yield kind, label[:_LABEL], value[:MAX_VALUE]
    if kind in (STRUCTURE, PARAMETERS):
        for part, listed in _LISTED:
            if (found := listed.search(value)) is not None:
                yield part, label, found[0]


def is_sentence(label: str) -> bool:
    """Whether the second part of a statement is the subject of a sentence, and no label."""
    return label.endswith(" ")


@lru_cache(maxsize=4096)
def label_of(label: str) -> str | None:
    """What a label is about, as ``Number of Layers`` and ``**Parameters (Non-Embedding)**``; None where unknown."""
    low = label.lower()
    if not (_may_say(low) or low.strip(" -*+`") == "r"):
        return None
    if "\\" in low:
        low = plain(low)
    inside = " ".join(a or b for a, b in _BRACKETS.findall(low))
    if _OTHER_COUNT.search(inside):
        return None
    word = " ".join(_SIGNS.sub(" ", _BRACKETS.sub(" ", low)).split()).removeprefix("the ")
    kind = _labels().get(word)
    return ACTIVE if kind == PARAMETERS and _ACTIVE.search(inside) else kind


def plain(text: str) -> str:
    """A line without markup: of links their text."""
    return _MARKUP.sub(lambda found: found[1] or "", text).strip()


def _body(text: str) -> str:
    """The text below front matter."""
    start = text.lstrip("\ufeff \r\n")
    if not start.startswith("---"):
        return text
    end = re.search(r"\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", start)
    return text if end is None else start[end.end() :]


def _merged(text: str) -> tuple[str, ...]:
    """The models of every block of the text that is a recipe of mergekit."""
    found: dict[str, None] = {}
    for block in re.split(r"(?m)^\s*```[^\n]*$", _body(text)):
        if _RECIPE.search(block):
            found |= dict.fromkeys(model for model in _MERGED.findall(block) if _OWNED.fullmatch(model))
    return tuple(found)[:_MAX_MERGED]
