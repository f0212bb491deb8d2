"""The stream of events: what it tells whom, and that nothing is lost or told twice."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text, update

from server.db.changes import Actor, acting
from server.db.models.common import ProjectCode
from server.db.models.stock import StockLocation
from server.db.models.users import ApiToken
from tests.server.events.listening import PATH, opened
from tests.server.resources.people import People, people


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


def add_location(folk: People, name: str) -> int:
    with folk.server.database.write() as session:
        row = StockLocation(name=name)
        session.add(row)
        session.flush()
        return int(row.pk)


def here(folk: People, path: str = "events/") -> str:
    return f"{folk.server.url}{PATH.removesuffix('events/')}{path}"


def test_a_change_reaches_the_stream_with_who_and_what(folk: People) -> None:
    with folk.client("admin") as admin, opened(folk.server.url, folk.token("admin"), kind="stock") as stream:
        stream.begun()
        pk = admin.post("stock/location/", json={"name": "Shelf"}).json()["pk"]
        admin.patch(f"stock/location/{pk}/", json={"name": "Rack", "description": "tall"})
        made, renamed = stream.events(2)
    assert (made["event"], made["model"], made["pk"], made["action"]) == ("stock", "stocklocation", pk, "created")
    assert (made["username"], made["origin"]) == ("admin", "POST /api/stock/location/")
    assert renamed["changes"] == {"name": ["Shelf", "Rack"], "description": None}
    assert renamed["about"] == {"name": "Rack"} and renamed["id"] > made["id"]


def test_a_hundred_cuts_lose_and_repeat_nothing(folk: People) -> None:
    token = folk.token("admin")
    with opened(folk.server.url, token) as stream:
        last = stream.begun().last
    names = [f"cut {number}" for number in range(300)]

    def write() -> None:
        for name in names:
            add_location(folk, name)

    writer = threading.Thread(target=write)
    writer.start()
    heard: list[str] = []
    for cut in range(100):
        with opened(folk.server.url, token, last, model="stocklocation") as stream:
            heard += [event["about"]["name"] for event in stream.events(1 + cut % 5 if len(heard) < 280 else 0)]
            last = stream.last
    writer.join()
    with opened(folk.server.url, token, last, model="stocklocation") as stream:
        heard += [event["about"]["name"] for event in stream.events(len(names) - len(heard))]
    assert heard == names


def test_each_is_told_what_his_roles_let_him_see(folk: People) -> None:
    folk.make("clerk", roles={"purchase_order": ["view"]})
    with opened(folk.server.url, folk.token("clerk")) as stream, folk.client("admin") as admin:
        stream.begun()
        admin.post("stock/location/", json={"name": "hidden"})
        admin.post("user/", json={"username": "nina", "first_name": "N", "last_name": "N", "email": "n@example.com"})
        pk = admin.post("company/", json={"name": "Supplier", "is_supplier": True}).json()["pk"]
        (event,) = stream.events(1)
    assert (event["model"], event["pk"]) == ("company", pk)
    with folk.client("clerk") as clerk:
        polled = clerk.get(here(folk), params={"after": 0, "limit": 1000}).json()
        listed = clerk.get(here(folk, "event/")).json()
    assert {one["model"] for one in polled["results"]} == {one["model"] for one in listed} == {"company"}


def test_staff_see_whose_streams_are_open(folk: People) -> None:
    folk.make("watcher", roles={"stock_location": ["view"]})
    with opened(folk.server.url, folk.token("watcher")) as one, opened(folk.server.url, folk.token("watcher")) as other:
        one.begun()
        other.begun()
        with folk.client("admin") as admin, folk.client("watcher") as watcher:
            told = admin.get(here(folk, "streams/")).json()
            assert watcher.get(here(folk, "streams/")).status_code == 403
    assert {user["username"]: user["streams"] for user in told["users"]}["watcher"] == 2
    assert told["open"] == sum(user["streams"] for user in told["users"]) <= told["most"]


def test_without_a_role_there_is_no_stream(folk: People) -> None:
    folk.make("nobody")
    with opened(folk.server.url, folk.token("nobody")) as stream:
        assert stream.answer.status_code == 403


def test_secrets_are_not_told(folk: People) -> None:
    with folk.client("admin") as admin:
        made = {"username": "sesam", "first_name": "S", "last_name": "S", "email": "s@example.com"}
        pk = admin.post("user/", json=made).json()["pk"]
        admin.patch(f"user/{pk}/set-password/", json={"password": "Open-Sesame-81!"})
        token = folk.token("sesam")
        told = admin.get(here(folk), params={"after": 0, "kind": "user", "limit": 1000}).text
        (changed,) = admin.get(here(folk, "event/"), params={"model": "user", "object": pk, "action": "changed"}).json()
    assert changed["changes"] == {"password": None}
    with folk.server.database.read() as connection:
        secrets = [*connection.execute(select(ApiToken.key_hash)).scalars(), "Open-Sesame", "argon2", token]
    assert '"apitoken"' in told and not [secret for secret in secrets if secret in told]


def test_revoking_the_token_ends_the_stream(folk: People) -> None:
    folk.make("leaver", roles={"stock_location": ["view"]})
    with opened(folk.server.url, folk.token("leaver")) as stream:
        stream.begun()
        with folk.server.database.write() as session:
            owner = text("user_id = (select pk from auth_user where username = 'leaver')")
            session.execute(update(ApiToken).where(owner).values(revoked=True))
        add_location(folk, "after the revocation")
        assert [data for _, data in stream.blocks() if data] == []


def test_who_comes_back_too_late_is_told_so(folk: People) -> None:
    for number in range(3):
        add_location(folk, f"late {number}")
    with folk.client("admin") as admin:
        newest = admin.get(here(folk)).json()["last"]
        ahead = admin.get(here(folk), params={"after": newest + 1000}).json()
        assert (ahead["reset"], ahead["last"], ahead["results"]) == (True, newest, [])
    with opened(folk.server.url, folk.token("admin"), str(newest + 1000)) as stream:
        (event,) = stream.events(1)
    assert event["event"] == "reset" and event["newest"] >= newest


def test_polling_goes_on_from_where_it_was(folk: People) -> None:
    with folk.client("admin") as admin:
        after = admin.get(here(folk)).json()["last"]
        keys = [add_location(folk, f"poll {number}") for number in range(5)]
        heard: list[int] = []
        more = True
        while more:
            answer = admin.get(here(folk), params={"after": after, "limit": 2, "model": "stocklocation"}).json()
            heard += [event["pk"] for event in answer["results"]]
            after, more = answer["last"], answer["more"]
        assert heard == keys
        assert admin.get(here(folk), params={"after": "x"}).status_code == 400
        assert admin.get(here(folk), params={"kind": "weather"}).json() == {"kind": ["Unknown: weather."]}


def test_what_is_rolled_back_and_what_is_not_watched_tell_nothing(folk: People) -> None:
    with folk.client("admin") as admin:
        after = admin.get(here(folk)).json()["last"]
        with pytest.raises(ZeroDivisionError), folk.server.database.write() as session:
            session.add(StockLocation(name="never"))
            session.flush()
            _ = 1 / 0
        with folk.server.database.write() as session:
            session.add(ProjectCode(code=f"P{datetime.now(UTC).timestamp()}"))
        assert admin.get(here(folk), params={"after": after, "kind": "stock"}).json()["results"] == []


def test_the_one_at_work_is_named(folk: People) -> None:
    with folk.client("admin") as admin:
        after = admin.get(here(folk)).json()["last"]
        with acting(Actor(origin="job tidy_up")):
            add_location(folk, "by a job")
        (event,) = admin.get(here(folk), params={"after": after, "model": "stocklocation"}).json()["results"]
    assert (event["user"], event["username"], event["origin"]) == (None, "", "job tidy_up")


def test_too_many_streams_are_refused(folk: People) -> None:
    folk.make("greedy", roles={"stock": ["view"]})
    hub = folk.server.api.services.events
    pk = folk.make("greedy", roles={"stock": ["view"]})
    hub.open[pk] = hub.limits.per_user
    try:
        with opened(folk.server.url, folk.token("greedy")) as stream:
            assert stream.answer.status_code == 429 and stream.answer.headers["retry-after"]
    finally:
        del hub.open[pk]


def test_a_reader_that_does_not_read_delays_nobody(folk: People) -> None:
    token = folk.token("admin")
    with opened(folk.server.url, token) as slow, opened(folk.server.url, token) as quick:
        slow.begun()
        first = quick.begun().last
        with folk.server.database.write() as session:
            session.add_all(StockLocation(name=f"{number} {'x' * 90}", external=False) for number in range(4000))
        assert len(quick.events(4000)) == 4000
        ids = [event["id"] for event in slow.events(4000)]
    assert first is not None and ids == sorted(set(ids)) and len(ids) == 4000


def test_strangers_hear_nothing(folk: People) -> None:
    headers = {"Accept": "text/event-stream"}
    assert httpx.get(here(folk), headers=headers).status_code == 401
