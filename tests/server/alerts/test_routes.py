"""The routes of alerts: who sees and does what, subscriptions, levels, rules, deliveries."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from server.alerts.checking import check_all, check_changed
from server.alerts.telling import DELIVERIES
from server.db.models.bincard import SignInFailure
from tests.server.resources.people import People, people
from tests.server.resources.stock_shop import Shop

OWN = "../plugin/bincard/"  # clients are at /api/


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def admin(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


def low_part(folk: People, admin: httpx.Client) -> tuple[int, int, int]:
    """A part that is low, its item and its alert."""
    shop = Shop(admin)
    part = shop.part(minimum_stock=20)
    item = shop.item(part, 5, location=shop.location())
    check_changed(folk.server.database, datetime.now(UTC), {"part": [part]})
    (alert,) = admin.get(f"{OWN}alert/", params={"part": part}).json()
    return part, item, int(alert["pk"])


def test_an_alert_says_what_is_wrong_and_what_to_do(folk: People, admin: httpx.Client) -> None:
    part, _, alert = low_part(folk, admin)
    (listed,) = admin.get(f"{OWN}alert/", params={"part": part, "kind": "low_stock", "state": "open,snoozed"}).json()
    assert listed["product"] == listed["part"] == part and listed["alert_type"] == "Low stock"
    assert listed["severity_text"] == "Critical" and listed["state_text"] == "Open" and listed["times_seen"] == 1
    assert listed["figures"] == {"have": 5.0, "want": 20.0, "in_stock": 5.0, "on_order": 0.0, "promised": 0.0}
    assert listed["action"] == {"do": "order", "model": "part", "pk": part} and listed["sent_at"]
    assert "history" not in listed
    (opened,) = admin.get(f"{OWN}alert/{alert}/").json()["history"]
    assert opened["what"] == "opened" and opened["user"] is None
    page = admin.get(f"{OWN}alert/", params={"limit": 1, "unresolved": True, "ordering": "-severity"}).json()
    assert page["count"] >= 1 and len(page["results"]) == 1
    assert admin.get(f"{OWN}alert/", params={"state": "lost"}).status_code == 400
    assert admin.get(f"{OWN}alert/", params={"part": part, "severity": "info,warning"}).json() == []
    assert admin.get(f"{OWN}alert/", params={"part": part, "minimum_severity": 30}).json()


def test_it_is_acknowledged_snoozed_and_resolved(folk: People, admin: httpx.Client) -> None:
    part, _, alert = low_part(folk, admin)
    body = {"alerts": [alert, 999_999], "note": "on it"}
    done = admin.post(f"{OWN}alert/acknowledge/", json=body).json()
    assert done == {"changed": [alert], "refused": [{"alert": 999_999, "reason": "There is no such alert."}]}
    again = admin.post(f"{OWN}alert/acknowledge/", json={"alerts": [alert]}).json()
    assert again["refused"] == [{"alert": alert, "reason": "It is acknowledged already."}]
    assert admin.get(f"{OWN}alert/{alert}/").json()["acknowledged_by_name"] == "admin"
    assert admin.post(f"{OWN}alert/snooze/", json={"alerts": [alert]}).status_code == 400
    assert admin.post(f"{OWN}alert/snooze/", json={"alerts": [alert], "until": "2020-01-01T00:00"}).status_code == 400
    assert admin.post(f"{OWN}alert/snooze/", json={"alerts": [alert], "hours": 2}).json()["changed"] == [alert]
    told = admin.get(f"{OWN}alert/{alert}/").json()
    assert told["state_text"] == "Snoozed" and told["snoozed_until"]
    assert admin.post(f"{OWN}alert/resolve/", json={"alerts": [alert]}).json()["changed"] == [alert]
    told = admin.get(f"{OWN}alert/{alert}/").json()
    assert told["resolved_by_name"] == "admin" and told["recovered"] is False
    assert [(step["what"], step["note"]) for step in told["history"]] == [
        ("opened", ""), ("acknowledged", "on it"), ("snoozed", ""), ("resolved", ""),
    ]  # fmt: skip
    refused = admin.post(f"{OWN}alert/resolve/", json={"alerts": [alert]}).json()["refused"]
    assert refused == [{"alert": alert, "reason": "It is resolved already."}]
    assert admin.get(f"{OWN}alert/", params={"part": part, "unresolved": True}).json() == []


def test_roles_decide_who_sees_and_who_acts(folk: People, admin: httpx.Client) -> None:
    _, _, alert = low_part(folk, admin)
    with folk.as_user("seller", roles={"sales_order": ("view", "change")}) as seller:
        assert seller.get(f"{OWN}alert/").json() == []
        assert seller.get(f"{OWN}alert/{alert}/").status_code == 404
        refused = seller.post(f"{OWN}alert/acknowledge/", json={"alerts": [alert]}).json()["refused"]
        assert refused == [{"alert": alert, "reason": "There is no such alert."}]
    with folk.as_user("looker", roles={"stock": ("view",)}) as looker:
        assert looker.get(f"{OWN}alert/{alert}/").status_code == 200
        refused = looker.post(f"{OWN}alert/acknowledge/", json={"alerts": [alert]}).json()["refused"]
        assert refused == [{"alert": alert, "reason": "Your role does not allow it."}]
    with folk.as_user("clerk", roles={"stock": ("view", "change")}) as clerk:
        assert clerk.post(f"{OWN}alert/acknowledge/", json={"alerts": [alert]}).json()["changed"] == [alert]


def test_failed_sign_ins_are_for_staff(folk: People, admin: httpx.Client) -> None:
    with folk.server.database.write() as session:
        now = datetime.now(UTC)
        session.add_all([SignInFailure(username="mallory", address=f"10.9.0.{n}", time=now) for n in range(10)])
    check_all(folk.server.database, datetime.now(UTC), kinds=["sign_ins"])
    with folk.as_user("worker", roles={"stock": ("view", "change")}) as worker:
        assert worker.get(f"{OWN}alert/", params={"kind": "sign_ins"}).json() == []
        kinds = {rule["kind"] for rule in worker.get(f"{OWN}alert-rule/").json()}
        assert "low_stock" in kinds and "sign_ins" not in kinds and "purchase_overdue" not in kinds
    with folk.as_user("chief", staff=True) as chief:
        (one,) = chief.get(f"{OWN}alert/").json()
        assert one["kind"] == "sign_ins" and one["message"] == "10 sign-ins of user mallory failed within an hour"
        assert chief.post(f"{OWN}alert/acknowledge/", json={"alerts": [one["pk"]]}).json()["changed"] == [one["pk"]]


def test_the_summary_counts_what_one_may_see(folk: People, admin: httpx.Client) -> None:
    with folk.as_user("empty") as nobody:
        told = nobody.get(f"{OWN}alert/summary/").json()
        assert told["unresolved"] == 0 and told["by_kind"] == [] and told["per_hour"] == [0] * 24
    before = admin.get(f"{OWN}alert/summary/").json()
    low_part(folk, admin)
    after = admin.get(f"{OWN}alert/summary/").json()
    assert after["unresolved"] == before["unresolved"] + 1 and after["open"] == before["open"] + 1
    assert after["by_severity"]["critical"] == before["by_severity"]["critical"] + 1
    assert after["per_hour"][-1] == before["per_hour"][-1] + 1 and len(after["per_hour"]) == 24
    assert {one["kind"]: one["open"] for one in after["by_kind"]}["low_stock"] >= 1


def test_levels_are_kept_and_checked(folk: People, admin: httpx.Client) -> None:
    shop = Shop(admin)
    part, place = shop.part(), shop.location()
    level = {"part": part, "location": place, "minimum": 5, "maximum": 9}
    made = admin.post(f"{OWN}location-level/", json=level)
    assert made.status_code == 201 and made.json()["minimum"] == 5 and made.json()["part_name"]
    assert admin.post(f"{OWN}location-level/", json=level).status_code == 400
    pk = made.json()["pk"]
    bad = admin.patch(f"{OWN}location-level/{pk}/", json={"maximum": 4})
    assert bad.json() == {"maximum": ["The maximum is less than the minimum."]}
    check_changed(folk.server.database, datetime.now(UTC), {"part": [part]})
    (alert,) = admin.get(f"{OWN}alert/", params={"part": part}).json()
    assert alert["kind"] == "location_low" and alert["location"] == place
    assert alert["action"] == {"do": "transfer", "model": "part", "pk": part}
    assert admin.get(f"{OWN}alert/", params={"location": place}).json()[0]["pk"] == alert["pk"]
    with folk.as_user("viewer", roles={"stock": ("view",)}) as viewer:
        assert viewer.get(f"{OWN}location-level/", params={"part": part}).json()[0]["pk"] == pk
        assert viewer.patch(f"{OWN}location-level/{pk}/", json={"minimum": 1}).status_code == 403
    assert admin.delete(f"{OWN}location-level/{pk}/").status_code == 204


def test_rules_tell_their_thresholds_and_settings_are_checked(folk: People, admin: httpx.Client) -> None:
    path = "plugins/bincard/settings/ALERT_EXPIRING_DAYS/"
    refused = admin.patch(path, json={"value": "soon"})
    assert refused.status_code == 400 and "Enter a number from 1 to 3650 (days)." in refused.text
    assert admin.patch(path, json={"value": "45"}).json()["units"] == "days"
    assert admin.patch("plugins/bincard/settings/ALERT_STALE/", json={"value": "no"}).status_code == 200
    check_all(folk.server.database, datetime.now(UTC), kinds=["expiring"])
    rules = {rule["kind"]: rule for rule in admin.get(f"{OWN}alert-rule/").json()}
    (days,) = rules["expiring"]["thresholds"]
    assert (days["value"], days["default"], days["units"]) == (45, 30, "days")
    assert rules["expiring"]["enabled"] and not rules["stale"]["enabled"]
    assert rules["expiring"]["last_run"]["error"] == "" and rules["expiring"]["last_run"]["found"] == 0


def test_subscriptions_are_ones_own_and_webhooks_are_for_staff(folk: People, admin: httpx.Client) -> None:
    hook = {"channel": "webhook", "target": "https://alerts.example.com/in", "secret": "s" * 16}
    with folk.as_user("reader", roles={"stock": ("view",)}) as reader:
        made = reader.post(f"{OWN}alert-subscription/", json={"channel": "email", "kinds": ["low_stock"]})
        assert made.status_code == 201 and made.json()["kinds"] == ["low_stock"]
        assert reader.post(f"{OWN}alert-subscription/", json={"channel": "email"}).status_code == 400
        bad = reader.post(f"{OWN}alert-subscription/", json={"channel": "board", "kinds": ["moon"]})
        assert bad.json() == {"kinds": ["A list of kinds is wanted; empty for all."]}
        assert reader.post(f"{OWN}alert-subscription/", json=hook).status_code == 403
        pk = made.json()["pk"]
    assert admin.get(f"{OWN}alert-subscription/{pk}/").status_code == 404
    for target in ("http://alerts.example.com/", "https://127.0.0.1/", "https://10.0.0.1/", "https://localhost/x",
                   "https://[::1]/", "https://user:pass@example.com/", "ftp://example.com/"):  # fmt: skip
        answer = admin.post(f"{OWN}alert-subscription/", json={**hook, "target": target})
        assert answer.status_code == 400 and "target" in answer.json(), target
    assert "secret" in admin.post(f"{OWN}alert-subscription/", json={**hook, "secret": "short"}).json()
    answer = admin.post(f"{OWN}alert-subscription/", json=hook)
    assert answer.status_code == 201 and "secret" not in answer.json()
    assert admin.delete(f"{OWN}alert-subscription/{answer.json()['pk']}/").status_code == 204


def test_notifications_come_once_and_dead_deliveries_are_tried_again(folk: People, admin: httpx.Client) -> None:
    with folk.as_user("told", roles={"stock": ("view",)}) as told:
        for channel in ("notification", "email"):
            assert told.post(f"{OWN}alert-subscription/", json={"channel": channel}).status_code == 201
        part, _, alert = low_part(folk, admin)
        check_changed(folk.server.database, datetime.now(UTC), {"part": [part]})
        (message,) = told.get("notifications/").json()
        assert message["category"] == "alert.low_stock" and message["target"]["model_id"] == part
        assert told.get(f"{OWN}alert-delivery/").status_code == 403
    sent = admin.get(f"{OWN}alert-delivery/", params={"channel": "notification"}).json()[0]
    assert (sent["alert"], sent["status_text"], sent["user_name"]) == (alert, "sent", "told")
    (mail,) = admin.get(f"{OWN}alert-delivery/", params={"channel": "email", "user": sent["user"]}).json()
    assert mail["status_text"] == "waiting"
    retry = {"deliveries": [mail["pk"]]}
    assert admin.post(f"{OWN}alert-delivery/retry/", json=retry).json() == {"retried": [], "refused": [mail["pk"]]}
    with folk.server.database.write() as session:
        session.execute(update(DELIVERIES).where(DELIVERIES.c.pk == mail["pk"]).values(status=30, tries=10))
    assert [one["pk"] for one in admin.get(f"{OWN}alert-delivery/", params={"status": "dead"}).json()] == [mail["pk"]]
    assert admin.post(f"{OWN}alert-delivery/retry/", json=retry).json() == {"retried": [mail["pk"]], "refused": []}
    assert admin.get(f"{OWN}alert-delivery/{mail['pk']}/").json()["tries"] == 0
