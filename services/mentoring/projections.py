"""Local copies of others' facts: women by code, their paths, cooperatives, who is kept apart. Rebuilt at any time."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Table, delete

from services.mentoring.queries.visibility import token
from services.mentoring.tables import (
    cooperative_copies,
    cooperative_representatives,
    exclusions,
    participant_copies,
    path_copies,
)
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact
from shared.sealing import SealBroken

PATH = ("participant_id", "institution_id", "adviser_id", "status", "mentor_wanted", "languages", "teryt", "urgent")
PATH_LISTS = ("wishes", "slots")
COOPERATIVE = ("name", "teryt", "status", "languages", "adviser_id", "adviser_institution_id")
PAIRS = "pair.excluded"
"""For what the sealed texts of people.pair.excluded.v1 are sealed."""


class Parted(NamedTuple):
    """Two parties who must not meet, or may again."""

    one: str
    other: str
    excluded: bool


TABLES = (
    cooperative_copies,
    exclusions,
    participant_copies,
    path_copies,
)
"""What `splot rebuild` empties before it reads the log again."""


def registered(tx: Transaction, fact: Fact) -> None:
    _participant(tx, fact.key, code=fact.data.get("code"), languages=fact.data.get("languages", []))


def restricted(tx: Transaction, fact: Fact) -> None:
    _participant(tx, fact.key, restricted=bool(fact.data.get("restricted")))


def erased(tx: Transaction, fact: Fact) -> None:
    """Only that there was someone stays, so that what comes late about her is refused."""
    _participant(tx, fact.key, code=None, languages=[], erased=True)


def _participant(tx: Transaction, participant_id: str, **changes: Any) -> None:
    new: dict[str, Any] = {"code": None, "languages": [], "restricted": False, "erased": False}
    entering = tx.insert(participant_copies).values(id=participant_id, **{**new, **changes})
    tx.execute(
        entering.on_conflict_do_update(
            index_elements=["id"], set_=changes, where=participant_copies.c.erased.is_(False)
        )
    )


def path(tx: Transaction, fact: Fact) -> None:
    said = fact.data
    values = {name: said.get(name) for name in PATH} | {name: said.get(name) or [] for name in PATH_LISTS}
    values |= {"languages": said.get("languages") or [], "urgent": bool(said.get("urgent"))}
    _upsert(tx, path_copies, fact.key, values)


def cooperative(tx: Transaction, fact: Fact) -> None:
    values = {name: fact.data.get(name) for name in COOPERATIVE}
    _upsert(tx, cooperative_copies, fact.key, values)
    tx.execute(delete(cooperative_representatives).where(cooperative_representatives.c.cooperative_id == fact.key))
    for account_id in fact.data.get("representative_account_ids", []):
        tx.execute(cooperative_representatives.insert().values(cooperative_id=fact.key, account_id=account_id))


def removed(tx: Transaction, fact: Fact) -> None:
    tx.execute(delete(cooperative_representatives).where(cooperative_representatives.c.cooperative_id == fact.key))
    tx.execute(delete(cooperative_copies).where(cooperative_copies.c.id == fact.key))


def pair(tx: Transaction, fact: Fact) -> None:
    """Kept by tokens only: who they are cannot be read from this database."""
    parted = opened(tx, fact)
    tx.execute(delete(exclusions).where(exclusions.c.id == fact.key))
    if parted is None or not parted.excluded:
        return
    one, other = token(tx, parted.one), token(tx, parted.other)
    for first, second in ((one, other), (other, one)):
        tx.execute(exclusions.insert().values(id=fact.key, one=first, other=second))


def opened(tx: Transaction, fact: Fact) -> Parted | None:
    """What `people` sealed for this service; None where there is nothing for it to obey."""
    text = _unsealed(tx, str(fact.data["sealed"]["mentoring"])).strip()
    said: Mapping[str, Any] = json.loads(text) if text else {}
    if not said.get("parties"):
        return None
    one, other = said["parties"]
    return Parted(one, other, bool(said.get("excluded", True)))


def _unsealed(tx: Transaction, sealed: str) -> str:
    """The contract carries the bare 216 bytes, so the version of the key is found by trying: there are few."""
    for version in range(1, 100):
        try:
            return tx.sealer.open_for_service(f"s{version}.{sealed}", purpose=PAIRS)
        except SealBroken:
            continue
    raise SealBroken("not sealed for this service with a key that it has")


def _upsert(tx: Transaction, table: Table, key: str, values: Mapping[str, Any]) -> None:
    entering = tx.insert(table).values(id=key, **values)
    tx.execute(entering.on_conflict_do_update(index_elements=["id"], set_=dict(values)))


PATHS = ("opened", "way-chosen", "step-added", "step-completed", "paused", "resumed", "ended")
COOPERATIVES = (
    "opened",
    "status-changed",
    "details-changed",
    "founder-joined",
    "founder-left",
    "members-changed",
    "social-enterprise-status-changed",
)
PROJECTIONS: dict[str, Handler] = {
    "people.participant.registered.v1": registered,
    "people.participant.restricted.v1": restricted,
    "people.participant.erased.v1": erased,
    "people.pair.excluded.v1": pair,
    **{f"programmes.path.{fact}.v1": path for fact in PATHS},
    **{f"cooperatives.cooperative.{fact}.v1": cooperative for fact in COOPERATIVES},
    "cooperatives.cooperative.removed.v1": removed,
}
