"""Every declared route, with no token, with a user without rights, and with just the right that it asks for.

The cases are made from the declarations, so a new route cannot be forgotten: unless a role guards it, it must be named
below with the reason why it is open.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text, update

from server.db.models.users import RuleSet, User
from server.domain.roles import ROLES
from server.resources import declared
from server.rest.access import VERBS, AdminWrites, Authenticated, Public, Role, RoleWrites, StaffWrites, Superuser
from server.rest.api import Api
from server.rest.resource import Endpoint
from tests.server.resources.people import COLUMNS, People, people

PUBLIC = {
    "/": "leads to the root",
    "/api": "leads to the root",
    "/api/": "clients ask what this is before they sign in; strangers are told nothing of the machine",
    "/api/auth/v1/auth/login": "says that there are no browser sessions",
    "/api/auth/v1/auth/session": "says that there are no browser sessions",
    "/api/auth/v1/config": "how one can sign in",
    "/api/flags/": "three fixed words",
    "/api/flags/{key}/": "three fixed words",
    "/api/icons/": "names of icons",
    "/api/system/health/": "for load balancers",
    "/api/token/": "signs in: takes user name and password itself",
}

EVERYBODY = {
    "/api/action/": "runs nothing",
    "/api/background-task/{task_id}/": "whoever knows the random name of a task may ask for it",
    "/api/barcode/history/": "one's own scans; staff deletes",
    "/api/barcode/history/{pk}/": "one's own scans; staff deletes",
    "/api/build/status/": "names of codes",
    "/api/contenttype/": "names of kinds of objects",
    "/api/contenttype/model/{model}/": "names of kinds of objects",
    "/api/contenttype/{pk}/": "names of kinds of objects",
    "/api/currency/exchange/": "public figures",
    "/api/data-output/": "one's own files; all for staff",
    "/api/data-output/{pk}/": "one's own files; all for staff",
    "/api/generic/status/": "names of codes",
    "/api/generic/status/custom/": "names of codes; staff writes",
    "/api/generic/status/custom/{pk}/": "names of codes; staff writes",
    "/api/generic/status/{statusmodel}/": "names of codes",
    "/api/generate/batch-code/": "today's batch code",
    "/api/generate/serial-number/": "the next free serial number",
    "/api/importer/column-mapping/": "one's own imports; all for staff",
    "/api/importer/column-mapping/{pk}/": "one's own imports; all for staff",
    "/api/importer/models/": "names of kinds of objects",
    "/api/importer/row/": "one's own imports; all for staff",
    "/api/importer/row/{pk}/": "one's own imports; all for staff",
    "/api/importer/session/": "one's own imports, of what one may write; all for staff",
    "/api/importer/session/{pk}/": "one's own imports, of what one may write; all for staff",
    "/api/importer/session/{pk}/accept_fields/": "one's own imports, of what one may write; all for staff",
    "/api/importer/session/{pk}/accept_rows/": "one's own imports, of what one may write; all for staff",
    "/api/license/": "licence texts",
    "/api/locate/": "locates nothing",
    "/api/machine/": "always empty",
    "/api/notifications/": "one's own messages",
    "/api/notifications/readall/": "one's own messages",
    "/api/notifications/{pk}/": "one's own messages",
    "/api/order/po/status/": "names of codes",
    "/api/order/ro-line/status/": "names of codes",
    "/api/order/ro/status/": "names of codes",
    "/api/order/so/status/": "names of codes",
    "/api/order/transfer-order/status/": "names of codes",
    "/api/parameter/template/": "names of parameters; the part roles write",
    "/api/parameter/template/{pk}/": "names of parameters; the part roles write",
    "/plugin/bincard/count/reason/": "names of reasons; staff writes",
    "/plugin/bincard/count/reason/{pk}/": "names of reasons; staff writes",
    "/api/plugins/": "names of plugins",
    "/api/plugins/settings/": "how barcodes are made; staff writes",
    "/api/plugins/ui/features/{feature}/": "always empty",
    "/api/plugins/{plugin}/settings/": "how barcodes are made; staff writes",
    "/api/plugins/{plugin}/settings/{key}/": "how barcodes are made; staff writes",
    "/api/project-code/": "names of projects; staff writes",
    "/api/project-code/{pk}/": "names of projects; staff writes",
    "/api/schema/": "what this API can do",
    "/api/selection/": "lists of choices for parameters; the part roles write",
    "/api/selection/{pk}/": "lists of choices for parameters; the part roles write",
    "/api/selection/{pk}/entry/": "lists of choices for parameters; the part roles write",
    "/api/selection/{pk}/entry/{entry}/": "lists of choices for parameters; the part roles write",
    "/api/settings/global/": "clients go by them; staff writes",
    "/api/settings/global/{key}/": "clients go by them; staff writes",
    "/api/settings/user/": "one's own",
    "/api/settings/user/{key}/": "one's own",
    "/api/stock/status/": "names of codes",
    "/api/stock/track/status/": "names of codes",
    "/api/supplier/list/": "always empty",
    "/api/tag/": "words that things are marked with; staff with the admin role writes",
    "/api/tag/{pk}/": "words that things are marked with; staff with the admin role writes",
    "/api/units/": "names of units; staff writes",
    "/api/units/all/": "names of units",
    "/api/units/{pk}/": "names of units; staff writes",
    "/api/user/": "names of colleagues; staff with the admin role writes",
    "/api/user/group/": "names of groups; staff with the admin role writes",
    "/api/user/group/{pk}/": "names of groups; staff with the admin role writes",
    "/api/user/me/": "oneself",
    "/api/user/me/profile/": "oneself",
    "/api/user/me/roles/": "oneself",
    "/api/user/me/token/": "oneself",
    "/api/user/owner/": "names that things can belong to",
    "/api/user/owner/{pk}/": "names that things can belong to",
    "/api/user/roles/": "oneself",
    "/api/user/ruleset/": "what groups may do; staff with the admin role writes",
    "/api/user/ruleset/{pk}/": "what groups may do; staff with the admin role writes",
    "/api/user/token/": "oneself",
    "/api/user/tokens/": "one's own",
    "/api/user/tokens/{pk}/": "one's own",
    "/api/user/{pk}/": "names of colleagues; staff with the admin role writes",
    "/plugin/bincard/alert-subscription/": "one's own; webhooks for staff",
    "/plugin/bincard/alert-subscription/{pk}/": "one's own; webhooks for staff",
    "/plugin/bincard/docs/": "what this API can do",
}

BY_OBJECT = {
    "/plugin/bincard/alert/": "by what the alert is about",
    "/plugin/bincard/alert/acknowledge/": "by what the alerts are about",
    "/plugin/bincard/alert/resolve/": "by what the alerts are about",
    "/plugin/bincard/alert/snooze/": "by what the alerts are about",
    "/plugin/bincard/alert/summary/": "by what the alerts are about",
    "/plugin/bincard/alert/{pk}/": "by what the alert is about",
    "/plugin/bincard/alert-rule/": "the rules whose alerts one may see",
    "/api/attachment/": "by what it is attached to",
    "/api/attachment/{pk}/": "by what it is attached to",
    "/api/barcode/": "by what the code stands for",
    "/api/barcode/generate/": "by what the code is to stand for",
    "/api/barcode/link/": "by what the code is to stand for",
    "/api/barcode/unlink/": "by what the code stands for",
    "/api/metadata/{model}/{field}/{value}/": "by the kind of object",
    "/api/metadata/{model}/{value}/": "by the kind of object",
    "/api/parameter/": "by what it is a parameter of",
    "/api/parameter/{pk}/": "by what it is a parameter of",
    "/api/plugins/{plugin}/": "read by everybody, deleted by nobody",
    "/api/search/": "kind by kind",
    "/api/user/{pk}/set-password/": "one's own; administrators set those of others",
    "/media/{rest}": "by what the file is attached to",
}
"""Where the object that is asked for decides, behind the door; tried with objects further below."""

UNKNOWN = 999_999


def routes() -> list[tuple[str, str, Endpoint]]:
    """Path, method and endpoint of everything that is declared."""
    found = []
    for declaration in declared():
        for path, endpoint in declaration.routes().items():
            full = path if path.startswith("/") else Api.PREFIX + path
            found += [(full, method, endpoint) for method in endpoint.methods]
    return sorted(found, key=lambda route: route[:2])


ROUTES = routes()
GUARDED = [route for route in ROUTES if route[0] not in PUBLIC]


def named(route: tuple[str, str, Endpoint]) -> str:
    return f"{route[1]} {route[0]}"


def address(path: str) -> str:
    """The path with a key in it that nothing has."""
    return path.replace("{pk}", str(UNKNOWN)).replace("{", "").replace("}", "")


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def http(folk: People) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=folk.server.url, timeout=30, follow_redirects=True) as client:
        yield client


def send(http: httpx.Client, method: str, path: str, token: str | None) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Token {token}"}
    body: Any = None if method == "GET" else {}
    return http.request(method, address(path), headers=headers, json=body)


def by_object(path: str) -> bool:
    return path in BY_OBJECT or path.endswith("{pk}/metadata/")


def worker(
    folk: People, roles: Mapping[str, str] | None = None, *, staff: bool = False, superuser: bool = False
) -> str:
    """The token of a user who may do just that (role to verb); made anew where a route has deleted it."""
    with folk.server.database.write() as session:
        user = session.scalars(select(User).where(User.username == "worker")).one_or_none()
        if user is not None:
            user.is_staff, user.is_superuser = staff, superuser
            session.execute(update(RuleSet).values(dict.fromkeys(COLUMNS.values(), False)))
            for role, verb in (roles or {}).items():
                session.execute(update(RuleSet).where(RuleSet.name == role).values({COLUMNS[verb]: True}))
            maker = folk.server.api.services.tokens
            return str(maker.named(session, user.pk, "worker", datetime.now(UTC))[1])
    folk.make("worker")
    return worker(folk, roles, staff=staff, superuser=superuser)


def test_what_is_open_is_still_there() -> None:
    """The lists above name no route that is gone."""
    there = {path for path, _, _ in ROUTES}
    assert set(EVERYBODY) | set(BY_OBJECT) <= there
    assert set(PUBLIC) - there <= {"/api/token/"}


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_strangers_are_let_in_only_where_it_says_so(http: httpx.Client, route: tuple[str, str, Endpoint]) -> None:
    path, method, endpoint = route
    answer = send(http, method, path, None)
    if path in PUBLIC:
        assert isinstance(endpoint.access, Public)
        assert "Authentication credentials" not in answer.text
    else:
        assert not isinstance(endpoint.access, Public)
        assert answer.status_code == 401, answer.text
        wanted = 'Basic realm="api"' if path.endswith("/calendar.ics") else "Token"
        assert answer.headers["WWW-Authenticate"] == wanted
        assert "detail" in answer.json()


@pytest.mark.parametrize("route", GUARDED, ids=named)
def test_users_without_rights_are_refused_unless_it_is_open(
    folk: People, http: httpx.Client, route: tuple[str, str, Endpoint]
) -> None:
    path, method, endpoint = route
    answer = send(http, method, path, worker(folk))
    everybodys = isinstance(endpoint.access, Authenticated)
    reading = method == "GET" and isinstance(endpoint.access, AdminWrites | StaffWrites | RoleWrites)
    if by_object(path):
        assert everybodys and path not in EVERYBODY
        assert answer.status_code in (200, 400, 403, 404), answer.text
    elif everybodys or reading:
        assert path in EVERYBODY, f"{path} is open to every user: guard it by a role, or say here why it is open"
        assert answer.status_code not in (401, 403, 500), answer.text
    else:
        assert answer.status_code == 403, answer.text
        assert "detail" in answer.json()


@pytest.mark.parametrize("route", GUARDED, ids=named)
def test_the_right_that_a_route_asks_for_is_enough(
    folk: People, http: httpx.Client, route: tuple[str, str, Endpoint]
) -> None:
    path, method, endpoint = route
    match endpoint.access:
        case Role(name=role, verbs=verbs):
            assert role in ROLES
            token = worker(folk, {role: dict(verbs).get(method) or VERBS[method]})
        case RoleWrites(roles=(role, *_)):
            token = worker(folk, {role: VERBS[method]})
        case AdminWrites(role=role):
            token = worker(folk, {role: VERBS[method]}, staff=True)
        case StaffWrites(superuser=superuser):
            token = worker(folk, staff=True, superuser=superuser)
        case Superuser(staff=staff):
            token = worker(folk, staff=staff, superuser=not staff)
        case Authenticated():
            token = worker(folk, superuser=by_object(path))
        case other:
            pytest.fail(f"say here how {type(other).__name__} is satisfied")
    answer = send(http, method, path, token)
    assert answer.status_code not in (401, 403, 500), answer.text


ROLE_GUARDED = [route for route in GUARDED if isinstance(route[2].access, Role)]


@pytest.mark.parametrize("route", ROLE_GUARDED, ids=named)
def test_every_other_right_is_not_enough(folk: People, http: httpx.Client, route: tuple[str, str, Endpoint]) -> None:
    """Who may do everything but this, may not do this; being staff does not help."""
    path, method, endpoint = route
    assert isinstance(endpoint.access, Role)
    needed = {endpoint.access.name, *endpoint.access.others}
    verb = dict(endpoint.access.verbs).get(method) or VERBS[method]
    token = worker(folk, staff=True)
    with folk.server.database.write() as session:
        session.execute(update(RuleSet).values(dict.fromkeys(COLUMNS.values(), True)))
        session.execute(update(RuleSet).where(RuleSet.name.in_(needed)).values({COLUMNS[verb]: False}))
    answer = send(http, method, path, token)
    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize("route", GUARDED, ids=named)
def test_who_was_switched_off_is_out_everywhere(
    folk: People, http: httpx.Client, route: tuple[str, str, Endpoint]
) -> None:
    path, method, _ = route
    token = worker(folk, superuser=True)
    with folk.server.database.write() as session:
        session.execute(update(User).where(User.username == "worker").values(is_active=False))
    try:
        assert send(http, method, path, token).json() == {"detail": "User inactive or deleted."}
    finally:
        with folk.server.database.write() as session:
            session.execute(update(User).where(User.username == "worker").values(is_active=True))


def test_the_user_of_these_tests_may_do_nothing_by_default(folk: People, http: httpx.Client) -> None:
    token = worker(folk)
    answer = send(http, "GET", "/api/user/me/roles/", token).json()
    assert not answer["is_staff"] and not answer["is_superuser"] and set(answer["roles"].values()) == {None}


# ------------------------------------------------------------------------------------------------- real objects


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[People]:
    """The demo warehouse and a user without rights in it."""
    with people(tmp_path_factory.mktemp("demo"), demo_template) as made:
        made.make("worker")
        yield made


def first_key(demo: People, table: str) -> int:
    with demo.server.database.read() as connection:
        return int(connection.execute(text(f"select min(pk) from {table}")).scalar_one())


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("metadata/part/{pk}/", "part_part"), ("metadata/stockitem/{pk}/", "stock_stockitem"),
        ("part/{pk}/", "part_part"), ("stock/{pk}/", "stock_stockitem"),
        ("metadata/company/pk/{pk}/", "company_company"),
        ("attachment/{pk}/", "common_attachment"), ("parameter/{pk}/", "part_partparameter"),
    ],
)  # fmt: skip
def test_objects_of_others_are_closed_to_users_without_rights(demo: People, path: str, table: str) -> None:
    address = path.replace("{pk}", str(first_key(demo, table)))
    with demo.client("worker") as worker, demo.client("admin") as admin:
        assert admin.get(address).status_code == 200
        assert worker.get(address).status_code in (403, 404)
        assert worker.patch(address, json={"comment": "x", "data": "x", "metadata": {}}).status_code in (403, 404)


def test_lists_of_objects_of_others_are_empty_for_users_without_rights(demo: People) -> None:
    with demo.client("worker") as worker, demo.client("admin") as admin:
        for path in ("attachment/", "parameter/"):
            assert admin.get(path).json()
            assert worker.get(path).json() == []


def test_neither_barcodes_nor_the_search_tell_users_without_rights_anything(demo: People) -> None:
    item = first_key(demo, "stock_stockitem")
    with demo.client("worker") as worker, demo.client("admin") as admin:
        code = {"barcode": f"INV-SI{item}"}
        assert admin.post("barcode/", json=code).json()["stockitem"]["pk"] == item
        assert worker.post("barcode/", json=code).status_code == 403
        assert worker.post("barcode/link/", json={"barcode": "zz", "stockitem": item}).status_code == 403
        assert worker.post("barcode/unlink/", json={"stockitem": item}).status_code == 403
        assert worker.post("barcode/generate/", json={"model": "stockitem", "pk": item}).status_code == 403
        kinds: dict[str, dict[str, Any]] = {
            "part": {},
            "stockitem": {},
            "company": {},
            "stocklocation": {},
            "partcategory": {},
        }
        found = worker.post("search/", json={"search": "a", "limit": 5, **kinds}).json()
        assert set(found) == set(kinds)
        assert all(list(answer) == ["error"] for answer in found.values())
