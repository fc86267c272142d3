"""Rows on disk so that a kill loses none: a journal of the newest rows, and Parquet parts of the rest.

    OUT/scan.lock            the process that writes here, while it does
    OUT/scan.json            what was asked, so that a resumed scan is the same scan
    OUT/part-00000.parquet   full parts, each written beside its place and renamed
    OUT/journal-00001.jsonl  rows since the last part, one a line, appended as they finish

The journal of a part has the part's number. Where both are there the part was complete and the journal is dropped; of a
journal's last line, cut by a kill, nothing is kept and its model is checked again. A line that a full disk cuts is
taken back, so that the next one does not continue it. A finished row is therefore in exactly one place. ``finish``
turns the last journal into a part. Rows of errors that are to be tried again leave their part before anything is
checked, so that no kill finds a model in two places.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Self

import msgspec

from truename.atomic_files import remove_partial_files, write_atomically, write_bytes_atomically
from truename.errors import UsageError
from truename.findings import VerdictKind
from truename.json_text import JsonError, decode_json_as
from truename.scan.rows import SCAN_SCHEMA, Row, line_of

try:
    import fcntl
except ImportError:  # Windows has none, and there nothing keeps a second scan away
    fcntl = None  # type: ignore[assignment]

ROWS_A_PART = 1_000
_RECORD = "scan.json"
_LOCK = "scan.lock"
_PART = re.compile(r"part-(\d{5,})\.parquet")


class ScanRecord(msgspec.Struct, frozen=True):
    """What was asked of a scan; a resumed one must have asked the same."""

    truename: str
    arguments: dict[str, str]
    schema: str = ""  # of the rows; versions before the second schema wrote none


class _Key(msgspec.Struct):
    """Of a row: which one it is, and how it came out."""

    target: str
    status: str
    error_kind: str | None = None
    worst: str | None = None
    verdict: str | None = None
    unsettled: int = 0  # claims of the name that the files do not settle


_KEY = msgspec.json.Decoder(_Key)


class Ledger:
    """The rows of one scan. Not for several threads at once.

    Args:
        folder: made where it is not there.
        record: what is asked now.
        resume: continue what lies there; without it the folder must hold no scan.
        retry_errors: forget the rows of errors, so that their models are checked again.
        rows_a_part: how many rows a Parquet part holds.

    Raises:
        UsageError: the folder holds a scan and ``resume`` is not given, another scan than is asked, one that runs, or
            damaged files.
    """

    def __init__(
        self,
        folder: Path,
        record: ScanRecord,
        *,
        resume: bool,
        retry_errors: bool = False,
        rows_a_part: int = ROWS_A_PART,
    ) -> None:
        self.folder = folder
        self._rows_a_part = rows_a_part
        self._pending: list[bytes] = []  # the lines of the journal
        self._done: set[int] = set()
        self.worst: Counter[str | None] = Counter()  # severity of the worst finding -> rows
        self.unusable = 0  # rows of models that could not be checked
        self.verdicts: Counter[str | None] = Counter()  # verdict -> rows
        self.open = 0  # rows of models that are not verified or have a claim that the files do not settle
        self._journal: IO[bytes] | None = None
        # One thread writes every part: what Arrow has allocated stays with the thread that asked for it.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="parts")
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder / _LOCK)  # before anything else is looked at or written
        try:
            self._agree(record, resume)
            self._number = self._recover(retry_errors)
        except BaseException:  # Ctrl-C too: the lock must not outlive a scan that did not begin
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __contains__(self, target: str) -> bool:
        """Whether the row of a target is there, by its printable form."""
        return _digest(target) in self._done

    def __len__(self) -> int:
        return len(self._done)

    def add(self, row: Row) -> None:
        """Keep a finished row; it survives a kill from here on."""
        if self._journal is None:
            self._journal = open(self._journal_path(self._number), "ab", buffering=0)  # noqa: SIM115 - open over calls
        line = line_of(row)
        _append(self._journal, line)
        self._pending.append(line)
        self._count(
            _Key(row["target"], row["status"], row["error_kind"], row["worst"], row["verdict"], row["unsettled"])
        )
        if len(self._pending) >= self._rows_a_part:
            self._write_part()

    def finish(self) -> None:
        """Write the last part."""
        if self._pending:
            self._write_part()

    def close(self) -> None:
        """Leave the rows as they are, to be resumed."""
        self._close_journal()
        self._writer.shutdown()
        _unlock(self._lock)

    def _close_journal(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _agree(self, record: ScanRecord, resume: bool) -> None:
        path = self.folder / _RECORD
        if not path.exists():
            if any(self.folder.glob("part-*.parquet")):
                raise UsageError(f"{self.folder} holds Parquet parts of something else; give another folder")
            write_bytes_atomically(path, msgspec.json.encode(msgspec.structs.replace(record, schema=SCAN_SCHEMA)))
            return
        if not resume:
            raise UsageError(f"{self.folder} already holds a scan; continue it with --resume, or give another folder")
        try:
            before = decode_json_as(path.read_bytes(), msgspec.json.Decoder(ScanRecord))
        except JsonError:
            raise UsageError(f"{path} cannot be read; give another folder") from None
        if before.schema != SCAN_SCHEMA:
            raise UsageError(
                f"{self.folder} holds a scan of another version of truename ({before.truename}), whose rows have other "
                "columns; it cannot be resumed by this version, give another folder"
            )
        if (before.truename, before.arguments) != (record.truename, record.arguments):
            differs = sorted(
                k for k in {*before.arguments, *record.arguments} if before.arguments.get(k) != record.arguments.get(k)
            )
            what = ", ".join(differs) or f"truename {before.truename}"
            raise UsageError(f"{self.folder} holds a scan that was asked differently ({what}); give another folder")

    def _recover(self, retry_errors: bool) -> int:
        """Read what lies there; the number of the part that is being filled."""
        remove_partial_files(self.folder)
        numbers = sorted(int(part[1]) for path in self.folder.iterdir() if (part := _PART.fullmatch(path.name)))
        for number in numbers:
            self._journal_path(number).unlink(missing_ok=True)
            if retry_errors:
                _drop_errors(self._part_path(number))
            for key in _keys_of(self._part_path(number)):
                self._count(key)
        number = numbers[-1] + 1 if numbers else 0
        path = self._journal_path(number)
        if path.exists():
            found = [(line, key) for line, key in _whole_lines(path) if not (retry_errors and key.status == "error")]
            self._pending = [line for line, _ in found]
            for _, key in found:
                self._count(key)
            write_bytes_atomically(path, b"".join(self._pending))
        return number

    def _count(self, key: _Key) -> None:
        self._done.add(_digest(key.target))
        self.unusable += key.error_kind is not None
        if key.status != "error":
            self.worst[key.worst] += 1
            self.verdicts[key.verdict] += 1
            self.open += key.verdict == VerdictKind.NOT_VERIFIED or key.unsettled > 0

    def _write_part(self) -> None:
        from truename.scan.columns import table_of

        self._writer.submit(lambda: _write_table(self._part_path(self._number), table_of(self._pending))).result()
        self._close_journal()
        self._journal_path(self._number).unlink(missing_ok=True)
        self._pending = []
        self._number += 1

    def _part_path(self, number: int) -> Path:
        return self.folder / f"part-{number:05}.parquet"

    def _journal_path(self, number: int) -> Path:
        return self.folder / f"journal-{number:05}.jsonl"


def _append(file: IO[bytes], line: bytes) -> None:
    """Add a line to an unbuffered file, or nothing.

    Raises:
        OSError: it cannot be written whole; the disk is full, say.
    """
    before, left = file.seek(0, os.SEEK_END), memoryview(line)
    try:
        while left:
            left = left[file.write(left) :]
    except OSError:
        file.truncate(before)  # where this fails too, the error is the same: nothing may follow half a line
        raise


def _locked(path: Path) -> IO[bytes]:
    """The lock of a scan, held by this process alone until ``_unlock`` or its end; a kill leaves a file that is free.

    Raises:
        UsageError: another process holds it.
    """
    while True:
        file = open(path, "a+b")  # noqa: SIM115 - open as long as the ledger
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                holder = file.read(20).decode("ascii", "replace").strip()
                file.close()
                who = f" (process {holder})" if holder.isdecimal() else ""
                raise UsageError(
                    f"another scan is writing to {path.parent}{who}; wait for its end, or stop it"
                ) from None
        if not _is_same(file, path):  # its holder removed it between the two steps
            file.close()
            continue
        file.truncate(0)
        file.write(f"{os.getpid()}\n".encode())
        file.flush()
        return file


def _is_same(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def _unlock(file: IO[bytes]) -> None:
    """Remove the lock while it is still held: nobody can then hold a file of that name that is another one."""
    if fcntl is not None and not file.closed:
        Path(file.name).unlink(missing_ok=True)
    file.close()


def _digest(target: str) -> int:
    """64 bits of a target: a registry of millions fits in memory, and a clash is out of reach."""
    return int.from_bytes(hashlib.blake2b(target.encode(), digest_size=8).digest())


def _whole_lines(path: Path) -> Iterator[tuple[bytes, _Key]]:
    """The rows of a journal, without what a kill cut off."""
    with open(path, "rb") as journal:
        for number, line in enumerate(journal, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield line, decode_json_as(line, _KEY)
            except JsonError:
                raise UsageError(f"{path} is damaged in line {number:,}; mend it, or give another folder") from None


def _keys_of(part: Path) -> list[_Key]:
    """Of every row that a part holds, which one it is.

    Raises:
        UsageError: the file is no such part.
    """
    rows = _read_part(part, list(_Key.__struct_fields__)).to_pylist()
    return [_Key(**row) for row in rows]


def _drop_errors(part: Path) -> None:
    """Write a part again without its errors.

    Raises:
        UsageError: the file is no such part.
    """
    import pyarrow.compute as pc

    if "error" in _read_part(part, ["status"])["status"].to_pylist():
        table = _read_part(part)
        _write_table(part, table.filter(pc.not_equal(table["status"], "error")))


def _read_part(part: Path, columns: list[str] | None = None) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(part) as file:
            return file.read(columns)
    except (pa.ArrowException, OSError, KeyError) as error:  # damage is one or the other, by where it is
        why = " ".join(str(error).split())[:120]
        raise UsageError(f"{part} is no part of a scan ({why}); give another folder") from None


def _write_table(path: Path, table: Any) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with write_atomically(path) as partial:
        pq.write_table(table, partial, compression="zstd")
    pa.default_memory_pool().release_unused()
