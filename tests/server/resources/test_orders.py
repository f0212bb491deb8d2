"""Orders of all kinds over the wire: references, rules, copies, what goes with them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from server.db.models.common import Attachment, InvenTreeCustomUserStateModel, Parameter, ParameterTemplate
from server.db.models.company import Address, Contact
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem, SalesOrder, SalesOrderShipment
from server.db.models.users import Owner, UserGroup
from server.rest.context import Caller, Context, Incoming
from tests.server.resources.order_desk import Desk
from tests.server.resources.people import People, people
from tests.server.resources.stock_shop import Shop

NUMBERS = count(5000)
TODAY = date.today()
KINDS = {"po": ("PO", "supplier"), "so": ("SO", "customer"), "ro": ("RMA", "customer"), "transfer-order": ("TO", None)}


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def desk(folk: People) -> Iterator[Desk]:
    with folk.client("admin") as client:
        yield Desk(folk, Shop(client))


@pytest.fixture(scope="module")
def company(desk: Desk) -> int:
    return desk.company(is_supplier=True, is_customer=True)


def posted(desk: Desk, path: str, **values: Any) -> dict[str, Any]:
    answer = desk.api.post(f"order/{path}/", json=values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def refused(answer: httpx.Response) -> Any:
    assert answer.status_code == 400, answer.text
    return answer.json()


def new(desk: Desk, kind: str, company: int, **values: Any) -> dict[str, Any]:
    who = KINDS[kind][1]
    return posted(desk, kind, **({who: company} if who else {}), **values)


# ------------------------------------------------------------------------------------------------- references


@pytest.mark.parametrize("kind", KINDS)
def test_orders_are_numbered_after_the_highest(desk: Desk, company: int, kind: str) -> None:
    prefix, number = KINDS[kind][0], next(NUMBERS) * 10
    new(desk, kind, company, reference=f"{prefix}-{number}")
    assert desk.api.options(f"order/{kind}/").json()["actions"]["POST"]["reference"]["default"] == (
        f"{prefix}-{number + 1:04d}"
    )
    assert new(desk, kind, company)["reference"] == f"{prefix}-{number + 1:04d}"


def test_a_number_that_is_taken_is_passed_over(desk: Desk, company: int) -> None:
    highest = new(desk, "po", company)
    number = int(highest["reference"].removeprefix("PO-"))
    row = PurchaseOrder(reference=f"PO-{number + 1:04d}", reference_int=0, status=10, supplier_id=company)
    row.order_currency = ""
    desk.add(row)
    assert new(desk, "po", company)["reference"] == f"PO-{number + 2:04d}"


def test_a_changed_pattern_holds_for_new_orders_and_new_references(desk: Desk, company: int) -> None:
    old = new(desk, "so", company)
    desk.api.patch("settings/global/SALESORDER_REFERENCE_PATTERN/", json={"value": "S{date:%y}-{ref:03d}"})
    try:
        made = new(desk, "so", company)
        assert made["reference"].startswith(f"S{TODAY:%y}-")
        kept = desk.api.patch(f"order/so/{old['pk']}/", json={"description": "an old reference stays"})
        assert kept.status_code == 200, kept.text
        answer = desk.api.patch(f"order/so/{old['pk']}/", json={"reference": "PO-77777"})
        assert refused(answer) == {"reference": ["Reference must match required pattern: S{date:%y}-{ref:03d}"]}
    finally:
        desk.api.patch("settings/global/SALESORDER_REFERENCE_PATTERN/", json={"value": "SO-{ref:04d}"})


def test_put_wants_the_reference_and_the_supplier(desk: Desk, company: int) -> None:
    made = new(desk, "po", company)
    answer = desk.api.put(f"order/po/{made['pk']}/", json={"description": "x"})
    assert refused(answer) == {"reference": ["This field is required."], "supplier": ["This field is required."]}
    whole = {"reference": made["reference"], "supplier": company, "description": "x"}
    assert desk.api.put(f"order/po/{made['pk']}/", json=whole).json()["description"] == "x"


def test_several_orders_at_once_get_several_references(desk: Desk, company: int) -> None:
    answer = desk.api.post("order/po/", json=[{"supplier": company}, {"supplier": company}])
    first, second = (int(made["reference"].removeprefix("PO-")) for made in answer.json())
    assert second == first + 1


# ------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_cannot_end_before_it_starts(desk: Desk, company: int, kind: str) -> None:
    made = new(desk, kind, company, start_date="2030-01-02")
    answer = desk.api.patch(f"order/{kind}/{made['pk']}/", json={"target_date": "2030-01-01"})
    assert refused(answer) == {
        "target_date": ["Target date must be after start date"],
        "start_date": ["Start date must be before target date"],
    }


@pytest.mark.parametrize("kind", ["po", "so", "ro"])
def test_contact_and_address_are_the_company_s(desk: Desk, company: int, kind: str) -> None:
    other = desk.company()
    made = new(desk, kind, company)
    for field, row in (
        ("contact", Contact(company_id=other, name="Ann")), ("address", Address(company_id=other, title="Dock"))
    ):  # fmt: skip
        answer = desk.api.patch(f"order/{kind}/{made['pk']}/", json={field: desk.add(row)})
        assert refused(answer) == {field: [f"{field.title()} does not match selected company"]}
    own = desk.add(Contact(company_id=company, name="Bea"))
    shown = desk.api.patch(f"order/{kind}/{made['pk']}/", json={"contact": own}).json()
    assert shown["contact_detail"]["name"] == "Bea"
    assert "contact_detail" not in desk.api.get(
        f"order/{kind}/{made['pk']}/", params={"contact_detail": "false"}
    ).json()  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_must_be_responsible_where_the_settings_say_so(desk: Desk, company: int, kind: str) -> None:
    name = {"po": "PURCHASE", "so": "SALES", "ro": "RETURN", "transfer-order": "TRANSFER"}[kind]
    path = f"settings/global/{name}ORDER_REQUIRE_RESPONSIBLE/"
    who = {KINDS[kind][1]: company} if KINDS[kind][1] else {}
    desk.api.patch(path, json={"value": "True"})
    try:
        answer = desk.api.post(f"order/{kind}/", json=who)
        assert refused(answer) == {"responsible": ["Responsible user or group must be specified"]}
    finally:
        desk.api.patch(path, json={"value": "False"})


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_that_is_done_is_closed_until_the_settings_open_it(desk: Desk, company: int, kind: str) -> None:
    name = {"po": "PURCHASE", "so": "SALES", "ro": "RETURN", "transfer-order": "TRANSFER"}[kind]
    model = {"po": "purchaseorder", "so": "salesorder", "ro": "returnorder", "transfer-order": "transferorder"}[kind]
    pk = new(desk, kind, company)["pk"]
    with desk.folk.server.database.write() as session:
        session.connection().exec_driver_sql(f"UPDATE order_{model} SET status = 30 WHERE pk = {pk}")
    answer = desk.api.patch(f"order/{kind}/{pk}/", json={"description": "late"})
    assert refused(answer) == {"reference": ["This order is locked and cannot be modified"]}
    setting = f"settings/global/{name}ORDER_EDIT_COMPLETED_ORDERS/"
    desk.api.patch(setting, json={"value": "True"})
    try:
        assert desk.api.patch(f"order/{kind}/{pk}/", json={"description": "late"}).status_code == 200
    finally:
        desk.api.patch(setting, json={"value": "False"})


def test_a_state_of_the_users_stands_under_the_state_that_the_order_is_in(desk: Desk, company: int) -> None:
    for key, name, logical in ((11, "QUOTED", 10), (31, "PAID", 30)):
        desk.add(
            InvenTreeCustomUserStateModel(
                key=key, name=name, label=name.title(), color="secondary", logical_key=logical,
                model="order.purchaseorder",                reference_status="PurchaseOrderStatus",
            )
        )  # fmt: skip
    pk = new(desk, "po", company)["pk"]
    shown = desk.api.patch(f"order/po/{pk}/", json={"status_custom_key": 11}).json()
    assert (shown["status"], shown["status_custom_key"], shown["status_text"]) == (10, 11, "Quoted")
    assert pk in keys(desk, "po", status=11) and pk not in keys(desk, "po", status=10)
    answer = desk.api.patch(f"order/po/{pk}/", json={"status_custom_key": 31})
    assert refused(answer) == {"status_custom_key": ['"31" is not a valid choice.']}
    assert desk.api.patch(f"order/po/{pk}/", json={"status_custom_key": None}).json()["status_text"] == "Pending"


def test_an_order_stays_with_the_supplier_of_its_lines(desk: Desk, company: int) -> None:
    pk, other = new(desk, "po", company)["pk"], desk.company(is_supplier=True)
    line = posted(desk, "po-line", order=pk, part=desk.supplied(desk.part(), supplier_id=company), quantity=1)["pk"]
    answer = desk.api.patch(f"order/po/{pk}/", json={"supplier": other})
    assert refused(answer) == {"supplier": ["The lines of the order belong to another supplier"]}
    assert desk.api.delete(f"order/po-line/{line}/").status_code == 204
    assert desk.api.patch(f"order/po/{pk}/", json={"supplier": other}).status_code == 200


def test_a_sales_order_begins_with_a_shipment_where_the_settings_say_so(desk: Desk, company: int) -> None:
    path = "settings/global/SALESORDER_DEFAULT_SHIPMENT/"
    assert desk.api.get(f"order/so/{new(desk, 'so', company)['pk']}/").json()["shipments_count"] == 0
    desk.api.patch(path, json={"value": "True"})
    try:
        pk = new(desk, "so", company)["pk"]
    finally:
        desk.api.patch(path, json={"value": "False"})
    shown = desk.api.get(f"order/so/{pk}/").json()
    assert (shown["shipments_count"], shown["completed_shipments_count"]) == (1, 0)


def test_the_status_is_not_for_bodies_to_set(desk: Desk, company: int) -> None:
    assert new(desk, "po", company, status=30)["status"] == 10


# ------------------------------------------------------------------------------------------------- copies


def test_a_duplicate_takes_over_lines_parameters_and_extra_lines(desk: Desk, company: int) -> None:
    part = desk.part()
    supplied = desk.supplied(part, supplier_id=company)
    original = new(desk, "po", company)["pk"]
    line = posted(desk, "po-line", order=original, part=supplied, quantity=4, purchase_price="2.5", line="7")
    posted(desk, "po-extra-line", order=original, price="9.99", description="freight")
    with desk.folk.server.database.write() as session:
        session.get_one(PurchaseOrderLineItem, line["pk"]).received = 3
    template = desk.add(ParameterTemplate(name=f"Project {next(NUMBERS)}", units="", description=""))
    desk.add(
        Parameter(template_id=template, model_type="order.purchaseorder", model_id=original, data="red", note="")
    )  # fmt: skip
    copy = new(desk, "po", company, duplicate={"original": original})
    assert copy["total_price"] == pytest.approx(19.99)
    (copied,) = desk.api.get("order/po-line/", params={"order": copy["pk"]}).json()
    assert (copied["quantity"], copied["received"], copied["line"], copied["purchase_price"]) == (4, 0, "7", 2.5)
    shown = desk.api.get(f"order/po/{copy['pk']}/", params={"parameters": "true"}).json()
    assert [one["data"] for one in shown["parameters"]] == ["red"]
    bare = new(
        desk, "po", company,
        duplicate={"original": original, "copy_lines": False, "copy_extra_lines": False, "copy_parameters": False},
    )  # fmt: skip
    assert desk.api.get("order/po-line/", params={"order": bare["pk"]}).json() == []


def test_lines_of_one_supplier_cannot_be_ordered_from_another(desk: Desk, company: int) -> None:
    original, other = new(desk, "po", company)["pk"], desk.company(is_supplier=True)
    answer = desk.api.post("order/po/", json={"supplier": other, "duplicate": {"original": original}})
    assert list(refused(answer)["duplicate"]) == ["copy_lines"]


# ------------------------------------------------------------------------------------------------- what goes with them


def test_what_hangs_on_an_order_goes_with_it(desk: Desk, company: int) -> None:
    pk = new(desk, "so", company, tags=["urgent"])["pk"]
    files = {"attachment": ("terms.txt", b"net 30")}
    for model, key in (("salesorder", pk), ("salesordershipment", shipment(desk, pk))):
        answer = desk.api.post("attachment/", data={"model_type": model, "model_id": str(key)}, files=files)
        assert answer.status_code == 201, answer.text
    template = desk.add(ParameterTemplate(name=f"Incoterm {next(NUMBERS)}", units="", description=""))
    kept = desk.api.post(
        "parameter/", json={"template": template, "model_type": "salesorder", "model_id": pk, "data": "EXW"}
    )
    assert kept.status_code == 201, kept.text
    shown = desk.api.get(f"order/so/{pk}/", params={"tags": "true", "parameters": "true"}).json()
    assert (shown["tags"], [one["data"] for one in shown["parameters"]]) == (["urgent"], ["EXW"])
    assert desk.api.delete(f"order/so/{pk}/").status_code == 204
    with desk.folk.server.database.write() as session:
        sent = select(func.count()).where(SalesOrderShipment.order_id == pk)
        left = (session.scalar(sent), session.scalar(select(func.count()).select_from(Attachment)))
        parameters = select(func.count()).where(Parameter.model_type == "order.salesorder")
        assert (*left, session.scalar(parameters)) == (0, 0, 0)


def shipment(desk: Desk, order: int) -> int:
    return desk.add(SalesOrderShipment(order_id=order, reference="1"))


def test_metadata_of_an_order(desk: Desk, company: int) -> None:
    pk = new(desk, "ro", company)["pk"]
    path = f"metadata/returnorder/pk/{pk}/"
    assert desk.api.patch(path, json={"metadata": {"a": 1}}).status_code == 200
    assert desk.api.get(path).json() == {"metadata": {"a": 1}}


# ------------------------------------------------------------------------------------------------- lists


def keys(desk: Desk, kind: str, **query: Any) -> list[int]:
    answer = desk.api.get(f"order/{kind}/", params=query)
    assert answer.status_code == 200, answer.text
    return [row["pk"] for row in answer.json()]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_late_is_overdue_until_it_is_done(desk: Desk, company: int, kind: str) -> None:
    past, later = str(TODAY - timedelta(days=2)), str(TODAY + timedelta(days=2))
    late = new(desk, kind, company, target_date=past)["pk"]
    soon = new(desk, kind, company, target_date=later)["pk"]
    never = new(desk, kind, company)["pk"]
    assert desk.api.get(f"order/{kind}/{late}/").json()["overdue"] is True
    overdue, others = keys(desk, kind, overdue="true"), keys(desk, kind, overdue="false")
    assert late in overdue and not {soon, never} & set(overdue)
    assert {soon, never} <= set(others) and late not in others
    assert desk.api.post(f"order/{kind}/{late}/cancel/", json={}).status_code == 201
    assert late not in keys(desk, kind, overdue="true")
    assert late not in keys(desk, kind, outstanding="true") and soon in keys(desk, kind, outstanding="true")


def test_orders_are_mine_when_they_are_mine_or_my_group_s(desk: Desk, company: int) -> None:
    folk = desk.folk
    me = folk.make("buyer", roles={"purchase_order": ("view",)})
    with folk.server.database.write() as session:
        owners: dict[str, int] = dict(
            session.execute(select(Owner.owner_type, Owner.pk).where(Owner.owner_id == me)).all()
        )
        group = session.scalars(
            select(Owner.pk)
            .join(UserGroup, UserGroup.group_id == Owner.owner_id)
            .where(Owner.owner_type == "group", UserGroup.user_id == me)
        ).one()
    mine = new(desk, "po", company, responsible=owners["user"])["pk"]
    ours = new(desk, "po", company, responsible=group)["pk"]
    nobody_s = new(desk, "po", company)["pk"]
    with folk.client("buyer") as client:
        found = {row["pk"] for row in client.get("order/po/", params={"assigned_to_me": "true"}).json()}
        others = {row["pk"] for row in client.get("order/po/", params={"assigned_to_me": "false"}).json()}
    assert found == {mine, ours}
    assert nobody_s in others and not found & others
    assert keys(desk, "po", assigned_to=group) == [ours]


def test_the_calendar_asks_for_a_range_of_days(desk: Desk, company: int) -> None:
    inside = new(desk, "so", company, start_date="2040-03-01", target_date="2040-03-20")["pk"]
    outside = new(desk, "so", company, start_date="2041-03-01", target_date="2041-03-20")["pk"]
    found = keys(desk, "so", min_date="2040-03-05", max_date="2040-03-31")
    assert inside in found and outside not in found
    assert refused(desk.api.get("order/so/", params={"min_date": "soon"})) == {"min_date": ["Enter a valid date."]}


def test_orders_by_part_and_its_variants(desk: Desk, company: int) -> None:
    chair = desk.part(is_template=True, salable=True)
    red = desk.part(variant_of=chair, salable=True)
    pk = new(desk, "so", company)["pk"]
    posted(desk, "so-line", order=pk, part=red, quantity=1)
    assert keys(desk, "so", part=red) == [pk]
    assert keys(desk, "so", part=chair) == []
    assert keys(desk, "so", part=chair, include_variants="true") == [pk]
    lines = desk.api.get("order/so-line/", params={"part": chair, "include_variants": "true"}).json()
    assert [line["order"] for line in lines] == [pk]


def test_dates_and_numbers_that_cannot_be_read_are_refused(desk: Desk) -> None:
    assert refused(desk.api.get("order/po/", params={"status": "placed"})) == {"status": ["Enter a number."]}
    answer = desk.api.get("order/po/", params={"supplier": 99999})
    assert list(refused(answer)) == ["supplier"]
    assert desk.api.get("order/po/", params={"updated_after": "2040-01-01"}).json() == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_asks_as_often_for_many_as_for_one(desk: Desk, company: int, kind: str) -> None:
    for _ in range(5):
        new(desk, kind, company)
    for path, flags in (
        (kind, {}), (kind, {"tags": "true", "parameters": "true", "supplier_detail": "true"}),
        (f"{kind}-line", {"part_detail": "true", "order_detail": "true"}),
    ):  # fmt: skip
        one, many = (asked(desk, f"/api/order/{path}/", {**flags, "limit": limit}) for limit in ("1", "50"))
        assert one <= many <= 10, path


def asked(desk: Desk, path: str, query: dict[str, str]) -> int:
    """How many statements a list takes."""
    api = desk.folk.server.api
    endpoint, _ = api.find(path) or (None, {})
    assert endpoint is not None
    with desk.folk.server.database.snapshot() as reader:
        incoming = Incoming("GET", path, "", query, {})
        endpoint.methods["GET"].run(Context(api, incoming, reader, Caller(1, "admin", is_superuser=True)))
        return reader.queries


def test_orders_that_are_made_at_once_get_numbers_of_their_own(desk: Desk, company: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: desk.api.post("order/so/", json={"customer": company}), range(24)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["reference"] for answer in answers}) == 24


def test_kinds_have_roles_of_their_own(desk: Desk, company: int) -> None:
    desk.folk.make("seller", roles={"sales_order": ("view", "add")})
    with desk.folk.client("seller") as client:
        assert client.get("order/so/").status_code == 200
        assert client.post("order/so/", json={"customer": company}).status_code == 201
        for kind in ("po", "ro", "transfer-order"):
            assert client.get(f"order/{kind}/").status_code == 403
        pk = client.get("order/so/", params={"limit": 1}).json()["results"][0]["pk"]
        assert client.patch(f"order/so/{pk}/", json={"description": "x"}).status_code == 403
    assert desk.read(SalesOrder, pk).description == ""
