"""A tiny service on the kernel, for tests of the kernel alone: notes that their writer may change and close.

Its facts borrow contracts that are there already: a note tells itself as an institution, its end as a programme's.
What the handlers do is written down row by row, without any uniqueness, so that a second effect would show.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import fields
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, select

from shared import paging
from shared.actor import Actor
from shared.database import Instant, Transaction, check_version
from shared.envelope import Event, Fact
from shared.jobs import Job
from shared.policy import ANY, OWN, Policy
from shared.service import Runtime, Service
from shared.settings import Settings
from shared.statemachine import Move, actions, move
from shared.web import system
from shared.web.api import Api, Call, ListQuery
from shared.web.app import create_app
from shared.web.fields import Body, Code, Day, Flag, Many, Moment, Out, Whole
from shared.web.fields import Text as TextField
from shared.web.pages import FormPage, PageCall, Pages, Redirect

REGISTERED = "referrals.institution.registered.v1"
CHANGED = "referrals.institution.changed.v1"
FINISHED = "programmes.programme.closed.v1"
TOPIC = "splot.referrals.institution.v1"
MOVES = {("open", "writer", "close"): Move("closed", "closed"), ("closed", "writer", "reopen"): Move("open", None)}

tables = MetaData()
notes = Table(
    "notes",
    tables,
    Column("id", Text, primary_key=True),
    Column("writer", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)
effects = Table(
    "effects",
    tables,
    Column("number", Integer, primary_key=True),
    Column("handler", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
)

POLICY: Policy = {
    **system.POLICY,
    "notes.read": {"writer": OWN, "reader": ANY},
    "notes.write": {"writer": OWN},
}

# -- rules ---------------------------------------------------------------------------------------------------------


def fact_of(kind: str, note_id: str, text: str) -> Event:
    data = {"name": text[:100], "type": "ngo", "teryt": "2061", "status": "active", "confidential_location": False}
    return Event(kind, note_id, data)


def write(tx: Transaction, *, text: str) -> dict[str, Any]:
    row = {"id": tx.new_id(), "writer": tx.actor.id, "text": text, "status": "open", "version": 1, "at": tx.now}
    tx.execute(insert(notes).values(row))
    tx.publish(fact_of(REGISTERED, row["id"], text))
    return row


def change(tx: Transaction, note_id: str, *, text: str, seen: int | None = None) -> dict[str, Any]:
    row = tx.one(select(notes).where(notes.c.id == note_id))
    check_version(row, seen)
    changed = tx.save(notes, row, text=text)
    tx.publish(fact_of(CHANGED, note_id, text))
    return changed


def act(tx: Transaction, note_id: str, *, action: str, seen: int | None = None) -> dict[str, Any]:
    row = tx.one(select(notes).where(notes.c.id == note_id))
    check_version(row, seen)
    step = move(MOVES, status=row["status"], party="writer", action=action, details={})
    return tx.save(notes, row, status=step.to)


def visible(tx: Transaction, actor: Actor, *, note_id: str, **_path: str) -> None:
    own = notes.c.writer == actor.id if "reader" not in actor.all_roles else notes.c.id == note_id
    tx.one(select(notes.c.id).where(notes.c.id == note_id, own))


# -- facts ---------------------------------------------------------------------------------------------------------


@dataclass
class Trouble:
    """What a test wants to happen inside a handler."""

    act: Callable[[Fact], None] = field(default=lambda fact: None)

    def __call__(self, fact: Fact) -> None:
        self.act(fact)


def note_effect(tx: Transaction, handler: str, fact: Fact) -> None:
    tx.execute(
        insert(effects).values(handler=handler, event_id=fact.id, key=fact.key, sequence=fact.sequence),
    )


def handlers(trouble: Trouble) -> dict[str, dict[str, Callable[[Transaction, Fact], None]]]:
    def project(tx: Transaction, fact: Fact) -> None:
        note_effect(tx, "projection", fact)
        trouble(fact)

    def react(tx: Transaction, fact: Fact) -> None:
        note_effect(tx, "reaction", fact)
        data = {"name": "X", "status": "finished", "reach": "local", "starts_on": "2021-01-16", "ends_on": None}
        tx.publish(Event(FINISHED, fact.key, data))

    return {"projections": {REGISTERED: project, CHANGED: project}, "reactions": {REGISTERED: react}}


# -- doors ---------------------------------------------------------------------------------------------------------


class NoteIn(Body):
    text = TextField(required=True, longest=300, metadata={"label": "Text"})


class WideIn(Body):
    """One field of every kind."""

    text = TextField(required=True, longest=300)
    size = Whole(most=100)
    flag = Flag()
    tags = Many(Code(("red", "blue")), most=2)
    day = Day()
    moment = Moment()


class NoteOut(Out):
    id = fields.String()
    text = fields.String()
    status = fields.String()
    version = fields.Integer()
    actions: fields.Field[Any] = fields.Function(lambda row: actions(MOVES, status=row["status"], party="writer"))


class NoteQuery(ListQuery):
    text = TextField(load_default=None)
    closed = Flag(load_default=None)


def api() -> Api:
    made = Api("notes")

    @made.get("/notes", action="notes.read", query=NoteQuery, returns=NoteOut)
    def listed(call: Call) -> paging.Page:
        found = select(notes)
        return paging.page(call.tx, found, by=notes.c.id, limit=call.query["limit"], cursor=call.query["cursor"])

    @made.post("/notes", action="notes.write", body=NoteIn, returns=NoteOut, creates=True)
    def create(call: Call) -> dict[str, Any]:
        return write(call.tx, **call.body)

    @made.post("/wide", action="notes.write", body=WideIn, returns=NoteOut, creates=True)
    def wide(call: Call) -> dict[str, Any]:
        return write(call.tx, text=call.body["text"])

    @made.get("/notes/<id:note_id>", action="notes.read", subject=visible, returns=NoteOut)
    def one(call: Call, *, note_id: str) -> Any:
        return call.tx.one(select(notes).where(notes.c.id == note_id))

    @made.put("/notes/<id:note_id>", action="notes.write", subject=visible, body=NoteIn, returns=NoteOut)
    def put(call: Call, *, note_id: str) -> Any:
        return change(call.tx, note_id, seen=call.seen, **call.body)

    @made.post("/notes/<id:note_id>/actions/<code:action>", action="notes.write", subject=visible, returns=NoteOut)
    def acted(call: Call, *, note_id: str, action: str) -> Any:
        return act(call.tx, note_id, action=action, seen=call.seen)

    return made


def pages() -> Pages:
    made = Pages("notes")

    @made.get("/notes/<id:note_id>", action="notes.read", subject=visible)
    def show(call: PageCall, *, note_id: str) -> str:
        row = call.tx.one(select(notes).where(notes.c.id == note_id))
        return f"<p>{row['text']}</p>"

    @made.form("/new", action="notes.write", form=lambda call: FormPage(NoteIn(), "Write", "Keep"))
    def new(call: PageCall) -> Redirect:
        return Redirect(f"/notes/notes/{write(call.tx, **call.body)['id']}", "Written.")

    @made.form("/notes/<id:note_id>/edit", action="notes.write", subject=visible, form=_edit_form)
    def edit(call: PageCall, *, note_id: str) -> Redirect:
        change(call.tx, note_id, seen=call.seen, **call.body)
        return Redirect(f"/notes/notes/{note_id}")

    @made.post("/notes/<id:note_id>/close", action="notes.write", subject=visible)
    def close(call: PageCall, *, note_id: str) -> Redirect:
        act(call.tx, note_id, action="close")
        return Redirect(f"/notes/notes/{note_id}")

    return made


def _edit_form(call: PageCall, *, note_id: str) -> FormPage:
    row = call.tx.one(select(notes).where(notes.c.id == note_id))
    return FormPage(NoteIn(), "Change", "Keep", values={"text": row["text"]}, version=row["version"])


# -- composition ---------------------------------------------------------------------------------------------------


def make_service(folder: Path, *, trouble: Trouble | None = None, jobs: tuple[Job, ...] = ()) -> Service:
    """The service with its migrations in `folder`."""
    return Service(
        name="notes",
        folder=folder,
        tables=tables,
        policy=POLICY,
        api=api(),
        pages=pages(),
        jobs=jobs,
        **handlers(trouble or Trouble()),
    )


def make_runtime(settings: Settings, folder: Path, **options: Any) -> Runtime:
    return Runtime(make_service(folder, **options), settings)


web = create_app
