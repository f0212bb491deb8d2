"""The client against a server that behaves, and one that does not."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.faults import Cut, Drip, FaultServer, Hang, Reply, Request, html_page
from tui import api_client
from tui.api_client import (
    ApiClient,
    BadAnswer,
    BadCertificate,
    Conflict,
    ConnectionState,
    Forbidden,
    Invalid,
    Link,
    NotAuthenticated,
    NotFound,
    ServerFault,
    Throttled,
    TimedOut,
    Timing,
    Unreachable,
)

RECORDED = Path(__file__).parents[1] / "data" / "inventree_exchanges.jsonl"
CERTIFICATE = RECORDED.with_name("localhost.pem")
QUICK = Timing(connect=2.0, read=0.3, slow=0.05, pauses=(0.0, 0.0, 0.0), patience=1.0)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
async def client(server: FaultServer) -> AsyncIterator[ApiClient]:
    made = ApiClient(server.url, "secret", timing=QUICK)
    yield made
    await made.aclose()


def listing(rows: list[dict[str, Any]]) -> Any:
    """A list endpoint as InvenTree has it: an array without `limit`, pages with it."""

    def reply(request: Request) -> Reply:
        if "limit" not in request.query:
            return Reply(200, rows)
        start, size = int(request.query.get("offset", 0)), int(request.query["limit"])
        return Reply(200, {"count": len(rows), "next": None, "previous": None, "results": rows[start : start + size]})

    return reply


# What is asked, and how


async def test_one_object_is_asked_for_with_the_token(server: FaultServer, client: ApiClient) -> None:
    server.play(RECORDED)
    item = await client.get("stock/1/")
    assert (item["pk"], item["quantity"]) == (1, 3999.0)
    headers = server.requests[0].headers
    assert headers["authorization"] == "Token secret"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("bincard/")


async def test_a_list_is_always_asked_for_with_a_limit(server: FaultServer, client: ApiClient) -> None:
    server.answer("GET", "/api/part/", listing([{"pk": number} for number in range(7)]))
    assert [row["pk"] for row in await client.list("part/", limit=3)] == list(range(7))
    assert [(each.query["limit"], each.query["offset"]) for each in server.requests] == [
        ("3", "0"),
        ("3", "3"),
        ("3", "6"),
    ]
    page = await client.page("part/", 2, 2)
    assert (page.count, page.offset, [row["pk"] for row in page.results]) == (7, 2, [2, 3])
    assert await client.count("part/") == 7


async def test_a_list_that_knows_no_pages_is_taken_whole(server: FaultServer, client: ApiClient) -> None:
    server.answer("GET", "/api/flags/", [{"key": "a"}, {"key": "b"}, {"key": "c"}])
    assert await client.list("flags/", limit=2) == [{"key": "a"}, {"key": "b"}, {"key": "c"}]
    assert (await client.page("flags/", 1, 1)).results == [{"key": "b"}]


async def test_a_row_that_moves_between_pages_is_given_once(server: FaultServer, client: ApiClient) -> None:
    pages = [[1, 2], [2, 3], []]
    server.answer(
        "GET",
        "/api/part/",
        lambda request: Reply(
            200, {"count": 5, "results": [{"pk": key} for key in pages[int(request.query["offset"]) // 2]]}
        ),
    )
    assert [row["pk"] for row in await client.list("part/", limit=2)] == [1, 2, 3]


async def test_parameters_are_spelled_as_inventree_reads_them(server: FaultServer, client: ApiClient) -> None:
    server.answer("GET", "/api/stock/", [])
    await client.page("stock/", 0, 5, {"in_stock": True, "location": "null", "part": None, "status": [10, 50]})
    sent = server.requests[0].query
    assert sent == {"in_stock": "true", "location": "null", "status": "50", "limit": "5", "offset": "0"}


async def test_a_body_keeps_every_place_of_a_decimal(server: FaultServer, client: ApiClient) -> None:
    server.answer("POST", "/api/stock/count/", {"items": []}, status=201)
    await client.post("stock/count/", {"quantity": Decimal("0.00001"), "day": date(2026, 1, 2), "note": "Ё"})
    assert server.requests[0].json == {"quantity": "0.00001", "day": "2026-01-02", "note": "Ё"}


async def test_an_address_may_hold_a_path_or_leave_the_api(server: FaultServer) -> None:
    server.answer("GET", "/stock/api/part/", {"here": 1})
    server.answer("GET", "/stock/plugin/bincard/", {"there": 2})
    client = ApiClient(f"{server.url}/stock/api/", timing=QUICK)
    assert await client.get("part/") == {"here": 1}
    assert await client.get("/plugin/bincard/") == {"there": 2}
    await client.aclose()


async def test_no_content_is_none(server: FaultServer, client: ApiClient) -> None:
    server.answer("DELETE", "/api/part/1/", b"", status=204)
    assert await client.delete("part/1/") is None


async def test_every_text_of_an_answer_is_made_safe(server: FaultServer, client: ApiClient) -> None:
    server.answer("GET", "/api/part/1/", {"name": "a\x1b]52;c;eA==\x07b", "deep": [{"x\x1b[2J": "\u202e"}]})
    server.answer("GET", "/api/part/2/", {"detail": "no \x1b[31mred\x9b"}, status=404)
    assert "\x1b" not in json.dumps(await client.get("part/1/"), ensure_ascii=False)
    with pytest.raises(NotFound) as caught:
        await client.get("part/2/")
    assert str(caught.value).isprintable()


async def test_cookies_are_not_kept(server: FaultServer, client: ApiClient) -> None:
    server.answer("GET", "/api/user/me/token/", {"token": "t"}, headers={"Set-Cookie": "sessionid=1; Path=/"})
    server.answer("GET", "/api/part/1/", {})
    await client.token_for("anna", "pass:word", "bincard-host")
    await client.get("part/1/")
    assert "cookie" not in server.requests[-1].headers
    assert server.requests[0].headers["authorization"] == "Basic YW5uYTpwYXNzOndvcmQ="
    assert server.requests[0].query == {"name": "bincard-host"}


async def test_an_older_server_gives_tokens_elsewhere(server: FaultServer, client: ApiClient) -> None:
    server.answer("GET", "/api/user/token/", {"token": "old"})
    assert await client.token_for("anna", "x", "n") == "old"


# Refusals


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (400, {"quantity": ["A valid number is required."]}, Invalid, "quantity: A valid number is required."),
        (405, {"detail": 'Method "POST" not allowed.'}, Invalid, 'Method "POST" not allowed.'),
        (401, {"detail": "Token has expired"}, NotAuthenticated, "Token has expired"),
        (403, {"detail": "You do not have permission to perform this action."}, Forbidden, "You do not have perm"),
        (404, {"detail": "No Part matches the given query."}, NotFound, "No Part matches"),
        (409, {"items": {"0": {"quantity": ["It is 7 now."]}}}, Conflict, "line 1, quantity: It is 7 now."),
        (
            500,
            {"error": "AttributeError", "status_code": 500},
            ServerFault,
            r"The server failed \(500\): AttributeError",
        ),
    ],
)
async def test_a_refusal_becomes_one_error(
    server: FaultServer, client: ApiClient, status: int, body: Any, kind: type[Exception], message: str
) -> None:
    server.answer("POST", "/api/stock/count/", body, status=status)
    with pytest.raises(kind, match=message) as caught:
        await client.post("stock/count/", {})
    assert caught.value.call == "POST stock/count/"  # type: ignore[attr-defined]
    assert len(server.requests) == 1


async def test_errors_by_field_are_kept(server: FaultServer, client: ApiClient) -> None:
    server.answer("POST", "/api/part/", {"name": ["Too long."], "non_field_errors": ["No."]}, status=400)
    with pytest.raises(Invalid) as caught:
        await client.post("part/", {})
    assert caught.value.field_errors == {"name": ("Too long.",), "": ("No.",)}


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (html_page("Sign in to the Wi-Fi"), 'text/html, "Sign in to the Wi-Fi"'),
        (Reply(200, b"{broken", {}), "not JSON"),
        (Reply(200, b"\xff\xfe", {}), "not JSON"),
        (Reply(200, b"[" * 100_000, {}), "not JSON"),
        (Reply(200, [1, 2]), "An object was expected"),
        (Reply(200, b"x", {"Content-Type": "text/plain"}), "text/plain"),
        (Reply(302, b"", {"Location": "https://login.example/"}), r"sends elsewhere \(302\): https://login.example/"),
        (Reply(200, b"abc", {"Content-Encoding": "gzip"}), "cannot be unpacked"),
    ],
)
async def test_what_is_no_answer_of_inventree_is_said_to_be(
    server: FaultServer, client: ApiClient, reply: Reply, message: str
) -> None:
    server.fail("GET", "/api/part/1/", reply)
    with pytest.raises(BadAnswer, match=message):
        await client.get("part/1/")
    assert len(server.requests) == 1


async def test_a_list_of_something_else_is_refused(server: FaultServer, client: ApiClient) -> None:
    bodies: list[Any] = [{"results": [1], "count": 1}, {"results": []}, {"count": 3}, [1, 2], "text"]
    for body in bodies:
        server.fail("GET", "/api/part/", Reply(200, body))
        with pytest.raises(BadAnswer):
            await client.page("part/")


async def test_an_endless_answer_is_cut_short(
    server: FaultServer, client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_client, "_LARGEST_ANSWER", 1000)
    server.answer("GET", "/api/part/1/", {"name": "x" * 5000})
    with pytest.raises(BadAnswer, match="larger than"):
        await client.get("part/1/")


async def test_a_page_of_a_gateway_is_a_fault_of_the_server(server: FaultServer, client: ApiClient) -> None:
    server.fail("GET", "/api/part/1/", *[html_page("502 Bad Gateway", 502)] * 4)
    with pytest.raises(ServerFault, match=r'failed \(502, "502 Bad Gateway"\)'):
        await client.get("part/1/")
    assert len(server.requests) == 4


# Repeats


async def test_a_read_is_repeated_when_the_connection_is_cut(server: FaultServer, client: ApiClient) -> None:
    states: list[ConnectionState] = []
    client.connection.subscribe(states.append)
    server.answer("GET", "/api/part/1/", {"pk": 1})
    server.fail("GET", "/api/part/1/", Cut(), Cut(40), Cut(120))
    assert await client.get("part/1/") == {"pk": 1}
    assert [state.link for state in states] == [Link.RETRYING] * 3 + [Link.ONLINE]
    assert states[0].reason.endswith("was cut.")


async def test_a_server_that_stays_away_is_given_up(server: FaultServer, client: ApiClient) -> None:
    server.fail("GET", "/api/part/1/", *[Cut()] * 4)
    with pytest.raises(Unreachable, match="was cut") as caught:
        await client.get("part/1/")
    assert caught.value.uncertain
    assert client.connection.state.link is Link.OFFLINE


async def test_a_write_whose_answer_is_lost_is_not_repeated(server: FaultServer, client: ApiClient) -> None:
    server.fail("POST", "/api/stock/add/", Cut())
    with pytest.raises(Unreachable) as caught:
        await client.post("stock/add/", {})
    assert caught.value.uncertain
    assert len(server.requests) == 1
    assert "idempotency-key" not in server.requests[0].headers


async def test_a_write_to_bincard_is_repeated_under_the_same_key(server: FaultServer, client: ApiClient) -> None:
    client.idempotent = True
    server.answer("POST", "/api/stock/add/", {"done": True}, status=201)
    server.fail("POST", "/api/stock/add/", Cut(), Hang(), html_page("gone", 504))
    assert await client.post("stock/add/", {"a": 1}) == {"done": True}
    keys = {each.headers["idempotency-key"] for each in server.requests}
    assert (len(server.requests), len(keys)) == (4, 1)
    await client.post("stock/add/", {"a": 1})
    assert server.requests[-1].headers["idempotency-key"] not in keys
    await client.post("stock/add/", {"a": 1}, key="known")
    assert server.requests[-1].headers["idempotency-key"] == "known"


async def test_a_write_that_may_have_arrived_stays_uncertain(client: ApiClient) -> None:
    with FaultServer() as server:
        client = ApiClient(server.url, timing=QUICK)
        client.idempotent = True
        server.fail("POST", "/api/stock/add/", Cut())
        client.connection.subscribe(lambda state: server.close())
        with pytest.raises(Unreachable, match="cannot be reached") as caught:
            await client.post("stock/add/", {})
    assert caught.value.uncertain
    await client.aclose()


async def test_a_post_that_only_asks_is_repeated(server: FaultServer, client: ApiClient) -> None:
    server.answer("POST", "/api/search/", {})
    server.fail("POST", "/api/search/", Cut())
    assert await client.post("search/", {"search": "x"}, safe=True) == {}


async def test_a_write_that_never_left_is_repeated(client: ApiClient) -> None:
    nobody = ApiClient("http://127.0.0.1:1", timing=QUICK)
    states: list[ConnectionState] = []
    nobody.connection.subscribe(states.append)
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1 cannot be reached: ") as caught:
        await nobody.post("stock/add/", {})
    assert not caught.value.uncertain
    assert [state.link for state in states] == [Link.RETRYING] * 3 + [Link.OFFLINE]
    await nobody.aclose()


async def test_a_certificate_is_trusted_only_when_its_authority_is_named() -> None:
    with FaultServer(certificate=CERTIFICATE) as server:
        server.answer("GET", "/api/part/1/", {"pk": 1})
        stranger = ApiClient(server.url, "secret", timing=QUICK)
        with pytest.raises(BadCertificate, match=r"certificate of 127\.0\.0\.1:\d+ is not trusted: self.signed"):
            await stranger.get("part/1/")
        await stranger.aclose()
        assert server.requests == []
        friend = ApiClient(server.url, timing=QUICK, ca_file=str(CERTIFICATE))
        assert await friend.get("part/1/") == {"pk": 1}
        await friend.aclose()


@pytest.mark.parametrize("name", ["absent.pem", "test_api_client.py"])
async def test_an_authority_that_cannot_be_read_is_named(name: str) -> None:
    client = ApiClient("https://127.0.0.1:1", ca_file=str(Path(__file__).with_name(name)), timing=QUICK)
    with pytest.raises(BadCertificate, match=rf"{name} \(ca_file of the profile\) cannot be used: "):
        await client.get("part/1/")
    await client.aclose()


async def test_an_unknown_name_is_unreachable() -> None:
    nobody = ApiClient("http://no-such-host.invalid", timing=Timing(pauses=()))
    with pytest.raises(Unreachable, match=r"no-such-host\.invalid cannot be reached"):
        await nobody.get("part/")
    await nobody.aclose()


async def test_a_time_out_of_a_read_is_not_repeated(server: FaultServer, client: ApiClient) -> None:
    server.fail("GET", "/api/part/1/", Hang())
    with pytest.raises(TimedOut, match=r"took longer than 0\.3 s"):
        await client.get("part/1/")
    assert len(server.requests) == 1
    assert client.connection.state.link is Link.OFFLINE


async def test_a_slow_answer_is_called_slow_and_comes(server: FaultServer, client: ApiClient) -> None:
    states: list[ConnectionState] = []
    client.connection.subscribe(states.append)
    server.fail("GET", "/api/part/1/", Drip(Reply(200, {"pk": 1}), size=10, pause=0.02))
    assert await client.get("part/1/") == {"pk": 1}
    assert [state.link for state in states] == [Link.SLOW, Link.ONLINE]
    assert states[-1].latency_ms > 50
    assert states[-1].received_bytes == len('{"pk": 1}')


async def test_a_cancelled_call_leaves_the_client_usable(server: FaultServer, client: ApiClient) -> None:
    server.answer("GET", "/api/part/1/", {"pk": 1})
    server.fail("GET", "/api/part/1/", Hang())
    arrived = asyncio.Event()
    call = asyncio.create_task(client.get("part/1/"))
    client.connection.subscribe(lambda state: arrived.set())
    await asyncio.wait_for(arrived.wait(), 5)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await client.get("part/1/") == {"pk": 1}


async def test_what_the_server_asks_to_wait_is_waited(server: FaultServer, client: ApiClient) -> None:
    states: list[ConnectionState] = []
    client.connection.subscribe(states.append)
    throttled = {"detail": "Request was throttled. Expected available in 0 seconds."}
    server.answer("POST", "/api/stock/add/", {}, status=201)
    server.fail("POST", "/api/stock/add/", Reply(429, throttled, {"Retry-After": "0"}), Reply(429, throttled))
    assert await client.post("stock/add/", {}) == {}
    waits = [state for state in states if state.link is Link.THROTTLED]
    assert [state.retry_in for state in waits] == [0.0, 0.0]
    assert str(waits[0]) == "the server asks to wait 0 s"


async def test_too_long_a_wait_is_an_error(server: FaultServer, client: ApiClient) -> None:
    server.fail("GET", "/api/part/1/", Reply(429, {"detail": "Request was throttled."}, {"Retry-After": "60"}))
    with pytest.raises(Throttled) as caught:
        await client.get("part/1/")
    assert caught.value.retry_after == 60.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("soon", 5.0), ("Wed, 21 Oct 2015 07:28:00 -0000", 5.0)],
)
async def test_a_wait_may_be_given_as_a_date(server: FaultServer, header: str, seconds: float) -> None:
    client = ApiClient(server.url, timing=Timing(patience=-1.0))
    server.fail("GET", "/api/part/1/", Reply(429, {}, {"Retry-After": header}))
    with pytest.raises(Throttled) as caught:
        await client.get("part/1/")
    assert caught.value.retry_after == seconds
    await client.aclose()


# Signing in again


async def test_calls_refused_together_ask_once_and_go_on(server: FaultServer, client: ApiClient) -> None:
    asked: list[str] = []

    async def sign_in(error: NotAuthenticated) -> str:
        asked.append(str(error))
        return "fresh"

    def only_fresh(request: Request) -> Reply:
        good = request.headers["authorization"] == "Token fresh"
        return Reply(201, {"ok": 1}) if good else Reply(401, {"detail": "Token has expired"})

    client.authenticator = sign_in
    server.answer("GET", "/api/part/1/", only_fresh)
    server.answer("POST", "/api/stock/add/", only_fresh)
    answers = await asyncio.gather(*[client.get("part/1/") for _ in range(4)], client.post("stock/add/", {}))
    assert answers == [{"ok": 1}] * 5
    assert asked == ["Token has expired"]


async def test_giving_up_the_sign_in_gives_up_the_call(server: FaultServer, client: ApiClient) -> None:
    async def give_up(error: NotAuthenticated) -> None:
        return None

    client.authenticator = give_up
    server.answer("GET", "/api/part/1/", {"detail": "Invalid token."}, status=401)
    with pytest.raises(NotAuthenticated, match=r"Invalid token\."):
        await client.get("part/1/")
    assert len(server.requests) == 1


async def test_a_wrong_password_does_not_ask_for_another(server: FaultServer, client: ApiClient) -> None:
    async def never(error: NotAuthenticated) -> str:
        raise AssertionError("must not be asked")

    client.authenticator = never
    server.play(RECORDED)
    server.answer("GET", "/api/user/me/token/", {"detail": "Invalid username/password."}, status=401)
    with pytest.raises(NotAuthenticated, match=r"Invalid username/password\."):
        await client.token_for("anna", "wrong", "n")


async def test_the_server_is_waited_for_until_it_is_back(
    server: FaultServer, client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    busy = Reply(429, {"detail": "slow down"}, {"Retry-After": "60"})
    server.fail("GET", "/api/system/health/", Cut(), html_page("starting", 502), busy, Cut(), Cut(), Cut(), Cut())
    server.answer("GET", "/api/system/health/", {"status": "ok"})
    await client.until_back()
    assert pauses == [1.0, 2.0, 60.0, 8.0, 16.0, 30.0, 30.0]
    assert client.connection.state.link is Link.ONLINE
    server.fail("GET", "/api/system/health/", Reply(401, {"detail": "sign in first"}))
    await client.until_back()
    assert len(pauses) == 7
    assert client.connection.state.link is Link.ONLINE


def test_importing_the_client_does_not_import_httpx() -> None:
    code = (
        "import sys, tui.api_client\n"
        "print([name for name in ('httpx', 'http.client', 'email', 'keyring') if name in sys.modules])\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert out.stdout == "[]\n"


def test_the_command_line_of_httpx_is_not_imported() -> None:
    code = (
        "import asyncio, sys\n"
        "from tui.api_client import ApiClient, Timing, Unreachable\n"
        "async def main():\n"
        "    client = ApiClient('http://127.0.0.1:1', timing=Timing(pauses=()))\n"
        "    try:\n"
        "        await client.get('part/')\n"
        "    except Unreachable:\n"
        "        pass\n"
        "    await client.aclose()\n"
        "asyncio.run(main())\n"
        "print('httpx' in sys.modules, [m for m in ('click', 'rich') if m in sys.modules])\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert out.stdout == "True []\n"
