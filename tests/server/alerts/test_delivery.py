"""Mails and webhooks to real receivers: told once, signed, tried again with the same name, put aside in the end."""

import asyncio
import email
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from sqlalchemy import select, update

from server.alerts.delivery import DEAD, LONGEST_WAIT, TRIES, Sender, deliver_due, wait_before
from server.alerts.mail import MailServer, compose, send
from server.alerts.telling import DELIVERIES, MAIL, SENT, SUBSCRIPTIONS, WAITING, WEBHOOK
from server.alerts.webhook import SendFailed, Webhook, check_target, post, signature
from server.db.migrate import migrate
from server.db.models.alerts import AlertSubscription
from server.db.models.users import User
from server.db.session import Database
from tests.server.alerts.watch import NOW, Watch

SECRET = "a secret of some length"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Watch]:
    database = Database(f"sqlite:///{tmp_path}/bincard.sqlite3", synchronous="OFF")
    migrate(database)
    room = Watch(database)
    with database.write() as session:
        session.execute(update(User).values(email="clerk@example.com", is_superuser=True))
    yield room
    database.close()


class Post:
    """A mail server that keeps what it gets. `refusals`: how many mails it refuses first."""

    def __init__(self, refusals: int = 0) -> None:
        self.mails: list[Message] = []
        self.tries: list[Message] = []
        self.refusals = refusals

    async def take(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content)
        self.tries.append(message)
        if len(self.tries) <= self.refusals:
            return "451 come back later"
        self.mails.append(message)
        return "250 taken"


class Office(Controller):
    """A controller on a free port."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def post_office() -> Iterator[tuple[Post, MailServer]]:
    post = Post()

    def fits(*about: Any) -> AuthResult:
        data = about[-1]
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == b"right", handled=False)

    controller = Office(
        SimpleNamespace(handle_DATA=post.take),
        hostname="127.0.0.1",
        port=0,
        authenticator=fits,
        auth_require_tls=False,
        ready_timeout=20,
    )
    controller.start()
    yield post, MailServer("127.0.0.1", controller.port, tls="none", sender="stock@warehouse.example")
    controller.stop()


class Listener(ThreadingHTTPServer):
    """A receiver of webhooks. `answers`: what it answers, one after the other, then 204."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes, str]] = []
        self.answers: list[int] = []
        super().__init__(("127.0.0.1", 0), _Hook)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/in?from=bincard"


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        listener = self.server
        assert isinstance(listener, Listener)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        listener.got.append(({key.lower(): value for key, value in self.headers.items()}, body, self.path))
        status = listener.answers.pop(0) if listener.answers else 204
        self.send_response_only(status)  # the other one writes to the log
        if status == 302:
            self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join(5)


def subscribe(room: Watch, channel: str, **more: Any) -> None:
    room.add(AlertSubscription(**{"user_id": room.user, "channel": channel, "minimum_severity": 20, **more}))


def low(room: Watch, number: int = 0) -> int:
    part = room.part(f"Low {number}", minimum_stock=Decimal(20))
    room.item(part, 15)
    room.look("low_stock")
    return part


def rows(room: Watch) -> list[Any]:
    with room.database.read() as connection:
        return list(connection.execute(select(DELIVERIES).order_by(DELIVERIES.c.pk)))


def test_a_mail_tells_it_once(room: Watch, post_office: tuple[Post, MailServer]) -> None:
    post, server = post_office
    subscribe(room, MAIL)
    low(room)
    assert deliver_due(room.database, NOW, Sender(server)) == (1, 0)
    assert deliver_due(room.database, NOW + timedelta(days=1), Sender(server)) == (0, 0)
    (mail,) = post.mails
    assert mail["To"] == "clerk@example.com" and mail["From"] == "stock@warehouse.example"
    assert mail["Subject"].startswith("[Bincard] Warning: Low 0: 15 of at least 20")
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Message-ID"].endswith("@warehouse.example>")
    assert "Low stock: Low 0" in str(mail.get_payload())
    assert [row.status for row in rows(room)] == [SENT]


def test_many_alerts_at_once_are_one_mail(room: Watch, post_office: tuple[Post, MailServer]) -> None:
    post, server = post_office
    subscribe(room, MAIL, target="team@example.com", kinds=["low_stock"])
    for number in range(60):
        room.item(room.part(f"Part {number}", minimum_stock=Decimal(20)), 15)
    room.look()
    assert deliver_due(room.database, NOW, Sender(server)) == (1, 0)
    (mail,) = post.mails
    assert mail["To"] == "team@example.com" and mail["Subject"] == "[Bincard] 60 alerts, worst warning"
    assert str(mail.get_payload()).rstrip().endswith("... and 10 more.")


def test_a_mail_that_is_refused_comes_again_under_the_same_name(
    room: Watch, post_office: tuple[Post, MailServer]
) -> None:
    post, server = post_office
    post.refusals = 2
    subscribe(room, MAIL)
    low(room)
    assert deliver_due(room.database, NOW, Sender(server)) == (0, 1)
    assert deliver_due(room.database, NOW, Sender(server)) == (0, 0)
    assert "451" in rows(room)[0].last_error
    low(room, 1)  # what comes meanwhile is a message of its own
    assert deliver_due(room.database, NOW + timedelta(minutes=1), Sender(server)) == (1, 1)
    assert deliver_due(room.database, NOW + timedelta(minutes=3), Sender(server)) == (1, 0)
    names = [mail["Message-ID"] for mail in post.tries]
    assert len(names) == 4 and len(set(names)) == 2 and len(post.mails) == 2


def test_what_cannot_be_sent_is_put_aside_and_can_be_tried_again(
    room: Watch, post_office: tuple[Post, MailServer]
) -> None:
    post, server = post_office
    post.refusals = TRIES
    subscribe(room, MAIL)
    low(room)
    now = NOW
    for _ in range(TRIES):
        assert deliver_due(room.database, now, Sender(server)) == (0, 1)
        now += LONGEST_WAIT
    assert [(row.status, row.tries) for row in rows(room)] == [(DEAD, TRIES)]
    assert deliver_due(room.database, now, Sender(server)) == (0, 0)
    with room.database.write() as session:
        session.execute(update(DELIVERIES).values(status=WAITING, tries=0, next_try=now))
    assert deliver_due(room.database, now, Sender(server)) == (1, 0)
    assert len({mail["Message-ID"] for mail in post.tries}) == 1


def test_a_worker_that_died_while_sending_is_followed_by_another(
    room: Watch, post_office: tuple[Post, MailServer]
) -> None:
    post, server = post_office
    subscribe(room, MAIL)
    low(room)
    with room.database.write() as session:
        claimed = {"claimed_until": NOW + timedelta(minutes=5), "batch": "the-first", "tries": 1}
        session.execute(update(DELIVERIES).values(**claimed))
    assert deliver_due(room.database, NOW, Sender(server)) == (0, 0)
    assert deliver_due(room.database, NOW + timedelta(minutes=5), Sender(server)) == (1, 0)
    assert post.mails[0]["Message-ID"] == "<the-first@warehouse.example>"


def test_who_unsubscribed_is_told_nothing_more(room: Watch, post_office: tuple[Post, MailServer]) -> None:
    post, server = post_office
    subscribe(room, MAIL)
    low(room)
    with room.database.write() as session:
        session.execute(update(SUBSCRIPTIONS).values(active=False))
    deliver_due(room.database, NOW, Sender(server))
    assert post.tries == [] and rows(room) == []


def test_the_mail_server_wants_the_right_password(post_office: tuple[Post, MailServer]) -> None:
    post, server = post_office
    for password in ("right", "wrong"):
        signed = MailServer(server.host, server.port, "none", "bincard", password, server.sender)
        message = compose(signed, "clerk@example.com", "Hello", ["One"], password, NOW)
        if password == "right":
            send(signed, message)
        else:
            with pytest.raises(SendFailed, match=r"refuses user and password \(535\)"):
                send(signed, message)
        assert password not in repr(signed)
    assert len(post.mails) == 1


def test_a_subject_cannot_smuggle_headers_in() -> None:
    with pytest.raises(SendFailed):
        compose(MailServer("mail.example.com"), "a@b.c\nBcc: x@y.z", "Subject", [], "key", NOW)


# ------------------------------------------------------------------------------------------------- webhooks


def test_a_webhook_hears_of_every_step_signed(room: Watch, listener: Listener) -> None:
    subscribe(room, WEBHOOK, target=listener.url, secret=SECRET)
    part = low(room)
    assert deliver_due(room.database, NOW, Sender(private_networks=True)) == (1, 0)
    ((headers, body, path),) = listener.got
    assert path == "/in?from=bincard" and headers["content-type"] == "application/json"
    stamp = int(headers["x-bincard-timestamp"])
    assert stamp == int(NOW.timestamp())
    assert headers["x-bincard-signature"] == signature(SECRET, stamp, body)
    assert signature(SECRET, stamp + 1, body) != headers["x-bincard-signature"]
    told = json.loads(body)
    assert told["id"] == headers["idempotency-key"]
    (change,) = told["changes"]
    assert change["what"] == "opened" and change["alert"]["part"] == part and change["alert"]["severity"] == "warning"
    room.item(part, 100)
    room.look("low_stock")
    deliver_due(room.database, NOW, Sender(private_networks=True))
    assert json.loads(listener.got[1][1])["changes"][0]["what"] == "recovered"


def test_a_webhook_that_fails_is_tried_again_with_its_key_and_followed_nowhere(room: Watch, listener: Listener) -> None:
    listener.answers = [500, 302]
    subscribe(room, WEBHOOK, target=listener.url, secret=SECRET)
    low(room)
    now = NOW
    for expected in ((0, 1), (0, 1), (1, 0)):
        assert deliver_due(room.database, now, Sender(private_networks=True)) == expected
        now += timedelta(minutes=10)
    assert len({headers["idempotency-key"] for headers, _, _ in listener.got}) == 1
    assert len(listener.got) == 3


def test_private_networks_are_closed_to_webhooks_unless_allowed(room: Watch, listener: Listener) -> None:
    subscribe(room, WEBHOOK, target=listener.url, secret=SECRET)
    low(room)
    assert deliver_due(room.database, NOW, Sender()) == (0, 1)
    assert listener.got == [] and "https" in rows(room)[0].last_error
    with pytest.raises(SendFailed, match="is in a private network"):  # a name for 127.0.0.1 that looks like none
        post(Webhook(f"https://2130706433:{listener.server_port}/", SECRET), b"{}", 0, "key")
    for url in ("https://127.0.0.1/", "https://192.168.0.1/", "https://[fd00::1]/", "https://169.254.169.254/"):
        assert check_target(url, private_allowed=False) == "Webhooks to private networks are not allowed."
    assert check_target("https://hooks.example.com/x", private_allowed=False) is None


def test_a_signature_is_what_the_page_says() -> None:
    """The example of docs/alerts.md."""
    told = "v1=97926816e98fbb41ccb1673225ff29a2f35369099990e1b1561651e7bd097ebf"
    assert signature("s3cret", 1700000000, b"{}") == told


def test_waits_double_and_end_at_six_hours() -> None:
    waits = [wait_before(tries) for tries in range(1, 12)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert waits == sorted(waits) and waits[-1] == LONGEST_WAIT
