"""The server, driven by the Hub's client for JavaScript, unmodified; and what it asks for, without it.

``TRUENAME_NODE`` names a folder with ``node_modules`` where ``npm install @huggingface/hub`` was called.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub.utils import get_session

from hubs import write_llama
from truename.testing.hub_server import HubServer, RepoSettings

Start = Callable[..., HubServer]

SCRIPT = """
const { createRequire } = require("module");
const hub = createRequire(process.argv[1] + "/")("@huggingface/hub");
const hubUrl = process.argv[2], repo = "acme/llama";
(async () => {
  const files = {}, models = [];
  for await (const file of hub.listFiles({ repo, hubUrl, recursive: true })) files[file.path] = file.size;
  for await (const model of hub.listModels({ search: { owner: "acme" }, hubUrl })) models.push(model.name);
  const there = path => hub.fileExists({ repo, path, hubUrl });
  const text = async (path, raw) => await (await hub.downloadFile({ repo, path, raw, hubUrl })).text();
  const counted = async repo => await hub.parseSafetensorsMetadata({ repo, hubUrl, computeParametersCount: true });
  const sharded = await counted("acme/sharded");
  console.log(JSON.stringify({
    files, models,
    name: (await hub.modelInfo({ name: repo, hubUrl })).name,
    exists: [await there("config.json"), await there("model.safetensors"), await there("nothing")],
    pointer: await text("model.safetensors", true),
    config: await text("config.json"),
    parameters: (await counted(repo)).parameterCount,
    shards: Object.keys(sharded.headers).length,
    sharded_parameters: sharded.parameterCount,
  }));
})();
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    write_llama(tmp_path / "models" / "acme" / "llama")
    write_llama(tmp_path / "models" / "acme" / "sharded", shard_bytes=100_000)
    return tmp_path / "models"


def node() -> tuple[str, str]:
    """The program, and a folder from which the client is found."""
    program, folder = shutil.which("node"), os.environ.get("TRUENAME_NODE")
    if program is None:
        pytest.skip("needs Node.js")
    if folder is None or not Path(folder, "node_modules", "@huggingface", "hub").is_dir():
        pytest.skip("needs TRUENAME_NODE, a folder where 'npm install @huggingface/hub' was called")
    return program, folder


@pytest.mark.parametrize("settings", [{}, {"resolve_cache": True}, {"xet": True}])
def test_the_client_for_javascript(settings: dict[str, bool], models: Path, hub_server: Start) -> None:
    program, folder = node()
    server = hub_server(models, page=2, **settings)
    done = subprocess.run(
        [program, "-e", SCRIPT, folder, server.endpoint], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    here = models / "acme" / "llama"
    assert said["files"] == {path.name: path.stat().st_size for path in here.iterdir()}
    assert said["models"] == ["acme/llama", "acme/sharded"]
    assert (said["name"], said["exists"]) == ("acme/llama", [True, True, False])
    assert said["config"] == (here / "config.json").read_text()
    assert said["pointer"].startswith("version https://git-lfs.github.com/spec/v1\noid sha256:")
    assert said["parameters"] == said["sharded_parameters"] == {"F16": 405_312}
    assert said["shards"] == len(list((models / "acme" / "sharded").glob("*.safetensors")))


def test_a_raw_file_is_what_git_has(models: Path, hub_server: Start) -> None:
    server = hub_server(models, repos={"acme/sharded": RepoSettings(gated="auto")})
    ask = get_session()
    here = models / "acme" / "llama"
    config = ask.get(f"{server.endpoint}/acme/llama/raw/main/config.json")
    assert (config.status_code, config.text) == (200, (here / "config.json").read_text())
    pointer = ask.get(f"{server.endpoint}/acme/llama/raw/HEAD/model.safetensors")
    assert pointer.text.endswith(f"size {(here / 'model.safetensors').stat().st_size}\n")
    part = ask.get(f"{server.endpoint}/acme/llama/raw/main/model.safetensors", headers={"range": "bytes=0-6"})
    assert (part.status_code, part.text, part.headers["content-range"]) == (
        206, "version", f"bytes 0-6/{len(pointer.content)}",
    )  # fmt: skip
    assert ask.head(f"{server.endpoint}/acme/llama/raw/main/nothing").status_code == 404
    assert ask.head(f"{server.endpoint}/acme/nothing/raw/main/config.json").status_code == 401
    assert ask.get(f"{server.endpoint}/acme/sharded/raw/main/config.json").headers["x-error-code"] == "GatedRepo"
