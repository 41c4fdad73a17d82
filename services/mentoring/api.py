"""JSON routes of mentoring: parse, one command or query, dump."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from services.mentoring.commands import goals as goal_commands
from services.mentoring.commands import matches as match_commands
from services.mentoring.commands import meetings as meeting_commands
from services.mentoring.commands import mentees as mentee_commands
from services.mentoring.commands import mentors as mentor_commands
from services.mentoring.commands import results, rounds
from services.mentoring.queries import matches as match_queries
from services.mentoring.queries import matching, people
from services.mentoring.schemas import matches as match_schemas
from services.mentoring.schemas import mentees as mentee_schemas
from services.mentoring.schemas import mentors as mentor_schemas
from services.mentoring.tables import matches, mentees, mentors
from services.mentoring.tables import rounds as round_table
from shared import paging
from shared.web.api import Api, Call, ListQuery

api = Api("mentoring")
View = Mapping[str, Any]


# -- mentors -----------------------------------------------------------------------------------------------------------


@api.get("/mentors", action="mentors.list", query=mentor_schemas.MentorQuery, returns=mentor_schemas.MentorOut)
def list_mentors(call: Call) -> paging.Page:
    limit, cursor = call.query.pop("limit"), call.query.pop("cursor")
    found = people.listed_mentors(call.tx, call.actor, **call.query)
    page = paging.page(call.tx, found, by=mentors.c.id, limit=limit, cursor=cursor)
    return paging.Page(people.mentor_views(call.tx, page.items), page.next)


@api.post(
    "/mentors",
    action="mentors.create",
    body=mentor_schemas.MentorIn,
    returns=mentor_schemas.MentorOut,
    creates=True,
)
def create_mentor(call: Call) -> View:
    return people.mentor_view(call.tx, mentor_commands.apply(call.tx, **call.body))


@api.get("/mentors/<id:mentor_id>", action="mentors.read", returns=mentor_schemas.MentorOut, subject=people.mentor)
def read_mentor(call: Call, *, mentor_id: str) -> View:
    return people.mentor_view(call.tx, people.mentor(call.tx, call.actor, mentor_id=mentor_id))


@api.put(
    "/mentors/<id:mentor_id>",
    action="mentors.change",
    body=mentor_schemas.MentorIn,
    returns=mentor_schemas.MentorOut,
    subject=people.mentor,
)
def change_mentor(call: Call, *, mentor_id: str) -> View:
    changed = mentor_commands.change(call.tx, mentor_id=mentor_id, seen=call.seen, **call.body)
    return people.mentor_view(call.tx, changed)


@api.post(
    "/mentors/<id:mentor_id>/actions/<code:action>",
    action="mentors.act",
    body=mentor_schemas.MentorActionIn,
    returns=mentor_schemas.MentorOut,
    subject=people.mentor_to_act_on,
)
def act_on_mentor(call: Call, *, mentor_id: str, action: str) -> View:
    acted = mentor_commands.act(call.tx, mentor_id=mentor_id, action=action, details=call.body, seen=call.seen)
    return people.mentor_view(call.tx, acted)


# -- mentees -----------------------------------------------------------------------------------------------------------


@api.get("/mentees", action="mentees.list", query=mentee_schemas.MenteeQuery, returns=mentee_schemas.MenteeOut)
def list_mentees(call: Call) -> paging.Page:
    limit, cursor = call.query.pop("limit"), call.query.pop("cursor")
    found = people.listed_mentees(call.tx, call.actor, **call.query)
    page = paging.page(call.tx, found, by=mentees.c.id, limit=limit, cursor=cursor)
    return page.map(lambda row: people.mentee_view(call.actor, row))


@api.post(
    "/mentees",
    action="mentees.create",
    body=mentee_schemas.MenteeIn,
    returns=mentee_schemas.MenteeOut,
    creates=True,
)
def create_mentee(call: Call) -> View:
    def ask(woman: str) -> bool:
        return call.runtime.identity.knows(woman, token=call.token)

    people.existing(call.tx, call.actor, call.body["participant_id"], ask=ask)
    return people.mentee_view(call.actor, mentee_commands.queue_by_hand(call.tx, **call.body))


@api.get("/mentees/<id:mentee_id>", action="mentees.read", returns=mentee_schemas.MenteeOut, subject=people.mentee)
def read_mentee(call: Call, *, mentee_id: str) -> View:
    return people.mentee_view(call.actor, people.mentee(call.tx, call.actor, mentee_id=mentee_id))


@api.post(
    "/mentees/<id:mentee_id>/actions/<code:action>",
    action="mentees.act",
    body=mentee_schemas.MenteeActionIn,
    returns=mentee_schemas.MenteeOut,
    subject=people.mentee_to_act_on,
)
def act_on_mentee(call: Call, *, mentee_id: str, action: str) -> View:
    acted = mentee_commands.act(call.tx, mentee_id=mentee_id, action=action, details=call.body, seen=call.seen)
    return people.mentee_view(call.actor, acted)


# -- rounds ------------------------------------------------------------------------------------------------------------


@api.get("/rounds", action="rounds.list", query=ListQuery, returns=match_schemas.RoundBriefOut)
def list_rounds(call: Call) -> paging.Page:
    page = paging.page(call.tx, select(round_table), by=round_table.c.id, newest_first=True, **call.query)
    return paging.Page(matching.views(call.tx, page.items), page.next)


@api.post(
    "/rounds",
    action="rounds.create",
    body=match_schemas.RoundIn,
    returns=match_schemas.RoundOut,
    creates=True,
)
def create_round(call: Call) -> View:
    return matching.view(call.tx, rounds.start(call.tx, publish=call.body["publish"]))


@api.get("/rounds/<id:round_id>", action="rounds.read", returns=match_schemas.RoundOut, subject=matching.one)
def read_round(call: Call, *, round_id: str) -> View:
    return matching.view(call.tx, matching.one(call.tx, call.actor, round_id=round_id))


@api.post(
    "/rounds/<id:round_id>/actions/<code:action>",
    action="rounds.act",
    body=match_schemas.Empty,
    returns=match_schemas.RoundOut,
    subject=matching.to_act_on,
)
def act_on_round(call: Call, *, round_id: str, action: str) -> View:
    return matching.view(call.tx, results.act(call.tx, round_id=round_id, action=action, seen=call.seen))


# -- matches -----------------------------------------------------------------------------------------------------------


@api.get("/matches", action="matches.list", query=match_schemas.MatchQuery, returns=match_schemas.MatchOut)
def list_matches(call: Call) -> paging.Page:
    limit, cursor = call.query.pop("limit"), call.query.pop("cursor")
    found = match_queries.listed(call.tx, call.actor, **call.query)
    page = paging.page(call.tx, found, by=matches.c.id, limit=limit, cursor=cursor)
    return paging.Page(match_queries.views(call.tx, page.items), page.next)


@api.get("/matches/<id:match_id>", action="matches.read", returns=match_schemas.MatchOut, subject=match_queries.one)
def read_match(call: Call, *, match_id: str) -> View:
    return match_queries.view(call.tx, match_queries.one(call.tx, call.actor, match_id=match_id))


@api.post(
    "/matches/<id:match_id>/actions/<code:action>",
    action="matches.act",
    body=match_schemas.MatchActionIn,
    returns=match_schemas.MatchOut,
    subject=match_queries.to_act_on,
)
def act_on_match(call: Call, *, match_id: str, action: str) -> View:
    acted = match_commands.act(call.tx, match_id=match_id, action=action, details=call.body, seen=call.seen)
    return match_queries.view(call.tx, acted)


@api.get(
    "/matches/<id:match_id>/meetings",
    action="meetings.read",
    returns=match_schemas.MeetingOut,
    subject=match_queries.one,
    many=True,
)
def list_meetings(call: Call, *, match_id: str) -> list[dict[str, Any]]:
    row = match_queries.one(call.tx, call.actor, match_id=match_id)
    return match_queries.meetings_of(call.tx, call.actor, match_queries.pairing(call.tx, row))


@api.post(
    "/matches/<id:match_id>/meetings",
    action="meetings.record",
    body=match_schemas.MeetingIn,
    returns=match_schemas.MeetingOut,
    subject=match_queries.one,
    creates=True,
)
def record_meeting(call: Call, *, match_id: str) -> View:
    return meeting_commands.record(call.tx, match_id=match_id, **call.body)


@api.get(
    "/matches/<id:match_id>/goals",
    action="goals.read",
    returns=match_schemas.GoalOut,
    subject=match_queries.one,
    many=True,
)
def list_goals(call: Call, *, match_id: str) -> Any:
    return match_queries.goals_of(call.tx, match_id)


@api.post(
    "/matches/<id:match_id>/goals",
    action="goals.set",
    body=match_schemas.GoalIn,
    returns=match_schemas.GoalOut,
    subject=match_queries.one,
    creates=True,
)
def add_goal(call: Call, *, match_id: str) -> View:
    return goal_commands.add(call.tx, match_id=match_id, **call.body)


@api.put(
    "/matches/<id:match_id>/goals/<id:goal_id>",
    action="goals.set",
    body=match_schemas.ProgressIn,
    returns=match_schemas.GoalOut,
    subject=match_queries.visible_goal,
)
def change_goal(call: Call, *, match_id: str, goal_id: str) -> View:
    return goal_commands.change(call.tx, match_id=match_id, goal_id=goal_id, seen=call.seen, **call.body)
