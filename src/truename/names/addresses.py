"""Addresses of models: what stands before the owner, and what stands behind the name.

``https://huggingface.co/owner/name/tree/main``, ``hf.co/owner/name:Q4_K_M``, ``ollama.com/library/llama3:8b``.
"""

from __future__ import annotations

_SCHEMES = ("hf-hub:", "hf_hub:", "local-dir:", "hf://", "file://")
_WEB = ("https://", "http://", "")
# what stands before the owner at registries, and where a registry's own models have no owner, before the name
_HOSTS = (
    "huggingface.co/", "www.huggingface.co/", "hf.co/", "modelscope.cn/models/", "www.modelscope.cn/models/",
    "ollama.com/library/", "ollama.com/", "registry.ollama.ai/library/", "registry.ollama.ai/", "docker.io/",
)  # fmt: skip
PREFIXES = (*_SCHEMES, *(web + host for web in _WEB for host in _HOSTS))
_FOLDERS = ("/tree/", "/blob/", "/resolve/", "/raw/", "/commit/")  # of a registry's pages of a model
_PAGES = ("/discussions", "/commits")


def begin(name: str) -> int:
    """Where the owner, or the name without one, begins; ``name`` begins with one of ``PREFIXES``."""
    return max(len(prefix) for prefix in PREFIXES if name.startswith(prefix))


def ends(name: str, start: int) -> tuple[int, str | None]:
    """Where the name of an address ends, and the revision that is behind it: ``main`` of ``/tree/main``.

    Args:
        name: the text as it was given.
        start: where the owner begins, behind a prefix.
    """
    end = min((at for sign in "?#" if (at := name.find(sign, start)) >= 0), default=len(name))
    revision = None
    for folder in _FOLDERS:
        at = name.find(folder, start, end)
        if at >= 0:
            revision = name[at + len(folder) : end].partition("/")[0] or None
            end = at
    for page in _PAGES:
        at = name.find(page, start, end)
        if at >= 0:
            end = at
    return end, revision
