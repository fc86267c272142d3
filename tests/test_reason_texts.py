"""Nothing hangs on the words of a reason: code looks at its kind, and the text is for people alone."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

import pickles
import truename
from truename.api import check, judge
from truename.evidence import Evidence, gather
from truename.facts import FACTS, Fact, ImportedName
from truename.findings import ModelReport, Reason
from truename.names import parse_name
from truename.report.exit_code import exit_code
from truename.report.verdict import WORDS
from truename.sources import FolderSource
from truename.suggest import STYLES, suggest_name
from truename.testing import write_flax, write_gguf, write_header_only
from truename.testing.family_tensors import layout_tensors
from truename.testing.miniature import demo_models

SOURCES = Path(truename.__file__).parent

# --- whole reports, with every text replaced --------------------------------------------------------------------------

LLAMA = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 176,
    "max_position_embeddings": 4096,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "vocab_size": 1000,
}
ADAPTER = {f"base_model.model.model.layers.{n}.self_attn.q_proj.lora_{part}.weight": ("F16", (8, 64))
           for n in range(2) for part in "AB"}  # fmt: skip
GGUF = {"token_embd.weight": ("Q4_K", (1000, 256)), "blk.0.attn_q.weight": ("Q4_K", (256, 256))}


def config(folder: Path, **more: Any) -> None:
    (folder / "config.json").write_text(json.dumps({**LLAMA, **more}))


def weights(folder: Path) -> None:
    write_header_only(folder / "model.safetensors", layout_tensors(LLAMA, "F16"))


def whole(folder: Path) -> None:
    config(folder)
    weights(folder)


def without_weights(folder: Path) -> None:
    config(folder, max_position_embeddings=131_072)


def without_documents(folder: Path) -> None:
    weights(folder)


def cut_short(folder: Path) -> None:
    whole(folder)
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:300])


def with_broken_documents(folder: Path) -> None:
    whole(folder)
    (folder / "README.md").write_text("---\nlanguage: en\n")
    (folder / "tokenizer_config.json").write_text("[]")


def with_a_broken_config(folder: Path) -> None:
    weights(folder)
    (folder / "config.json").write_text('{"model_type": ')


def an_adapter(folder: Path) -> None:
    write_header_only(folder / "adapter_model.safetensors", ADAPTER)
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA", "r": 8}')


def an_adapter_of_a_base(folder: Path) -> None:
    write_header_only(folder / "adapter_model.safetensors", ADAPTER)
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA", "base_model_name_or_path": "a/story"}')


def a_shard_missing(folder: Path) -> None:
    config(folder)
    write_header_only(folder / "model-00001-of-00002.safetensors", layout_tensors(LLAMA, "F16"))


def gguf_files(folder: Path) -> None:
    for word in ("Q4_K_M", "Q8_0"):
        write_gguf(folder / f"tiny-{word}.gguf", GGUF, {"general.architecture": "llama"})


def a_gguf_file(folder: Path) -> None:
    config(folder)
    write_gguf(folder / "tiny.gguf", GGUF, {"general.architecture": "llama"})


def several_variants(folder: Path) -> None:
    whole(folder)
    write_header_only(folder / "model.fp16.safetensors", layout_tensors(LLAMA, "F16"))


def two_files_of_no_known_family(folder: Path) -> None:
    write_header_only(folder / "model.safetensors", {"w": ("F32", (8, 8)), "v": ("F32", (8, 8))})
    config(folder, model_type="nobody-knows")


def a_format_that_is_not_read(folder: Path) -> None:
    config(folder)
    (folder / "model.mlmodel").write_bytes(b"\x08\x01")


def formats_that_differ(folder: Path) -> None:
    whole(folder)
    write_flax(folder / "flax_model.msgpack", layout_tensors({**LLAMA, "num_hidden_layers": 3}, "F16"))
    write_header_only(folder / "pytorch_model.safetensors", layout_tensors({**LLAMA, "vocab_size": 900}, "F16"))


def a_pickle_that_runs_code(folder: Path) -> None:
    hook = pickles.call("builtins.exec", pickles.text("1"))
    data = pickles.archive(pickles.stream(pickles.mapping({**pickles.WEIGHTS, "hook": hook})), pickles.STORAGES)
    (folder / "pytorch_model.bin").write_bytes(data)
    (folder / "training_args.bin").write_bytes(pickles.stream(pickles.call("subprocess.Popen")))


def a_pickle_of_a_class(folder: Path) -> None:
    data = pickles.archive(
        pickles.stream(pickles.mapping({**pickles.WEIGHTS, "hook": pickles.call("mine.Config")})), {}
    )
    (folder / "pytorch_model.bin").write_bytes(data)
    (folder / "training_args.bin").write_bytes(pickles.stream(pickles.call("logging.getLogger")))


def composed(folder: Path) -> None:
    """The numbers that stand in the decoder's object are of the decoder alone."""
    inner = {"model_type": "llama", **{k: v for k, v in LLAMA.items() if k not in ("model_type", "architectures")}}
    said = {"model_type": "vision-encoder-decoder", "decoder": {**inner, "num_hidden_layers": 9}}
    (folder / "config.json").write_text(json.dumps(said))
    weights(folder)


def a_part_of_a_pipeline_missing(folder: Path) -> None:
    (folder / "unet").mkdir()
    weights(folder / "unet")
    index = {"unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}
    (folder / "model_index.json").write_text(json.dumps(index))


def packed(folder: Path) -> None:
    config(folder, quantization_config={"quant_method": "awq", "bits": 4})
    tensors = {f"model.layers.{n}.self_attn.q_proj.{part}": (kind, shape) for n in range(2) for part, kind, shape in (
        ("qweight", "I32", (64, 8)), ("qzeros", "I32", (1, 8)), ("scales", "F16", (1, 64)))}  # fmt: skip
    write_header_only(folder / "model.safetensors", tensors)


MODELS: Mapping[str, tuple[str, Callable[[Path], None]]] = {
    f"{write.__name__} as {name}": (name, write)
    for name, write in (
        ("llama-7b-128k-fp16", whole),
        ("llama-7b-chat-128k", without_weights),
        ("bert-base-uncased-awq", without_documents),
        ("llama-7b-32k-gptq-4bit", cut_short),
        ("mistral-7b-english-uncased", with_broken_documents),
        ("mistral-7b-chat-8k", with_a_broken_config),
        ("mistral-7b-lora-r16", an_adapter),
        ("mistral-7b-qlora-8k", an_adapter_of_a_base),
        ("llama-13b-moe-8x7b", a_shard_missing),
        ("Llama-3-8B-Instruct-Q4_K_M-GGUF", gguf_files),
        ("llama-2-7b-int8-fp16", several_variants),
        ("some-words-large", two_files_of_no_known_family),
        ("llama-7b-coreml", a_format_that_is_not_read),
        ("Llama-7B-AWQ-8bit", packed),
        ("nothing", whole),
        ("llama-chat", cut_short),
        ("llama-gguf", a_gguf_file),
        ("llama-7b-again", formats_that_differ),
        ("resnet50-pickled", a_pickle_that_runs_code),
        ("resnet50-classes", a_pickle_of_a_class),
        ("some-9-layers", composed),
        ("diffuser-7b", a_part_of_a_pipeline_missing),
    )
}


def said(report: ModelReport) -> object:
    """All of a report but the texts of its reasons, and every exit code."""

    def kind(reason: Reason | None) -> object:
        return reason and reason.kind

    return (
        [getattr(report.verdict, field) for field in report.verdict.__struct_fields__ if field != "reason"],
        kind(report.verdict.reason),
        [
            (claim.text, claim.role, claim.outcome, claim.severity, claim.basis, claim.codes, claim.evidence)
            for claim in report.claims
        ],
        [kind(claim.reason) for claim in report.claims],
        [(finding.code, finding.severity, finding.claim, finding.message) for finding in report.findings],
        report.outcomes,
        report.confirmed,
        [(one.code, one.reason.kind) for one in (*report.cannot_tell, *report.does_not_apply)],
        [
            exit_code([report], level, strict=strict)
            for level in ("error", "warning", "note", "never")
            for strict in (False, True)
        ],
    )


def reword_every_reason(monkeypatch: pytest.MonkeyPatch, reworded: Callable[[], str]) -> None:
    """From now on every reason that the package makes, has made or keeps has another text."""

    class Anew(type):
        def __call__(cls, kind: Any, text: str, file: str | None = None) -> Reason:
            return Reason(kind, reworded(), file)

        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, Reason)

    class Reworded(metaclass=Anew):
        pass

    def anew(value: Any) -> Any:
        if isinstance(value, Reason):
            return Reason(value.kind, reworded(), value.file)
        if isinstance(value, dict) and any(isinstance(inner, Reason) for inner in value.values()):
            return {key: anew(inner) for key, inner in value.items()}
        if type(value) is tuple and any(isinstance(inner, Reason) for inner in value):
            return tuple(map(anew, value))
        return value

    modules = [module for name, module in sys.modules.items() if name.startswith("truename.") and module is not None]
    for module in modules:
        for name, value in list(vars(module).items()):
            if value is Reason:
                monkeypatch.setattr(module, name, Reworded)
            elif (other := anew(value)) is not value:
                monkeypatch.setattr(module, name, other)
    forget_what_was_said()


def forget_what_was_said() -> None:
    """Empty every cache of the rules and of the evidence: they keep reasons."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("truename.rules", "truename.evidence")):
            for value in vars(module).values():
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    parent = tmp_path_factory.mktemp("demo")
    made = {model.name: model.write(parent) for model in demo_models()}
    for key, (name, write) in MODELS.items():
        made[key] = tmp_path_factory.mktemp(write.__name__) / name
        made[key].mkdir()
        write(made[key])
    return made


def texts(report: ModelReport) -> set[str]:
    undecided = [one.reason for one in (*report.cannot_tell, *report.does_not_apply)]
    return {reason.text for reason in (*undecided, *(claim.reason for claim in report.claims)) if reason is not None}


@pytest.mark.parametrize("how", ["all the same", "all different"])
def test_other_words_change_no_verdict(how: str, folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before = {key: check(folder) for key, folder in folders.items()}
    numbers = count()
    reworded = (lambda: "in other words") if how == "all the same" else (lambda: f"in other words {next(numbers)}")
    reword_every_reason(monkeypatch, reworded)
    try:
        after = {key: check(folder) for key, folder in folders.items()}
    finally:
        monkeypatch.undo()
        forget_what_was_said()
    assert len(before) > 15
    for key, report in before.items():
        assert all("in other words" in text for text in texts(after[key])), "a text was not replaced"
        assert said(report) == said(after[key]), key
    assert {report.verdict.outcome for report in before.values()} == set(WORDS), "the models show every verdict"


# --- facts, with what they say to people replaced ---------------------------------------------------------------------


def in_other_words(fact: Fact[Any]) -> Fact[Any]:
    """The fact with another detail, and with other sentences in its value.

    A text with a blank is one that truename wrote, unless it is one of a document or of a table of known releases.
    """
    quoted = FACTS[fact.key].declared or fact.key.startswith("release")
    value = fact.value if quoted else anew(fact.value)
    return msgspec.structs.replace(fact, detail="in other words, of a.b type X", value=value)


def anew(value: Any) -> Any:
    if isinstance(value, str):
        return "in other words" if " " in value else value
    if isinstance(value, tuple):
        return tuple(map(anew, value))
    if isinstance(value, msgspec.Struct):
        told = {name: anew(getattr(value, name)) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **told)
    return value


def decided(report: ModelReport) -> object:
    """What a report decides, whatever it says."""
    return (
        msgspec.structs.replace(report.verdict, reason=None),
        [(claim.text, claim.role, claim.outcome, claim.severity, claim.basis, claim.codes) for claim in report.claims],
        [(finding.code, finding.severity, finding.claim, finding.suggestion) for finding in report.findings],
        report.outcomes,
        [(one.code, one.claim) for one in report.confirmed],
        [(one.code, one.reason.kind) for one in (*report.cannot_tell, *report.does_not_apply)],
    )


def test_other_words_in_facts_change_no_verdict(folders: dict[str, Path]) -> None:
    codes: set[str] = set()
    for key, folder in folders.items():
        evidence = gather(FolderSource(folder))
        facts = [in_other_words(fact) for group in evidence.facts.values() for fact in group]
        reworded = Evidence.of(facts, evidence.missing, evidence.architecture, evidence.fingerprint, evidence.parts)
        before, after = (judge(parse_name(folder.name), one, target=str(folder)) for one in (evidence, reworded))
        codes.update(finding.code for finding in before.findings)
        assert decided(before) == decided(after), key
        for style in STYLES:
            assert suggest_name(evidence, style) == suggest_name(reworded, style), (key, style)
    assert codes >= {"FIL003", "FIL004"}


@pytest.mark.parametrize(
    ("value", "other"),
    [
        (("a.bin has 1 tensors of another shape",), ("in other words",)),
        (("os.system (byte 5 of a)",), ("in other words",)),
        ((ImportedName("os.system", "byte 5 of a"),), (ImportedName("os.system", "in other words"),)),
        (("safetensors", "gguf"), ("safetensors", "gguf")),
        (7, 7),
    ],
)
def test_sentences_are_replaced_and_words_are_not(value: object, other: object) -> None:
    assert anew(value) == other


# --- the sources ------------------------------------------------------------------------------------------------------

_REASON = re.compile(r"(^|_)(reasons?|why)(_|$)")
_SEARCHES = {
    *("startswith", "endswith", "removeprefix", "removesuffix", "find", "rfind", "index", "rindex", "count"),
    *("split", "rsplit", "partition", "rpartition", "replace", "splitlines"),
}
_PATTERNS = {"match", "search", "fullmatch", "findall", "finditer", "sub"}


def last_name(node: ast.AST) -> str:
    """``reason`` of ``one.reason``, ``why_missing`` of ``evidence.why_missing(key)``."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_reason(node: ast.AST) -> bool:
    return bool(_REASON.search(last_name(node)))


def is_text(node: ast.AST) -> bool:
    """Whether an expression is the text of a reason: ``reason.text``, ``str(why)``."""
    if isinstance(node, ast.Attribute):
        return node.attr == "text" and is_reason(node.value)
    return isinstance(node, ast.Call) and last_name(node.func) == "str" and any(map(is_reason, node.args))


def readings(tree: ast.AST) -> Iterator[int]:
    """The lines that compare or search what a reason says. A text under another name is not seen."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            words = any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides)
            read = any(is_text(side) or (words and is_reason(side)) for side in sides)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            searched = [node.func.value] if node.func.attr in _SEARCHES else []
            given = node.args if node.func.attr in _PATTERNS else searched
            read = any(is_text(one) or is_reason(one) for one in given)
        else:
            read = (isinstance(node, ast.Subscript) and is_text(node.value)) or (
                isinstance(node, ast.Match) and is_text(node.subject)
            )
        if read:
            yield node.lineno


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("if 'no card' in reason.text: pass", True),
        ("if decision.reason == 'x': pass", True),
        ("evidence.why_missing(key).text.startswith('x')", True),
        ("str(why).endswith('x')", True),
        ("found = pattern.fullmatch(reason)", True),
        ("re.search('x', one.reason.text)", True),
        ("reason.text[:3]", True),
        ("plain = reason.removesuffix('x')", True),
        ("if reason.kind is ReasonKind.NO_WEIGHTS: pass", False),
        ("if reason is None or one.reason in told: pass", False),
        ("print(f'{reason.text}; {shortened(why.text, 400)}')", False),
        ("if element.text == 'x' and name.startswith('y'): pass", False),
    ],
)
def test_the_search_sees_what_it_is_for(line: str, read: bool) -> None:
    assert bool(list(readings(ast.parse(line)))) is read


def test_no_module_reads_what_a_reason_says() -> None:
    found = [
        f"{path.relative_to(SOURCES)}:{line}"
        for path in sorted(SOURCES.rglob("*.py"))
        for line in readings(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []
