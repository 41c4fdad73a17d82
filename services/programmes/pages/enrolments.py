"""Enrolment and attendance: who is enrolled, what became of it, and the sheet that is filled in on a phone."""

from typing import Any

from services.programmes.commands import attendance as sheets
from services.programmes.commands import enrolments as enrolling
from services.programmes.domain.activities import ACTIONS, MAY_BE_PRESENT
from services.programmes.domain.reach import is_nobody
from services.programmes.pages.routes import pages
from services.programmes.pages.words import day, tag, when, who, word
from services.programmes.queries import activities, paths, people, shapes
from services.programmes.schemas import bodies, forms
from shared.errors import Invalid, NotFound
from shared.i18n import gettext as _
from shared.i18n import ngettext, term
from shared.web.fields import Body
from shared.web.pages import FormPage, PageCall, Redirect

ACTIVITIES = "/programmes/activities"
ENROLMENTS = "/programmes/enrolments"
PATHS = "/programmes/paths"
ASKED: dict[str, type[Body]] = {"complete": forms.Complete, "drop-out": forms.DropOut, "cancel": forms.Leave}


def _enrol_form(call: PageCall, *, activity_id: str) -> FormPage:
    row = activities.activity(call.tx, activity_id)
    known = people.candidates(call.tx, call.actor.institutions_as("intake"))
    taken = set(activities.enrolled_ids(call.tx, activity_id))
    free = [one for one in known if one not in taken]
    called = who(call, free, purpose="enrolment")
    full = row["free"] is not None and row["free"] <= row["waiting"]
    return FormPage(
        schema=bodies.EnrolmentIn(),
        heading=_("Enrol a woman"),
        lede=_("There is no free place: she will be on the waiting list.") if full else row["name"],
        submit=_("Enrol"),
        choices={"participant_id": sorted(((one, called(one)) for one in free), key=lambda pair: pair[1])},
        cancel_href=f"{ACTIVITIES}/{activity_id}",
    )


@pages.form(
    "/activities/<id:activity_id>/enrol", action="enrolments.write", form=_enrol_form, subject=activities.visible
)
def enrol(call: PageCall, *, activity_id: str) -> Redirect:
    participant_id = call.body["participant_id"]
    people.refuse_unknown(
        call.tx,
        [participant_id],
        pointer="/participant_id",
        ask=lambda one: call.runtime.identity.knows(one, token=call.token),
    )
    return Redirect(f"{ACTIVITIES}/{activity_id}", _enrolled(call, activity_id, participant_id))


def _enrolled(call: PageCall, activity_id: str, participant_id: str) -> str:
    """What became of it, in words."""
    made = enrolling.enrol(call.tx, activity_id=activity_id, participant_id=participant_id)
    row = activities.enrolment(call.tx, made["id"])
    said = _("She is enrolled.") if not row["position"] else _("She is on the waiting list.")
    if row["clashes"]:
        said += " " + _("She has something else at the same time: %(when)s.", when=when(row["clashes"][0]["starts_at"]))
    return said


# -- from her path ---------------------------------------------------------------------------------------------------


def _join_form(call: PageCall, *, path_id: str) -> FormPage:
    row = paths.path(call.tx, path_id)
    offered = activities.to_join(call.tx, call.actor, participant_id=row["participant_id"])
    return FormPage(
        schema=forms.JoinForm(),
        heading=_("Enrol her in an activity"),
        lede=_("What your institution holds and she is not enrolled in yet."),
        submit=_("Enrol"),
        choices={"activity_id": [(one["id"], _offer(one)) for one in offered]},
        cancel_href=f"{PATHS}/{path_id}",
    )


def _offer(row: Any) -> str:
    free = _("no limit") if row["free"] is None else ngettext("%(n)s place free", "%(n)s places free", row["free"])
    return f"{row['name']} · {word('need', row['kind'])} · {free}"


@pages.form("/paths/<id:path_id>/enrol", action="enrolments.write", form=_join_form, subject=paths.visible)
def join(call: PageCall, *, path_id: str) -> Redirect:
    participant_id = paths.path(call.tx, path_id)["participant_id"]
    offered = {one["id"] for one in activities.to_join(call.tx, call.actor, participant_id=participant_id)}
    if call.body["activity_id"] not in offered:
        raise Invalid.at("/activity_id", _("Your institution holds no such activity."))
    return Redirect(f"{PATHS}/{path_id}", _enrolled(call, call.body["activity_id"], participant_id))


@pages.get("/enrolments/<id:enrolment_id>", action="enrolments.write", subject=activities.own_enrolment)
def enrolment(call: PageCall, *, enrolment_id: str) -> str:
    row = shapes.enrolment(activities.enrolment(call.tx, enrolment_id), call.actor)
    of = activities.activity(call.tx, row["activity_id"])
    called = who(call, [row["participant_id"]], purpose="enrolment")
    return call.render(
        "page/record.html",
        title=_("Enrolment"),
        record={
            "code": of["name"],
            "title": called(row["participant_id"]),
            "status": tag("enrolment-status", row["status"]),
            "back": {"href": f"{ACTIVITIES}/{of['id']}", "label": of["name"]},
        },
        summary=_summary(row),
        actions=[
            {"label": term("enrolment-action", action), "href": f"{ENROLMENTS}/{enrolment_id}/{action}"}
            for action in row["actions"]
        ],
    )


def _summary(row: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"label": _("Since"), "value": when(row["made_at"])},
        {"label": _("At the same time"), "value": [when(one["starts_at"]) for one in row["clashes"]] or _("nothing")},
    ]
    if row["position"]:
        rows.append({"label": _("On the waiting list"), "value": _("position %(n)s", n=row["position"])})
    if row["ended_on"]:
        rows.append({"label": _("Until"), "value": day(row["ended_on"])})
    if row["reason"]:
        rows.append({"label": _("Why"), "value": word("enrolment-reason", row["reason"])})
    if row["certificate"]:
        rows.append({"label": _("Certificate"), "value": _("Yes")})
    if row["path_id"]:
        rows.append({"label": _("Her path"), "value": _("This is a step of her individual path.")})
    return rows


def _action_form(call: PageCall, *, enrolment_id: str, action: str) -> FormPage:
    row = shapes.enrolment(activities.enrolment(call.tx, enrolment_id), call.actor)
    if action not in ACTIONS:
        raise NotFound
    return FormPage(
        schema=ASKED[action](),
        heading=term("enrolment-action", action),
        submit=term("enrolment-action", action),
        version=row["version"],
        cancel_href=f"{ENROLMENTS}/{enrolment_id}",
        warning=action != "complete",
    )


@pages.form(
    "/enrolments/<id:enrolment_id>/<code:action>",
    action="enrolments.write",
    form=_action_form,
    subject=activities.own_enrolment,
)
def act(call: PageCall, *, enrolment_id: str, action: str) -> Redirect:
    saved = enrolling.act(call.tx, enrolment_id=enrolment_id, action=action, details=call.body, seen=call.seen)
    return Redirect(f"{ACTIVITIES}/{saved['activity_id']}", word("enrolment-status", saved["status"]) + ".")


# -- attendance ------------------------------------------------------------------------------------------------------


def _sheet_form(call: PageCall, *, activity_id: str, session_id: str) -> FormPage:
    row = activities.activity(call.tx, activity_id)
    session = activities.session(call.tx, activity_id=activity_id, session_id=session_id)
    recorded = activities.sheet(call.tx, activity_id=activity_id, session_id=session_id)
    listed = _on_the_sheet(call, row, recorded)
    called = who(call, listed, purpose="attendance")
    return FormPage(
        schema=forms.AttendanceForm(),
        heading=_("Who is here?"),
        lede=f"{row['name']} · {when(session['starts_at'], session['ends_at'])}",
        submit=_("Save the sheet"),
        values=recorded or {"present": [], "head_count": 0},
        choices={"present": sorted(((one, called(one)) for one in listed), key=lambda pair: pair[1])},
        version=recorded["version"] if recorded else 0,
        cancel_href=f"{ACTIVITIES}/{activity_id}",
        template="programmes/attendance.html",
        context={
            "is_correction": recorded is not None,
            "is_empty": not listed,
            "enrol_href": f"{ACTIVITIES}/{activity_id}/enrol",
        },
    )


def _on_the_sheet(call: PageCall, row: Any, recorded: Any) -> list[str]:
    """Who may be ticked: the enrolled, at an open event also those whom the institution works with, and who was."""
    listed = activities.enrolled_ids(call.tx, row["id"], statuses=MAY_BE_PRESENT)
    if row["open"]:
        listed = [*listed, *people.candidates(call.tx, call.actor.institutions_as("intake"))]
    wanted = dict.fromkeys([*listed, *(recorded["present"] if recorded else [])])
    return [one for one in wanted if not is_nobody(one)]


@pages.form(
    "/activities/<id:activity_id>/sessions/<id:session_id>/attendance",
    action="attendance.write",
    form=_sheet_form,
    subject=activities.own_sheet,
)
def record(call: PageCall, *, activity_id: str, session_id: str) -> Redirect:
    if activities.is_open(call.tx, activity_id):
        people.refuse_unknown(
            call.tx,
            call.body["present"],
            pointer="/present/{n}",
            ask=lambda one: call.runtime.identity.knows(one, token=call.token),
        )
    sheet = sheets.Sheet(session_id=session_id, **call.body)
    sheets.record_attendance(call.tx, activity_id=activity_id, sheet=sheet, seen=call.seen)
    return Redirect(f"{ACTIVITIES}/{activity_id}", _("The sheet is saved."))
