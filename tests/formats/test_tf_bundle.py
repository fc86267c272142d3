"""read_bundle_index: variables of a checkpoint by its index; files that TensorFlow 2.21 wrote, as bytes."""

from __future__ import annotations

import base64
import zlib

import pytest

from truename.blob import MemoryBlob
from truename.formats import Tensor
from truename.formats.tensorflow.bundle import read_bundle_index
from truename.formats.tensorflow.saved_model import read_tensorflow
from truename.formats.tensorflow.sstable import unpack_snappy
from truename.formats.tensorflow.variables import is_training
from truename.testing.protobuf_files import message
from truename.testing.tensorflow_files import bundle_entry, bundle_index, table

# tf.compat.v1.train.Saver over bert/encoder/layer_{0..11}/attention/self/query, "half" in bfloat16 and global_step
WRITTEN = (
    "c-muNVB=tvV&Y(A&=W{XEh^DZ%}dTtNiEXPNvupQiZ{?tEGbFNE6L2y(=SfVNz*SZO)aX_Ps&Uz=3o?J5n|#{&}d*Z)mVQ@M2k&4JGCe;H3ulc"
    "0g?b=g$72A1_jf-2ReO)rG*U%o2Jm92r_W#noHR@3{(OcSo|Z_M?_lKfEWXvKn6|^TFI!5-9TrMfo;`JdqjwIVKT_T1?StB<1jD<WMHRC<OgAC"
    "5hG#@Y+(eMXi(PFqQxeG&BRu4C|)#wY6mpZm>46Mf{jed_`Mg0k;}kFt~$T*9?(b=VvIZnG4hY_4je`v2OHUR-7Fbsq$x2*J_j4QaZ2G@1_KE!"
    "$q$Di*erhmwtQ3D*;1h8X2e+D!346L_sQI6IQ-Me1Ts?JJ0%}zq&YE0t^^yYRjs)ThmotmMxOujWg*Z=3u25s1vav3gC#o-BTs{kT(SMK63|FX"
    "VvKwZHuC6-4S6_>d;>OeqnGt125$cJocyH3ocQ9B)B+ApAqItp9%c;=Q%&X>><ld88HqV*9DHEC%s|Yd&;gW{Fx{tBIhg?nI+z$3m_Q8Yrk>Xz"
    "nh``C__S~X10!=L!!r)Jn0)ixZLc{vesJ(J5Cq}B8@g3W-ERW`@EJu4"
)


def read(data: bytes) -> dict[str, Tensor]:
    return dict(read_bundle_index(MemoryBlob("m.index", data)).tensors)


def test_an_index_that_tensorflow_wrote() -> None:
    found = read_bundle_index(MemoryBlob("model.ckpt.index", zlib.decompress(base64.b85decode(WRITTEN))))
    path = "bert/encoder/layer_{}/attention/self/query/"
    expected = {path.format(n) + "kernel": Tensor("F32", (32, 32), 4096) for n in range(12)}
    expected |= {path.format(n) + "bias": Tensor("F32", (32,), 128) for n in range(12)}
    assert found.tensors == expected | {"half": Tensor("BF16", (3, 4), 24)}
    assert found.metadata == {"shards": "1", "training_variables": "1"}


def test_several_blocks_and_dtypes() -> None:
    kinds = {1: "F32", 2: "F64", 3: "I32", 6: "I8", 9: "I64", 14: "BF16", 19: "F16"}
    variables = {f"v{number}": (number, (2, 3)) for number in kinds}
    found = read(bundle_index(variables, per_block=2))
    assert {name: tensor.dtype for name, tensor in found.items()} == {f"v{n}": word for n, word in kinds.items()}


def test_what_is_no_tensor_is_left_out() -> None:
    entries = [
        (b"", message((1, 1))),
        (b"\0slice", b"\xff"),
        (b"_CHECKPOINTABLE_OBJECT_GRAPH", bundle_entry(7, (), size=900)),
        (b"model/dense/kernel/.ATTRIBUTES/VARIABLE_VALUE", bundle_entry(1, (2,))),
        (b"model/dense/kernel/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE", bundle_entry(1, (2,))),
        (b"part", message((1, 1), (2, message((2, message((1, 8))))), (7, b""))),
        (b"words", bundle_entry(7, (3,), size=70)),
    ]
    found = read_bundle_index(MemoryBlob("m.index", table([entries])))
    assert found.tensors == {"model/dense/kernel": Tensor("F32", (2,), 8), "part": Tensor("F32", (8,), 32)}
    assert found.metadata["training_variables"] == "3"


def test_packed_blocks() -> None:
    """A block as Snappy packs it: here one long literal, and copies."""
    assert unpack_snappy(b"\x09\x10abcde\x01\x05", 100) == b"abcdeabcd"
    assert unpack_snappy(b"\x06\x04ab\x0e\x02\x00", 100) == b"ababab"
    assert unpack_snappy(b"\x00", 0) == b""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bert/encoder/layer_0/attention/self/query/kernel", False),
        ("bert/encoder/layer_0/attention/self/query/kernel/adam_m", True),
        ("bert/pooler/dense/bias/Adam_1", True),
        ("global_step", True),
        ("adam/dense_kernel_momentum", True),
        ("dense/momentum_encoder/kernel", False),
        ("model/optimizer/_variables/3", True),
        ("model/optimizer/_trainable_variables/3", False),
        ("save_counter/.ATTRIBUTES/VARIABLE_VALUE", True),
    ],
)
def test_variables_of_the_training(name: str, expected: bool) -> None:
    assert is_training(name) is expected


def test_one_reader_for_both_kinds_of_file() -> None:
    data = bundle_index({"a/kernel": (1, (2, 3))})
    assert list(read_tensorflow(MemoryBlob("ckpt", data)).tensors) == ["a/kernel"]
