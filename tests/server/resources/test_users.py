"""Users, groups, rule sets and owners: who may see and change whom."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.domain.roles import ROLES
from tests.server.resources.people import People, people

STRONG = "Str0ng-enough-pw"
FORBIDDEN = {"detail": "You do not have permission to perform this action."}


@pytest.fixture
def folk(tmp_path: Path, empty_template: Path) -> Iterator[People]:
    with people(tmp_path / "data", empty_template) as made:
        yield made


def new_user(client: httpx.Client, username: str = "sam", **more: Any) -> httpx.Response:
    return client.post("user/", json={"username": username, "first_name": "", "last_name": "", "email": "", **more})


# ------------------------------------------------------------------------------------------------- users


def test_a_new_user_has_a_profile_an_owner_and_no_rights(folk: People) -> None:
    with folk.client("admin") as admin:
        made = new_user(admin).json()
        assert made["groups"] == [] and made["profile"]["type"] == "internal"
        owners = admin.get("user/owner/", params={"search": "sam"}).json()
        assert [(owner["owner_id"], owner["owner_model"], owner["label"]) for owner in owners] == [
            (made["pk"], "user", "user")
        ]
    with folk.client("sam") as sam:
        assert set(sam.get("user/roles/").json()["roles"].values()) == {None}


def test_nobody_signs_in_before_a_password_was_set(folk: People) -> None:
    with folk.client("admin") as admin:
        pk = new_user(admin).json()["pk"]
        url = f"{folk.server.url}/api/user/token/"
        assert httpx.get(url, auth=("sam", "")).status_code == 401
        assert admin.patch(f"user/{pk}/set-password/", json={"password": STRONG}).json() == {}
    assert httpx.get(url, auth=("sam", STRONG)).status_code == 200


@pytest.mark.parametrize("name", ["bad name!", "", "a" * 151, "<b>x</b>", "x;y"])
def test_names_that_cannot_be_typed_are_refused(folk: People, name: str) -> None:
    with folk.client("admin") as admin:
        assert "username" in new_user(admin, name).json()


def test_names_are_not_given_twice(folk: People) -> None:
    with folk.client("admin") as admin:
        new_user(admin)
        assert new_user(admin).json() == {"username": ["A user with that username already exists."]}
        assert new_user(admin, "Sam").status_code == 201


def test_any_user_reads_and_only_staff_with_the_admin_role_writes(folk: People) -> None:
    everything = {"admin": ["view", "add", "change", "delete"]}
    for rights in ({}, {"staff": True}, {"roles": everything}):
        with folk.as_user("sue", **rights) as sue:
            assert sue.get("user/").status_code == 200
            assert new_user(sue).json() == FORBIDDEN
            assert sue.post("user/group/", json={"name": "x"}).json() == FORBIDDEN
            assert sue.patch("user/1/", json={"first_name": "x"}).json() == FORBIDDEN
    with folk.as_user("sue", staff=True, roles=everything) as sue:
        made = new_user(sue)
        assert made.status_code == 201
        assert sue.patch(f"user/{made.json()['pk']}/", json={"first_name": "x"}).json()["first_name"] == "x"
        assert sue.delete(f"user/{made.json()['pk']}/").status_code == 204


def test_staff_neither_makes_superusers_nor_touches_them(folk: People) -> None:
    with folk.as_user("sue", staff=True, roles={"admin": ["view", "add", "change", "delete"]}) as sue:
        assert new_user(sue, is_superuser=True).status_code == 403
        assert sue.patch("user/1/", json={"is_active": False}).status_code == 403
        assert sue.delete("user/1/").status_code == 403
        assert sue.patch("user/1/set-password/", json={"password": STRONG}).status_code == 403
        sue.patch("user/me/", json={"is_superuser": True})
        about = {user["username"]: user for user in sue.get("user/").json()}
    assert about["admin"]["is_active"] and about["admin"]["is_superuser"]
    assert not about["sue"]["is_superuser"]
    assert httpx.get(f"{folk.server.url}/api/user/token/", auth=("admin", "admin")).status_code == 200


@pytest.mark.parametrize("change", [{"is_superuser": False}, {"is_active": False}])
def test_the_last_superuser_stays(folk: People, change: dict[str, bool]) -> None:
    with folk.client("admin") as admin:
        refused = admin.patch("user/1/", json=change)
        assert refused.json() == {"non_field_errors": ["This is the last active superuser; make another one first."]}
        assert admin.delete("user/1/").status_code == admin.delete("user/me/").status_code == 400
        folk.make("second", superuser=True)
        assert admin.patch("user/1/", json=change).status_code == 200


def test_who_is_switched_off_is_out_at_once(folk: People) -> None:
    with folk.as_user("sam") as sam, folk.client("admin") as admin:
        pk = sam.get("user/me/").json()["pk"]
        admin.patch(f"user/{pk}/", json={"is_active": False})
        assert sam.get("user/me/").json() == {"detail": "User inactive or deleted."}


def test_a_deleted_user_leaves_no_owner_behind(folk: People) -> None:
    with folk.client("admin") as admin:
        pk = folk.make("sam")
        assert admin.delete(f"user/{pk}/").status_code == 204
        assert admin.get(f"user/{pk}/").json() == {"detail": "No User matches the given query."}
        assert [owner["name"] for owner in admin.get("user/owner/", params={"search": "sam"}).json()] == [
            "group of sam"
        ]


def test_users_are_filtered_searched_and_ordered(folk: People) -> None:
    folk.make("anna", staff=True)
    folk.make("zoe")
    with folk.client("admin") as admin:

        def names(**query: str) -> list[str]:
            return [user["username"] for user in admin.get("user/", params=query).json()]

        assert names(is_staff="false") == ["zoe"]
        assert names(is_superuser="true") == ["admin"]
        assert names(search="nn") == ["anna"]
        assert names(ordering="-username") == ["zoe", "anna", "admin"]
        assert names(is_active="maybe", ordering="nonsense") == ["admin", "anna", "zoe"]


# ------------------------------------------------------------------------------------------------- oneself


def test_users_change_their_names_but_not_their_rights(folk: People) -> None:
    with folk.as_user("sam") as sam:
        sent = {"first_name": "Sam", "is_staff": True, "is_superuser": True, "is_active": False, "group_ids": []}
        changed = sam.patch("user/me/", json=sent).json()
        assert changed["first_name"] == "Sam" and changed["is_active"]
        assert not changed["is_staff"] and not changed["is_superuser"]
        assert [group["name"] for group in changed["groups"]] == ["group of sam"]
        assert "roles" in changed and "permissions" in changed
        assert "roles" not in sam.get("user/me/").json()
        assert sam.put("user/me/", json={}).json().keys() == {"username", "first_name", "last_name", "email"}


def test_the_roles_are_those_of_all_groups(folk: People) -> None:
    with folk.as_user("sam", roles={"part": ["view"], "stock": ["view", "change"]}) as sam:
        about = sam.get("user/me/roles/").json()
    assert list(about["roles"]) == list(ROLES)
    assert about["roles"]["stock"] == ["view", "change"] and about["roles"]["build"] is None
    assert about["permissions"]["stockitem"] == ["change", "view"]
    assert "bomitem" in about["permissions"] and "stocklocation" not in about["permissions"]


def test_a_profile_is_ones_own(folk: People) -> None:
    with folk.as_user("sam") as sam, folk.as_user("eve") as eve:
        sent = {"displayname": "Sam", "type": "bot", "theme": {"dark": True}, "primary_group": 1}
        assert sam.patch("user/me/profile/", json=sent).json() | sent == sam.get("user/me/profile/").json()
        assert eve.get("user/me/profile/").json()["displayname"] is None
        assert sam.patch("user/me/profile/", json={"type": "robot"}).json() == {
            "type": ['"robot" is not a valid choice.']
        }
        assert sam.patch("user/me/profile/", json={"primary_group": 99}).status_code == 400


# ------------------------------------------------------------------------------------------------- passwords


@pytest.mark.parametrize(
    ("password", "faults"),
    [
        ("123", ["too short", "too common", "entirely numeric"]),
        ("password1", ["too common"]),
        ("samsamsam", ["too similar to the username"]),
        ("48151623424815", ["entirely numeric"]),
    ],
)
def test_weak_passwords_are_refused_unless_overridden(folk: People, password: str, faults: list[str]) -> None:
    pk = folk.make("samsam")
    with folk.client("admin") as admin:
        refused = admin.patch(f"user/{pk}/set-password/", json={"password": password})
        assert refused.status_code == 400
        assert all(fault in refused.json()["password"] for fault in faults)
        sent = {"password": password, "override_warning": True}
        assert admin.patch(f"user/{pk}/set-password/", json=sent).status_code == 200
    assert httpx.get(f"{folk.server.url}/api/user/token/", auth=("samsam", password)).status_code == 200


def test_users_change_their_own_password_when_they_know_it(folk: People) -> None:
    pk = folk.make("sam")
    with folk.client("admin") as admin:
        admin.patch(f"user/{pk}/set-password/", json={"password": STRONG})
    with folk.client("sam") as sam:
        sent = {"password": "An0ther-good-pw"}
        address = f"user/{pk}/set-password/"
        assert sam.put(address, json=sent).json() == {"current_password": ["This field is required."]}
        assert sam.put(address, json=sent | {"current_password": "wrong"}).json() == {
            "current_password": ["This is not your present password."]
        }
        assert sam.put(address, json=sent | {"current_password": STRONG}).json() == {}
        assert sam.put("user/1/set-password/", json=sent).json() == FORBIDDEN
        assert sam.put("user/99/set-password/", json=sent).json() == FORBIDDEN
    assert httpx.get(f"{folk.server.url}/api/user/token/", auth=("sam", "An0ther-good-pw")).status_code == 200


def test_guessing_the_present_password_is_slowed_down(folk: People) -> None:
    pk = folk.make("sam")
    with folk.client("sam") as sam:
        sent = {"password": STRONG, "current_password": "guess"}
        statuses = [sam.put(f"user/{pk}/set-password/", json=sent).status_code for _ in range(6)]
    assert statuses == [400] * 5 + [429]


def test_the_password_of_somebody_who_is_not_there_is_not_found(folk: People) -> None:
    with folk.client("admin") as admin:
        answer = admin.patch("user/99/set-password/", json={"password": STRONG})
    assert (answer.status_code, answer.json()) == (404, {"detail": "No User matches the given query."})


def test_no_answer_shows_a_password_or_its_hash(folk: People) -> None:
    with folk.client("admin") as admin:
        texts = [admin.get(path).text for path in ("user/", "user/1/", "user/me/", "user/tokens/")]
        texts.append(admin.request("OPTIONS", "user/").text)
    assert not any("argon2" in text or '"password"' in text for text in texts)


# ------------------------------------------------------------------------------------------------- groups


def test_a_new_group_has_a_rule_set_for_each_role_that_allows_nothing(folk: People) -> None:
    with folk.client("admin") as admin:
        made = admin.post("user/group/", json={"name": "Pickers"}).json()
    assert [(role["name"], role["label"]) for role in made["roles"]] == list(ROLES.items())
    assert not any(role[column] for role in made["roles"] for column in role if column.startswith("can_"))
    assert made["permissions"] == {} and made["users"] == []


def test_what_a_rule_set_allows_includes_what_it_needs(folk: People) -> None:
    with folk.client("admin") as admin:
        roles = admin.post("user/group/", json={"name": "Pickers"}).json()["roles"]
        stock = next(role["pk"] for role in roles if role["name"] == "stock")
        changed = admin.patch(f"user/ruleset/{stock}/", json={"can_delete": True}).json()
        assert (changed["can_view"], changed["can_add"], changed["can_change"]) == (True, False, True)
        assert admin.get("user/group/1/?permission_detail=true").json()["permissions"]["stockitem"] == [
            "change", "delete", "view",
        ]  # fmt: skip


def test_joining_a_group_gives_its_rights_and_leaving_takes_them(folk: People) -> None:
    with folk.client("admin") as admin, folk.as_user("sam") as sam:
        pk = folk.make("sam")
        group = admin.post("user/group/", json={"name": "Viewers"}).json()
        stock = next(role["pk"] for role in group["roles"] if role["name"] == "stock")
        admin.patch(f"user/ruleset/{stock}/", json={"can_view": True})
        joined = admin.patch(f"user/{pk}/", json={"group_ids": [group["pk"]]}).json()
        assert joined["groups"] == [{"pk": group["pk"], "name": "Viewers"}]
        assert sam.get("user/roles/").json()["roles"]["stock"] == ["view"]
        members = admin.get(f"user/group/{group['pk']}/", params={"user_detail": True, "role_detail": False}).json()
        assert [user["username"] for user in members["users"]] == ["sam"] and "roles" not in members
        assert admin.patch(f"user/{pk}/", json={"group_ids": [99]}).status_code == 400
        admin.patch(f"user/{pk}/", json={"group_ids": []})
        assert sam.get("user/roles/").json()["roles"]["stock"] is None


def test_a_group_goes_with_its_rule_sets_and_its_owner(folk: People) -> None:
    with folk.client("admin") as admin:
        pk = admin.post("user/group/", json={"name": "Pickers"}).json()["pk"]
        assert admin.post("user/group/", json={"name": "Pickers"}).json() == {
            "name": ["A group with this name already exists."]
        }
        assert admin.delete(f"user/group/{pk}/").status_code == 204
        assert admin.get("user/ruleset/", params={"group": pk}).status_code == 400
        assert admin.get("user/ruleset/").json() == admin.get("user/owner/", params={"search": "pick"}).json() == []


def test_rule_sets_are_filtered_by_group_and_role(folk: People) -> None:
    with folk.client("admin") as admin:
        admin.post("user/group/", json={"name": "A"})
        pk = admin.post("user/group/", json={"name": "B"}).json()["pk"]
        found = admin.get("user/ruleset/", params={"group": pk, "name": "stock"}).json()
        assert [(rule["name"], rule["group"]) for rule in found] == [("stock", pk)]
        assert admin.get("user/ruleset/", params={"name": "nonsense"}).json() == {
            "name": ["Select a valid choice. nonsense is not one of the available choices."]
        }


def test_owners_are_found_by_all_words_and_inactive_users_left_out(folk: People) -> None:
    pk = folk.make("sam")
    with folk.client("admin") as admin:
        admin.patch(f"user/{pk}/", json={"is_active": False})

        def names(**query: str) -> list[str]:
            return [owner["name"] for owner in admin.get("user/owner/", params=query).json()]

        assert names(search="SAM of") == ["group of sam"]
        assert names(search="s_m") == []
        assert names(is_active="true", search="sam") == ["group of sam"]
        assert names(is_active="false", search="sam") == ["sam", "group of sam"]
        assert admin.post("user/owner/", json={}).status_code == 405
