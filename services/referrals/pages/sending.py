"""A new referral, one question a page: who, where to, what and why, what she agreed to, check. A draft keeps it all."""

from datetime import timedelta
from typing import Any

from flask import request

from services.referrals.commands import referrals as commands
from services.referrals.domain import Row, agreements
from services.referrals.pages import words
from services.referrals.pages.doors import filter_form, filters, pages
from services.referrals.pages.referrals import LIST, agreed, needed, person, situation
from services.referrals.policy import SENDS
from services.referrals.queries import directory
from services.referrals.queries import referrals as queries
from services.referrals.schemas.directory import ServiceQuery
from services.referrals.schemas.referrals import NeedStep, Nothing, PersonIn, ServiceStep, SharingStep, SituationStep
from services.referrals.tables import services
from shared import contracts
from shared.dates import local
from shared.i18n import gettext as _
from shared.web.pages import FormPage, PageCall, Redirect

MOST_CHOICES = 30
NEED = ("needs", "barriers", "priority")
SITUATION = ("languages", "childcare", "mentor_wished", "narrative")


# -- who -----------------------------------------------------------------------------------------------------------


def _person_form(call: PageCall) -> FormPage:
    own = call.actor.institutions_as(*SENDS)
    wanted = request.args.get("participant_id", "")
    rows = queries.registered_by(call.tx, own)
    ids = [row["id"] for row in rows]
    names = call.runtime.identity.cards(ids, token=call.token, purpose="referral")
    people = [(row["id"], " · ".join(filter(None, (names.get(row["id"]), row["code"])))) for row in rows]
    if wanted and wanted not in ids:
        people.insert(0, (wanted, names.get(wanted) or _("The participant you came from")))
    schema = PersonIn() if len(own) > 1 else PersonIn(exclude=("institution_id",))
    return FormPage(
        schema=schema,
        heading=_("Who is it about?"),
        submit=_("Continue"),
        lede=_("Women whom your institution has registered. Register her first if she is not here."),
        values={"participant_id": wanted, "service_id": request.args.get("service_id", "")},
        choices={"participant_id": people, "institution_id": sorted(directory.names(call.tx, set(own)).items())},
        cancel_href=LIST,
        template="referrals/person.html",
    )


@pages.form("/new", action="referrals.create", form=_person_form)
def begin(call: PageCall) -> Redirect:
    asked = call.body["participant_id"]
    row = commands.create(
        call.tx,
        participant_id=asked,
        institution_id=call.body.get("institution_id"),
        submit=False,
        knows=lambda: call.runtime.identity.knows(asked, token=call.token),
        service_id=call.body["service_id"],
    )
    return _onwards(row)


def _onwards(row: Row) -> Redirect:
    """The first question that has no answer yet; then the check."""
    unanswered = (
        ("service", row["service_id"] is None),
        ("need", not row["needs"]),
        ("situation", not row["languages"]),
        ("sharing", row["legal_basis"] is None or row["sharing_expires_on"] is None),
    )
    step = next((step for step, is_it in unanswered if is_it), "check")
    return Redirect(f"{LIST}/{row['id']}/{step}")


# -- where to ------------------------------------------------------------------------------------------------------


def _service_form(call: PageCall, *, referral_id: str) -> FormPage:
    row = queries.referral(call.tx, call.actor, referral_id)
    query = ServiceQuery()
    covered = directory.covered_for(row["sender_id"], today=queries.today(call.tx))
    found = directory.search(call.actor, **filters(query)).where(covered)
    offered = call.tx.all(found.order_by(services.c.available.desc(), services.c.id).limit(MOST_CHOICES))
    choices = {"teryt": words.counties(), "language": words.language_choices()}
    return FormPage(
        schema=ServiceStep(),
        heading=_("Where to?"),
        submit=_("Continue"),
        lede=_("Services that a signed agreement of your institution covers."),
        values={"service_id": row["service_id"] or ""},
        choices={"service_id": [words.service_option(one) for one in offered]},
        version=row["version"],
        cancel_href=LIST,
        template="referrals/service.html",
        context={"filter": filter_form(query, action=request.path, choices=choices), "found": len(offered)},
    )


# -- what and why --------------------------------------------------------------------------------------------------


def _need_form(call: PageCall, *, referral_id: str) -> FormPage:
    row = queries.referral(call.tx, call.actor, referral_id)
    values = {name: row[name] for name in NEED}
    if not row["needs"] and row["service_category"]:
        values["needs"] = [row["service_category"]]
    return FormPage(
        schema=NeedStep(),
        heading=_("What does she need?"),
        submit=_("Continue"),
        values=values,
        version=row["version"],
        cancel_href=LIST,
    )


def _situation_form(call: PageCall, *, referral_id: str) -> FormPage:
    row = queries.referral(call.tx, call.actor, referral_id)
    shown = queries.detailed(call.tx, call.actor, row)
    return FormPage(
        schema=SituationStep(only=SITUATION),
        heading=_("What should the recipient know?"),
        submit=_("Continue"),
        values={name: shown.get(name) or "" for name in SITUATION},
        choices={"languages": words.language_choices()},
        version=row["version"],
        cancel_href=LIST,
    )


# -- sharing and the law -------------------------------------------------------------------------------------------


def _sharing_form(call: PageCall, *, referral_id: str) -> FormPage:
    row = queries.referral(call.tx, call.actor, referral_id)
    shown = queries.detailed(call.tx, call.actor, row)
    in_a_year = (local(call.tx.now).date() + timedelta(days=365)).isoformat()
    basis = {name: value or "" for name, value in shown["legal_basis"].items()}
    sharing = {name: value or "" for name, value in shown["sharing"].items()}
    lede = _("Ask her in a language she knows. She may say no to any of it.")
    if row["replaces"]:
        lede = _("She agreed to share with another institution. Ask her again before you send this.")
    return FormPage(
        schema=SharingStep(),
        heading=_("What may be shared?"),
        submit=_("Continue"),
        lede=lede,
        values={
            "legal_basis": {**basis, "code": basis["code"] or "gdpr-6-1-e"},
            "sharing": {**sharing, "expires_on": sharing["expires_on"] or in_a_year},
        },
        choices={"sharing.fields": _covered_fields(call, row), "sharing.language": words.language_choices()},
        version=row["version"],
        cancel_href=LIST,
    )


def _covered_fields(call: PageCall, row: Row) -> list[tuple[str, str]]:
    """What the agreement of the two institutions lets them share; everything within one institution."""
    every = contracts.codes("sharing-fields")
    found = queries.grounds(
        call.tx, participant_id=row["participant_id"], service_id=row["service_id"], sender_id=row["sender_id"]
    )
    signed = [
        {"fields": one["agreement_fields"], "purposes": one["agreement_purposes"]}
        for one in found
        if one["agreement_id"]
    ]
    chosen = agreements.best(signed, category=row["service_category"] or "", fields=every)
    covered = chosen["fields"] if chosen and row["receiver_id"] != row["sender_id"] else every
    return [(code, words.word("sharing-field", code)) for code in every if code in covered]


# -- check and send ------------------------------------------------------------------------------------------------


def _check_form(call: PageCall, *, referral_id: str) -> FormPage:
    row = queries.referral(call.tx, call.actor, referral_id)
    shown = queries.detailed(call.tx, call.actor, row)
    at = f"{LIST}/{referral_id}"
    return FormPage(
        schema=Nothing(),
        heading=_("Check your answers"),
        submit=_("Send"),
        lede=_("The recipient sees only need, languages, childcare and priority until it accepts."),
        version=row["version"],
        cancel_href=LIST,
        template="referrals/check.html",
        context={"summary": _to_check(call, shown, at), "discard_href": f"{at}/actions/cancel"},
    )


def _to_check(call: PageCall, shown: dict[str, Any], at: str) -> list[dict[str, Any]]:
    """All answers, each with the way back to its question."""
    where = filter(None, (shown["service_name"] or _("not chosen yet"), shown["receiver_name"]))
    answers = [
        ("", [person(call, shown["participant_id"])]),
        ("service", [{"label": _("Service"), "value": list(where)}]),
        ("need", needed(shown)),
        ("situation", situation(shown)),
        ("sharing", agreed(shown)),
    ]
    return [{**row, "change": {"href": f"{at}/{step}"} if step else None} for step, rows in answers for row in rows]


@pages.form("/referrals/<id:referral_id>/check", action="referrals.create", subject=queries.own_draft, form=_check_form)
def send(call: PageCall, *, referral_id: str) -> Redirect:
    commands.act(call.tx, referral_id, action="submit", details={}, seen=call.seen)
    return Redirect(f"{LIST}/{referral_id}", _("The referral is sent."))


def _every_step() -> None:
    def save(call: PageCall, *, referral_id: str) -> Redirect:
        said = dict(call.body)
        if "mentor_wished" in said:
            said["mentor_wished"] = said["mentor_wished"] or None  # a box left empty is no answer
        return _onwards(commands.change_draft(call.tx, referral_id, seen=call.seen, **said))

    forms = {"service": _service_form, "need": _need_form, "situation": _situation_form, "sharing": _sharing_form}
    for step, form in forms.items():
        path = f"/referrals/<id:referral_id>/{step}"
        pages.form(path, action="referrals.create", subject=queries.own_draft, form=form)(save)


_every_step()
