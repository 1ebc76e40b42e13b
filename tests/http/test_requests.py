"""What may come in: sizes, times, rates, media types, and JSON that means one thing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from tests.support import clusters, data
from tests.support.clusters import Connection
from tests.support.http_door import (
    AUTO_CREATE,
    CAMPAIGNS,
    KEY,
    PROBLEM,
    UNLIMITED,
    Door,
    answer_of,
    new_form,
    problem_of,
    served,
)

LIMIT = 64 * 1024
JSON = {"Content-Type": "application/json"}


def post(door: Door, content: Any, **headers: str) -> httpx.Response:
    return door.client.post(AUTO_CREATE, content=content, headers=JSON | headers)


# ---------------------------------------------------------------- JSON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[",
        "{'clientId': 1}",
        '{"clientId": "CLIENT", "formId": "f",}',
        '{"clientId": "CLIENT", "formId": "f"} x',
        '{"clientId": "CLIENT", "formId": "f", "formId": "g"}',
        '{"clientId": "CLIENT", "formId": "f", "formName": {"a": 1, "a": 1}}',
        '{"clientId": "CLIENT", "formId": "f\\u0000"}',
        '{"clientId": "CLIENT", "formId": "f", "formName": "\\ud800"}',
        '{"clientId": "CLIENT", "formId": "f", "formName": "\\udc00\\ud800"}',
        '{"clientId": "CLIENT", "formId": "f", "x\\u0000": 1}',
        '{"clientId": "CLIENT", "formId": "f", "formName": NaN}',
        '{"clientId": "CLIENT", "formId": "f", "formName": Infinity}',
        '{"clientId": "CLIENT", "formId": "f", "formName": -Infinity}',
        '{"clientId": "CLIENT", "formId": "f", "formName": 1e999}',
        '{"clientId": "CLIENT", "formId": "f", "formName": 9223372036854775808}',
        '{"clientId": "CLIENT", "formId": "f", "formName": ' + "9" * 5000 + "}",
        '{"clientId": "CLIENT", "formId": "f", "formName": 0.' + "1" * 5000 + "}",
        '{"clientId": "CLIENT", "formId": "f", "formName": ' + "[" * 33 + "]" * 33 + "}",
        "[" * 30_000,
        '{"a":' * 10_000,
        '\ufeff{"clientId": "CLIENT", "formId": "f"}',
        '{"clientId": "CLIENT", "formId": "a\nb"}',
        "null",
        "5",
        '"text"',
    ],
    ids=lambda text: text[:70].encode("unicode_escape").decode(),
)
def test_malformed_bodies_are_400(door: Door, db: Connection, acme: UUID, text: str) -> None:
    problem_of(post(door, text.replace("CLIENT", str(acme)).encode()), 400)
    assert data.value(db, "select count(*) from drip.campaigns where client_id = %s", acme) == 0


@pytest.mark.parametrize("content", [b'{"formId": "\xff"}', b'{"formId": "\xed\xa0\x80"}', '{"a":1}'.encode("utf-16")])
def test_what_is_no_utf8_is_a_400(door: Door, content: bytes) -> None:
    problem_of(post(door, content), 400)


def test_a_pair_of_surrogates_is_a_character(door: Door, acme: UUID) -> None:
    text = json.dumps({"clientId": str(acme), "formId": new_form(), "formName": "Fish 🐟"}, ensure_ascii=True)
    assert "\\ud83d" in text
    assert answer_of(post(door, text), 201)["campaign"]["name"] == "Fish 🐟 Campaign"


def test_a_malformed_body_does_not_show_whether_its_key_is_right(door: Door) -> None:
    for key in (KEY, "wrong"):
        response = door.anonymous().post(AUTO_CREATE, content=f'{{"apiKey": "{key}", "a": NaN}}', headers=JSON)
        problem_of(response, 400)
        assert key not in response.text


# ---------------------------------------------------------------- media types and sizes


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "application/json; charset=latin-1",
        "json",
    ],
)
def test_what_is_not_json_is_a_415(door: Door, acme: UUID, content_type: str) -> None:
    content = json.dumps({"clientId": str(acme), "formId": new_form()})
    problem_of(post(door, content, **{"Content-Type": content_type}), 415)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json"]
)
def test_what_is_json_is_taken(door: Door, acme: UUID, content_type: str) -> None:
    content = json.dumps({"clientId": str(acme), "formId": new_form()})
    answer_of(post(door, content, **{"Content-Type": content_type}), 201)


def test_a_compressed_body_is_a_415(door: Door) -> None:
    problem_of(post(door, b"x", **{"Content-Encoding": "gzip"}), 415)


def body_of_size(size: int, client: UUID) -> bytes:
    text = json.dumps({"clientId": str(client), "formId": new_form()}).encode()
    return text[:-1] + b" " * (size - len(text)) + b"}"


def test_a_body_of_64_kib_is_taken_and_one_more_byte_is_a_413(door: Door, acme: UUID) -> None:
    answer_of(post(door, body_of_size(LIMIT, acme)), 201)
    problem_of(post(door, body_of_size(LIMIT + 1, acme)), 413)
    problem_of(post(door, body_of_size(10 * LIMIT, acme)), 413)
    # As good as before.
    answer_of(door.client.get(CAMPAIGNS))


def test_a_body_in_chunks_counts_as_well(door: Door, acme: UUID) -> None:
    def chunks(size: int) -> Iterator[bytes]:
        whole = body_of_size(size, acme)
        for start in range(0, size, 5000):
            yield whole[start : start + 5000]

    answer_of(post(door, chunks(LIMIT)), 201)
    problem_of(post(door, chunks(LIMIT + 1)), 413)


def test_what_is_no_http_is_a_problem_too(door: Door) -> None:
    head, body = talk(door, b"nonsense\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["code"] == "DR400"


def test_a_huge_head_is_refused(door: Door) -> None:
    head, body = talk(door, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 40_000)
    assert head.startswith(b"HTTP/1.1 431 ")
    assert json.loads(body)["code"] == "DR431"


def test_a_huge_head_that_comes_with_its_end_is_refused(door: Door) -> None:
    head, body = talk(door, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 40_000 + b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ")
    assert json.loads(body)["code"] == "DR431"


def talk(door: Door, *parts: bytes) -> tuple[bytes, bytes]:
    """Send bytes, and read until the other side closes."""
    where = urlsplit(door.address)
    with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while more := connection.recv(65536):
            received += more
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


# ---------------------------------------------------------------- deadlines


@pytest.fixture(scope="module")
def hasty_door() -> Iterator[Door]:
    options = (*UNLIMITED, "--read-timeout", "0.3")
    with clusters.running(15).database() as database, served(database, *options) as found:
        yield found


HEAD = f"POST {AUTO_CREATE} HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\nContent-Type: application/json\r\n"


def test_a_body_that_does_not_come_is_a_408(hasty_door: Door) -> None:
    for content in (b"", b'{"clientId":'):
        head, body = talk(hasty_door, f"{HEAD}Content-Length: 100\r\n\r\n".encode(), content)
        assert head.startswith(b"HTTP/1.1 408 ")
        assert f"content-type: {PROBLEM}".encode() in head
        assert json.loads(body)["code"] == "DR408"


def test_a_body_that_comes_byte_by_byte_has_no_more_time(hasty_door: Door) -> None:
    where = urlsplit(hasty_door.address)
    with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
        connection.sendall(f"{HEAD}Content-Length: 1000000000\r\n\r\n".replace("1000000000", "60000").encode())
        connection.settimeout(0.02)
        received = b""
        # Each byte comes well before the deadline, and the deadline comes all the same.
        for _ in range(10_000):
            try:
                connection.sendall(b" ")
                received += connection.recv(65536)
                break
            except TimeoutError:
                continue
        assert received.startswith(b"HTTP/1.1 408 ")


def test_a_head_that_does_not_come_ends_the_connection(hasty_door: Door) -> None:
    head, body = talk(hasty_door, HEAD.encode())
    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body)["code"] == "DR408"
    assert talk(hasty_door, b"") == (b"", b"")


def test_a_second_head_that_does_not_come_ends_the_connection(hasty_door: Door) -> None:
    head, rest = talk(hasty_door, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in rest


def test_a_body_that_nobody_reads_has_no_more_time_either(hasty_door: Door) -> None:
    # Refused at once for its size; whoever goes on sending slowly is not listened to for ever.
    head, _ = talk(hasty_door, f"{HEAD}Content-Length: 1000000\r\n\r\n".encode(), b"x")
    assert head.startswith(b"HTTP/1.1 413 ")


def test_others_are_served_meanwhile(hasty_door: Door) -> None:
    where = urlsplit(hasty_door.address)
    slow = [socket.create_connection((where.hostname, where.port)) for _ in range(50)]
    for one in slow:
        one.sendall(HEAD.encode())
    answer_of(hasty_door.client.get(CAMPAIGNS))
    for one in slow:
        one.close()


# ---------------------------------------------------------------- rates


def test_a_key_has_its_limit() -> None:
    options = ("--requests-per-key", "3")
    with clusters.running(15).database() as database, served(database, *options) as door:
        with database.connect() as db:
            other_key = door.make_key(db, None, "read")
        assert [door.client.get(CAMPAIGNS).status_code for _ in range(4)] == [200, 200, 200, 429]
        response = door.client.get(CAMPAIGNS)
        problem_of(response, 429)
        assert 1 <= int(response.headers["retry-after"]) <= 60
        assert door.with_key(other_key).get(CAMPAIGNS).status_code == 200
        # Wherever the key is.
        problem_of(door.anonymous().post(CAMPAIGNS, json={"apiKey": KEY, "name": "x"}), 429)
        # One that is none has its limit too.
        assert [door.with_key("wrong").get(CAMPAIGNS).status_code for _ in range(4)] == [401, 401, 401, 429]


def test_an_address_has_its_limit_before_the_database_is_asked() -> None:
    options = ("--requests-per-address", "3")
    with clusters.running(15).database() as database, served(database, *options) as door:
        statuses = [door.with_key("wrong").get(CAMPAIGNS).status_code for _ in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        with database.connect() as db:
            assert data.value(db, "select sum(events) from drip.api_events") == 3
        response = door.client.get(CAMPAIGNS, headers={"X-Forwarded-For": "192.0.2.1"})
        problem_of(response, 429)
        assert int(response.headers["retry-after"]) >= 1
        # Whoever restarts servers must not be misled.
        answer_of(door.anonymous().get("/healthz"))
        answer_of(door.anonymous().get("/readyz"))


def test_behind_a_proxy_the_address_is_the_callers() -> None:
    options = ("--requests-per-address", "1", "--trust-proxy", "127.0.0.1")
    with clusters.running(15).database() as database, served(database, *options) as door:
        for address in ("192.0.2.1", "192.0.2.2", "2001:db8:1::1"):
            headers = {"X-Forwarded-For": address}
            statuses = [door.client.get(CAMPAIGNS, headers=headers).status_code for _ in range(2)]
            assert statuses == [200, 429]
        # The same network as the last.
        problem_of(door.client.get(CAMPAIGNS, headers={"X-Forwarded-For": "2001:db8:1::2"}), 429)


def test_600_a_minute_unless_told_otherwise() -> None:
    with clusters.running(15).database() as database, served(database) as door:
        statuses = {door.anonymous().get("/openapi.json").status_code}
        with httpx.Client(base_url=door.address) as client:
            statuses |= {client.head("/docs").status_code for _ in range(599)}
            assert statuses == {200}
            problem_of(client.get("/docs"), 429)
