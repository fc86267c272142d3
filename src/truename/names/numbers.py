"""Numbers in their context: versions, counts, context lengths, sides of images, layers and widths."""

from __future__ import annotations

from truename.names.context import Context
from truename.names.dates import decide_date, is_day
from truename.names.elements import Kind, Role
from truename.names.lexicon import LABEL_KINDS, LABELS, Piece, Tag, is_depth, lexicon
from truename.names.quantities import FEW, LEAST_WIDTH, MANY_EXPERTS, TRAINED_ON, labelled_value, thousands_of_tokens
from truename.units import parse_count

_MOST_BILLIONS = 2_000  # the largest models announced have about as many; 8061B is a piece of a digest
_LEAST, _LEAST_MILLIONS = 10**6, 2
_MOST_EXPERTS = 999
_BEFORE_CONTEXT = (Kind.ARCHITECTURE, Kind.PARAMETERS, Kind.VERSION, Kind.SIZE, Kind.TRAINING, Kind.REUSE)
_COUNTED = (Tag.BITS, Tag.UNIT, Tag.QUANTITY, Tag.NUMBER)  # what a number may stand before
_LEADING = frozenset(("x", "hidden", "attention", "attn", "transformer", "encoder", "decoder", "kv", "routed"))
_ONLY_BEFORE = frozenset(("checkpoint", "checkpoints", "ckpt", "seed", "run", "trial"))  # a number stands behind these
_COUNTS = (Role.PARAMETERS, Role.ACTIVE_PARAMETERS, Role.MIXTURE)
_OF_DATA = frozenset(("token", "tokens", "tok", "toks", "sample", "samples", "seen", "images", "examples", "pairs"))
_TRAINERS = frozenset(("autotrain", "autonlp"))
_NUMBERS = (Tag.NUMBER, Tag.DECIMAL, Tag.QUANTITY)
_LONG, _OF_DATA_TOO = 32, 200  # thousands: shorter ones, and 200k, are as often of data
_OF_ENCODERS = frozenset((128, 256, 512, 1024))
_TRANSPARENT = frozenset(("hf", "base", "deduped", "hybrid"))
_LONGEST_RUN = 18  # digits
_OF_MODELS = ("b", "t")  # units of parameters
_IN_USE = frozenset(("active", "activated", "activate"))
_TWO_COUNTS = 2
_SHARD_DIGITS = 5
_LEAST_WIDTH_OF_D = 64
_LEAST_D = 128
_MOST_LAYERS = 200
_LLAMAS, _PROCESSOR, _LENGTHS = 4, 40, 100  # T5-L128 is of sequences
_SIZED = (Role.FAMILY, Role.SIZE_WORD, Role.PARAMETERS)
MOST_OF_UNIT = {Role.LAYERS: _MOST_LAYERS, Role.HEADS: 257, Role.EXPERTS: 1000}
UNIT_KINDS = {Role.LAYERS: Kind.LAYERS, Role.HEADS: Kind.HIDDEN}
_BEFORE_UNIT = frozenset(("hidden", "attention", "attn", "transformer", "encoder", "decoder", "kv", "routed"))
# what is built of layers beside the model: a head, a probe
_OF_PARTS = frozenset((
    "mlp", "head", "heads", "classifier", "probe", "projector", "projection", "ffn", "lstm", "bilstm", "gru", "cnn",
    "sae", "saes", "adapter", "frozen", "unfrozen", "norm", "freeze", "crosscoder", "transcoder", "lora",
))  # fmt: skip
_LARGEST_B = 8  # of EfficientNet, SegFormer and PVT
_NAMES = (Role.FAMILY, Role.BRAND)
_TAGS_BEFORE_CONTEXT = (Tag.NUMBER, Tag.QUANTITY, Tag.ACTIVE)


def decide_quantity(context: Context, i: int) -> int:
    """``7b``, ``128k``, ``1M``: parameters, a context length, or something counted."""
    piece = context.pieces[i]
    unit = piece.word[-1] if piece.word[-1] in "bmkt" else "b"
    if (end := _before_label(context, i, piece.word[:-1], unit)) is not None:
        return end
    if unit == "b" and (end := _active_in_words(context, i)) is not None:
        return end
    if _counts_something_else(context, i):
        context.add_alternative(i, Kind.PARAMETERS, Role.PARAMETERS, piece.value)
        return _data_count(context, i)
    if unit == "k":
        return _thousands(context, i)
    if unit == "m":
        return _millions(context, i)
    before = context.piece_at(i - 1)
    seen = context.summary.vision and before is not None and before.kind is Kind.DATASET  # laion2B-39B-b160k
    if (piece.value >= TRAINED_ON and _trained_on(context, i)) or context.in_tag(i) or seen:
        context.add_alternative(i, Kind.PARAMETERS, Role.PARAMETERS, piece.value)
        return context.emit(i, Kind.CHARACTERISTIC, Role.DATA_COUNT, piece.value)
    if unit == "t" or not _LEAST < piece.value <= _MOST_BILLIONS * 10**9:
        return context.emit_other(i)
    return context.accept_piece(i)


def _active_in_words(context: Context, i: int) -> int | None:
    """``30B-3B-active``, ``3B-activated``: the parameters in use, where another number says how many there are."""
    piece, after, before = context.pieces[i], context.word_at(i + 1), context.word_at(i - 1)
    if context.summary.quantities < _TWO_COUNTS and not context.summary.mixture:
        return None
    behind = context.piece_at(i + 2)
    of_next = behind is not None and behind.tag == Tag.QUANTITY and behind.value < piece.value  # 30B-active-3B
    if after in _IN_USE and len(context.text_between(i)) <= 1 and before not in _IN_USE and not of_next:
        return context.emit(i, Kind.PARAMETERS, Role.ACTIVE_PARAMETERS, piece.value)
    if before in _IN_USE and len(context.text_between(i - 1)) <= 1:
        return context.emit(i, Kind.PARAMETERS, Role.ACTIVE_PARAMETERS, piece.value)
    return None


def _before_label(context: Context, i: int, number: str, unit: str = "") -> int | None:
    """``50k-steps``, ``1M-context``, ``3-epochs``, ``512-dim``: a number that the word after it names."""
    after = context.piece_at(i + 1)
    if after is None or after.tag != Tag.LABEL or len(context.text_between(i)) > 1 or after.word in _ONLY_BEFORE:
        return None
    if unit in _OF_MODELS:
        return None  # 3B-ctx-16384
    behind = context.piece_at(i + 2)
    if behind is not None and behind.tag in _NUMBERS and after.word in lexicon().words.hints.labels:
        return None  # 1.4b-epoch-2.5
    role = LABELS[after.word]
    value = labelled_value(role, number, unit)
    if value is None or (role is Role.RANK and not context.has_adapter):
        return None
    last = i if role is Role.CONTEXT else i + 1  # a suggestion keeps the word: 128k-context
    return context.emit(i, LABEL_KINDS.get(role, Kind.OTHER), role, value, last)


def decide_label(context: Context, i: int) -> int:
    """``step-1000``, ``seed_42``, ``epoch-3``, ``rank-64``, ``ctx-32k``: a word with the number behind it."""
    after = context.piece_at(i + 1)
    if after is None or after.tag not in _NUMBERS or len(context.text_between(i)) > 1:
        return context.emit_other(i)
    role = LABELS[context.pieces[i].word]
    if role is Role.RUN and after.tag == Tag.NUMBER and is_day(after.word):
        return context.emit_other(i)  # run-20240131
    unit = after.word[-1] if after.tag == Tag.QUANTITY else ""
    value = labelled_value(role, after.word.removesuffix(unit) if unit else after.word, unit)
    if value is None or (role is Role.RANK and not context.has_adapter):
        return context.emit_other(i)
    if role is Role.CONTEXT:
        context.emit_other(i)
        return context.emit(i + 1, Kind.OTHER, role, value)
    return context.emit(i, LABEL_KINDS.get(role, Kind.OTHER), role, value, i + 1)


def decide_unit(context: Context, i: int) -> int:
    """``layers-24``, ``heads_12``, ``experts-8``, ``layer-12``: the word before its number."""
    piece, after = context.pieces[i], context.piece_at(i + 1)
    if after is None or after.tag != Tag.NUMBER or after.value is None or len(context.text_between(i)) > 1:
        return context.emit_other(i)
    counted = context.piece_at(i + 2)
    if counted is not None and counted.tag in _COUNTED and not context.text_between(i + 1).strip("-_."):
        return context.emit_other(i)  # layers-4-bit
    single = piece.word[-1] != "s"
    if not FEW < after.value < MOST_OF_UNIT[piece.role] or (single and piece.role is not Role.LAYERS):
        return context.emit_other(i)
    return context.emit(i, UNIT_KINDS.get(piece.role, Kind.OTHER), piece.role, after.value, i + 1)


def decide_rank(context: Context, i: int) -> int:
    """``r16``: a rank beside an adapter only."""
    return context.accept_piece(i) if context.has_adapter else context.emit_other(i)


def decide_width(context: Context, i: int) -> int:
    """``768d``; ``resnet50d`` has a letter, ``2.5d`` is a look."""
    piece = context.pieces[i]
    plain = piece.value >= LEAST_WIDTH and piece.value % 2 == 0
    wide = piece.value >= _LEAST_WIDTH_OF_D and piece.value % 4 == 0 and not context.summary.vision
    if plain if piece.claims else wide:
        return context.emit(i, piece.kind, piece.role, piece.value)
    return context.emit_other(i)


def _data_count(context: Context, i: int) -> int:
    """``600B-tokens``: of data, where the word says so."""
    after = context.piece_at(i + 1)
    if after is not None and after.word in _OF_DATA and len(context.text_between(i)) <= 1:
        return context.emit(i, Kind.CHARACTERISTIC, Role.DATA_COUNT, context.pieces[i].value, i + 1)
    return context.emit_other(i)


def _trained_on(context: Context, i: int) -> bool:
    """Whether a count of billions is rather of tokens: a data set before it, or another size in the name."""
    before = context.piece_at(i - 1)
    return (
        context.summary.quantities > 1 or context.size_claimed or (before is not None and before.kind is Kind.DATASET)
    )


def _counts_something_else(context: Context, i: int) -> bool:
    """Whether the neighbours say that the number counts tokens, steps, samples ..."""
    hints = lexicon().words.hints
    after, before = context.word_at(i + 1), context.word_at(i - 1)
    if after in hints.counted or after in LABELS:
        return not (after in hints.labels and context.word_at(i + 2)[:1].isdigit())  # 1.4b-epoch-2.5
    instruct = bool(context.elements) and context.elements[-1].role is Role.ALIGNMENT  # gemma-2b-it-32k
    if (before in hints.labels and not instruct) or before in hints.run_ids:
        return True
    return before == "x" and i > 1 and context.pieces[i - 2].tag == Tag.NUMBER  # 8 x 7B, as words


def _thousands(context: Context, i: int) -> int:
    """``8k`` beside a language model is its context length; else it counts data or hertz."""
    piece = context.pieces[i]
    hints = lexicon().words.hints
    thousands = piece.value // 1000
    hinted = not {context.word_at(i - 1), context.word_at(i + 1)}.isdisjoint(hints.context)
    beside = _is_beside(context, i)
    named = (context.summary.sized or context.summary.generative) and not context.summary.audio
    before = context.piece_at(i - 1)
    long = thousands >= _LONG and thousands != _OF_DATA_TOO and context.summary.sized and _is_open(before)
    usual = thousands in hints.context_thousands and named and (beside or long)
    # the smaller ones count steps and examples too, and a rule looks whether these are words of the vocabulary
    usual = usual or (thousands in _OF_ENCODERS and (beside or _is_unspecific(context, before)))
    if piece.value % 1000 == 0 and thousands and (hinted or usual):
        exact = thousands_of_tokens(str(thousands))
        return context.emit(i, Kind.OTHER, Role.CONTEXT, exact)
    context.add_alternative(i, Kind.PARAMETERS, Role.PARAMETERS, piece.value)
    return context.emit_other(i)


def _is_beside(context: Context, i: int) -> bool:
    """Whether a number stands behind what says which model it is: family, size, version, what it was aligned for."""
    before = context.piece_at(i - 1)
    if before is None:
        return False
    last = context.elements[-1] if context.elements else None
    return (
        before.kind in _BEFORE_CONTEXT
        or before.tag in _TAGS_BEFORE_CONTEXT
        or before.role in (Role.ALIGNMENT, Role.CASE, Role.STAGE)
        or (last is not None and last.role is Role.ALIGNMENT)  # gemma-2b-it
        or before.word in _TRANSPARENT
    )


def _is_unspecific(context: Context, before: Piece | None) -> bool:
    """Whether nothing in a name says that a number behind a word counts data, steps or pixels."""
    if before is None or context.summary.vision or context.summary.audio:
        return False
    return before.kind not in (Kind.DATASET, Kind.LANGUAGE) and not before.word[:1].isdigit()


def _is_open(piece: Piece | None) -> bool:
    """Whether a piece is a word that names no data, so that a number behind it may still be of the model."""
    if piece is None or not piece.word.isalpha() or len(piece.word) <= 2:
        return False
    return piece.tag == Tag.UNKNOWN or piece.kind is Kind.CHARACTERISTIC or piece.role is Role.MODALITY


def _millions(context: Context, i: int) -> int:
    """``560m`` is a count of parameters, unless a size word or another count stands before it."""
    piece = context.pieces[i]
    hints = lexicon().words.hints.context
    round_ = piece.word in ("1m", "2m", "4m", "10m") and not context.in_tag(i)
    hinted = not {context.word_at(i - 1), context.word_at(i + 1)}.isdisjoint(hints)
    if round_ and hinted and (context.summary.sized or context.summary.generative):
        return context.emit(i, Kind.OTHER, Role.CONTEXT, piece.value)
    written = context.name[context.at[i] + piece.start - 1 : context.at[i] + piece.end] == "-1M"
    alone = written and not context.summary.sized  # phi-2-1M; llama2_1m and mistral-4M count what they learned from
    if alone and context.summary.generative and _is_beside(context, i):
        return context.emit(i, Kind.OTHER, Role.CONTEXT, piece.value)
    sized = context.summary.sized or context.summary.counts > 1  # 235B beside 1m
    if sized and round_ and context.summary.generative and _is_beside(context, i):
        return context.emit(i, Kind.OTHER, Role.CONTEXT, piece.value)
    if context.summary.sized:
        context.add_alternative(i, Kind.PARAMETERS, Role.PARAMETERS, piece.value)
        return context.emit_other(i)
    before = context.piece_at(i - 1)
    if before is not None and before.tag == Tag.DIMENSION:
        before = context.piece_at(i - 2)  # esm2_t6_8M
    alone = piece.value < 10 * _LEAST and (before is None or before.kind is not Kind.ARCHITECTURE)
    after_data = before is not None and before.kind is Kind.DATASET and not context.summary.generative
    if context.size_claimed or after_data or alone or piece.value < _LEAST_MILLIONS * _LEAST or piece.value > 2 * 10**9:
        context.add_alternative(i, Kind.PARAMETERS, Role.PARAMETERS, piece.value)
        return context.emit_other(i)
    return context.accept_piece(i)


def decide_active(context: Context, i: int) -> int:
    """``A22B``; in lower case only beside another count."""
    piece = context.pieces[i]
    before = context.piece_at(i - 1)
    capital = context.name[context.at[i] + piece.start] == "A" and context.summary.families  # 8B-Base-A400M
    beside = before is not None and before.tag == Tag.QUANTITY and piece.value < before.value  # 1b-a400m
    millions = beside or capital
    plausible = (piece.word[-1] == "b" or millions) and _LEAST < piece.value <= _MOST_BILLIONS * 10**9
    named = bool(context.summary.families) or context.summary.mixture
    if plausible and (piece.claims or context.summary.counts or named):
        return context.emit(i, piece.kind, piece.role, piece.value)
    context.add_alternative(i, piece.kind, piece.role, piece.value)
    return context.emit_other(i)


def decide_experts(context: Context, i: int) -> int:
    """``128E`` behind a count (``17B-128E``) or beside the word MoE; alone it may be epochs."""
    piece, before = context.pieces[i], context.piece_at(i - 1)
    beside = before is not None and before.role in (Role.PARAMETERS, Role.ACTIVE_PARAMETERS)
    written = piece.word[-1] != context.name[context.at[i] + piece.end - 1]  # a capital E
    many = piece.value >= MANY_EXPERTS and context.has_emitted(_COUNTS)
    if context.summary.mixture or (written and (beside or many)):
        return context.emit(i, piece.kind, piece.role, piece.value)
    context.add_alternative(i, Kind.OTHER, Role.EXPERTS, context.pieces[i].value)
    return context.emit_other(i)


def decide_number(context: Context, i: int) -> int:
    """Digits alone: half of a decimal, a version, bits, layers, a side of an image or a patch, else nothing."""
    piece = context.pieces[i]
    after = context.piece_at(i + 1)
    if (end := decide_date(context, i)) is not None:
        return end
    if len(piece.word) == _SHARD_DIGITS and (end := _shard(context, i)):
        return end
    if (end := _before_label(context, i, piece.word)) is not None:
        return end
    if piece.value is None or len(piece.word) > 4:
        return _run_or_other(context, i)
    leads = after is not None and (after.tag in _COUNTED or after.word in _LEADING or after.role is Role.BITS)
    if leads and (end := _with_next(context, i)):
        return end
    before = context.piece_at(i - 1)
    if before is None:
        return context.emit_other(i)
    if before.word == "patch":
        return context.emit(i, Kind.CHARACTERISTIC, Role.PATCH_SIZE, piece.value)
    if before.word == "model" and context.word_at(i - 2) == "d" and piece.value >= LEAST_WIDTH:
        return context.emit(i, Kind.HIDDEN, Role.HIDDEN_SIZE, piece.value)  # d_model-256
    if before.word == "hidden" and piece.value >= _LEAST_WIDTH_OF_D and piece.value % 8 == 0:
        return context.emit(i, Kind.HIDDEN, Role.HIDDEN_SIZE, piece.value)
    of_text = bool(context.summary.families) and not context.summary.vision
    if before.word == "depth" and FEW < piece.value < _MOST_LAYERS and of_text:
        return context.emit(i, Kind.LAYERS, Role.LAYERS, piece.value)
    hints = lexicon().words.hints
    seen = piece.value in hints.image_sizes or piece.value in hints.patch_sizes
    if seen and context.summary.vision and (end := _pixels(context, i)):
        return end
    named = before.role in _NAMES or (before.role is Role.MODALITY and i > 1 and context.pieces[i - 2].role in _NAMES)
    if named and piece.value not in hints.image_sizes and is_depth(before, piece.word):
        return context.emit(i, Kind.SIZE, Role.SIZE_WORD, None)
    if named and len(piece.word) <= 2 and piece.word[0] != "0":
        return context.emit(i, Kind.VERSION, Role.VERSION, piece.word)
    if before.word in ("v", "version", "ver") and len(piece.word) <= 3:
        return context.emit(i, Kind.VERSION, Role.VERSION, piece.word)
    return context.emit_other(i)


def _shard(context: Context, i: int) -> int | None:
    """``00001-of-00003``."""
    many = context.piece_at(i + 2)
    if context.word_at(i + 1) != "of" or many is None or many.tag != Tag.NUMBER or len(many.word) != _SHARD_DIGITS:
        return None
    return context.emit(i, Kind.OTHER, Role.SHARD, (context.pieces[i].value, many.value), i + 2)


def _run_or_other(context: Context, i: int) -> int:
    """The number that a trainer gives its run, where the name says which trainer."""
    piece = context.pieces[i]
    if 4 < len(piece.word) <= _LONGEST_RUN and piece.word.isascii() and context.has_word(_TRAINERS):
        return context.emit(i, Kind.OTHER, Role.RUN, int(piece.word))
    return context.emit_other(i)


def _with_next(context: Context, i: int) -> int | None:
    """A number that belongs to the piece after it: ``1-3b``, ``4-bit``, ``12-layer``."""
    piece, after = context.pieces[i], context.pieces[i + 1]
    gap = context.text_between(i)
    if after.tag == Tag.BITS and len(gap) <= 1 and 1 <= piece.value <= 16:
        return context.emit(i, Kind.OTHER, Role.BITS, float(piece.value), i + 1)
    if after.role is Role.BITS and after.tag == Tag.FINAL:
        return _split_bits(context, i)
    if after.tag == Tag.UNIT and len(gap) <= 1 and 0 < piece.value < MOST_OF_UNIT[after.role]:
        if after.word == "layer" and context.word_at(i + 2) in _OF_PARTS:
            return None  # 2-layer-mlp
        kind = UNIT_KINDS.get(after.role, Kind.OTHER)
        return context.emit(i, kind, after.role, piece.value if piece.value > FEW else None, i + 1)
    if (end := _with_unit_behind(context, i)) is not None:
        return end
    if after.word == "x" and (end := _mixture_in_words(context, i)):
        return end
    if after.tag == Tag.NUMBER and gap == "_" and len(piece.word) == len(after.word) == 1:
        count = context.piece_at(i + 2)
        if count is not None and count.tag == Tag.QUANTITY and context.text_between(i + 1) == "_":
            return context.emit(i, Kind.VERSION, Role.VERSION, f"{piece.word}.{after.word}", i + 1)  # 1_0_4b
        return None
    if after.tag == Tag.QUANTITY and gap in ("_", "-") and after.word[-1] == "b" and len(piece.word) == 1:
        return _split_decimal(context, i)
    return None


def _split_bits(context: Context, i: int) -> int | None:
    """``2_4bpw`` is 2.4 bits where other signs separate; among underscores it is undecided."""
    piece, after = context.pieces[i], context.pieces[i + 1]
    digits = after.word.removesuffix("bpw")
    if context.text_between(i) != "_" or digits == after.word or not digits.isdigit() or not 1 <= piece.value < 16:
        return None
    value = float(f"{piece.word}.{digits}")
    if i and context.text_between(i - 1) == "_":  # Qwen_2_4bpw
        context.add_alternative(i, Kind.OTHER, Role.BITS, value, i + 1)
        context.add_alternative(i + 1, Kind.OTHER, Role.BITS, after.value)
        return context.emit(i, Kind.OTHER, Role.BITS, None, i + 1)
    return context.emit(i, Kind.OTHER, Role.BITS, value, i + 1)


def _with_unit_behind(context: Context, i: int) -> int | None:
    """``12-attention-heads``, ``24-hidden-layers``: a word between the number and what it counts."""
    unit = context.piece_at(i + 2)
    if unit is None or unit.tag != Tag.UNIT or context.word_at(i + 1) not in _BEFORE_UNIT or unit.word[-1] != "s":
        return None
    value = context.pieces[i].value
    if not FEW < value < MOST_OF_UNIT[unit.role] or max(map(len, map(context.text_between, (i, i + 1)))) > 1:
        return None
    return context.emit(i, UNIT_KINDS.get(unit.role, Kind.OTHER), unit.role, value, i + 2)


def _mixture_in_words(context: Context, i: int) -> int | None:
    """``8-x-7B``: eight experts of seven billion, however it is written."""
    many, each = context.pieces[i].value, context.piece_at(i + 2)
    if each is None or each.tag != Tag.QUANTITY or each.word[-1] != "b" or not 2 <= many <= _MOST_EXPERTS:
        return None
    if len(context.text_between(i)) > 1 or len(context.text_between(i + 1)) > 1:
        return None
    return context.emit(i, Kind.PARAMETERS, Role.MIXTURE, (many, each.value), i + 2)


def _split_decimal(context: Context, i: int) -> int | None:
    """``1-3b``, ``0_5b``, ``1_8b``: one count or a version and a count.

    A leading 0 makes a decimal. After a family with versions (``llama-3-8b``) the number is a version; a family
    whose versions are not counted (``opt-1-3b``) has a decimal. An underscore elsewhere joins (``chat-1_8b``);
    else a 1 stays undecided.
    """
    piece, after = context.pieces[i], context.pieces[i + 1]
    digits = after.word[:-1]
    if not digits.isdigit() or len(digits) > 2 or _counts_something_else(context, i + 1):
        return None
    value = parse_count(f"{piece.word}.{digits}", after.word[-1])
    before = context.piece_at(i - 1)
    if before is not None and before.tag == Tag.NUMBER and context.text_between(i - 1) == "_":
        return None  # 1_0_4b is version 1.0 and 4b
    mixed = context.text_between(i) == "_" and (before is None or context.text_between(i - 1) != "_")
    joined = (piece.word == "0" and (len(digits) == 1 or mixed)) or (  # SOLAR-0-70b has 70 billion
        mixed and (piece.word == "1" or before is None or before.kind is not Kind.ARCHITECTURE)
    )
    if before is not None and before.role is Role.FAMILY:
        versions = lexicon().readings.get(f"{before.word}{piece.word}")
        joined = joined or (
            versions is None and len(digits) == 1 and before.value in lexicon().words.hints.decimal_families
        )
    if joined:
        context.add_alternative(i + 1, Kind.PARAMETERS, Role.PARAMETERS, after.value)
        return context.emit(i, Kind.PARAMETERS, Role.PARAMETERS, value, i + 1)
    if piece.word == "1" and len(digits) == 1:
        context.add_alternative(i, Kind.PARAMETERS, Role.PARAMETERS, value, i + 1)
        context.add_alternative(i + 1, Kind.PARAMETERS, Role.PARAMETERS, after.value)
        return context.emit_other(i, i + 1)
    return None


def _pixels(context: Context, i: int) -> int | None:
    """``224`` and ``16`` beside a vision family, its size or its patch."""
    piece, before, hints = context.pieces[i], context.pieces[i - 1], lexicon().words.hints
    if before.tag in (Tag.PATCH, Tag.WINDOW) and piece.value in hints.image_sizes:
        return context.emit(i, Kind.CHARACTERISTIC, Role.IMAGE_SIZE, piece.value)
    sized = before.tag == Tag.SIZE or (before.tag == Tag.LETTER and context.elements[-1].kind is Kind.SIZE)
    if sized and piece.value in hints.patch_sizes:  # ViT-B-32: no claim, it may be of frames or classes
        return context.emit(i, Kind.CHARACTERISTIC, Role.CHARACTERISTIC, None)
    patched = before.role is Role.PATCH_SIZE or context.elements[-1].role is Role.PATCH_SIZE
    if (sized or patched) and piece.value in hints.image_sizes:
        return context.emit(i, Kind.CHARACTERISTIC, Role.IMAGE_SIZE, piece.value)
    return None


def decide_decimal(context: Context, i: int) -> int:
    """``1.5``: a version, unless it is half of ``4.0 bits`` or the value of a label (``epoch-2.5``)."""
    piece, after = context.pieces[i], context.piece_at(i + 1)
    if context.word_at(i - 1) in lexicon().words.hints.labels:
        return context.emit_other(i)
    if after is not None and after.tag == Tag.BITS and piece.word.count(".") == 1:
        value = float(piece.word)
        if 1 <= value <= 16:
            return context.emit(i, Kind.OTHER, Role.BITS, value, i + 1)
    return context.accept_piece(i)


def decide_version(context: Context, i: int) -> int:
    """``v1.5``; ``v1_1`` is 1.1."""
    piece, after = context.pieces[i], context.piece_at(i + 1)
    if after is not None and after.tag == Tag.NUMBER and len(after.word) == 1 and context.text_between(i) == "_":
        return context.emit(i, Kind.VERSION, Role.VERSION, f"{piece.value}.{after.word}", i + 1)
    return context.accept_piece(i)


def decide_dimension(context: Context, i: int) -> int:
    """``L12`` and ``H384`` of a compact BERT, ``p16`` and ``b32`` of a vision transformer, else nothing."""
    piece = context.pieces[i]
    sign, value = piece.word[0], piece.value
    if piece.role is Role.LAYERS:
        return _layers(context, i)
    before, after = context.piece_at(i - 1), context.piece_at(i + 1)
    if sign == "l" and 0 < value < 200:
        wide = after is not None and after.tag == Tag.DIMENSION and after.word[0] == "h"
        if wide or (before is not None and before.word in ("minilm", "minilmv2", "multilingualminilm")):
            return context.emit(i, Kind.LAYERS, Role.LAYERS, value)
        if context.name[context.at[i] + piece.start] == "L" and _may_be_depth(context, value):
            return context.emit(i, Kind.LAYERS, Role.LAYERS, value)
    if sign in "ha" and before is not None and before.tag == Tag.DIMENSION and before.word[0] in "lh":
        if sign == "h":
            return context.emit(i, Kind.HIDDEN, Role.HIDDEN_SIZE, value)
        return context.emit(i, Kind.HIDDEN, Role.HEADS, value)
    if sign == "d" and value >= _LEAST_D and value % 64 == 0 and _of_text_alone(context):
        return context.emit(i, Kind.HIDDEN, Role.EMBEDDING_SIZE, value)
    if sign == "b" and value <= _LARGEST_B and before is not None and before.kind is Kind.ARCHITECTURE:
        return context.emit(i, Kind.SIZE, Role.SIZE_WORD, None)  # efficientnet-b7
    if before is not None and value in lexicon().words.hints.patch_sizes and context.summary.vision:
        after_vit = before.role is Role.FAMILY and before.value in ("vit", "clip", "deit")
        if (sign == "p" and value > 4) or (sign in "tsblhg" and value > 8 and after_vit):
            return context.emit(i, Kind.CHARACTERISTIC, Role.PATCH_SIZE, value)
    return context.emit_other(i)


def _may_be_depth(context: Context, value: int) -> bool:
    """Whether ``L12`` may be of layers: L2 to L4 are Llama's versions, ViT-L14 is a large one, L40 a processor."""
    return _LLAMAS < value < _LENGTHS and value != _PROCESSOR and _of_text_alone(context)


def _of_text_alone(context: Context) -> bool:
    """Whether the name gives a family, and none that sees or hears."""
    return bool(context.summary.families) and not (context.summary.vision or context.summary.audio)


def _layers(context: Context, i: int) -> int:
    """``99L`` behind a family, or ``12l`` beside a width: so many layers."""
    piece, after = context.pieces[i], context.piece_at(i + 1)
    wide = after is not None and (after.tag == Tag.WIDTH or (after.tag == Tag.DIMENSION and after.word[0] == "h"))
    named = any(e.role in (Role.FAMILY, Role.BRAND) for e in context.elements)
    behind = bool(context.elements) and context.elements[-1].role in _SIZED and context.elements[-1].value is not None
    deep = _may_be_depth(context, piece.value)
    if FEW < piece.value < _MOST_LAYERS and (wide or (piece.claims and named) or behind or deep):
        return context.emit(i, Kind.LAYERS, Role.LAYERS, piece.value)
    return context.emit_other(i)


def decide_dimensions(context: Context, i: int) -> int | None:
    """``L-12_H-768_A-12``: layers, width and heads; returns the piece after them, None if it is no such row."""
    signs = {"l": (Kind.LAYERS, Role.LAYERS), "h": (Kind.HIDDEN, Role.HIDDEN_SIZE), "a": (Kind.HIDDEN, Role.HEADS)}
    first = context.piece_at(i + 1)
    if first is None or first.tag != Tag.NUMBER or first.value is None or not 0 < first.value < 200:
        return None
    before = context.piece_at(i - 1)
    if context.word_at(i + 2) != "h" and not (before is not None and before.word in ("minilm", "minilmv2")):
        beside = len(context.text_between(i)) <= 1 and context.name[context.at[i]] == "L"
        if beside and _may_be_depth(context, first.value):
            return context.emit(i, Kind.LAYERS, Role.LAYERS, first.value, i + 1)
        return None
    j = i
    for sign in "lha":
        value = context.piece_at(j + 1)
        if context.word_at(j) != sign or value is None or value.tag != Tag.NUMBER or value.value is None:
            break
        kind, role = signs[sign]
        context.emit(j, kind, role, value.value, j + 1)
        j += 2
    return j
