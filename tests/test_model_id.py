"""Ids by the Hub's rules, each fault with one clear sentence."""

from __future__ import annotations

import pytest

from truename.errors import UsageError
from truename.model_id import ModelId


@pytest.mark.parametrize(
    ("text", "owner", "name", "revision"),
    [
        ("bert-base-uncased", None, "bert-base-uncased", None),
        ("google/bert_x.1", "google", "bert_x.1", None),
        ("google/bert@v1", "google", "bert", "v1"),
        ("google/bert@refs/pr/1", "google", "bert", "refs/pr/1"),
    ],
)
def test_ids(text: str, owner: str | None, name: str, revision: str | None) -> None:
    found = ModelId.parse(text)
    assert (found.owner, found.name, found.revision) == (owner, name, revision)
    assert str(found) == text
    assert found.repo_id == text.partition("@")[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("a/b/c", "2 slashes"),
        ("a/", "empty"),
        ("/b", "empty"),
        ("a b", "other characters"),
        ("a/ünï", "other characters"),
        ("-a/b", "starts or ends"),
        ("a/b.", "starts or ends"),
        ("a/b--c", "not allowed"),
        ("a/b..c", "not allowed"),
        ("a/b.git", "'.git'"),
        ("a/b@", "revision"),
        ("a" * 97, "97 characters"),
        ("../x", "starts or ends"),
    ],
)
def test_what_is_no_id(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match="is not a model id") as caught:
        ModelId.parse(text)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
