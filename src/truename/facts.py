"""A fact about a model: a value with its origin.

Facts are what the evidence consists of. Each key is a constant below, with its type, its unit and its meaning, so that
a look-up of a key that does not exist is an error of types. ``declared`` and ``architecture`` produce facts,
``evidence`` collects them, rules read them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T", covariant=True)


class Key(str, Generic[T]):
    """The key of a fact, which is also its name in reports. ``T`` is the type of the fact's value.

    Attributes:
        meaning: what the fact says, and in which unit or form.
        declared: only the repository itself can say it; no measurement stands behind it.
    """

    __slots__ = ("declared", "meaning")
    meaning: str
    declared: bool

    def __new__(cls, name: str, meaning: str, *, declared: bool = False) -> Key[T]:
        """Make the key ``name``."""
        key = super().__new__(cls, name)
        key.meaning, key.declared = meaning, declared
        return key

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (key_named, (str(self),))


def key_named(name: str) -> Key[Any]:
    """The key of that name.

    Raises:
        KeyError: there is no such key.
    """
    return FACTS[name]


class Origin(StrEnum):
    """Where a fact comes from, strongest first."""

    WEIGHTS = "weights"  # read from the header of a weights file
    CLASSIFIER = "classifier"  # concluded from the structure of the weights
    FILES = "files"  # the list of files itself
    DECLARED = "declared"  # what the repository says of itself: config, card, tokenizer, index


class Derivation(StrEnum):
    """How a value was computed, where a rule has to weigh it."""

    DIMENSIONS = "dimensions"  # roughly, by depth, width and vocabulary alone
    INDEX_BYTES = "index_bytes"  # total bytes of the weight index by the bytes of an element


class ImportedName(msgspec.Struct, frozen=True):
    """Something that a pickle imports when it is loaded.

    Attributes:
        name: module and name with a dot: ``os.system``.
        place: where in the pickle, for people.
    """

    name: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.place})" if self.place else self.name


class Unlike(StrEnum):
    """In what two sets of weights of one model differ."""

    SHAPES = "shapes"  # a tensor has one shape here and another there
    NAMES = "names"  # one of them lacks tensors that a model needs


class SetDifference(msgspec.Struct, frozen=True):
    """A set of weights that is not that of the main one.

    Attributes:
        file: of the other set.
        unlike: in what it differs.
        text: the same as the end of a sentence, for people.
    """

    file: str
    unlike: Unlike
    text: str

    def __str__(self) -> str:
        return f"{self.file} {self.text}"


class Fact(msgspec.Struct, Generic[T], frozen=True):
    """One fact and where it was read.

    Attributes:
        key: what it is a fact of.
        value: number, string, bool, a noun of this module, or a tuple of those.
        origin: where it comes from.
        file: relative to the model's root.
        detail: the JSON key, the tensor, or how it was computed, for people.
        how: the same for rules, where one has to weigh it.
        key_path: the key of a document that holds the value; dots lead into nested objects.
    """

    key: Key[T]
    value: T
    origin: Origin
    file: str | None = None
    detail: str | None = None
    how: Derivation | None = None
    key_path: str | None = None


def told(value: Any) -> Any:
    """The value of a fact as reports tell it: numbers, truth values, texts and collections of those."""
    if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        return tuple(map(str, value))
    return str(value) if isinstance(value, msgspec.Struct) else value


# counts of parameters (COUNTING: all plausible counts; a rule says which one a name means)
PARAMETERS = Key[int]("parameters", "all unique parameters: packed weights unpacked, buffers and tied copies left out")
STORED_PARAMETERS = Key[int](
    "stored_parameters",
    "elements as stored: every tensor, buffers, scales and tied copies included",
)
NON_EMBEDDING_PARAMETERS = Key[int]("non_embedding_parameters", "parameters without token embeddings and output head")
ACTIVE_PARAMETERS = Key[int](
    "active_parameters",
    "parameters used for one token: all but the experts that are not chosen",
)
LANGUAGE_MODEL_PARAMETERS = Key[int](
    "language_model_parameters",
    "parameters without vision and audio towers and their projectors",
)
ENCODER_PARAMETERS = Key[int]("encoder_parameters", "parameters of the bare model, without its task head")
EFFECTIVE_PARAMETERS = Key[int](
    "effective_parameters",
    "parameters of a nested model without its tables of tokens, one of them for every layer, and without towers",
)
TIED_PARAMETERS = Key[int]("tied_parameters", "parameters with a tied head counted twice, as stored by some exporters")
WHOLE_PARAMETERS = Key[int](
    "whole_parameters",
    "parameters of all parts of a model of several: of a pipeline with its encoders, of a model with its image encoder",
)

# dimensions
LAYERS = Key[int]("layers", "repeated blocks of the main stack")
MISSING_LAYERS = Key[tuple[int, ...]](
    "missing_layers",
    "numbers between the first and the last block of the main stack that no tensor has",
)
ENCODER_LAYERS = Key[int]("encoder_layers", "blocks of the encoder, where there is an encoder and a decoder")
DECODER_LAYERS = Key[int]("decoder_layers", "blocks of the decoder, where there is an encoder and a decoder")
HIDDEN_SIZE = Key[int]("hidden_size", "width of the main stack")
EMBEDDING_SIZE = Key[int](
    "embedding_size",
    "length of the vectors that an embedding model gives out, by its last dense layer or its pooling",
    declared=True,
)
OTHER_WIDTHS = Key[tuple[int, ...]](
    "other_widths",
    "further lengths that vectors of the model may have: of projections, factors and cuts",
)
INTERMEDIATE_SIZE = Key[int]("intermediate_size", "width of the feed-forward layer")
HEADS = Key[int]("heads", "attention heads", declared=True)
KEY_VALUE_HEADS = Key[int]("key_value_heads", "key-value heads")
HEAD_SIZE = Key[int]("head_size", "width of one attention head")
QUERY_SIZE = Key[int]("query_size", "outputs of the query projection: heads by the width of one")
KEY_SIZE = Key[int]("key_size", "outputs of the key projection: key-value heads by the width of one")
OUTPUT_ROWS = Key[int]("output_rows", "rows of the output head over the vocabulary, where one is stored")
INPUT_CHANNELS = Key[int]("input_channels", "channels of the input of an image or diffusion model")
BLOCK_CHANNELS = Key[tuple[int, ...]]("block_channels", "channels of the down blocks of a UNet or an autoencoder")
CROSS_ATTENTION_SIZE = Key[int](
    "cross_attention_size", "width of the states of a text that a diffusion model attends to"
)
FEATURES = Key[int]("features", "width of an image model's features before its classifier")
CLASSES = Key[int]("classes", "outputs of an image model's classifier")
IMAGE_ARCHITECTURE = Key[str]("image_architecture", "timm's name of the architecture of an image model", declared=True)
FLAT_CONFIG = Key[str](
    "flat_config",
    "model_type of a config.json beside weights of a diffusers model, of which it cannot be the configuration",
    declared=True,
)
EXPERTS = Key[int]("experts", "routed experts in a mixture-of-experts layer")
DENSE = Key[bool]("dense", "every layer has one feed-forward network and no tensor is of an expert or a router")
EXPERTS_PER_TOKEN = Key[int]("experts_per_token", "routed experts used for one token", declared=True)
VOCABULARY_SIZE = Key[int]("vocabulary_size", "rows of the token embedding")
PATCH_SIZE = Key[int]("patch_size", "side of an image patch, in pixels")
IMAGE_SIZE = Key[int]("image_size", "side of the input image, in pixels")
CONTEXT_LENGTH = Key[int]("context_length", "positions the model can attend to, as trained", declared=True)
EXTENDED_CONTEXT_LENGTH = Key[int](
    "extended_context_length",
    "positions after the declared scaling of rotary embeddings",
    declared=True,
)

# storage
STORAGE_DTYPES = Key[tuple[str, ...]]("storage_dtypes", "dtypes of the stored tensors, largest share of bytes first")
COMPUTE_DTYPE = Key[str]("compute_dtype", "dtype that the config declares (torch_dtype, dtype)", declared=True)
BITS_PER_WEIGHT = Key[float]("bits_per_weight", "stored bits of the weights divided by the parameters they stand for")
QUANTISATION_METHOD = Key[str](
    "quantisation_method",
    "gptq, awq, bitsandbytes, compressed-tensors, fp8, mxfp4, mlx, gguf ...",
)
QUANTISATION_FORMAT = Key[str](
    "quantisation_format",
    "what a packed weight is, whichever method packed it: int, fp8, mxfp4, mxfp8, nvfp4",
)
QUANTISATION_BITS = Key[float]("quantisation_bits", "bits of a quantised weight")
FORMATS = Key[tuple[str, ...]]("formats", "weight formats present: safetensors, gguf, onnx ...")
TENSORS = Key[int]("tensors", "number of tensors")
TOTAL_BYTES = Key[int]("total_bytes", "bytes of all tensors")
BYTES_READ = Key[int]("bytes_read", "bytes that were read of the weights files, index included, to know all this")

# architecture
MODEL_TYPE = Key[str]("model_type", "config.json's model_type", declared=True)
ARCHITECTURES = Key[tuple[str, ...]]("architectures", "config.json's architectures", declared=True)
DIFFUSERS_CLASS = Key[str]("diffusers_class", "_class_name of the main component", declared=True)
TENSOR_MODEL_TYPES = Key[tuple[str, ...]](
    "tensor_model_types",
    "model types whose tensor names and shapes agree with the weights",
)
IDENTIFICATION_MODEL_TYPE = Key[tuple[str, ...]](
    "identification.model_type",
    "model types that the structure of the weights may have, most probable first",
)
IDENTIFICATION_ARCHITECTURE = Key[tuple[str, ...]]("identification.architecture", "classes that the structure may have")
IDENTIFICATION_TASK = Key[tuple[str, ...]]("identification.task", "tasks that the structure may be for")
IDENTIFICATION_EXTENDS = Key[tuple[str, ...]](
    "identification.extends",
    "model types whose whole structure an unknown one holds, with more added",
)
IDENTIFICATION_BASIS = Key[str](
    "identification.basis",
    "what the identification was made from: names, part (of the names) or shapes",
)
IDENTIFICATION_ERROR_RATE = Key[float](
    "identification.error_rate",
    "share of known models whose model type is not in the set",
)
HEAD_TENSORS = Key[tuple[str, ...]](
    "head_tensors",
    "task heads that the tensors show: lm_head, classifier, qa_outputs, score ...",
)
BARE_MODEL = Key[bool](
    "bare_model",
    "whether the main stack stands at the root, as where a model is stored without the class of its task",
)
PRETRAINING_HEADS = Key[tuple[str, ...]](
    "pretraining_heads",
    "heads of pre-training that the tensors show: cls.predictions, nsp ...",
)

MODEL_PART = Key[str](
    "model_part",
    "what the files hold where it is not a whole model: draft, projector, vision tower, audio tower",
)
MODALITIES = Key[tuple[str, ...]]("modalities", "what the tensors take in: text, vision, audio")
ALL_INPUTS_SEEN = Key[bool](
    "all_inputs_seen",
    "whether every stack of the tensors is of a part whose input is known, so that there is no other",
)
SENTENCE_MODULES = Key[tuple[str, ...]](
    "sentence_modules",
    "modules of sentence-transformers in their order: Transformer, Pooling, Dense ...",
    declared=True,
)
POOLING = Key[str]("pooling", "how a GGUF file's vectors are pooled: none, mean, cls, last, rank", declared=True)
CAUSAL = Key[bool]("causal", "whether a GGUF file's attention looks back only", declared=True)

# what a GGUF file says of itself
GGUF_ARCHITECTURE = Key[str](
    "gguf_architecture",
    "general.architecture of a GGUF file: llama, qwen2, bert ...",
    declared=True,
)
GGUF_NAME = Key[str]("gguf_name", "general.name of a GGUF file", declared=True)
GGUF_BASENAME = Key[str]("gguf_basename", "general.basename of a GGUF file", declared=True)
GGUF_FINETUNE = Key[str]("gguf_finetune", "general.finetune of a GGUF file", declared=True)
GGUF_VERSION = Key[str]("gguf_version", "general.version of a GGUF file", declared=True)
GGUF_SIZE_LABEL = Key[str]("gguf_size_label", "general.size_label of a GGUF file: 8B, 8x7B", declared=True)
GGUF_FILE_TYPE = Key[str](
    "gguf_file_type",
    "encoding by general.file_type: Q4_K_M, F16 ...; one fact a GGUF file",
    declared=True,
)
GGUF_TENSOR_TYPES = Key[tuple[str, ...]](
    "gguf_tensor_types",
    "types of the tensors, largest share of bytes first; one fact a GGUF file",
)
GGUF_TENSOR_SHARES = Key[tuple[float, ...]](
    "gguf_tensor_shares",
    "shares of the bytes, in the order of gguf_tensor_types; one fact a GGUF file",
)

# repository
IS_ADAPTER = Key[bool]("is_adapter", "the repository holds an adapter (LoRA ...) and no full weights")
ADAPTER_BASE = Key[str]("adapter_base", "base model named by the adapter's configuration or metadata", declared=True)
ADAPTER_METHOD = Key[str](
    "adapter_method",
    "how an adapter changes the base model, as declared: lora, adalora, ia3 ...",
    declared=True,
)
ADAPTER_RANK = Key[int]("adapter_rank", "rank of a LoRA adapter, as declared", declared=True)
ADAPTER_OTHER_RANKS = Key[tuple[int, ...]](
    "adapter_other_ranks",
    "ranks that the adapter's configuration gives to some modules (rank_pattern)",
    declared=True,
)
ADAPTER_ALPHA = Key[float](
    "adapter_alpha",
    "factor of a LoRA adapter (lora_alpha), which its rank divides",
    declared=True,
)
ADAPTER_TARGETS = Key[tuple[str, ...]](
    "adapter_targets",
    "modules that the adapter's configuration changes",
    declared=True,
)
ADAPTER_PAIRS = Key[int]("adapter_pairs", "pairs of low-rank matrices in an adapter's weights")
ADAPTER_RANKS = Key[tuple[int, ...]]("adapter_ranks", "ranks of those pairs, most frequent first")
ADAPTER_WIDTHS = Key[tuple[int, ...]](
    "adapter_widths",
    "inputs of the pairs on query, key, value, gate and up projections: the width of the base model's main stack",
)
ADAPTER_LAYERS = Key[int]("adapter_layers", "blocks up to the last one that the pairs change")
ADAPTER_MODULES = Key[tuple[str, ...]](
    "adapter_modules",
    "modules that the pairs change, by the last part of their names",
)
BASE_MODELS = Key[tuple[str, ...]]("base_models", "base models that the card declares", declared=True)
BASE_MODEL_RELATION = Key[str](
    "base_model_relation",
    "adapter, merge, quantized or finetune, as declared or as implied by the files",
    declared=True,
)
LANGUAGES = Key[tuple[str, ...]]("languages", "languages that the card declares", declared=True)
DATASETS = Key[tuple[str, ...]]("datasets", "datasets that the card declares", declared=True)
PIPELINE_TAG = Key[str]("pipeline_tag", "task that the card declares", declared=True)
LIBRARY_NAME = Key[str]("library_name", "library that the card declares", declared=True)
TAGS = Key[tuple[str, ...]]("tags", "tags of the card", declared=True)
CARD_MENTIONS = Key[tuple[str, ...]](
    "card_mentions",
    "family keys that the text of the card mentions, and first words of names of known releases",
    declared=True,
)
CARD_TITLE = Key[str]("card_title", "first heading of the card's text", declared=True)
CARD_STATEMENTS = Key[tuple[str, ...]](
    "card_statements",
    "one line of the card that says something checkable: what it is about, how the card calls it, and the value, as in "
    "'- Parameters: 7B'; a subject stands in the second place where it is a sentence; one fact a line",
    declared=True,
)
CARD_MERGES = Key[tuple[str, ...]](
    "card_merges",
    "models that a recipe of a merge in the card takes its weights from, without local folders",
    declared=True,
)
CASED = Key[bool]("cased", "whether the tokenizer keeps the case of its input", declared=True)
MODEL_MAX_LENGTH = Key[int]("model_max_length", "tokenizer_config.json's model_max_length", declared=True)
TIED_EMBEDDINGS = Key[bool](
    "tied_embeddings",
    "whether the config ties the output head to the token embedding (tie_word_embeddings)",
    declared=True,
)
ROPE_SCALING = Key[str]("rope_scaling", "kind of rotary scaling that the config declares", declared=True)
ROPE_FACTOR = Key[float]("rope_factor", "factor of that scaling", declared=True)
ROPE_THETA = Key[float]("rope_theta", "base of the rotary embeddings that the config declares", declared=True)
NORM_EPSILON = Key[float]("norm_epsilon", "epsilon of the norms that the config declares", declared=True)
MEL_BINS = Key[int]("mel_bins", "mel bins of an audio model's input", declared=True)
FIRST_TOKEN = Key[int]("first_token", "id of the token that begins a text (bos_token_id)", declared=True)
LAST_TOKENS = Key[tuple[int, ...]]("last_tokens", "ids of the tokens that end a text (eos_token_id)", declared=True)
TOKENIZER_CLASS = Key[str]("tokenizer_class", "tokenizer_config.json's tokenizer_class", declared=True)
TOKENIZER_LAST_TOKEN = Key[int](
    "tokenizer_last_token",
    "highest id among the special tokens of tokenizer_config.json (added_tokens_decoder)",
    declared=True,
)
LICENCE = Key[str]("licence", "licence that the card declares, by its id or its name", declared=True)
OWN_WORK = Key[str](
    "own_work",
    "the words with which the card claims that the model was trained or developed by its publisher",
    declared=True,
)
ORIGINAL_NAME = Key[str]("original_name", "the name or path in config.json's _name_or_path", declared=True)

# known releases
RELEASE_FITS = Key[tuple[str, ...]](
    "release_fits",
    "known releases of the same structure: every value that both sides give is equal; no proof of the same weights",
)
RELEASE_DIFFERS = Key[tuple[str, ...]](
    "release_differs",
    "where no release fits, those that differ in one value or two of the structure, with what differs",
)
RELEASES_KNOWN = Key[str]("releases_known", "the newest day of which the table knows a release; newer ones are unknown")

# index and shards
INDEX_TOTAL_SIZE = Key[int]("index_total_size", "metadata.total_size of the weight index", declared=True)
INDEX_TOTAL_PARAMETERS = Key[int](
    "index_total_parameters",
    "metadata.total_parameters of the weight index",
    declared=True,
)
INDEX_MISSING_FILES = Key[tuple[str, ...]]("index_missing_files", "shards that the index names and that are not there")
INDEX_LEFT_OVER = Key[tuple[str, ...]](
    "index_left_over",
    "shards that an index names beside weights that need none, and of which none is there",
)
INDEX_MISSING_TENSORS = Key[tuple[str, ...]](
    "index_missing_tensors",
    "tensors that the index promises and the shards do not hold",
)
INDEX_EXTRA_TENSORS = Key[tuple[str, ...]](
    "index_extra_tensors",
    "tensors that the shards hold and the index does not name",
)
INFERRED_SHARDS = Key[tuple[str, ...]](
    "inferred_shards",
    "shards of very many that were not read: like tensors say what they hold, and their sizes agree",
)
UNREADABLE_FILES = Key[str]("unreadable_files", "what is wrong with a file that breaks its format; one fact a file")
UNSAFE_GLOBALS = Key[tuple[ImportedName, ...]](
    "unsafe_globals",
    "what pickles of weights import beyond the parts of tensors, each with its place; empty: nothing",
)
OTHER_UNSAFE_GLOBALS = Key[tuple[ImportedName, ...]](
    "other_unsafe_globals",
    "the same of pickles that hold no weights: the settings and the state of a training",
)
UNREAD_PICKLES = Key[tuple[str, ...]](
    "unread_pickles",
    "files that may be pickles, and were not or could not be read to their end",
)
MISNAMED_FILES = Key[str](
    "misnamed_files",
    "format of a weights file whose suffix promises another; one fact a file",
)

# several sets of weights in one folder
FORMATS_READ = Key[tuple[str, ...]](
    "formats_read",
    "weights files whose headers were read and compared with the main one",
)
FORMATS_AGREE = Key[tuple[str, ...]]("formats_agree", "of those, the ones with the tensors of the main one")
FORMATS_DIFFER = Key[tuple[SetDifference, ...]](
    "formats_differ",
    "of those, the others, each with what is different",
)
WEIGHT_VARIANTS = Key[tuple[str, ...]](
    "weight_variants",
    "further sets of the same tensors in other dtypes: fp16 beside fp32, Q8_0 beside Q4_K_M",
)
MISSING_SHARDS = Key[tuple[str, ...]](
    "missing_shards",
    "shards that the numbering of the files asks for and that are not there",
)

# every key by its name, in the order above; the reference page is generated from this
FACTS: dict[str, Key[Any]] = {str(key): key for key in list(globals().values()) if isinstance(key, Key)}

# facts that only the repository itself can say
DECLARED_FACTS: frozenset[Key[Any]] = frozenset(key for key in FACTS.values() if key.declared)
