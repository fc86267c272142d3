"""Every error truename raises on purpose.

    TruenameError
    ├── UsageError                the call cannot be carried out as it was made
    │   └── MissingExtraError     an optional dependency is not installed
    ├── TargetError               the thing to check is not there or is no model
    │   ├── TargetNotFoundError
    │   ├── EmptyTargetError
    │   ├── SeveralModelsError    it holds several models, and one must be named
    │   ├── UnsafePathError       a path that would leave the model's folder
    │   ├── ChangedError          something wrote to it while it was read
    │   ├── AccessError           it is there, and not for this reader: gated, private, a token that is no good
    │   └── UnavailableError      the network or a server fails; another try may not
    ├── InternalError             a fault of truename itself, which ended the check of one model
    └── FileError                 one file of the model is not what it must be
        ├── FileTooLargeError
        ├── DeclaredError         config.json, the card, a stored table ...
        ├── NotDownloadedError    something lies in its place: a pointer, an error page, a part of a download
        └── WeightsError          a weights file, or its index; ``code`` says which fault
            ├── FormatError       the file breaks its format
            │   └── PyTorchError  ... which is a pickle: carries what it imports, see ``formats.pytorch``
            └── UnsupportedFormatError  nothing is wrong with the file, truename cannot read it
                ├── PartialWeightsError
                └── PickledError  ... and unread objects were pickled in it: see ``formats.pytorch``

The faults of a format have one class and a code each: ``SafetensorsFault.HEADER_TOO_LARGE``. Every package of
``formats`` enumerates its own, below ``Fault``.
An error carries data (which path, what is wrong, what to do), and its text is one sentence made of it.
A ``FileError`` inside a folder does not end a check: it becomes the reason of a *cannot tell*.
A ``TargetError`` or ``UsageError`` ends the command with exit code 2.
All of them can be pickled: they come back from the processes and machines of a scan.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

_SHOWN = 120  # characters of a part's name


class TruenameError(Exception):
    """Base of every error that truename raises on purpose."""

    def __reduce__(self) -> tuple[Callable[..., TruenameError], tuple[Any, ...], dict[str, Any]]:
        """How it is pickled: without ``__init__``, whose arguments are not those of ``Exception``."""
        return _bare, (type(self), *self.args), self.__dict__


def _bare(kind: type[TruenameError], *args: object) -> TruenameError:
    return kind.__new__(kind, *args)


class UsageError(TruenameError):
    """The call cannot be carried out as it was made."""


class MissingExtraError(UsageError):
    """A command needs an optional dependency.

    Attributes:
        feature: what was asked for, in the user's words.
        extra: the extra that brings it (``pip install 'truename[extra]'``).
    """

    def __init__(self, feature: str, extra: str) -> None:
        self.feature = feature
        self.extra = extra
        super().__init__(f"{feature} needs an optional part: pip install 'truename[{extra}]'")


class TargetError(TruenameError):
    """The thing to check is unusable.

    Attributes:
        target: the target as the user wrote it.
        problem: what is wrong with it, as the end of a sentence.
    """

    def __init__(self, target: str, problem: str) -> None:
        self.target = target
        self.problem = problem
        super().__init__(f"{target}: {problem}")


class TargetNotFoundError(TargetError):
    """There is nothing at the target."""


class EmptyTargetError(TargetError):
    """The target holds no file that a model could consist of."""


class SeveralModelsError(TargetError):
    """The target holds several models, or one that must be named to be meant.

    Attributes:
        models: their paths within the target, sorted.
    """

    def __init__(self, target: str, problem: str, models: tuple[str, ...]) -> None:
        self.models = models
        super().__init__(target, problem)


class UnsafePathError(TargetError):
    """A file name inside the model points out of its folder."""


class ChangedError(TargetError):
    """Something wrote to the target while it was read: what was seen is of no one state of it."""


class AccessError(TargetError):
    """The model is there, and this reader may not read it."""


class UnavailableError(TargetError):
    """The network or a server fails, and nothing can be said of the model.

    Attributes:
        retry_after: seconds that the server asked to wait, None where it did not.
    """

    def __init__(self, target: str, problem: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(target, problem)


class InternalError(TruenameError):
    """A fault of truename itself. It ends the check of one model and must not end that of others.

    Attributes:
        kind: the class of the exception.
        place: the module and line that raised it.
    """

    def __init__(self, kind: str, place: str, said: str) -> None:
        self.kind = kind
        self.place = place
        text = f" ({said[:200]})" if said else ""
        super().__init__(f"a fault of truename itself, {kind} at {place}{text}; please report it")

    @classmethod
    def of(cls, error: Exception) -> InternalError:
        """What is told of an exception that nobody meant to raise."""
        trace, place = error.__traceback__, "an unknown place"
        while trace is not None:
            module = trace.tb_frame.f_globals.get("__name__", "")
            if module.partition(".")[0] == __name__.partition(".")[0]:
                place = f"{module}:{trace.tb_lineno}"
            trace = trace.tb_next
        return cls(type(error).__name__, place, str(error))


class FileError(TruenameError):
    """One file of the model is not what it must be.

    Attributes:
        path: the file, relative to the model's root.
        problem: what is wrong, as the end of a sentence.
    """

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}")


class FileTooLargeError(FileError):
    """A file is larger than truename reads of its kind."""


class DeclaredError(FileError):
    """A configuration, card or index file cannot be read as what it is."""


class NotDownloadedError(FileError):
    """The file's content is not here: nothing can be said of it, and nothing against it."""


class Fault(Enum):
    """Base of the enumerations of what can be wrong with a weights file, one for each format.

    The value is the name in small letters. Not texts: the same word of two formats must not be equal.
    """

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[Any]) -> str:
        return name.lower()


class WeightsError(FileError):
    """A weights file cannot be read.

    Attributes:
        code: which fault, or which part of a format that is not read; None where there is nothing to tell apart.
        part: what inside of the file is concerned, as a word and a name: ``("tensor", "wte.weight")``. ``problem``
            begins with it.
    """

    def __init__(
        self, path: str, problem: str, code: Fault | None = None, *, part: tuple[str, str] | None = None
    ) -> None:
        self.code = code
        self.part = part
        super().__init__(path, problem if part is None else f"{_named(*part)} {problem}")


class FormatError(WeightsError):
    """A weights file breaks its format.

    Attributes:
        code: how; never None.
    """

    code: Fault

    def __init__(self, path: str, code: Fault, problem: str, *, part: tuple[str, str] | None = None) -> None:
        super().__init__(path, problem, code, part=part)


class UnsupportedFormatError(WeightsError):
    """A weights file uses a format, or a part of one, that truename does not read: no fault of the file."""


class PartialWeightsError(UnsupportedFormatError):
    """The files of a checkpoint hold parts of tensors that nothing tells how to join."""


def _named(word: str, name: str) -> str:
    shown = name if len(name) <= _SHOWN else name[:_SHOWN] + "…"
    return f"{word} {shown!r}"
