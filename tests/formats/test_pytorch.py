"""read_pytorch: names, shapes, dtypes and ties, from every container and from what the library itself writes."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

import pickles as p
from faults import raises_fault
from truename.blob import MemoryBlob
from truename.formats import Tensor, WeightsHeader, find_checkpoints, read_checkpoint
from truename.formats.pytorch import PyTorchFault
from truename.formats.pytorch.reader import read_pytorch
from truename.formats.read import read_file

EXPECTED = {"embed.weight": Tensor("F32", (5, 4), 80), "norm.weight": Tensor("F16", (4,), 8)}


def read(data: bytes) -> WeightsHeader:
    return read_pytorch(MemoryBlob("pytorch_model.bin", data))


def tensors(value: bytes, **storages: int) -> dict[str, Tensor]:
    return dict(read(p.archive(p.stream(value), {key[1:]: size for key, size in storages.items()})).tensors)


CONTAINERS = {
    "zip": p.SMALL,
    "deflated zip": p.archive(p.stream(p.mapping(p.WEIGHTS)), p.STORAGES, method=8),
    "zip under another folder": p.archive(p.stream(p.mapping(p.WEIGHTS)), p.STORAGES, folder="best_model/"),
    "stream": p.SMALL_LEGACY,
}


@pytest.mark.parametrize("data", CONTAINERS.values(), ids=CONTAINERS)
def test_containers(data: bytes) -> None:
    header = read(data)
    assert (header.format, header.files, header.metadata) == ("pytorch", ("pytorch_model.bin",), {})
    assert header.tensors == EXPECTED
    assert header.unsafe_globals == ()


def test_a_checkpoint_from_before_version_0_2() -> None:
    header = read_file(MemoryBlob("old.pth", p.old_tar({"a": (2, 3), "b": ()})), "pytorch")
    assert header.tensors == {"a": Tensor("F32", (2, 3), 24), "b": Tensor("F32", (), 4)}
    assert header.format == "pytorch"


NESTED: dict[str, tuple[bytes, str | None, list[str]]] = {
    "as it is": (p.mapping({"a": p.tensor("0", (6,))}), None, ["a"]),
    "state_dict": (
        p.mapping({"state_dict": p.mapping({"a": p.tensor("0", (6,))}), "epoch": p.number(3)}),
        "state_dict",
        ["a"],
    ),
    "two deep": (
        p.mapping({"checkpoint": p.mapping({"model": p.mapping({"a": p.tensor("0", (6,))})})}),
        "checkpoint.model",
        ["a"],
    ),
    "the larger of two": (
        p.mapping(
            {
                "ema": p.mapping({"a": p.tensor("0", (6,))}),
                "model": p.mapping({"a": p.tensor("0", (6,)), "b": p.tensor("0", (6,))}),
            }
        ),
        "model",
        ["a", "b"],
    ),
    "beside an optimizer": (
        p.mapping(
            {
                "model": p.mapping({"a": p.tensor("0", (6,))}),
                "optimizer": p.mapping({"state": p.mapping({"x": p.tensor("0", (6,)), "y": p.tensor("0", (6,))})}),
            }
        ),
        "model",
        ["a"],
    ),
    "a step beside weights": (
        p.mapping({"step": p.tensor("0", (6,)), "model": p.mapping({n: p.tensor("0", (6,)) for n in "abc"})}),
        "model",
        ["a", "b", "c"],
    ),
    "parts under their names": (
        p.mapping({"encoder": p.mapping({"a": p.tensor("0", (6,))}), "decoder": p.mapping({"a": p.tensor("0", (6,))})}),
        None,
        ["encoder.a", "decoder.a"],
    ),
    "a parameter that is called model": (
        p.mapping({"model": p.tensor("0", (6,)), "a": p.tensor("0", (6,))}),
        None,
        ["model", "a"],
    ),
    "keys that are numbers": (b"}" + p.number(7) + p.tensor("0", (6,)) + b"s", None, ["7"]),
    "a list": (p.sequence(p.tensor("0", (6,)), p.number(1), p.tensor("0", (6,))), None, ["0", "2"]),
    "one tensor alone": (p.tensor("0", (6,)), None, ["tensor"]),
    "nothing": (p.mapping({}), None, []),
    "a number": (p.number(7), None, []),
}


@pytest.mark.parametrize(("value", "mapping", "names"), NESTED.values(), ids=NESTED)
def test_where_the_weights_lie(value: bytes, mapping: str | None, names: list[str]) -> None:
    header = read(p.archive(p.stream(value), {"0": 24}))
    assert header.metadata.get("mapping") == mapping
    assert list(header.tensors) == names


def matrices(*names: str, first: int = 0) -> bytes:
    """A mapping of matrices, each with a storage of its own."""
    return p.mapping({name: p.tensor(str(number), (2, 3)) for number, name in enumerate(names, first)})


def nothing_but(key: bytes, value: bytes) -> bytes:
    return b"}" + key + value + b"s"


ONE, OTHER, THIRD = matrices("a"), matrices("b", first=1), matrices("c", first=2)
BESIDE: dict[str, tuple[bytes, str | None, list[str]]] = {
    "a head beside the backbone": (p.mapping({"backbone": ONE, "head": OTHER}), None, ["backbone.a", "head.b"]),
    "a head beside the model": (p.mapping({"model": ONE, "lm_head": OTHER}), None, ["model.a", "lm_head.b"]),
    "one level below": (
        p.mapping({"model": p.mapping({"backbone": ONE, "head": OTHER}), "epoch": p.number(1)}),
        "model",
        ["backbone.a", "head.b"],
    ),
    "a matrix that lies directly there": (
        p.mapping({"model": matrices("a", "b"), "head": p.tensor("2", (2, 3))}),
        None,
        ["model.a", "model.b", "head"],
    ),
    "two parts": (p.mapping({"backbone": ONE, "model": OTHER}), None, ["backbone.a", "model.b"]),
    "a copy of the model": (p.mapping({"model": ONE, "model_ema": OTHER}), "model", ["a"]),
    "a copy under another key": (p.mapping({"module": ONE, "ema_helper": OTHER}), "module", ["a"]),
    "a generator, its copy and its opponent": (
        p.mapping({"generator": ONE, "g_ema": OTHER, "discriminator": THIRD}),
        "g_ema",
        ["b"],
    ),
    "the same weights twice": (p.mapping({"state_dict": ONE, "embeddings": matrices("x")}), "state_dict", ["a"]),
    "statistics": (
        p.mapping({"model": ONE, "normalizer": p.mapping({"mean": p.tensor("1", (6,))})}),
        "model",
        ["a"],
    ),
    "an optimizer of another name": (p.mapping({"model": ONE, "optimizer_g": OTHER}), "model", ["a"]),
    "a loss with a centre": (p.mapping({"student": ONE, "teacher": OTHER, "dino_loss": THIRD}), "teacher", ["b"]),
    "keys that are tuples": (nothing_but(p.many(p.text("a"), p.number(0)), p.tensor("0", (6,))), None, ["a.0"]),
    "keys that are no text": (nothing_but(b"N", p.tensor("0", (6,))), None, ["[0]"]),
    "a tuple in a tuple": (nothing_but(p.many(p.many(p.text("a"))), p.tensor("0", (6,))), None, ["[0]"]),
    "pairs of an older Python": (
        p.call("collections.OrderedDict", p.sequence(p.sequence(p.text("a"), p.tensor("0", (6,))))),
        None,
        ["a"],
    ),
}


@pytest.mark.parametrize(("value", "mapping", "names"), BESIDE.values(), ids=BESIDE)
def test_what_lies_beside_the_weights(value: bytes, mapping: str | None, names: list[str]) -> None:
    header = read(p.archive(p.stream(value), dict.fromkeys("012", 24)))
    assert header.metadata.get("mapping") == mapping
    assert list(header.tensors) == names


def built(name: str, state: bytes) -> bytes:
    return p.name(name) + b")\x81" + state + b"b"


def module(*, parameters: bytes = b"}", buffers: bytes = b"}", modules: bytes = b"}", **more: bytes) -> bytes:
    state = {"_parameters": parameters, "_buffers": buffers, "_modules": modules, **more}
    return built("torch.nn.modules.module.Module", p.mapping(state))


@pytest.mark.parametrize("key", [None, "model", "net"])
def test_a_module_is_never_divided(key: str | None) -> None:
    """A child that is called as training programs call the whole is a part like its neighbours."""
    children = {"backbone": module(parameters=matrices("a", "b")), "config": module(parameters=matrices("c", first=2))}
    value = module(modules=p.mapping(children))
    header = read(p.archive(p.stream(p.mapping({key: value}) if key else value), dict.fromkeys("012", 24)))
    assert list(header.tensors) == ["backbone.a", "backbone.b", "config.c"]
    assert header.metadata.get("mapping") == key


@pytest.mark.parametrize(
    "names",
    [p.call("builtins.set", p.sequence(p.text("hidden"))), b"\x8f(" + p.text("hidden") + b"\x90"],
    ids=["protocol 2", "protocol 4"],
)
def test_buffers_that_a_module_does_not_save(names: bytes) -> None:
    value = module(buffers=matrices("hidden", "mean"), _non_persistent_buffers_set=names)
    assert list(tensors(value, s0=24, s1=24)) == ["mean"]


def test_a_mapping_of_a_class_of_its_own_with_attributes() -> None:
    items = b"(" + p.text("a") + p.tensor("0", (6,)) + b"u"
    value = p.name("mine.State") + b")R" + items + p.mapping({"version": p.number(1)}) + b"b"
    assert list(tensors(value, s0=24)) == ["a"]


def test_a_list_of_a_class_of_its_own() -> None:
    value = p.name("collections.deque") + b")R(" + p.tensor("0", (6,)) + p.tensor("0", (6,)) + b"e"
    assert list(tensors(value, s0=24)) == ["0", "1"]


def test_quantised_elements_that_share_a_byte() -> None:
    value = p.mapping({"a": p.tensor("0", (6, 7), "QUInt4x2Storage", elements=21)})
    assert tensors(value, s0=21) == {"a": Tensor("QU4X2", (6, 7), 21)}


@pytest.mark.parametrize("entry", ["model/archive_format", "serialized_exported_program.json"])
def test_a_program_of_torch_export_is_not_supported(entry: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(entry.replace("archive_format", "models/model.json"), b"{}")
        if "archive" in entry:
            file.writestr(entry, b"pt2")
    with raises_fault(PyTorchFault.EXPORTED_PROGRAM, match=r"is a program of torch\.export"):
        read(buffer.getvalue())


def test_notes_beside_the_weights() -> None:
    value = p.mapping(
        {"arch": p.text("resnet50"), "epoch": p.number(3), "model": p.mapping(p.WEIGHTS), "log": p.text("x" * 500)}
    )
    header = read(p.archive(p.stream(value), p.STORAGES))
    assert header.metadata == {"arch": "resnet50", "epoch": "3", "mapping": "model"}


def test_ties_share_a_storage() -> None:
    value = p.mapping({"embed": p.tensor("0", (2, 3)), "head": p.tensor("0", (2, 3)), "other": p.tensor("1", (6,))})
    found = tensors(value, s0=24, s1=24)
    assert found["embed"].storage == found["head"].storage == "0:0"
    assert found["other"].storage is None


def test_parts_of_one_storage_are_no_ties() -> None:
    value = p.mapping({n: p.tensor("0", (3,), offset=at, elements=6) for n, at in (("a", 0), ("b", 3))})
    assert tensors(value, s0=24) == {"a": Tensor("F32", (3,), 12), "b": Tensor("F32", (3,), 12)}


def test_a_stride_of_zero_repeats_what_is_stored_once() -> None:
    value = p.mapping({"a": p.tensor("0", (1000, 1000), stride=(0, 0), elements=1)})
    assert tensors(value, s0=4)["a"] == Tensor("F32", (1000, 1000), 4)


def test_a_module_that_was_saved_whole() -> None:
    inner = p.mapping({"_parameters": p.mapping({"weight": p.tensor("0", (6,)), "bias": b"N"}), "training": b"\x88"})
    linear = p.name("torch.nn.modules.linear.Linear") + b")\x81" + inner + b"b"
    buffers = p.mapping({"mean": p.tensor("1", (2,))})
    outer = p.mapping({"_parameters": p.mapping({}), "_buffers": buffers, "_modules": p.mapping({"fc": linear})})
    value = p.mapping({"model": p.name("mine.Net") + b")\x81" + outer + b"b"})
    header = read(p.archive(p.stream(value), {"0": 24, "1": 8}))
    assert list(header.tensors) == ["mean", "fc.weight"]
    assert [one.name for one in header.unsafe_globals] == ["mine.Net"]


def test_arrays_of_numpy_in_a_pickle() -> None:
    numpy = pytest.importorskip("numpy")
    state = {"w": numpy.zeros((3, 4), "float16"), "n": numpy.float64(2.0), "i": numpy.arange(3)}
    for protocol in range(6):
        header = read(pickle.dumps(state, protocol))
        assert header.tensors == {"w": Tensor("F16", (3, 4), 24), "i": Tensor("I64", (3,), 24)}
        assert header.unsafe_globals == ()


@pytest.mark.parametrize("protocol", range(5))
def test_what_is_stored_late_and_fetched_again(protocol: int) -> None:
    """Numbers above 255 in the memo: the second dtype comes late, and every array behind it refers to it."""
    numpy = pytest.importorskip("numpy")
    kinds = ("float32", "float16", "int8")
    state = {f"{kind}.{n}": numpy.zeros((n, 2), kind) for kind in kinds for n in range(80)}
    header = read(pickle.dumps(state, protocol))
    assert {name: tensor.stored_bytes for name, tensor in header.tensors.items()} == {
        name: array.nbytes for name, array in state.items()
    }
    assert {name.partition(".")[0]: tensor.dtype for name, tensor in header.tensors.items()} == dict(
        zip(kinds, ("F32", "F16", "I8"), strict=True)
    )


def test_a_long_stream_is_read_no_further_than_its_pickles() -> None:
    """The stream is met in steps: an opcode may stand across two of them."""
    shapes = {f"block.{number}.{'x' * 60}.weight": p.tensor(str(number), (2,)) for number in range(900)}
    data = p.legacy(p.mapping(shapes), {str(number): (2, 4) for number in range(900)})
    header = read(data + bytes(3_000_000))
    assert len(header.tensors) == 900
    assert header.bytes_read < len(data) + 65_536


def test_shards_and_their_index() -> None:
    one, two = "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"
    index = b'{"weight_map": {"a": "%s", "b": "%s"}}' % (one.encode(), two.encode())
    files = {
        "pytorch_model.bin.index.json": index,
        one: p.archive(p.stream(p.mapping({"a": p.tensor("0", (6,))})), {"0": 24}),
        two: p.legacy(p.mapping({"b": p.tensor("0", (2,))}), {"0": (2, 4)}),
    }
    (checkpoint,) = find_checkpoints({name: len(data) for name, data in files.items()})
    header = read_checkpoint(checkpoint, lambda path: MemoryBlob(path, files[path]))
    assert header.tensors == {"a": Tensor("F32", (6,), 24), "b": Tensor("F32", (2,), 8)}
    assert (header.files, header.file("b"), header.format) == ((one, two), two, "pytorch")


def test_bytes_read_are_the_directory_and_the_pickle() -> None:
    pickle = p.stream(p.mapping({f"layer.{n}.weight": p.tensor(str(n), (100_000,)) for n in range(40)}))
    header = read(data := p.archive(pickle, dict.fromkeys(map(str, range(40)), 400_000)))
    assert header.bytes_read < len(pickle) + 70_000
    assert len(data) > 16_000_000


# What the library writes, where it is installed.


def library_states() -> dict[str, Any]:
    import torch

    linear = torch.nn.Linear(3, 4)
    tied = torch.nn.Embedding(5, 4)
    weight = torch.nn.Parameter(torch.zeros(2, 3, dtype=torch.bfloat16))
    return {
        "a state dict": linear.state_dict(),
        "parameters": {"w": weight, "v": torch.zeros(3, dtype=torch.float64)},
        "ties": OrderedDict(embed=tied.weight, head=tied.weight),
        "a whole module": torch.nn.Sequential(linear, torch.nn.BatchNorm1d(4)),
        "views": {"a": torch.zeros(4, 6)[1:3], "b": torch.zeros(4, 6).t(), "c": torch.zeros(1).expand(7, 9)},
        "dtypes": {
            str(d): torch.zeros(3, dtype=d)
            for d in (torch.int8, torch.bool, torch.int64, torch.float8_e4m3fn, torch.complex64, torch.uint16)
        },
        "empty and scalar": {"e": torch.zeros(0, 3), "s": torch.tensor(1.0)},
        "nested": {"model": linear.state_dict(), "optimizer": {"state": {0: {"step": torch.tensor(1.0)}}}, "lr": 0.1},
        "quantised": {"q": torch.quantize_per_tensor(torch.zeros(2, 2), 0.1, 0, torch.qint8)},
        "sparse": {"s": torch.zeros(3, 3).to_sparse(), "c": torch.eye(3).to_sparse_csr()},
        "meta": {"m": torch.zeros(3, 3, device="meta")},
    }


@pytest.mark.filterwarnings("ignore:.*quantize_per_tensor:UserWarning")  # deprecated, and in many files
@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta state:UserWarning")
@pytest.mark.parametrize("zip_form", [True, False], ids=["zip", "stream"])
def test_what_the_library_writes(zip_form: bool, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    bits = {"F32": 4, "BF16": 2, "F64": 8, "I8": 1, "BOOL": 1, "I64": 8, "F8_E4M3": 1, "C64": 8, "U16": 2, "QI8": 1}
    for name, state in library_states().items():
        path = tmp_path / "model.pt"
        torch.save(state, path, _use_new_zipfile_serialization=zip_form)
        header = read(path.read_bytes())
        inner = state.state_dict() if isinstance(state, torch.nn.Module) else state.get("model", state)
        if name == "a whole module":  # in the order of the module's own dictionaries
            assert sorted(header.tensors) == sorted(inner)
        else:
            assert list(header.tensors) == list(inner), name
        for key, tensor in inner.items():
            found = header.tensors[key]
            assert found.shape == tuple(tensor.shape), (name, key)
            assert bits[str(found.dtype)] == tensor.element_size(), (name, key)
        assert header.unsafe_globals == (), name


def test_two_values_in_an_element_of_four_bits(tmp_path: Path) -> None:
    """The shape is that of the values, as safetensors' own writer gives it."""
    torch = pytest.importorskip("torch", minversion="2.8")
    torch.save({"a": torch.zeros(4, 8, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)}, tmp_path / "model.pt")
    assert read((tmp_path / "model.pt").read_bytes()).tensors == {"a": Tensor("F4", (4, 16), 32)}


def test_a_whole_model_has_the_tensors_of_its_state(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    whole = torch.nn.ModuleDict({"backbone": torch.nn.Linear(3, 4), "head": torch.nn.Linear(4, 5)})
    whole.register_buffer("scratch", torch.zeros(7), persistent=False)
    for state in (whole, {"model": whole, "epoch": 3}, {name: part.state_dict() for name, part in whole.items()}):
        for zip_form in (True, False):
            torch.save(state, tmp_path / "model.pt", _use_new_zipfile_serialization=zip_form)
            header = read((tmp_path / "model.pt").read_bytes())
            assert set(header.tensors) == set(whole.state_dict())
