"""read_keras: names of variables in archives, in Keras 3 weights and in the older files."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from truename import check
from truename.blob import MemoryBlob
from truename.findings import Severity
from truename.formats import Tensor, WeightsHeader
from truename.formats.keras.reader import read_keras
from truename.rules.files.unsafe_global import UnsafeGlobal
from truename.testing.hdf5_files import Data, Group, hdf5_file


def layer(name: str, *shapes: tuple[int, ...]) -> Group:
    """A layer of Keras 3, with the name that its author gave it."""
    return Group({"vars": Group({str(n): Data(shape) for n, shape in enumerate(shapes)}, {"name": name})})


def read(root: Group) -> WeightsHeader:
    return read_keras(MemoryBlob("m.h5", hdf5_file(root)))


def shapes(header: WeightsHeader) -> dict[str, tuple[int, ...] | None]:
    return {name: tensor.shape for name, tensor in header.tensors.items()}


def test_numbered_variables_have_the_names_of_their_class() -> None:
    attention = Group({"query_dense": layer("query", (4, 2, 2), (2, 2)), "vars": Group({}, {"name": "attention"})})
    root = Group(
        {
            "layers": Group(
                {
                    "dense": layer("up", (4, 8), (8,)),
                    "dense_1": layer("down", (8, 4)),
                    "batch_normalization": layer("bn", (4,), (4,), (4,), (4,)),
                    "batch_normalization_1": layer("half", (4,), (4,)),
                    "multi_head_attention": attention,
                    "my_layer": layer("mine", (3,)),
                }
            ),
            "optimizer": layer("adam", (4, 8), (8,)),
        }
    )
    found = read(root)
    assert shapes(found) == {
        "up/kernel": (4, 8),
        "up/bias": (8,),
        "down/kernel": (8, 4),
        "bn/gamma": (4,),
        "bn/beta": (4,),
        "bn/moving_mean": (4,),
        "bn/moving_variance": (4,),
        "half/vars/0": (4,),
        "half/vars/1": (4,),
        "attention/query/kernel": (4, 2, 2),
        "attention/query/bias": (2, 2),
        "mine/vars/0": (3,),
    }
    assert found.metadata["optimizer_variables"] == "2"


def test_variables_of_one_name_keep_their_paths() -> None:
    found = read(Group({"layers": Group({"dense": layer("same", (2,)), "dense_1": layer("same", (3,))})}))
    assert shapes(found) == {"layers/dense/vars/0": (2,), "layers/dense_1/vars/0": (3,)}


def test_the_older_files_put_a_layer_before_the_name() -> None:
    query = Group({"kernel:0": Data((4, 4)), "bias:0": Data((4,))})
    path = Group({"tf_bert_model": Group({"bert": Group({"query": query})})})
    root = Group({"bert": path}, {"layer_names": "bert", "keras_version": "2.4.0", "backend": "tensorflow"})
    found = read(root)
    assert shapes(found) == {"tf_bert_model/bert/query/kernel:0": (4, 4), "tf_bert_model/bert/query/bias:0": (4,)}
    assert found.metadata == {"keras_version": "2.4.0", "backend": "tensorflow"}


def test_a_whole_saved_model() -> None:
    weights = Group({"dense": Group({"dense": Group({"kernel": Data((2, 3))})})}, {"layer_names": "dense"})
    optimizer = Group({"adam": Group({"m": Data((2, 3))})})
    config = '{"class_name": "Sequential"}'
    found = read(Group({"model_weights": weights, "optimizer_weights": optimizer}, {"model_config": config}))
    assert shapes(found) == {"dense/kernel": (2, 3)}
    assert found.metadata == {"model_config": config, "optimizer_variables": "1"}


def test_an_archive_keeps_the_configuration_and_reads_only_what_it_must() -> None:
    weights = hdf5_file(Group({"layers": Group({"dense": layer("big", (1000, 1000), (1000,))})}))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("metadata.json", "{}")
        file.writestr("config.json", '{"class_name": "Functional"}')
        file.writestr("model.weights.h5", weights)
    blob = MemoryBlob("m.keras", out.getvalue())
    found = read_keras(blob)
    assert found.tensors["big/kernel"] == Tensor("F32", (1000, 1000), 4_000_000)
    assert found.metadata["model_config"] == '{"class_name": "Functional"}'
    assert found.bytes_read == blob.bytes_read < 150_000


def test_bfloat16_is_what_the_attribute_says() -> None:
    data = Data((2, 3), "f2", {"dtype": "bfloat16"})
    group = Group({"dense": Group({"vars": Group({"0": data}, {"name": "up"})})})
    assert read(Group({"layers": group})).tensors["up/kernel"].dtype == "BF16"


def lambda_config(function: dict[str, object]) -> str:
    layers = [{"class_name": "Dense", "config": {"name": "lambda"}}, {"class_name": "Lambda", "config": function}]
    return json.dumps({"class_name": "Sequential", "config": {"name": "__lambda", "layers": layers}})


KERAS_3 = lambda_config({"function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}}})
KERAS_2 = lambda_config({"function": ["4wEAAAA=\n", None, None], "function_type": "lambda"})
NAMED = lambda_config({"function": "relu", "function_type": "function"})


@pytest.mark.parametrize(
    ("config", "flagged"),
    [
        (KERAS_3, True),
        (KERAS_2, True),
        (KERAS_3.replace("__lambda__", "\\u005f_l\\u0061mbda__"), True),
        (KERAS_2.replace(": ", "  :  "), True),
        (NAMED, False),
    ],
)
def test_code_in_a_layer_is_told(tmp_path: Path, config: str, flagged: bool) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("metadata.json", "{}")
        file.writestr("config.json", config)
        file.writestr("model.weights.h5", hdf5_file(Group({"layers": Group({"dense": layer("up", (4, 8), (8,))})})))
    archive = buffer.getvalue()
    older = hdf5_file(Group({"model_weights": Group({"up": layer("up", (4, 8))})}, {"model_config": config}))
    for name, data in (("m.keras", archive), ("m.h5", older)):
        found = [one.name for one in read_keras(MemoryBlob(name, data)).unsafe_globals]
        assert found == (["keras.layers.Lambda"] if flagged else [])
        (tmp_path / name).write_bytes(data)
        report = check(tmp_path / name, name="resnet50", rules=[UnsafeGlobal()])
        assert [finding.severity for finding in report.findings] == ([Severity.WARNING] if flagged else [])
