"""A change is looked at soon after its commit; what goes wrong in the server is told too; jobs do the rest."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition
from time import monotonic

import httpx
import pytest

from server.alerts.checking import check_all
from server.alerts.following import Follower, catch_up
from server.db.session import Overtaken
from server.events.recorder import record_events
from server.jobs.declaring import JobFailed, Work
from server.jobs.tasks.alerts import check_alerts, deliver_alerts, prune_alerts, sender_of
from server.rest.access import Public
from server.rest.context import Context
from server.rest.resource import Endpoint, Route
from tests.server.resources.stock_shop import Shop
from tests.serving import Running, running

OWN = "../plugin/bincard/"  # clients are at /api/


def kinds_of(client: httpx.Client, part: int) -> set[str]:
    return {one["kind"] for one in client.get(f"{OWN}alert/", params={"part": part, "unresolved": True}).json()}


def until(server: Running, happens: Callable[[], bool]) -> None:
    """Wait for something that a commit brings: asked after each commit."""
    bell = Condition()
    rung = []

    def ring() -> None:
        with bell:
            rung.append(1)
            bell.notify_all()

    listeners = record_events(server.database).listeners
    listeners.append(ring)
    end = monotonic() + 20
    try:
        while not happens():
            assert monotonic() < end, "it did not happen"
            with bell:
                bell.wait(0.2)
    finally:
        listeners.remove(ring)


@pytest.fixture
def server_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_what_changes_is_looked_at_after_the_commit(server_dir: Path, empty_template: Path) -> None:
    with running(server_dir, empty_template) as server, server.client() as admin:
        assert catch_up(server.database, datetime.now(UTC)) is False
        follower = Follower(server.database)
        record_events(server.database).listeners.append(follower.wake)
        server.api.closing.append(follower.close)
        follower.start()
        shop = Shop(admin)
        part = shop.part(minimum_stock=20)
        until(server, lambda: kinds_of(admin, part) == {"out_of_stock"})
        item = shop.item(part, 5)
        until(server, lambda: kinds_of(admin, part) == {"low_stock"})
        assert shop.act("add", {"pk": item, "quantity": 40}).status_code in (200, 201)
        until(server, lambda: kinds_of(admin, part) == set())
        place = shop.location()
        level = {"part": part, "location": place, "minimum": 3}
        assert admin.post(f"{OWN}location-level/", json=level).status_code == 201
        until(server, lambda: kinds_of(admin, part) == {"location_low"})


def test_requests_that_fail_and_transactions_that_struggle_are_told(server_dir: Path, empty_template: Path) -> None:
    def broken(context: Context) -> None:
        raise ZeroDivisionError

    with running(server_dir, empty_template) as server, server.client() as admin:
        path = "/plugin/bincard/broken/"
        server.api.add(path, Endpoint(path=path, access=Public(), methods={"GET": Route(broken)}))
        assert [admin.get(f"{server.url}{path}").status_code for _ in range(5)] == [500] * 5
        for _ in range(20):
            tries = iter(range(9))

            def struggle(session: object, tries: object = tries) -> int:
                if (number := next(tries)) < 4:  # type: ignore[call-overload]
                    raise Overtaken
                return int(number)

            assert server.database.run_write(struggle) == 4
        check_all(server.database, datetime.now(UTC), kinds=["server_trouble"])
        told = admin.get(f"{OWN}alert/", params={"kind": "server_trouble", "ordering": "-severity"}).json()
        assert [one["message"] for one in told] == [
            "5 requests failed within an hour; see the log",
            "20 transactions had to be run again several times within an hour",
        ]
        later = datetime.now(UTC) + timedelta(days=2)
        assert prune_alerts.run(Work(server.database, server.settings, {}, later)) == {"deliveries": 0, "faults": 25}
        checked = check_alerts.run(Work(server.database, server.settings, {}, later))
        assert checked["recovered"] == 2
        assert deliver_alerts.run(Work(server.database, server.settings, {}, later)) == {"sent": 0, "failed": 0}


def test_the_password_of_the_mail_server_comes_from_a_file(tmp_path: Path) -> None:
    from tests.serving import settings_for

    secret = tmp_path / "password"
    secret.write_text("from a file\n")
    settings = settings_for(tmp_path, mail_host="mail.example.com", mail_password_file=secret)
    server = sender_of(settings).mail_server
    assert server is not None and server.password == "from a file" and "from a file" not in repr(settings)
    assert sender_of(settings_for(tmp_path)).mail_server is None
    with pytest.raises(JobFailed, match="FileNotFoundError"):
        sender_of(settings_for(tmp_path, mail_host="x", mail_password_file=tmp_path / "none"))
