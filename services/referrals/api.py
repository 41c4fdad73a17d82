"""The JSON routes: parse, one command or query, dump."""

from collections.abc import Callable
from typing import Any

from services.referrals.commands import agreements as agreement_commands
from services.referrals.commands import directory as directory_commands
from services.referrals.commands import referrals as referral_commands
from services.referrals.domain import Row
from services.referrals.domain.institutions import SERVICE_MOVES
from services.referrals.queries import agreements, directory, referrals
from services.referrals.schemas import directory as directory_schemas
from services.referrals.schemas import referrals as referral_schemas
from services.referrals.schemas.agreements import AgreementIn, AgreementOut, AgreementQuery, EndIn, SignIn
from services.referrals.schemas.directory import InstitutionIn, InstitutionOut, ServiceIn, ServiceOut
from services.referrals.schemas.referrals import DraftIn, HistoryOut, ReferralIn, ReferralOut, ReferralQuery
from services.referrals.tables import agreements as agreement_table
from services.referrals.tables import institutions as institution_table
from services.referrals.tables import referrals as referral_table
from services.referrals.tables import services as service_table
from shared import paging
from shared.web.api import Api, Call

api = Api("referrals")


def _page(call: Call, found: Any, by: Any, **more: Any) -> paging.Page:
    return paging.page(call.tx, found, by=by, limit=call.query["limit"], cursor=call.query["cursor"], **more)


def _filters(call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.query.items() if name not in ("limit", "cursor")}


# -- institutions --------------------------------------------------------------------------------------------------


@api.get("/institutions", action="institutions.read", query=directory_schemas.InstitutionQuery, returns=InstitutionOut)
def institutions(call: Call) -> paging.Page:
    """Institutions of the partnership, without those whose place is confidential."""
    found = _page(call, directory.institutions_listed(call.actor, **_filters(call)), institution_table.c.id)
    return found.map(lambda row: directory.institution_view(row, call.actor))


@api.post("/institutions", action="institutions.register", body=InstitutionIn, returns=InstitutionOut, creates=True)
def register_institution(call: Call) -> Row:
    """An institution joins the partnership."""
    return directory.institution_view(directory_commands.register_institution(call.tx, **call.body), call.actor)


@api.get(
    "/institutions/<id:institution_id>", action="institutions.read", returns=InstitutionOut,
    subject=directory.institution_visible,
)  # fmt: skip
def institution(call: Call, *, institution_id: str) -> Row:
    return directory.institution_view(directory.institution(call.tx, call.actor, institution_id), call.actor)


@api.put(
    "/institutions/<id:institution_id>", action="institutions.change", body=InstitutionIn, returns=InstitutionOut,
    subject=directory.own_institution,
)  # fmt: skip
def change_institution(call: Call, *, institution_id: str) -> Row:
    changed = directory_commands.change_institution(call.tx, institution_id, seen=call.seen, **call.body)
    return directory.institution_view(changed, call.actor)


@api.post(
    "/institutions/<id:institution_id>/actions/close", action="institutions.close", returns=InstitutionOut,
    subject=directory.own_institution,
)  # fmt: skip
def close_institution(call: Call, *, institution_id: str) -> Row:
    """It leaves the partnership: its services are withdrawn, its agreements end."""
    closed = directory_commands.close_institution(call.tx, institution_id, seen=call.seen)
    return directory.institution_view(closed, call.actor)


# -- services ------------------------------------------------------------------------------------------------------


@api.get("/services", action="services.read", query=directory_schemas.ServiceQuery, returns=ServiceOut)
def services(call: Call) -> paging.Page:
    """The directory: what is on offer, where, in which languages, with how many places free."""
    found = _page(call, directory.search(call.actor, **_filters(call)), service_table.c.id)
    return found.map(lambda row: directory.service_view(row, call.actor))


@api.post("/services", action="services.publish", body=ServiceIn, returns=ServiceOut, creates=True)
def publish_service(call: Call) -> Row:
    """A new service of one's own institution."""
    return _service(call, directory_commands.publish_service(call.tx, **call.body))


@api.get("/services/<id:service_id>", action="services.read", returns=ServiceOut, subject=directory.service_visible)
def service(call: Call, *, service_id: str) -> Row:
    return directory.service_view(directory.service(call.tx, call.actor, service_id), call.actor)


@api.put(
    "/services/<id:service_id>", action="services.change", body=directory_schemas.ServiceFields, returns=ServiceOut,
    subject=directory.own_service,
)  # fmt: skip
def change_service(call: Call, *, service_id: str) -> Row:
    return _service(call, directory_commands.change_service(call.tx, service_id, seen=call.seen, **call.body))


@api.put(
    "/services/<id:service_id>/capacity", action="services.change", body=directory_schemas.CapacityIn,
    returns=ServiceOut, subject=directory.own_service,
)  # fmt: skip
def change_capacity(call: Call, *, service_id: str) -> Row:
    """How many places are free: the institution's own word."""
    return _service(call, directory_commands.change_capacity(call.tx, service_id, seen=call.seen, **call.body))


def _service(call: Call, row: Row) -> dict[str, Any]:
    name = directory.names(call.tx, {row["institution_id"]})[row["institution_id"]]
    return directory.service_view({**row, "institution_name": name}, call.actor)


def _service_action(action: str) -> Callable[..., Row]:
    def act(call: Call, *, service_id: str) -> Row:
        changed = directory_commands.act_on_service(call.tx, service_id, action=action, seen=call.seen)
        return _service(call, changed)

    act.__name__ = f"{action}_existing_service"
    return act


# -- agreements ----------------------------------------------------------------------------------------------------


@api.get("/agreements", action="agreements.read", query=AgreementQuery, returns=AgreementOut)
def agreements_listed(call: Call) -> paging.Page:
    """Agreements of one's own institutions; all of them for a coordinator."""
    found = _page(call, agreements.listed(call.actor, status=call.query["status"]), agreement_table.c.id)
    bound = agreements.parties(call.tx, [row["id"] for row in found.items])
    return found.map(lambda row: agreements.view(row, bound[row["id"]], call.actor))


@api.post("/agreements", action="agreements.draw-up", body=AgreementIn, returns=AgreementOut, creates=True)
def draw_up_agreement(call: Call) -> Row:
    """A draft, in force once every party has signed."""
    row, bound = agreement_commands.draw_up(call.tx, **call.body)
    return agreements.view(row, bound, call.actor)


@api.get("/agreements/<id:agreement_id>", action="agreements.read", returns=AgreementOut, subject=agreements.visible)
def agreement(call: Call, *, agreement_id: str) -> Row:
    row, bound = agreements.agreement(call.tx, agreement_id)
    return agreements.view(row, bound, call.actor)


@api.post(
    "/agreements/<id:agreement_id>/actions/sign", action="agreements.act", body=SignIn, returns=AgreementOut,
    subject=agreements.visible,
)  # fmt: skip
def sign_agreement(call: Call, *, agreement_id: str) -> Row:
    """Sign for one party; a coordinator says for which."""
    row, bound = agreement_commands.sign(call.tx, agreement_id, seen=call.seen, **call.body)
    return agreements.view(row, bound, call.actor)


@api.post(
    "/agreements/<id:agreement_id>/actions/end", action="agreements.act", body=EndIn, returns=AgreementOut,
    subject=agreements.visible,
)  # fmt: skip
def end_agreement(call: Call, *, agreement_id: str) -> Row:
    """From today on it covers nothing new."""
    row, bound = agreement_commands.end(call.tx, agreement_id, seen=call.seen, **call.body)
    return agreements.view(row, bound, call.actor)


# -- referrals -----------------------------------------------------------------------------------------------------


@api.get("/referrals", action="referrals.read", query=ReferralQuery, returns=ReferralOut)
def referrals_listed(call: Call) -> paging.Page:
    """Sent by or to one's own institutions; all, without identity, for a coordinator. The newest first."""
    found = referrals.listed(call.actor, now=call.tx.now, **_filters(call))
    page = _page(call, found, referral_table.c.id, newest_first=True)
    return page.map(lambda row: referrals.view(call.tx, call.actor, row))


@api.post("/referrals", action="referrals.create", body=ReferralIn, returns=ReferralOut, creates=True)
def create_referral(call: Call) -> Row:
    """A draft, or with `submit` a referral that is sent at once."""
    asked = call.body["participant_id"]
    row = referral_commands.create(
        call.tx, knows=lambda: call.runtime.identity.knows(asked, token=call.token), **call.body
    )
    return referrals.detailed(call.tx, call.actor, row)


@api.get("/referrals/<id:referral_id>", action="referrals.read", returns=ReferralOut, subject=referrals.visible)
def referral(call: Call, *, referral_id: str) -> Row:
    """As the caller may see it: the recipient sees little before it accepts, then what the woman agreed to."""
    return referrals.detailed(call.tx, call.actor, referrals.referral(call.tx, call.actor, referral_id))


@api.put(
    "/referrals/<id:referral_id>", action="referrals.create", body=DraftIn, returns=ReferralOut,
    subject=referrals.visible,
)  # fmt: skip
def change_draft(call: Call, *, referral_id: str) -> Row:
    """What a draft says, anew and in full."""
    row = referral_commands.change_draft(call.tx, referral_id, seen=call.seen, **call.body)
    return referrals.detailed(call.tx, call.actor, row)


@api.get(
    "/referrals/<id:referral_id>/history", action="referrals.read", returns=HistoryOut, many=True,
    subject=referrals.visible,
)  # fmt: skip
def history(call: Call, *, referral_id: str) -> list[dict[str, Any]]:
    """What has happened, in order."""
    return referrals.told(call.tx, call.actor, referrals.referral(call.tx, call.actor, referral_id))


def _referral_action(action: str) -> Callable[..., Row]:
    def act(call: Call, *, referral_id: str) -> Row:
        row = referral_commands.act(call.tx, referral_id, action=action, details=call.body, seen=call.seen)
        return referrals.detailed(call.tx, call.actor, row)

    act.__name__ = f"{action.replace('-', '_')}_referral"
    return act


# -- actions, one route each, so that every one has its own body ---------------------------------------------------


def _actions() -> None:
    for _at, _who, action in SERVICE_MOVES:
        path = f"/services/<id:service_id>/actions/{action}"
        options: dict[str, Any] = {"action": "services.change", "returns": ServiceOut}
        api.post(path, subject=directory.own_service, **options)(_service_action(action))
    for action, body in referral_schemas.ACTION_BODIES.items():
        path = f"/referrals/<id:referral_id>/actions/{action}"
        options = {"action": "referrals.act", "body": body, "returns": ReferralOut}
        api.post(path, subject=referrals.visible, **options)(_referral_action(action))


_actions()
