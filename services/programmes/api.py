"""JSON routes: parse, one command or query, dump."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.programmes.commands import activities as scheduling
from services.programmes.commands import attendance as sheets
from services.programmes.commands import cards as carding
from services.programmes.commands import enrolments as enrolling
from services.programmes.commands import paths as walking
from services.programmes.domain import activities as activity_rules
from services.programmes.domain import cards as card_rules
from services.programmes.domain import paths as path_rules
from services.programmes.queries import activities, cards, paths, people, reach, shapes
from services.programmes.schemas import bodies, resources
from services.programmes.tables import activities as activities_table
from services.programmes.tables import enrolments as enrolments_table
from services.programmes.tables import paths as paths_table
from services.programmes.tables import programmes as programmes_table
from shared import paging
from shared.errors import NotFound
from shared.policy import Scope
from shared.web.api import Api, Call

api = Api("programmes")
Result = Mapping[Any, Any]


# -- programmes ------------------------------------------------------------------------------------------------------


@api.get("/programmes", action="programmes.read", query=bodies.ProgrammeQuery, returns=resources.ProgrammeOut)
def list_programmes(call: Call) -> paging.Page:
    """Programme cards, oldest first"""
    found = cards.listed(call.actor, status=call.query["status"])
    return _page(call, found, programmes_table.c.id).map(lambda row: shapes.card(row, call.actor))


@api.post(
    "/programmes",
    action="programmes.write",
    body=bodies.ProgrammeIn,
    returns=resources.ProgrammeOut,
    creates=True,
)
def create_programme(call: Call) -> Result:
    """A new card, published at once unless it says `publish: false`"""
    return shapes.card(carding.create_programme(call.tx, card=call.body), call.actor)


@api.get(
    "/programmes/<id:programme_id>", action="programmes.read", returns=resources.ProgrammeOut, subject=cards.visible
)
def read_programme(call: Call, *, programme_id: str) -> Result:
    """One card"""
    return shapes.card(cards.programme(call.tx, programme_id), call.actor)


@api.put(
    "/programmes/<id:programme_id>",
    action="programmes.write",
    body=bodies.ProgrammeIn,
    returns=resources.ProgrammeOut,
    subject=cards.visible,
)
def change_programme(call: Call, *, programme_id: str) -> Result:
    """The whole card anew"""
    saved = carding.change_programme(call.tx, programme_id=programme_id, card=call.body, seen=call.seen)
    return shapes.card(saved, call.actor)


@api.post(
    "/programmes/<id:programme_id>/actions/<code:action>",
    action="programmes.write",
    returns=resources.ProgrammeOut,
    subject=cards.visible,
)
def act_on_programme(call: Call, *, programme_id: str, action: str) -> Result:
    """publish or close"""
    _known(action, card_rules.ACTIONS)
    return shapes.card(carding.act(call.tx, programme_id=programme_id, action=action, seen=call.seen), call.actor)


# -- activities ------------------------------------------------------------------------------------------------------


@api.get("/activities", action="activities.read", query=bodies.ActivityQuery, returns=resources.ActivityOut)
def list_activities(call: Call) -> paging.Page:
    """Activities of one's own institution; all of them for coordinators"""
    wanted = {name: call.query[name] for name in ("programme_id", "kind", "form", "status")}
    found = activities.listed(call.actor, all_institutions=call.scope is Scope.ANY, **wanted)
    page = _page(call, found, activities_table.c.id)
    described = activities.described(call.tx, page.items)
    return paging.Page([shapes.activity(row, call.actor) for row in described], page.next)


@api.post("/activities", action="activities.write", body=bodies.ActivityIn, returns=resources.ActivityOut, creates=True)
def schedule_activity(call: Call) -> Result:
    """Announce an activity with its sessions"""
    institution_id = call.actor.acting_for(call.body["institution_id"], {"intake"})
    made = scheduling.schedule_activity(call.tx, details=call.body, institution_id=institution_id)
    return _activity(call, made["id"])


@api.get(
    "/activities/<id:activity_id>", action="activities.read", returns=resources.ActivityOut, subject=activities.visible
)
def read_activity(call: Call, *, activity_id: str) -> Result:
    """One activity with its sessions and free places"""
    return _activity(call, activity_id)


@api.put(
    "/activities/<id:activity_id>",
    action="activities.write",
    body=bodies.ActivityChange,
    returns=resources.ActivityOut,
    subject=activities.visible,
)
def change_activity(call: Call, *, activity_id: str) -> Result:
    """Name, places, languages, childcare; what is left out stays"""
    changed = scheduling.change_activity(call.tx, activity_id=activity_id, changes=call.body, seen=call.seen)
    enrolling.move_up(call.tx, changed)
    return _activity(call, activity_id)


@api.post(
    "/activities/<id:activity_id>/sessions",
    action="activities.write",
    body=bodies.SessionIn,
    returns=resources.ActivityOut,
    subject=activities.visible,
)
def add_session(call: Call, *, activity_id: str) -> Result:
    """One more date of a series; answers the activity"""
    scheduling.add_session(call.tx, activity_id=activity_id, session=call.body, seen=call.seen)
    return _activity(call, activity_id)


@api.post(
    "/activities/<id:activity_id>/actions/<code:action>",
    action="activities.write",
    body=bodies.CancelActivity,
    returns=resources.ActivityOut,
    subject=activities.visible,
)
def act_on_activity(call: Call, *, activity_id: str, action: str) -> Result:
    """cancel, with a reason: every open enrolment ends with it"""
    _known(action, activity_rules.ACTIVITY_ACTIONS)
    cancelled, ending = scheduling.cancel_activity(
        call.tx, activity_id=activity_id, reason=call.body["reason"], seen=call.seen
    )
    enrolling.cancel_all(call.tx, cancelled, ending)
    return _activity(call, activity_id)


# -- enrolments ------------------------------------------------------------------------------------------------------


@api.get(
    "/activities/<id:activity_id>/enrolments",
    action="enrolments.read",
    query=bodies.EnrolmentQuery,
    returns=resources.EnrolmentOut,
    subject=activities.visible,
)
def list_enrolments(call: Call, *, activity_id: str) -> paging.Page:
    """Who is enrolled, and who waits at which position"""
    found = activities.enrolments_of(activity_id, status=call.query["status"])
    page = _page(call, found, enrolments_table.c.id)
    rows = activities.with_positions(call.tx, page.items)
    return paging.Page([shapes.enrolment(row, call.actor) for row in rows], page.next)


@api.post(
    "/activities/<id:activity_id>/enrolments",
    action="enrolments.write",
    body=bodies.EnrolmentIn,
    returns=resources.EnrolmentOut,
    subject=activities.visible,
    creates=True,
)
def enrol(call: Call, *, activity_id: str) -> Result:
    """A place, or the waiting list; `clashes` names her other sessions at the same hours"""
    _must_know(call, [call.body["participant_id"]], "/participant_id")
    made = enrolling.enrol(call.tx, activity_id=activity_id, participant_id=call.body["participant_id"])
    return _enrolment(call, made["id"])


@api.get(
    "/activities/<id:activity_id>/enrolments/<id:enrolment_id>",
    action="enrolments.read",
    returns=resources.EnrolmentOut,
    subject=activities.own_enrolment,
)
def read_enrolment_of_activity(call: Call, *, activity_id: str, enrolment_id: str) -> Result:
    """One enrolment, at the address that making it answered"""
    found = _enrolment(call, enrolment_id)
    if found["activity_id"] != activity_id:
        raise NotFound
    return found


@api.get(
    "/enrolments/<id:enrolment_id>",
    action="enrolments.read",
    returns=resources.EnrolmentOut,
    subject=activities.own_enrolment,
)
def read_enrolment(call: Call, *, enrolment_id: str) -> Result:
    """One enrolment"""
    return _enrolment(call, enrolment_id)


@api.post(
    "/enrolments/<id:enrolment_id>/actions/<code:action>",
    action="enrolments.write",
    body=bodies.EnrolmentAction,
    returns=resources.EnrolmentOut,
    subject=activities.own_enrolment,
)
def act_on_enrolment(call: Call, *, enrolment_id: str, action: str) -> Result:
    """complete, drop-out (with a reason) or cancel; the waiting list moves up"""
    _known(action, activity_rules.ACTIONS)
    enrolling.act(call.tx, enrolment_id=enrolment_id, action=action, details=call.body, seen=call.seen)
    return _enrolment(call, enrolment_id)


# -- attendance ------------------------------------------------------------------------------------------------------


@api.get(
    "/activities/<id:activity_id>/attendance",
    action="attendance.read",
    returns=resources.AttendanceOut,
    subject=activities.visible,
    many=True,
)
def list_attendance(call: Call, *, activity_id: str) -> Sequence[Result]:
    """The sheets of an activity as they were last corrected"""
    return activities.sheets(call.tx, activity_id=activity_id)


@api.post(
    "/activities/<id:activity_id>/attendance",
    action="attendance.write",
    body=bodies.AttendanceIn,
    returns=resources.AttendanceOut,
    subject=activities.visible,
    creates=True,
)
def record_attendance(call: Call, *, activity_id: str) -> Result:
    """The sheet of one session; sent again it changes nothing, sent otherwise it is a correction and a new version"""
    if activities.is_open(call.tx, activity_id):
        _must_know(call, call.body["present"], "/present/{n}")
    return sheets.record_attendance(call.tx, activity_id=activity_id, sheet=sheets.Sheet(**call.body), seen=call.seen)


@api.get(
    "/activities/<id:activity_id>/attendance/<id:session_id>",
    action="attendance.read",
    returns=resources.AttendanceOut,
    subject=activities.own_sheet,
)
def read_attendance(call: Call, *, activity_id: str, session_id: str) -> Result:
    """The sheet of one session"""
    found = activities.sheet(call.tx, activity_id=activity_id, session_id=session_id)
    if found is None:
        raise NotFound
    return found


# -- paths -----------------------------------------------------------------------------------------------------------


@api.get("/paths", action="paths.read", query=bodies.PathQuery, returns=resources.PathOut)
def list_paths(call: Call) -> paging.Page:
    """Paths of one's own institution; her own for a participant"""
    wanted = {name: call.query[name] for name in ("participant_id", "status", "way")}
    page = _page(call, paths.listed(call.actor, scope=call.scope, **wanted), paths_table.c.id)
    return paging.Page(paths.described(call.tx, page.items), page.next)


@api.post("/paths", action="paths.write", body=bodies.PathIn, returns=resources.PathOut, creates=True)
def open_path(call: Call) -> Result:
    """Open a path by hand; an accepted referral opens one by itself"""
    institution_id = call.actor.acting_for(call.body["institution_id"], {"intake"})
    participant_id = call.body["participant_id"]
    _must_know(call, [participant_id], "/participant_id")
    made = walking.open_path(
        call.tx,
        participant_id=participant_id,
        institution_id=institution_id,
        adviser_id=call.actor.id,
        details=call.body,
    )
    return paths.path(call.tx, made["id"])


@api.get("/paths/<id:path_id>", action="paths.read", returns=resources.PathOut, subject=paths.visible)
def read_path(call: Call, *, path_id: str) -> Result:
    """One path with its steps and the ways chosen"""
    return paths.path(call.tx, path_id)


@api.put(
    "/paths/<id:path_id>", action="paths.write", body=bodies.GoalsIn, returns=resources.PathOut, subject=paths.visible
)
def set_goals(call: Call, *, path_id: str) -> Result:
    """What she wants to reach, in her words"""
    walking.set_goals(call.tx, path_id=path_id, goals=call.body["goals"], seen=call.seen)
    return paths.path(call.tx, path_id)


@api.post(
    "/paths/<id:path_id>/actions/<code:action>",
    action="paths.write",
    body=bodies.PathAction,
    returns=resources.PathOut,
    subject=paths.visible,
)
def act_on_path(call: Call, *, path_id: str, action: str) -> Result:
    """consult, start, choose, add-step, complete-step, pause, resume or end"""
    _known(action, path_rules.ACTIONS)
    walking.act(call.tx, path_id=path_id, action=action, details=call.body, seen=call.seen)
    return paths.path(call.tx, path_id)


# -- reports ---------------------------------------------------------------------------------------------------------


@api.get("/reports/reach", action="reports.read", query=bodies.ReachQuery, returns=resources.ReachOut)
def read_reach(call: Call) -> Result:
    """What a programme reached, from the recorded attendance"""
    cards.programme(call.tx, call.query["programme"])
    return vars(reach.reach(call.tx, call.query["programme"]))


# -- what several routes need ----------------------------------------------------------------------------------------


def _page(call: Call, found: Any, by: Any) -> paging.Page:
    return paging.page(call.tx, found, by=by, limit=call.query["limit"], cursor=call.query["cursor"])


def _activity(call: Call, activity_id: str) -> Result:
    return shapes.activity(activities.activity(call.tx, activity_id), call.actor)


def _enrolment(call: Call, enrolment_id: str) -> Result:
    return shapes.enrolment(activities.enrolment(call.tx, enrolment_id), call.actor)


def _known(action: str, of: frozenset[str]) -> None:
    if action not in of:
        raise NotFound


def _must_know(call: Call, ids: Sequence[str], pointer: str) -> None:
    people.refuse_unknown(
        call.tx, ids, pointer=pointer, ask=lambda one: call.runtime.identity.knows(one, token=call.token)
    )
