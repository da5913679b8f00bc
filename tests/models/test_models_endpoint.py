"""Connections to a server: kept, cut, retried, through proxies and TLS."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.errors import ConfigError, EngineTimeout, EngineUnavailable, GroundstoneError
from groundstone.models.base import Message
from groundstone.models.endpoint import LONGEST_WAIT, Endpoint
from groundstone.models.openai import OpenAICompatible

from .misbehaving_server import STREAM, MisbehavingServer, answer, until_gone, word

ASK = [Message("user", "hello")]
FINE = answer(200, '{"ok": true}', close=False)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def endpoint(url: str, **options: Any) -> Endpoint:
    return Endpoint(url, **{"timeout": 2.0, "retries": 0, **options})


def test_one_connection_serves_many_requests() -> None:
    with MisbehavingServer(FINE) as server:
        end = endpoint(server.url)
        assert [end.ask("/x", {"n": n}) for n in range(4)] == [{"ok": True}] * 4
        end.close()
    assert (server.connections, len(server.requests)) == (1, 4)


def test_requests_at_once_have_their_own_connections() -> None:
    with MisbehavingServer([0.1, *FINE]) as server:
        end = endpoint(server.url)
        threads = [threading.Thread(target=end.ask, args=("/x", {})) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        end.close()
    assert (server.connections, len(server.requests)) == (6, 6)


def test_a_connection_that_the_server_closed_meanwhile_is_replaced() -> None:
    said = [*FINE, lambda connection: connection.shutdown(socket.SHUT_RDWR)]
    with MisbehavingServer(said) as server:
        end = endpoint(server.url)
        for _ in range(3):
            assert end.ask("/x", {}) == {"ok": True}
            time.sleep(0.02)
        end.close()
    assert server.connections == 3


def test_a_connection_that_is_lost_just_when_it_is_used_again_is_replaced_once() -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.shutdown(socket.SHUT_RDWR)

    with MisbehavingServer(FINE, [hang_up], FINE, [hang_up]) as server:
        end = endpoint(server.url)
        assert [end.ask("/x", {}) for _ in range(2)] == [{"ok": True}] * 2
        with pytest.raises(EngineUnavailable):
            end.ask("/x", {})
        end.close()
    assert (server.connections, len(server.requests)) == (3, 5)


def test_closing_from_another_thread_frees_a_reader_before_the_first_byte() -> None:
    with MisbehavingServer([until_gone]) as server:
        model = OpenAICompatible(server.url, "tiny", timeout=30)
        stream = model.chat(ASK)
        threading.Timer(0.15, stream.close).start()  # type: ignore[attr-defined]
        began = time.monotonic()
        assert list(stream) == []
        assert time.monotonic() - began < 5
        assert server.hung_up.wait(2)
        assert list(stream) == []
        model.close()
    assert len(server.requests) == 1, "a cancelled request is not repeated"


def test_closing_from_another_thread_frees_a_reader_in_mid_stream() -> None:
    with MisbehavingServer([STREAM, word("Good"), until_gone]) as server:
        model = OpenAICompatible(server.url, "tiny", timeout=30)
        stream = model.chat(ASK)
        assert next(stream).text == "Good"
        threading.Timer(0.1, stream.close).start()  # type: ignore[attr-defined]
        assert list(stream) == []
        assert server.hung_up.wait(2)
        model.close()


def test_closing_from_another_thread_ends_the_wait_between_two_tries() -> None:
    with MisbehavingServer(answer(503, "busy", "Retry-After: 20")) as server:
        stream = OpenAICompatible(server.url, "tiny", retries=5).chat(ASK)
        threading.Timer(0.2, stream.close).start()  # type: ignore[attr-defined]
        began = time.monotonic()
        assert list(stream) == []
        assert time.monotonic() - began < 5


def test_a_timeout_is_told_apart_and_not_repeated() -> None:
    with MisbehavingServer([until_gone]) as server:
        with pytest.raises(EngineTimeout, match=r"no word in 0\.2 s"):
            endpoint(server.url, timeout=0.2, retries=3).ask("/x", {})
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 504])
def test_a_gateway_that_gave_up_waiting_is_a_timeout(status: int) -> None:
    with MisbehavingServer(answer(status, "")) as server, pytest.raises(EngineTimeout):
        endpoint(server.url).ask("/x", {})


def test_a_server_that_asks_for_a_very_long_wait_is_not_waited_for() -> None:
    busy = answer(429, "{}", f"Retry-After: {LONGEST_WAIT + 1}")
    with MisbehavingServer(busy) as server:
        with pytest.raises(EngineUnavailable, match="429"):
            endpoint(server.url, retries=3).ask("/x", {})
        assert len(server.requests) == 1


def test_waits_grow_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("groundstone.models.connections.Line.wait", lambda self, seconds: waits.append(seconds))
    with MisbehavingServer(answer(503, "")) as server, pytest.raises(EngineUnavailable):
        endpoint(server.url, retries=4).ask("/x", {})
    assert len(server.requests) == 5
    for number, wait in enumerate(waits):
        assert 0.25 * 2**number <= wait <= 0.5 * 2**number


@pytest.mark.parametrize(
    "reply",
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{",
        "HTTP/1.1 200 OK\r\n" + "X: y\r\n" * 200 + "\r\n{}",
        "HTTP/1.1 two OK\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n",
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[",
        "HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_answers_that_break_the_protocol_are_reported(reply: str) -> None:
    with MisbehavingServer([reply, lambda connection: connection.shutdown(socket.SHUT_RDWR)]) as server:
        end = endpoint(server.url)
        with pytest.raises(EngineUnavailable):
            end.ask("/x", {})
        end.close()


def test_a_user_and_password_in_the_address_are_sent_and_never_shown() -> None:
    with MisbehavingServer(FINE, answer(500, "no")) as server:
        end = endpoint(server.url.replace("http://", "http://me:s%40cret@") + "?api-version=3")
        end.ask("/x", {})
        with pytest.raises(EngineUnavailable) as caught:
            end.ask("/x", {})
        end.close()
    assert "Authorization: Basic bWU6c0BjcmV0" in server.requests[0][0]
    assert server.requests[0][0].startswith("POST /v1/x?api-version=3 HTTP/1.1")
    assert "s%40cret" not in str(caught.value)


def test_a_proxy_of_the_environment_is_asked_for_the_whole_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with MisbehavingServer(FINE) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1").replace("http://", "http://me:secret@"))
        end = endpoint("http://models.example/v1")
        assert end.ask("/x", {}) == {"ok": True}
        end.close()
    head = proxy.requests[0][0]
    assert head.startswith("POST http://models.example/v1/x HTTP/1.1")
    assert "Host: models.example\r\n" in head
    assert "Proxy-Authorization: Basic bWU6c2VjcmV0" in head


def test_no_proxy_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with MisbehavingServer(FINE) as server:
        end = endpoint(server.url)
        assert end.ask("/x", {}) == {"ok": True}
        end.close()


def test_a_kind_of_proxy_that_is_not_supported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")
    with pytest.raises(ConfigError, match="socks5"):
        endpoint("http://models.example/v1").ask("/x", {})


@pytest.mark.parametrize("url", ["http://", "http://a b/v1", "http://host/v1\r\nX: y", "http://höst/v1"])
def test_addresses_that_cannot_be_sent_are_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        Endpoint(url)


# -- TLS ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a certificate for 127.0.0.1, signed by itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    today = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def secured(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_server_with_a_trusted_certificate_keeps_its_connection(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MisbehavingServer(FINE, tls=secured(certificate)) as server:
        end = endpoint(server.url)
        assert [end.ask("/x", {}) for _ in range(4)] == [{"ok": True}] * 4
        end.close()
    assert server.connections == 1


def test_a_server_that_is_not_trusted_gets_no_request(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with MisbehavingServer(FINE, tls=secured(certificate)) as server:
        with pytest.raises(EngineUnavailable, match="certificate verify failed"):
            endpoint(server.url).ask("/x", {})
        assert server.requests == []


def test_closing_from_another_thread_works_below_tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MisbehavingServer([until_gone], tls=secured(certificate)) as server:
        model = OpenAICompatible(server.url, "tiny", timeout=30)
        stream = model.chat(ASK)
        threading.Timer(0.15, stream.close).start()  # type: ignore[attr-defined]
        began = time.monotonic()
        assert list(stream) == []
        assert time.monotonic() - began < 5
        assert server.hung_up.wait(2)
        model.close()


# -- nonsense ----------------------------------------------------------------------------------------------

FRAGMENTS = (
    "HTTP/1.1 200 OK\r\n|HTTP/1.0 200 OK\r\n|HTTP/1.1 100 Continue\r\n\r\n|HTTP/1.1 99 X\r\n|HTTP/1.1 503 X\r\n|"
    "Content-Length: 5\r\n|Content-Length: -5\r\n|Content-Length: x\r\n|Transfer-Encoding: chunked\r\n|: \r\n|"
    "Retry-After: 1e999\r\n|Retry-After: 0\r\n|Retry-After: Mon, 99 Foo\r\n|Connection: keep-alive\r\n|"
    "Content-Type: text/event-stream\r\n|Content-Type: application/json\r\n|\r\n|-5\r\n|5\r\n|0\r\n\r\n|5;x=y\r\n|"
    'fffffffff\r\n|{"a"|[]|data: {}\n\n|data: [DONE]\n\n|data: {"choices": [{"delta": {"content": "x"}}]}\n\n|\x00|é'
).split("|")


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=6), max_size=9))
def test_any_bytes_give_a_reply_or_an_error_of_ours_and_never_a_hang(parts: list[str | bytes]) -> None:
    with MisbehavingServer([*parts, lambda connection: connection.shutdown(socket.SHUT_RDWR)]) as server:
        model = OpenAICompatible(server.url, "tiny", timeout=1.0, retries=0)
        began = time.monotonic()
        with suppress(GroundstoneError):
            list(model.chat(ASK))
        with suppress(GroundstoneError):
            model.endpoint.ask("/x", {})
        model.close()
    assert time.monotonic() - began < 20
