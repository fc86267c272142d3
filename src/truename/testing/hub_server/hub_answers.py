"""The Hub's own answers: model info, lists, trees, and files or where they lie."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from truename.testing.hub_server.messages import Answer, Request, as_json, refusal, send_bytes, send_file
from truename.testing.hub_server.records import Fault
from truename.testing.hub_server.repositories import (
    Entry,
    Repositories,
    Revision,
    model_info,
    tree_entry,
)

_BELOW_MODEL = ("revision", "tree", "paths-info", "resolve")
_PAGE = 1_000


class Hub:
    """The routes of one Hub and of the storage host beside it.

    Args:
        repositories: what it serves.
        tokens: the ids that a token may read, ``"*"`` for all; any other token is refused.
        page: models in one page of a list, entries in one of a tree.
        resolve_cache: small files answer with a redirect on the same host, as on the real Hub.
        xet: large files lie in Xet storage, and the redirect leads to its bridge.
    """

    def __init__(
        self,
        repositories: Repositories,
        tokens: Mapping[str, Collection[str]],
        *,
        page: int,
        resolve_cache: bool,
        xet: bool,
    ) -> None:
        self.repositories = repositories
        self.tokens = tokens
        self.page = page
        self.resolve_cache = resolve_cache
        self.xet = xet
        self.endpoint = ""  # both are known when the ports are
        self.storage = ""

    def answer(self, request: Request, fault: Fault | None) -> Answer:
        """What the Hub says."""
        if request.token is not None and request.token not in self.tokens:
            return refusal(401, "Invalid credentials in Authorization header")
        parts = request.parts
        if parts[:2] == ("api", "models"):
            return self._list(request) if len(parts) == 2 else self._model(request, fault)
        if parts[:3] == ("api", "resolve-cache", "models"):
            return self._cached(request, fault)
        if "resolve" in parts[1:3]:
            at = parts.index("resolve", 1)
            return self._file(request, "/".join(parts[:at]), parts[at + 1 :], fault)
        if parts[-4:] == ("info", "lfs", "objects", "batch"):
            return self._batch(request, "/".join(parts[:-4]).removesuffix(".git"))
        if "raw" in parts[1:3]:
            at = parts.index("raw", 1)
            return self._raw(request, "/".join(parts[:at]), parts[at + 1 :], fault)
        return refusal(404, "Sorry, we can't find the page you are looking for.")

    def answer_storage(self, request: Request, fault: Fault | None) -> Answer:
        """What the storage host says: it wants a signature and, like S3, no token beside it."""
        if "authorization" in request.headers:
            return Answer(400, {"content-type": "text/plain"}, b"Only one auth mechanism allowed")
        etag, *rest = request.parts
        repo, _, path = "/".join(rest).partition("/-/")
        if request.one("X-Amz-Signature") != _signature(etag) or repo not in self.repositories:
            return Answer(403, {"content-type": "text/plain"}, b"AccessDenied")
        for revision in ("main", *self.repositories.settings(repo).revisions):
            found = self.repositories.at(repo, revision)
            entry = None if found is None else found.files.get(path)
            if entry is not None and entry.etag == etag:
                return _sent(entry, request, {}, fault)
        return Answer(404, {"content-type": "text/plain"}, b"NoSuchKey")

    # --- models ---------------------------------------------------------------------------------------------------

    def _list(self, request: Request) -> Answer:
        shown = [found for repo in self.repositories if (found := self._shown(request, repo)) is not None]
        start, limit = int(request.one("cursor") or 0), int(request.one("limit") or _PAGE)
        step = min(limit, self.page)
        full = request.flag("full")
        expand = request.query.get("expand", [])
        entries = []
        for found in shown[start : start + step]:
            said = model_info(found, self.repositories.settings(found.id), blobs=False)
            hidden = set() if full else {"siblings", "sha", "lastModified", "author", "gated"}
            hidden |= {"spaces", "usedStorage"} | (set() if request.flag("cardData") else {"cardData"})
            hidden |= set() if request.flag("config") else {"config"}
            keep = {"_id", "id", *expand} if expand else said.keys() - hidden
            entries.append({key: value for key, value in said.items() if key in keep})
        more = start + step < len(shown)
        return as_json(entries, headers=self._next(request, start + step) if more else {})

    def _shown(self, request: Request, repo: str) -> Revision | None:
        if self.repositories.settings(repo).private and not self._granted(request, repo):
            return None
        if (author := request.one("author")) is not None and repo.rpartition("/")[0].lower() != author.lower():
            return None
        if (search := request.one("search")) is not None and search.lower() not in repo.lower():
            return None
        found = self.repositories.at(repo)
        wanted = {*request.query.get("filter", []), *request.query.get("pipeline_tag", [])}
        return found if found is not None and wanted <= set(found.tags) else None

    def _model(self, request: Request, fault: Fault | None) -> Answer:
        parts = request.parts[2:]
        below = len(parts) > 1 and parts[1] in _BELOW_MODEL
        repo, rest = ("/".join(parts[:1]), parts[1:]) if below else ("/".join(parts[:2]), parts[2:])
        if (refused := self._refused(request, repo, "api/models")) is not None:
            return refused
        kind, revision = (rest[0], rest[1]) if len(rest) > 1 else ("revision", "main")
        found = self.repositories.at(repo, revision)
        if found is None:
            return refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        if kind == "revision":
            return self._info(request, found)
        if kind == "tree":
            return self._tree(request, found, "/".join(rest[2:]))
        if kind == "paths-info":
            return self._paths_info(request, found)
        return self._file(request, repo, rest[1:], fault)

    def _info(self, request: Request, found: Revision) -> Answer:
        said = model_info(found, self.repositories.settings(found.id), blobs=request.flag("blobs"))
        expand = request.query.get("expand", [])
        return as_json({key: value for key, value in said.items() if not expand or key in ("_id", "id", *expand)})

    def _tree(self, request: Request, found: Revision, folder: str) -> Answer:
        prefix = f"{folder}/" if folder else ""
        entries: dict[str, dict[str, Any]] = {}
        for path, entry in found.files.items():
            if not path.startswith(prefix):
                continue
            below = path.removeprefix(prefix).split("/")
            for depth in range(1, len(below) if request.flag("recursive") else min(2, len(below))):
                name = prefix + "/".join(below[:depth])
                oid = sha256(name.encode()).hexdigest()[:40]
                entries.setdefault(name, {"type": "directory", "path": name, "oid": oid, "size": 0})
            if len(below) == 1 or request.flag("recursive"):
                entries[path] = tree_entry(entry)
        if folder and not entries:
            return refusal(404, f"{folder} does not exist on {found.commit}", "EntryNotFound")
        start = int(request.one("cursor") or 0)
        page = list(entries.values())[start : start + self.page]
        more = start + self.page < len(entries)
        return as_json(page, headers=self._next(request, start + self.page) if more else {})

    def _paths_info(self, request: Request, found: Revision) -> Answer:
        if request.headers.get("content-type", "").startswith("application/json"):
            paths = json.loads(request.body).get("paths", [])
        else:
            paths = parse_qs(request.body.decode()).get("paths", [])
        return as_json([tree_entry(found.files[path]) for path in paths if path in found.files])

    # --- files ----------------------------------------------------------------------------------------------------

    def _entry(self, request: Request, repo: str, rest: tuple[str, ...]) -> Answer | tuple[Revision, Entry]:
        """A file of a revision, or the answer that says why not."""
        if (refused := self._refused(request, repo, "")) is not None:
            return refused
        if self.repositories.settings(repo).gated and not self._granted(request, repo):
            return self._gated(request, repo)
        revision, path = rest[0], "/".join(rest[1:])
        found = self.repositories.at(repo, revision)
        if found is None:
            return refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        commit = {"x-repo-commit": found.commit}
        if (entry := found.files.get(path)) is None:
            absent = refusal(404, "Entry not found", "EntryNotFound")
            return Answer(404, {**absent.headers, **commit}, absent.body)
        return found, entry

    def _file(self, request: Request, repo: str, rest: tuple[str, ...], fault: Fault | None) -> Answer:
        looked_up = self._entry(request, repo, rest)
        if isinstance(looked_up, Answer):
            return looked_up
        found, entry = looked_up
        commit, path = {"x-repo-commit": found.commit}, "/".join(rest[1:])
        linked = {**commit, "x-linked-size": str(entry.size), "x-linked-etag": f'"{entry.etag}"'}
        if entry.sha256 is not None:
            if self.xet:
                linked |= {"x-xet-hash": entry.xet_hash, "link": self._xet_links(repo, found.commit, entry)}
            return Answer(302, {**linked, "location": self._stored(repo, path, entry), "accept-ranges": "bytes"})
        if self.resolve_cache:
            target = f"/api/resolve-cache/models/{quote(repo)}/{found.commit}/{quote(path, safe='')}"
            return Answer(307, {**linked, "location": target, "etag": f'"{entry.etag}"'})
        return _sent(entry, request, commit, fault)

    def _batch(self, request: Request, repo: str) -> Answer:
        """Git LFS: where objects lie, many in one answer."""
        if (refused := self._refused(request, repo, "")) is not None:
            return refused
        if self.repositories.settings(repo).gated and not self._granted(request, repo):
            return self._gated(request, repo)
        asked = json.loads(request.body)
        if request.method != "POST" or asked.get("operation") != "download":
            return refusal(403, "only downloads")
        known: dict[str, tuple[str, Entry]] = {}
        for revision in ("main", *self.repositories.settings(repo).revisions):
            if (found := self.repositories.at(repo, revision)) is not None:
                known |= {entry.etag: (path, entry) for path, entry in found.files.items() if entry.sha256 is not None}
        objects = []
        for one in asked["objects"]:
            said = {"oid": one["oid"], "size": one["size"]}
            if (there := known.get(one["oid"])) is None:
                objects.append({**said, "error": {"code": 404, "message": "Object does not exist"}})
            else:
                href = self._stored(repo, *there)
                objects.append({**said, "authenticated": True, "actions": {"download": {"href": href}}})
        answer = as_json({"transfer": "basic", "objects": objects})
        return Answer(200, {"content-type": "application/vnd.git-lfs+json"}, answer.body)

    def _stored(self, repo: str, path: str, entry: Entry) -> str:
        """The signed address of a large file."""
        query = urlencode({"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Signature": _signature(entry.etag)})
        return f"{self.storage}/{entry.etag}/{quote(repo)}/-/{quote(path)}?{query}"

    def _raw(self, request: Request, repo: str, rest: tuple[str, ...], fault: Fault | None) -> Answer:
        """A file as git has it: of a large one the pointer to it."""
        looked_up = self._entry(request, repo, rest)
        if isinstance(looked_up, Answer):
            return looked_up
        found, entry = looked_up
        commit = {"x-repo-commit": found.commit}
        if entry.sha256 is None:
            return _sent(entry, request, commit, fault)
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{entry.sha256}\nsize {entry.size}\n"
        headers = {**commit, "content-type": "text/plain", "etag": f'"{entry.etag}"'}
        return send_bytes(pointer.encode(), request, headers)

    def _cached(self, request: Request, fault: Fault | None) -> Answer:
        *repo, revision, path = request.parts[3:]
        if (refused := self._refused(request, "/".join(repo), "")) is not None:
            return refused
        found = self.repositories.at("/".join(repo), revision)
        if found is None or path not in found.files:
            return refusal(404, "Entry not found", "EntryNotFound")
        return _sent(found.files[path], request, {"x-repo-commit": found.commit}, fault)

    def _xet_links(self, repo: str, commit: str, entry: Entry) -> str:
        """Where a Xet client would go on; this server has neither of the two."""
        token = f"{self.endpoint}/api/models/{quote(repo)}/xet-read-token/{commit}"
        plan = f"{self.storage}/v1/reconstructions/{entry.xet_hash}"
        return f'<{token}>; rel="xet-auth", <{plan}>; rel="xet-reconstruction-info"'

    # --- who may ----------------------------------------------------------------------------------------------------

    def _granted(self, request: Request, repo: str) -> bool:
        granted = self.tokens.get(request.token or "", ())
        return "*" in granted or repo in granted

    def _refused(self, request: Request, repo: str, prefix: str) -> Answer | None:
        """Moved, missing, hidden or switched off: the answer that says so."""
        if (now := self.repositories.moved_to(repo)) is not None:
            before, after = (f"/{prefix}/{name}".replace("//", "/") for name in (repo, now))
            query = f"?{request.raw_query}" if request.raw_query else ""
            moved = quote(after + request.path.removeprefix(before)) + query
            return Answer(307, {"location": moved, "content-type": "text/plain"}, b"Temporary Redirect")
        settings = self.repositories.settings(repo)
        if repo not in self.repositories or (settings.private and not self._granted(request, repo)):
            if request.token is None:
                return refusal(401, "Invalid username or password.", "RepoNotFound")
            return refusal(404, "Repository not found", "RepoNotFound")
        return refusal(403, "Access to this resource is disabled.") if settings.disabled else None

    def _gated(self, request: Request, repo: str) -> Answer:
        if request.token is None:
            text = (
                f"Access to model {repo} is restricted. You must have access to it and be authenticated to access it."
            )
            return refusal(401, f"{text} Please log in.", "GatedRepo")
        text = f"Access to model {repo} is restricted and you are not in the authorized list."
        return refusal(403, f"{text} Visit {self.endpoint}/{repo} to ask for access.", "GatedRepo")

    def _next(self, request: Request, cursor: int) -> dict[str, str]:
        query = urlencode({**request.query, "cursor": [str(cursor)]}, doseq=True)
        return {"link": f'<{self.endpoint}{quote(request.path)}?{query}>; rel="next"'}


def _sent(entry: Entry, request: Request, headers: Mapping[str, str], fault: Fault | None) -> Answer:
    longer, whole = (0, False) if fault is None else (fault.longer, fault.ignore_range)
    return send_file(entry, request, headers, longer=longer, whole=whole)


def _signature(etag: str) -> str:
    return sha256(f"signed {etag}".encode()).hexdigest()
