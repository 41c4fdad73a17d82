"""Everyone sees the links of her roles, in order, and only paths at our own origin."""

import json

import pytest

from shared import contracts
from shared.contracts import Link

LINKS = json.loads((contracts.HERE / "navigation.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("role", contracts.codes("roles"))
def test_every_role_has_somewhere_to_go(role):
    assert contracts.navigation((role,))


def test_links_are_for_known_roles_or_for_nobody_signed_in():
    assert {link["role"] for link in LINKS["header"]} == {*contracts.codes("roles"), "anonymous"}


def test_every_link_leads_to_a_service_of_ours():
    leads = [*contracts.footer(), *(Link(link["label"], link["href"]) for link in LINKS["header"])]
    assert {link.href.split("/")[1] for link in leads} <= set(contracts.codes("services"))
    assert all(link.href.startswith("/") and not link.href.startswith("//") for link in leads)


def test_staff_start_with_the_work_queue_and_a_participant_with_what_happens_next():
    staff = set(contracts.codes("roles")) - {"participant"}
    assert {contracts.navigation((role,))[0].href for role in staff} == {"/notifications/"}
    assert contracts.navigation(("participant",))[0].href == "/programmes/me"


def test_with_several_roles_each_link_is_seen_once():
    seen = [link.href for link in contracts.navigation(("caseworker", "institution-admin"))]
    assert len(seen) == len(set(seen))
    assert set(seen) == {
        link.href for role in ("caseworker", "institution-admin") for link in contracts.navigation((role,))
    }


def test_nobody_signed_in_sees_what_is_public():
    assert [link.href for link in contracts.navigation(())] == ["/referrals/services", "/cooperatives/register"]


def test_a_participant_is_not_shown_words_that_could_give_her_away():
    said = " ".join(link.label for link in contracts.navigation(("participant",))).lower()
    assert not [word for word in ("violence", "migra", "cooperative", "referral", "mentor") if word in said]
