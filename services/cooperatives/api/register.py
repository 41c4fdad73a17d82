"""The open register, for everyone: nothing of any person."""

from services.cooperatives.api.routes import View, api, page
from services.cooperatives.queries import register
from services.cooperatives.schemas import bodies, resources
from services.cooperatives.tables import cooperatives
from shared.web.api import Call


@api.get("/register", action=None, query=bodies.CooperativeQuery, returns=resources.RegisterOut)
def open_register(call: Call) -> View:
    """Every cooperative, without any person; also as /register.csv and /register.geojson"""
    wanted = {name: call.query[name] for name in ("status", "teryt", "q")}
    found = page(call, register.entries(**wanted), cooperatives.c.id)
    items = [register.entry(row) for row in found.items]
    return {"items": items, "next": found.next, "licence": register.LICENCE, "generated_at": call.tx.now}


@api.get("/register/<id:key>", action=None, returns=resources.EntryWithHistoryOut)
def register_entry(call: Call, *, key: str) -> View:
    """One by KRS number or id, with its history"""
    return register.one(call.tx, key=key)


@api.get("/changes", action=None, query=bodies.FeedQuery, returns=resources.FeedOut)
def changes(call: Call) -> View:
    """What changed after a sequence, each field before and after; kept for ever"""
    rows, following = register.feed(call.tx, after=call.query["after"], limit=call.query["limit"])
    return {"items": rows, "next": following, "licence": register.LICENCE}
