"""A fact about a model: a value with its origin.

Facts are what the evidence consists of. Their keys are declared once, in ``FACTS``;
``declared`` and ``architecture`` produce them, ``evidence`` collects them, rules read them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec


class Origin(StrEnum):
    """Where a fact comes from, strongest first."""

    WEIGHTS = "weights"  # read from the header of a weights file
    CLASSIFIER = "classifier"  # concluded from the structure of the weights
    FILES = "files"  # the list of files itself
    DECLARED = "declared"  # what the repository says of itself: config, card, tokenizer, index


class Fact(msgspec.Struct, frozen=True):
    """One fact and where it was read."""

    key: str  # one of FACTS
    value: Any  # number, string, bool, or a tuple of those
    origin: Origin
    file: str | None = None  # relative to the model's root
    detail: str | None = None  # the JSON key, the tensor, or how it was computed


# key -> (what it means, its unit or form). One line a fact; the reference page is generated from this.
FACTS: dict[str, str] = {
    # counts of parameters (COUNTING: all plausible counts; a rule says which one a name means)
    "parameters": "all unique parameters: packed weights unpacked, buffers and tied copies left out",
    "stored_parameters": "elements as stored: every tensor, buffers, scales and tied copies included",
    "non_embedding_parameters": "parameters without token embeddings and output head",
    "active_parameters": "parameters used for one token: all but the experts that are not chosen",
    "language_model_parameters": "parameters without vision and audio towers and their projectors",
    "encoder_parameters": "parameters of the bare model, without its task head",
    "tied_parameters": "parameters with a tied head counted twice, as stored by some exporters",
    # dimensions
    "layers": "repeated blocks of the main stack",
    "encoder_layers": "blocks of the encoder, where there is an encoder and a decoder",
    "decoder_layers": "blocks of the decoder, where there is an encoder and a decoder",
    "hidden_size": "width of the main stack",
    "intermediate_size": "width of the feed-forward layer",
    "heads": "attention heads",
    "key_value_heads": "key-value heads",
    "head_size": "width of one attention head",
    "experts": "routed experts in a mixture-of-experts layer",
    "experts_per_token": "routed experts used for one token",
    "vocabulary_size": "rows of the token embedding",
    "patch_size": "side of an image patch, in pixels",
    "image_size": "side of the input image, in pixels",
    "context_length": "positions the model can attend to, as trained",
    "extended_context_length": "positions after the declared scaling of rotary embeddings",
    # storage
    "storage_dtypes": "dtypes of the stored tensors, largest share of bytes first",
    "compute_dtype": "dtype that the config declares (torch_dtype, dtype)",
    "bits_per_weight": "stored bits of the weights divided by the parameters they stand for",
    "quantisation_method": "gptq, awq, bitsandbytes, compressed-tensors, fp8, mxfp4, mlx, gguf ...",
    "quantisation_bits": "bits of a quantised weight",
    "formats": "weight formats present: safetensors, gguf, onnx ...",
    "tensors": "number of tensors",
    "total_bytes": "bytes of all tensors",
    "bytes_read": "bytes that were read of the weights files, index included, to know all this",
    # architecture
    "model_type": "config.json's model_type",
    "architectures": "config.json's architectures",
    "diffusers_class": "_class_name of the main component",
    "tensor_model_types": "model types whose tensor names and shapes agree with the weights",
    "identification.model_type": "model types that the structure of the weights may have, most probable first",
    "identification.architecture": "classes that the structure may have",
    "identification.task": "tasks that the structure may be for",
    "identification.extends": "model types whose whole structure an unknown one holds, with more added",
    "identification.error_rate": "share of known models whose model type is not in the set",
    "head_tensors": "task heads that the tensors show: lm_head, classifier, qa_outputs, score ...",
    "pretraining_heads": "heads of pre-training that the tensors show: cls.predictions, nsp ...",
    # what a GGUF file says of itself
    "gguf_architecture": "general.architecture of a GGUF file: llama, qwen2, bert ...",
    "gguf_name": "general.name of a GGUF file",
    "gguf_basename": "general.basename of a GGUF file",
    "gguf_finetune": "general.finetune of a GGUF file",
    "gguf_version": "general.version of a GGUF file",
    "gguf_size_label": "general.size_label of a GGUF file: 8B, 8x7B",
    "gguf_file_type": "encoding by general.file_type: Q4_K_M, F16 ...; one fact a GGUF file",
    "gguf_tensor_types": "types of the tensors, largest share of bytes first; one fact a GGUF file",
    "gguf_tensor_shares": "shares of the bytes, in the order of gguf_tensor_types; one fact a GGUF file",
    # repository
    "is_adapter": "the repository holds an adapter (LoRA ...) and no full weights",
    "adapter_base": "base model named by the adapter's configuration or metadata",
    "adapter_method": "how an adapter changes the base model, as declared: lora, adalora, ia3 ...",
    "adapter_rank": "rank of a LoRA adapter, as declared",
    "adapter_other_ranks": "ranks that the adapter's configuration gives to some modules (rank_pattern)",
    "adapter_alpha": "factor of a LoRA adapter (lora_alpha), which its rank divides",
    "adapter_targets": "modules that the adapter's configuration changes",
    "adapter_pairs": "pairs of low-rank matrices in an adapter's weights",
    "adapter_ranks": "ranks of those pairs, most frequent first",
    "adapter_modules": "modules that the pairs change, by the last part of their names",
    "base_models": "base models that the card declares",
    "base_model_relation": "adapter, merge, quantized or finetune, as declared or as implied by the files",
    "languages": "languages that the card declares",
    "datasets": "datasets that the card declares",
    "pipeline_tag": "task that the card declares",
    "library_name": "library that the card declares",
    "tags": "tags of the card",
    "card_mentions": "family keys that the text of the card mentions",
    "cased": "whether the tokenizer keeps the case of its input",
    "model_max_length": "tokenizer_config.json's model_max_length",
    "rope_scaling": "kind of rotary scaling that the config declares",
    "original_name": "the name or path in config.json's _name_or_path",
    # index and shards
    "index_total_size": "metadata.total_size of the weight index",
    "index_total_parameters": "metadata.total_parameters of the weight index",
    "index_missing_files": "shards that the index names and that are not there",
    "index_missing_tensors": "tensors that the index promises and the shards do not hold",
    "index_extra_tensors": "tensors that the shards hold and the index does not name",
    "inferred_shards": "shards of very many that were not read: like tensors say what they hold, and their sizes agree",
    "unreadable_files": "files that break their format, each with what is wrong",
    "unsafe_globals": "what pickles of weights import beyond the parts of tensors, each with its place; empty: nothing",
    "other_unsafe_globals": "the same of pickles that hold no weights: the settings and the state of a training",
    "unread_pickles": "files that may be pickles, and were not or could not be read to their end",
    "misnamed_files": "weights files of another format than their suffix says, each with its format",
    # several sets of weights in one folder
    "formats_read": "weights files whose headers were read and compared with the main one",
    "formats_agree": "of those, the ones with the tensors of the main one",
    "formats_differ": "of those, the others, each with what is different",
    "weight_variants": "further sets of the same tensors in other dtypes: fp16 beside fp32, Q8_0 beside Q4_K_M",
    "missing_shards": "shards that the numbering of the files asks for and that are not there",
}

# facts that only the repository itself can say
# fmt: off
DECLARED_FACTS = frozenset({
    "compute_dtype", "model_type", "architectures", "diffusers_class", "adapter_base", "adapter_method", "adapter_rank",
    "adapter_other_ranks", "adapter_alpha", "adapter_targets", "base_models",
    "base_model_relation", "languages", "datasets", "pipeline_tag", "library_name", "tags", "card_mentions", "cased",
    "model_max_length", "rope_scaling", "original_name", "index_total_size", "index_total_parameters",
    "context_length", "extended_context_length", "experts_per_token", "heads", "gguf_architecture", "gguf_name",
    "gguf_basename", "gguf_finetune", "gguf_version", "gguf_size_label", "gguf_file_type",
})
# fmt: on
