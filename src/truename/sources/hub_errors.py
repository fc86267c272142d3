"""What a refusal of the Hub means, in one sentence that says what to do."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from truename.errors import AccessError, FileError, TargetError, TargetNotFoundError, UnavailableError
from truename.sources.transport import Reply

_LOG_IN = "log in with 'hf auth login' or set HF_TOKEN"


class Asked(msgspec.Struct, frozen=True):
    """What was asked for, by whom, where; it words the refusals."""

    target: str  # as the user wrote it
    repo: str  # owner/name
    revision: str | None
    endpoint: str
    token: bool  # whether a token was sent

    def no_model(self, reply: Reply) -> TargetError:
        """The error for a refused request about the model."""
        host = urlsplit(self.endpoint).netloc
        code, message = reply.headers.get("x-error-code", ""), reply.headers.get("x-error-message", "")[:200]
        if code == "GatedRepo":
            return self._gated()
        if code == "RevisionNotFound":
            return TargetNotFoundError(self.target, f"{self.repo} has no revision {(self.revision or 'main')[:100]!r}")
        if reply.status == 401 and "invalid credentials" in message.lower():
            return AccessError(self.target, f"{host} does not know your token; log in again with 'hf auth login'")
        if "disabled" in message.lower():
            return AccessError(self.target, f"{host} has disabled access to it")
        if code == "RepoNotFound" or reply.status in (401, 404):
            may = "and your token may not read it" if self.token else f"and you must {_LOG_IN}"
            return TargetNotFoundError(self.target, f"{host} has no model {self.repo!r}, or it is private {may}")
        if reply.status == 403:
            return AccessError(self.target, f"{host} refuses to show it ({message or 'no reason given'})")
        return UnavailableError(self.target, f"{host} answers {reply.status} ({message or 'no reason given'})")

    def no_file(self, path: str, reply: Reply) -> TargetError | FileError:
        """The error for a refused request about one file of a model that is there."""
        host = urlsplit(reply.url).netloc
        code = reply.headers.get("x-error-code", "")
        if code == "EntryNotFound" or (reply.status == 404 and not code):
            return FileError(path, f"is in the list of files, and {host} does not have it")
        if host != urlsplit(self.endpoint).netloc:
            return UnavailableError(self.target, f"{host} answers {reply.status} for {path}; try again later")
        return self.no_model(reply)

    def _gated(self) -> AccessError:
        todo = f"ask for access at {self.endpoint}/{self.repo}"
        if self.token:
            return AccessError(self.target, f"is gated and your token may not read it; {todo}")
        return AccessError(self.target, f"is gated; {todo}, then {_LOG_IN}")
