"""Servers that would hold a request without end, lead a token away, or list for ever."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hubs import Waits, hub_of, write_llama
from truename.cli import main
from truename.errors import UnavailableError, UsageError
from truename.formats import read_safetensors
from truename.sources import hub as hub_module
from truename.sources.hub import Hub
from truename.sources.listing import hub_listing, hub_records
from truename.sources.remote import RemoteBlob, RemoteFile, Wire
from truename.sources.transport import Retry, Span, Transport, _asked_wait, moved_to, no_address_because
from truename.testing.hub_server import Fault, HubServer

Start = Callable[..., HubServer]
Answer = Callable[[socket.socket, str], None]  # a connection, and the head of the request


@contextmanager
def raw_server(answer: Answer) -> Iterator[str]:
    """The address of a server that does with a connection whatever ``answer`` does."""
    stopped = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (data := connection.recv(65_536)):
                    return
                head += data
            answer(connection, head.decode("latin-1"))

    def serve() -> None:
        while not stopped.is_set():
            with suppress(TimeoutError):
                connection, _ = listening.accept()
                connection.settimeout(20)
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stopped.set()
        thread.join()
        listening.close()


def dripping(start: bytes, drop: bytes, pause: float = 0.05) -> Answer:
    """Something that goes on for ever behind a ``start``, a drop at a time."""

    def answer(connection: socket.socket, head: str) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            time.sleep(pause)

    return answer


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "interim answers": dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "interim answers at full speed": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 200, 0),
    "a header": dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
    "a status line": dripping(b"HTTP/1.1 200 ", b"O"),
    "a chunk's extension": dripping(CHUNKED + b"1;", b"a"),
    "a chunk's length": dripping(CHUNKED, b"0"),
    "chunks of a byte": dripping(CHUNKED, b"1\r\n \r\n"),
    "trailers": dripping(CHUNKED + b"1\r\n{\r\n0\r\nX-A: ", b"a"),
    "nothing": lambda connection, head: connection.recv(1) and None,
}


@pytest.mark.parametrize("span", [None, Span(0, 100)], ids=["document", "range"])
@pytest.mark.parametrize("what", ENDLESS)
def test_a_request_has_one_time_for_everything(what: str, span: Span | None) -> None:
    retry = Retry(attempts=2, sleep=lambda seconds: None)
    with raw_server(ENDLESS[what]) as address:
        transport = Transport(address, {}, timeout=30, retry=retry, patience=0.5)
        begun = time.monotonic()
        with pytest.raises(UnavailableError):
            transport.get("m", f"{address}/x", limit=1_000, span=span)
        assert time.monotonic() - begun < 5
        assert transport.requests <= 2


def test_a_slow_request_has_no_second_attempt_when_its_time_is_over() -> None:
    with raw_server(ENDLESS["a header"]) as address:
        transport = Transport(address, {}, timeout=30, retry=Retry(sleep=lambda seconds: None), patience=0.3)
        with pytest.raises(UnavailableError, match=r"did not end its answer within 0\.3 seconds; try again later"):
            transport.get("m", address, limit=1_000)
        assert transport.requests == 1


def bytes_of(limit: int, *, told: bool) -> Answer:
    """A large file, of which no answer brings more than so many bytes."""
    file = (2**20).to_bytes(8, "little") + b'{"a":"' + b" " * 10_000

    def answer(connection: socket.socket, head: str) -> None:
        first, _, last = head.lower().partition("range: bytes=")[2].partition("\r\n")[0].partition("-")
        start, stop = int(first), min(int(last) + 1, int(first) + limit)
        body = file[start:stop].ljust(stop - start)
        range_ = f"Content-Range: bytes {start}-{stop - 1}/{2**40}\r\n" if told else ""
        said = f"HTTP/1.1 206 Partial\r\n{range_}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        connection.sendall(said.encode() + body)

    return answer


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
@pytest.mark.parametrize("limit", [1, 100, 5_000])
def test_a_server_that_gives_little_at_a_time_is_given_up(limit: int, told: bool) -> None:
    with raw_server(bytes_of(limit, told=told)) as address:
        transport = Transport(address, {}, retry=Retry(sleep=lambda seconds: None))
        file = RemoteFile("model.safetensors", 2**40, f"{address}/x", Wire(transport, workers=2), target="acme/bert")
        with pytest.raises(UnavailableError, match=r"answered 16 times with less of model\.safetensors than was asked"):
            read_safetensors(RemoteBlob(file))
        assert transport.requests < 40


def test_some_short_answers_are_taken() -> None:
    with raw_server(bytes_of(700, told=True)) as address:
        transport = Transport(address, {}, retry=Retry(sleep=lambda seconds: None))
        file = RemoteFile("x", 2**40, f"{address}/x", Wire(transport, workers=2))
        assert len(file.read(0, 10_000)) == 10_000


def test_a_check_of_such_a_hub_ends_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with raw_server(ENDLESS["trailers"]) as address:
        hub = Hub(address, False, cache=False, downloads=tmp_path, offline=False, retry=Retry(attempts=1), timeout=30)
        hub.wire.transport._patience = 0.3
        monkeypatch.setattr(hub_module, "_shared", [hub])
        assert main(["check", "acme/bert"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("truename: error: acme/bert: there is no such folder, and 127.0.0.1:")
    assert said.count("\n") == 1


# --- waits ------------------------------------------------------------------------------------------------------------


def test_a_host_may_ask_for_so_much_and_no_more(server: HubServer, tmp_path: Path) -> None:
    """Many short waits are a long one."""
    server.script(Fault("/api/*", status=429, headers={"Retry-After": "50"}))
    waits = Waits()
    with pytest.raises(UnavailableError, match="try again in 50 seconds"):
        hub_module.HubSource("acme/llama", hub=hub_of(server, tmp_path, waits))
    assert sum(waits) <= 120


@pytest.mark.parametrize(
    "said",
    [
        "-1",
        "1e9",
        "inf",
        "nan",
        "Wed, 99 Foo 99999 99:99:99",
        "Wed, 21 Oct 99999 07:28:00 GMT",
        "x" * 9000,
        "0x10",
        "1,2",
    ],
)
def test_a_wait_that_makes_no_sense_is_none(said: str) -> None:
    assert _asked_wait({"retry-after": said}) is None


def test_a_date_that_is_past_is_no_wait() -> None:
    assert _asked_wait({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0


# --- redirects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "where", "after"),
    [
        ("https://hub/x", "http://evil/x", None),
        ("https://hub/x", "http://hub/x", None),
        ("https://hub/x", "HTTP://hub/x", None),
        ("https://hub/x", "//cdn/y", "https://cdn/y"),
        ("https://hub/x", "/y", "https://hub/y"),
        ("https://hub/x", "https://cdn/y", "https://cdn/y"),
        ("http://hub/x", "https://hub/x", "https://hub/x"),
        ("http://hub/x", "http://cdn/x", "http://cdn/x"),
        ("https://hub/x", "file:///etc/passwd", None),
        ("https://hub/x", "ftp://hub/x", None),
        ("https://hub/x", "javascript:alert(1)", None),
        ("https://hub/x", "http://[::1", None),
    ],
)
def test_where_a_redirect_may_lead(before: str, where: str, after: str | None) -> None:
    assert moved_to(before, where) == after


SECRET = "hf_SECRETSECRET"
# {same}: the host that the token is for, {other}: another port of this machine
FORMS = (
    "http://{other}/x", "//{other}/x", "HTTP://{other}/x", "http:\\\\{other}\\x", "http://{same}@{other}/x",
    "http://{same}%40{other}/x", "http://{other}#@{same}/x", "http://{other}?@{same}/x", "http://{other}\\@{same}/x",
    "http://{other}/{same}", "\t//{other}/x", " //{other}/x", "/\t/{other}/x", "/\\{other}/x", "\\\\{other}/x",
    "http:/{other}/x", "http:{other}/x", "http:///{other}/x", "http:////{other}/x", "//{other}:80@{same}/x",
    "http://user:pass@{other}/x", "http://{other}./x", "http://LOCALHOST:{port}/x", "http://localhost:{port}/x",
    "http://127.1:{port}/x", "http://2130706433:{port}/x", "http://0x7f000001:{port}/x", "http://0177.0.0.1:{port}/x",
    "http://[::ffff:127.0.0.1]:{port}/x", "http://127.0.0.1.:{port}/x", "http://①②⑦.⓪.⓪.①:{port}/x",
    "http://127。0。0。1:{port}/x", "http://{same}.{other}/x", "http://{same},{other}/x", "http://{same} {other}/x",
    "http://{same}\u00a0@{other}/x", "https://{other}/x", "//{other}", "http://{other}", "?x=//{other}/x",
    "..//{other}/x", "./..//{other}", "http://0.0.0.0:{port}/x",
)  # fmt: skip


def test_no_form_of_a_redirect_takes_the_token_along() -> None:
    assert len(set(FORMS)) == 43
    heads: list[str] = []

    def thief(connection: socket.socket, head: str) -> None:
        heads.append(head)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    with raw_server(thief) as other:
        form = ""

        def hub(connection: socket.socket, head: str) -> None:
            first = head.startswith("GET /begin")
            body = f"HTTP/1.1 302 Found\r\nLocation: {form}\r\n" if first else "HTTP/1.1 200 OK\r\n"
            connection.sendall(f"{body}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())

        with raw_server(hub) as same:
            names = {"same": same.removeprefix("http://"), "other": other.removeprefix("http://")}
            names["port"] = names["other"].partition(":")[2]
            retry = Retry(attempts=1, sleep=lambda seconds: None)
            transport = Transport(same, {"authorization": f"Bearer {SECRET}"}, timeout=5, retry=retry, patience=5)
            for shape in FORMS:
                form = shape.format(**names)
                with suppress(UnavailableError):
                    transport.get("m", f"{same}/begin", limit=1_000)
    assert heads, "no form reached the other host"
    assert not any(SECRET in head for head in heads)
    assert not any("authorization: bearer" in head.lower() for head in heads)


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", [1, 3])
def test_a_list_ends_at_a_page_without_a_new_model(
    pages: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked = 0

    def answer(connection: socket.socket, head: str) -> None:
        nonlocal asked
        asked += 1
        body = json.dumps([{"id": f"acme/m-{asked % pages}-{number}"} for number in range(3)]).encode()
        link = (
            f'<http://{head.split("Host: ")[1].split()[0]}/api/models?cursor={asked}>; rel="next"'
            if "Host: " in head
            else ""
        )
        link = link or f'</api/models?cursor={asked}>; rel="next"'
        connection.sendall(
            f"HTTP/1.1 200 OK\r\nLink: {link}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
            + body
        )

    with raw_server(answer) as address:
        hub = Hub(address, False, cache=False, downloads=tmp_path, offline=False)
        with caplog.at_level(logging.WARNING):
            assert len(list(hub_listing(owner="acme", hub=hub))) == 3 * pages
        assert asked == pages + 1
        assert f"the list ends after {3 * pages}" in caplog.text
        asked = 0
        assert sum(len(page.records) for page in hub_records(owner="acme", hub=hub)) == 3 * pages
        assert asked == pages + 1


# --- what is not an address, and what is not a token ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["http://[::1", "https://", "http://a b/", "http://.x/", "ftp://x", "", "x", "http://x:99999", "http://\x1b[31m/"],
)
def test_what_is_no_address(text: str) -> None:
    assert no_address_because(text) is not None
    with pytest.raises(UsageError, match=r"set it to one like https://huggingface\.co"):
        Hub(text or " ", False, cache=False, offline=False)


@pytest.mark.parametrize(
    "text", ["http://[::1]:80", "https://huggingface.co", "http://127.0.0.1:8000/hub", "https://bücher.de"]
)
def test_what_is_an_address(text: str) -> None:
    assert no_address_because(text) is None


@pytest.mark.parametrize("token", ["hf_a b", "hf_é", "hf_\n x", "\x00", "hf_\x1b[31m"])
def test_a_token_that_is_none_is_never_shown(token: str) -> None:
    with pytest.raises(UsageError, match="characters that no token has") as caught:
        Hub("https://huggingface.co", token, cache=False, offline=False)
    assert token not in str(caught.value)


@pytest.fixture
def server(tmp_path: Path, hub_server: Start) -> HubServer:
    write_llama(tmp_path / "models" / "acme" / "llama")
    return hub_server(tmp_path / "models")
