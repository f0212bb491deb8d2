"""The life of an alert: one for each cause whoever looks, closing by itself, coming back, getting worse."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from server.actions.counting.planner import flagged_items
from server.alerts.deeds import Deed, do
from server.db.migrate import migrate
from server.db.models.part import Part
from server.db.models.stock import StockItem
from server.db.session import Database
from server.domain.alert_life import Found, Severity, Standing, State, plain, refusal_of, steps
from server.domain.stock import By
from tests.server.alerts.watch import NOW, Watch

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Watch]:
    database = Database(f"sqlite:///{tmp_path}/bincard.sqlite3", synchronous="OFF")
    migrate(database)
    yield Watch(database)
    database.close()


def set_quantity(room: Watch, item: int, quantity: int) -> None:
    with room.database.write() as session:
        session.execute(update(StockItem).where(StockItem.pk == item).values(quantity=Decimal(quantity)))


def act(room: Watch, name: str, alert: int, **more: object) -> None:
    with room.database.write() as session:
        deed = Deed(name, until=NOW + timedelta(hours=2) if name == "snooze" else None)
        done = do(session, deed, [alert], By(room.user, NOW), lambda kind: True, lambda kind: True)
        assert done.changed == [alert]


def test_it_opens_closes_by_itself_and_opens_again(room: Watch) -> None:
    part = room.part(minimum_stock=Decimal(20))
    item = room.item(part, 15)
    assert room.changed(part=part).opened == 1
    assert room.changed(part=part).opened == 0
    (alert,) = room.alerts()
    set_quantity(room, item, 25)
    assert room.changed(part=part).recovered == 1
    assert room.alerts() == []
    (closed,) = room.alerts(resolved=True)
    assert closed.recovered and closed.resolved_by_id is None and closed.resolved_at == NOW
    assert room.steps(alert.pk) == ["opened", "recovered"]
    set_quantity(room, item, 15)
    assert room.look("low_stock")["low_stock"].opened == 1
    (again,) = room.alerts()
    assert again.pk != alert.pk and again.times_seen == 2


def test_a_snoozed_alert_comes_back_while_its_cause_stands(room: Watch) -> None:
    part = room.part(minimum_stock=Decimal(20))
    item = room.item(part, 15)
    room.changed(part=part)
    (alert,) = room.alerts()
    act(room, "snooze", alert.pk)
    room.look("low_stock", now=NOW + timedelta(hours=1))
    assert room.alerts()[0].state == State.SNOOZED
    assert room.look("low_stock", now=LATER)["low_stock"].opened == 1
    (back,) = room.alerts()
    assert (back.state, back.sent_at, back.snoozed_until) == (State.OPEN, LATER, None)
    act(room, "snooze", alert.pk)
    set_quantity(room, item, 25)
    room.look("low_stock", now=LATER)
    assert room.steps(alert.pk) == ["opened", "snoozed", "returned", "snoozed", "recovered"]


def test_an_alert_that_gets_worse_is_open_again(room: Watch) -> None:
    part = room.part(minimum_stock=Decimal(20))
    item = room.item(part, 15)
    room.changed(part=part)
    (alert,) = room.alerts()
    act(room, "acknowledge", alert.pk)
    set_quantity(room, item, 14)
    room.changed(part=part)
    (same,) = room.alerts()
    assert same.state == State.ACKNOWLEDGED and same.figures["have"] == 14
    set_quantity(room, item, 2)
    room.changed(part=part)
    (worse,) = room.alerts()
    assert (worse.state, worse.severity, worse.acknowledged_by_id) == (State.OPEN, Severity.CRITICAL, None)


def test_what_was_resolved_by_hand_comes_again_only_where_it_can_be_put_right(room: Watch) -> None:
    part = room.part(minimum_stock=Decimal(20))
    room.item(part, 15_000)
    room.removed(part, 4, 5, 6, 5, 4, 6, 5, 5, 4, 6, 900, first_days_ago=20)
    low = room.part("Low", minimum_stock=Decimal(20))
    room.item(low, 15)
    room.look("low_stock", "unusual_movement")
    for alert in room.alerts():
        act(room, "resolve", alert.pk)
    room.look("low_stock", "unusual_movement", now=LATER)
    assert [one.kind for one in room.alerts()] == ["low_stock"]
    assert len(room.alerts("unusual_movement", resolved=True)) == 1


def test_a_kind_that_is_switched_off_has_no_alerts(room: Watch) -> None:
    part = room.part(minimum_stock=Decimal(20))
    room.item(part, 15)
    room.look("low_stock")
    room.setting("ALERT_LOW_STOCK", "no")
    room.look("low_stock")
    assert room.alerts() == []


def test_variants_count_for_their_template_and_a_change_of_one_reaches_it(room: Watch) -> None:
    template = room.part("Shirt", is_template=True, minimum_stock=Decimal(20))
    variant = room.part("Shirt red", variant_of_id=template)
    item = room.item(variant, 30)
    room.look("low_stock", "out_of_stock")
    assert room.alerts() == []
    set_quantity(room, item, 10)
    room.changed(part=variant)
    (alert,) = room.alerts("low_stock")
    assert alert.part_id == template and alert.figures["in_stock"] == 10


def test_an_alert_ends_with_what_it_is_about(room: Watch) -> None:
    part = room.part(minimum_stock=Decimal(20))
    room.item(part, 15)
    room.look("low_stock")
    with room.database.write() as session:
        session.delete(session.get_one(Part, part))
    room.look("low_stock")
    (alert,) = room.alerts(resolved=True)
    assert alert.recovered and alert.part_id is None


def test_many_who_look_at_once_open_one_alert_for_each_cause(database: Database) -> None:
    """Full and partial checks side by side, on each database: the database itself allows no second one."""
    room = Watch(database)
    parts = [room.part(f"Part {number}", minimum_stock=Decimal(20)) for number in range(6)]
    items = [room.item(part, 15) for part in parts]

    def everyone() -> None:
        with ThreadPoolExecutor(6) as pool:
            looks: list[Future[Any]] = [pool.submit(room.look, "low_stock") for _ in range(3)]
            looks += [pool.submit(room.changed, part=part) for part in parts[:4]]
            for look in looks:
                look.result()

    everyone()
    assert sorted(alert.part_id for alert in room.alerts()) == parts
    assert len(room.alerts(resolved=True)) == 6
    for item in items:
        set_quantity(room, item, 30)
    everyone()
    assert room.alerts() == []
    assert [room.steps(alert.pk) for alert in room.alerts(resolved=True)] == [["opened", "recovered"]] * 6


def test_an_item_whose_record_is_in_doubt_is_due_to_be_counted(room: Watch) -> None:
    rack = room.location("Rack", structural=True)
    item = room.item(room.part(), 5, rack)
    room.look("impossible_record")
    with room.database.read() as connection:
        assert flagged_items(connection) == {item}
    with room.database.write() as session:
        session.execute(update(StockItem).where(StockItem.pk == item).values(stocktake_date=NOW.date()))
    with room.database.read() as connection:
        assert flagged_items(connection) == set()


# ------------------------------------------------------------------------------------------------- properties

severities = st.sampled_from(list(Severity))
causes = st.sampled_from(["a", "b", "c", "d"])
founds = st.dictionaries(causes, st.builds(lambda s, n: (s, n), severities, st.integers(0, 3)), max_size=4).map(
    lambda told: {cause: Found(cause, s, f"{n} left", {"have": n}) for cause, (s, n) in told.items()}
)
standings = st.dictionaries(
    causes,
    st.builds(
        lambda s, state, n, h: (s, state, n, h), severities,
        st.sampled_from([State.OPEN, State.ACKNOWLEDGED, State.SNOOZED]), st.integers(0, 3), st.integers(-2, 2),
    ),
    max_size=4,
).map(
    lambda told: {
        cause: Standing(
            number, int(s), int(state), f"{n} left", {"have": n},
            NOW + timedelta(hours=h) if state == State.SNOOZED else None,
        )
        for number, (cause, (s, state, n, h)) in enumerate(told.items())
    }
)  # fmt: skip


@given(standings, founds)
def test_each_cause_gets_at_most_one_step_and_afterwards_alerts_are_the_causes(
    known: dict[str, Standing], found: dict[str, Found]
) -> None:
    made = steps(known, found, NOW)
    assert {step.found.cause for step in made if step.what == "opened" and step.found} == set(found) - set(known)
    gone = {step.alert.pk for step in made if step.what == "recovered" and step.alert}
    assert gone == {alert.pk for cause, alert in known.items() if cause not in found}
    touched = [step.alert.pk for step in made if step.alert is not None]
    assert len(touched) == len(set(touched))
    after = {
        cause: Standing(alert.pk, int(one.severity), int(alert.state), one.message, one.figures)
        for cause, one in found.items()
        for alert in [known.get(cause, Standing(-1, 0, State.OPEN, "", {}))]
    }
    assert steps(after, found, NOW) == []


@given(st.text())
def test_messages_hold_no_control_characters(text: str) -> None:
    assert plain(text).isprintable() and len(plain(text)) <= 500


def test_what_can_be_done_to_an_alert() -> None:
    refused = {(deed, state) for deed in ("acknowledge", "snooze", "resolve") for state in State
               if refusal_of(deed, state) is not None}  # fmt: skip
    over = {(deed, State.RESOLVED) for deed in ("acknowledge", "snooze", "resolve")}
    assert refused == {*over, ("acknowledge", State.ACKNOWLEDGED)}
