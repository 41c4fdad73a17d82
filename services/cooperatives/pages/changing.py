"""Forms that change the record: a new group, the next state, the second axis, details, accounts, corrections."""

import re
from typing import Any

from marshmallow import Schema
from sqlalchemy import select

from services.cooperatives.commands import checklist, registry, transitions
from services.cooperatives.domain import identifiers, states
from services.cooperatives.pages import words
from services.cooperatives.pages.routes import LIST, ONE, pages
from services.cooperatives.queries import registry as queries
from services.cooperatives.schemas import bodies, forms
from services.cooperatives.tables import account_copies
from services.cooperatives.tables import transitions as transitions_table
from shared.errors import Invalid, NotFound
from shared.i18n import gettext as _
from shared.web.pages import FormPage, PageCall, Redirect


def _row(call: PageCall, cooperative_id: str) -> Any:
    return queries.view(call.tx, queries.cooperative(call.tx, call.actor, cooperative_id=cooperative_id))


# -- a new group -------------------------------------------------------------------------------------------------------


def _open_form(call: PageCall) -> FormPage:
    places = call.actor.institutions_as("intake")
    several = len(places) > 1
    named = [(one, call.actor.institution_names.get(one) or one) for one in places]
    return FormPage(
        schema=forms.OpenForOneForm() if several else forms.OpenForm(),
        heading=_("Open an initiative group"),
        lede=_("A group of women who want to found a cooperative together. Founders are added on its page."),
        submit=_("Open the group"),
        choices={
            "teryt": words.county_choices(),
            "languages": words.language_choices(),
            **({"institution_id": named} if several else {}),
        },
        cancel_href=LIST,
    )


@pages.form("/cooperatives/new", action="cooperatives.create", form=_open_form)
def open_group(call: PageCall) -> Redirect:
    made = registry.open_cooperative(call.tx, **call.body)
    return Redirect(f"{LIST}/{made['id']}", _("The group is open. Add its founders next."))


# -- states ------------------------------------------------------------------------------------------------------------


def _status_form(call: PageCall, *, cooperative_id: str, to: str) -> FormPage:
    row = _row(call, cooperative_id)
    status = _code(to)
    warned = [words.word("checklist-item", one) for one in row["warnings"]]
    lede = _("Still open in this state: %(items)s. You can go on all the same.", items=", ".join(warned))
    return FormPage(
        schema=_status_schema(row["status"], status),
        heading=words.word("cooperative-move", status),
        lede=lede if warned and status not in words.LATE else "",
        submit=_("Record"),
        version=row["version"],
        cancel_href=f"{LIST}/{cooperative_id}",
        warning=status in words.LATE,
    )


def _status_schema(status: str, to: str) -> Schema:
    if to == states.Status.REGISTERED:
        return forms.RegistrationForm()
    early = status in states.FORMING
    return forms.EarlyForm() if early else forms.ProvedForm()


def _code(to: str) -> str:
    """An address has hyphens where the code has underscores."""
    status = to.replace("-", "_")
    if status not in set(states.Status):
        raise NotFound
    return status


@pages.form(f"{ONE}/status/<code:to>", action="cooperatives.move", form=_status_form, subject=queries.cooperative)
def change_status(call: PageCall, *, cooperative_id: str, to: str) -> Redirect:
    saved = transitions.change_status(
        call.tx, cooperative_id=cooperative_id, to=_code(to), seen=call.seen, details=call.body
    )
    now = words.word("cooperative-status", saved["status"])
    return Redirect(f"{LIST}/{cooperative_id}", _("Recorded. It now stands at: %(status)s.", status=now))


def _social_form(call: PageCall, *, cooperative_id: str) -> FormPage:
    row = _row(call, cooperative_id)
    return FormPage(
        schema=forms.SocialForm(),
        heading=_("Social enterprise status"),
        lede=_("Now: %(status)s", status=words.word("social-status", row["social"])),
        submit=_("Record"),
        choices={"to": [(one, words.word("social-status", one)) for one in row["social_enterprise_actions"]]},
        version=row["version"],
        cancel_href=f"{LIST}/{cooperative_id}",
    )


@pages.form(f"{ONE}/social-enterprise", action="cooperatives.move", form=_social_form, subject=queries.cooperative)
def change_social_status(call: PageCall, *, cooperative_id: str) -> Redirect:
    transitions.change_social_status(
        call.tx, cooperative_id=cooperative_id, to=call.body["to"], seen=call.seen, details=call.body
    )
    return Redirect(f"{LIST}/{cooperative_id}", _("The status of a social enterprise is recorded."))


def _correct_form(call: PageCall, *, cooperative_id: str, transition_id: str) -> FormPage:
    line = call.tx.one(select(transitions_table).where(transitions_table.c.id == transition_id))
    known = {name: line[name] or "" for name in ("effective_date", "legal_basis", "evidence")}
    return FormPage(
        schema=forms.CorrectionForm(),
        heading=_("Correct a line of the history"),
        lede=_("The line as it was stays visible here, marked as corrected. The public sees the corrected one."),
        submit=_("Save the correction"),
        values=known,
        version=_row(call, cooperative_id)["version"],
        cancel_href=f"{LIST}/{cooperative_id}",
    )


@pages.form(
    f"{ONE}/transitions/<id:transition_id>/correct",
    action="cooperatives.correct",
    form=_correct_form,
    subject=queries.visible_transition,
)
def correct(call: PageCall, *, cooperative_id: str, transition_id: str) -> Redirect:
    transitions.correct(
        call.tx, cooperative_id=cooperative_id, transition_id=transition_id, seen=call.seen, details=call.body
    )
    return Redirect(f"{LIST}/{cooperative_id}", _("The line is corrected."))


def _checklist_form(call: PageCall, *, cooperative_id: str, item: str) -> FormPage:
    row = _row(call, cooperative_id)
    found = next((one for one in queries.checklist_of(call.tx, row) if one["item"] == item), None)
    if found is None or found["computed"]:
        raise NotFound
    return FormPage(
        schema=bodies.ChecklistIn(),
        heading=words.word("checklist-item", item),
        submit=_("Record as done"),
        values={name: found[name] or "" for name in ("done_on", "evidence")},
        cancel_href=f"{LIST}/{cooperative_id}",
    )


@pages.form(f"{ONE}/checklist/<code:item>", action="checklist.write", form=_checklist_form, subject=queries.cooperative)
def mark_done(call: PageCall, *, cooperative_id: str, item: str) -> Redirect:
    checklist.mark(call.tx, cooperative_id=cooperative_id, item=item, **call.body)
    return Redirect(f"{LIST}/{cooperative_id}", _("Recorded as done."))


# -- details and accounts ----------------------------------------------------------------------------------------------


def _details_form(call: PageCall, *, cooperative_id: str) -> FormPage:
    row = _row(call, cooperative_id)
    known = {name: row[name] if row[name] is not None else "" for name in forms.DetailsForm().fields}
    known["pkd"] = ", ".join(one["code"] for one in row["pkd"])
    return FormPage(
        schema=forms.DetailsForm(),
        heading=_("Change the details"),
        lede=_("Everyone sees these in the register, and what they were before."),
        submit=_("Save"),
        values=known,
        choices={"teryt": words.county_choices(), "languages": words.language_choices(row["languages"])},
        version=row["version"],
        cancel_href=f"{LIST}/{cooperative_id}",
    )


@pages.form(f"{ONE}/details", action="cooperatives.change", form=_details_form, subject=queries.cooperative)
def change_details(call: PageCall, *, cooperative_id: str) -> Redirect:
    row = _row(call, cooperative_id)
    details = {**call.body, "pkd": _pkd(call.body["pkd"], known=row["pkd"])}
    registry.change_details(call.tx, cooperative_id=cooperative_id, seen=call.seen, details=details)
    return Redirect(f"{LIST}/{cooperative_id}", _("The details are saved."))


def _pkd(text: str | None, *, known: list[dict[str, str]]) -> list[dict[str, str]]:
    """Codes as they are typed, separated by commas; new ones are of the present classification."""
    versions = {one["code"]: one["version"] for one in known}
    codes = [one for one in re.split(r"[,;\s]+", (text or "").upper()) if one]
    if len(codes) > 10 or not all(identifiers.PKD.fullmatch(one) for one in codes):
        raise Invalid.at("/pkd", _("Expected at most ten PKD codes such as 13.92.Z, separated by commas."))
    return [{"code": one, "version": versions.get(one, "2025")} for one in dict.fromkeys(codes)]


def _accounts_form(call: PageCall, *, cooperative_id: str) -> FormPage:
    row = _row(call, cooperative_id)
    found = call.tx.execute(select(account_copies.c.id).where(account_copies.c.represents.is_(True)).limit(200))
    ids = dict.fromkeys([*row["representative_account_ids"], *sorted(found.scalars())])
    return FormPage(
        schema=forms.AccountsForm(),
        heading=_("Who acts for the cooperative"),
        lede=_(
            "Accounts of cooperatives, by the end of their number: "
            "who acts for the cooperative finds it under her own account."
        ),
        submit=_("Save"),
        values={"representative_account_ids": row["representative_account_ids"]},
        choices={"representative_account_ids": [(one, f"…{one[-8:]}") for one in ids]},
        version=row["version"],
        cancel_href=f"{LIST}/{cooperative_id}",
    )


@pages.form(f"{ONE}/accounts", action="cooperatives.entrust", form=_accounts_form, subject=queries.cooperative)
def change_accounts(call: PageCall, *, cooperative_id: str) -> Redirect:
    row = _row(call, cooperative_id)
    kept = {"adviser_id": row["adviser_id"], "institution_id": row["adviser_institution_id"]}
    registry.entrust(call.tx, cooperative_id=cooperative_id, seen=call.seen, **kept, **call.body)
    return Redirect(f"{LIST}/{cooperative_id}", _("Saved."))


def _remove_form(call: PageCall, *, cooperative_id: str) -> FormPage:
    return FormPage(
        schema=bodies.RemoveIn(),
        heading=_("Take out of the registry"),
        lede=_("Only for what should never have been here. That it was here stays in the open feed of changes."),
        submit=_("Take out"),
        version=_row(call, cooperative_id)["version"],
        cancel_href=f"{LIST}/{cooperative_id}",
        warning=True,
    )


@pages.form(f"{ONE}/remove", action="cooperatives.remove", form=_remove_form, subject=queries.cooperative)
def remove(call: PageCall, *, cooperative_id: str) -> Redirect:
    registry.remove(call.tx, cooperative_id=cooperative_id, seen=call.seen, **call.body)
    return Redirect(LIST, _("The record is taken out."))
