"""ModelScope's two routes: the list of a model's files, and one file."""

from __future__ import annotations

from truename.testing.hub_server.messages import Answer, Request, as_json, send_file
from truename.testing.hub_server.records import Fault
from truename.testing.hub_server.repositories import Repositories, Revision

_BRANCHES = {"master": "main"}


def is_modelscope(request: Request) -> bool:
    """Whether a request is one of ModelScope's."""
    return request.parts[:3] == ("api", "v1", "models")


def answer_modelscope(repositories: Repositories, request: Request, fault: Fault | None) -> Answer:
    """What ModelScope says; it reports errors in the body beside the status."""
    parts = request.parts
    repo = "/".join(parts[3:5])
    if repo not in repositories:
        return _failed(404, 10010205001, f"record not found: {repo}")
    revision = request.one("Revision") or "master"
    found = repositories.at(repo, _BRANCHES.get(revision, revision))
    if found is None:
        return _failed(404, 10010205001, f"revision {revision} not found")
    if parts[5:] == ("repo", "files"):
        return _files(found)
    entry = found.files.get(request.one("FilePath") or "")
    if entry is None or parts[5:] != ("repo",):
        return _failed(404, 10010205001, "file not found")
    longer, whole = (0, False) if fault is None else (fault.longer, fault.ignore_range)
    return send_file(entry, request, {}, longer=longer, whole=whole)


def _files(found: Revision) -> Answer:
    files = [
        {
            "Path": entry.path,
            "Name": entry.path.rpartition("/")[2],
            "Size": entry.size,
            "Sha256": entry.etag,
            "Type": "blob",
        }
        for entry in found.files.values()
    ]
    return as_json({"Code": 200, "Data": {"Files": files, "LatestCommitter": None}, "Success": True})


def _failed(status: int, code: int, message: str) -> Answer:
    return as_json({"Code": code, "Message": message, "Success": False}, status)
