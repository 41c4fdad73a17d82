"""Messages on their way: announced with their item, claimed by one sender at a time, finished exactly once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select, update

from services.notifications.domain import sending
from services.notifications.domain.sending import Channel, Circumstances, Decision, Drop, Status, Wait
from services.notifications.events import delivery_finished
from services.notifications.queries import people
from services.notifications.queries.people import ACCOUNT, PARTICIPANT, Recipient
from services.notifications.tables import Row, deliveries, items, origins, readings
from shared import metrics
from shared.database import Transaction, check_version
from shared.statemachine import move

TEMPLATE_VERSION = 1
"""Of the neutral message, the only one there is: it says that something waits, and where."""
URGENCIES = ("urgent", "normal")


def announce(tx: Transaction, item: Row, *, origin: str) -> None:
    """A message for each who reads at the item's address, on the channel that suits."""
    for recipient in people.recipients(tx, item["address"]):
        turn = _next_turn(tx, origin)
        if recipient.kind == PARTICIPANT:
            known = people.participant(tx, recipient.id)
            channel = sending.channels_for(known["safe_channels"] if known else None)[0]
            _add(tx, item, recipient, channel=channel, turn=turn)
        else:
            for channel in sending.STAFF_CHANNELS:
                _add(tx, item, recipient, channel=channel, turn=turn)


def _next_turn(tx: Transaction, origin: str) -> datetime:
    """Each message of a sender stands a little behind its previous one; one who was quiet starts now."""
    last = tx.scalar(select(origins.c.last_turn_at).where(origins.c.id == origin))
    turn = max(tx.now, last + sending.TURN) if last else tx.now
    taking = tx.insert(origins).values(id=origin, last_turn_at=turn)
    tx.execute(taking.on_conflict_do_update(index_elements=["id"], set_={"last_turn_at": turn}))
    return turn


def _add(tx: Transaction, item: Row, recipient: Recipient, *, channel: Channel, turn: datetime) -> None:
    ready = _ready(tx, item, recipient)
    row = {
        "id": tx.new_id(),
        "version": 1,
        "item_id": item["id"],
        "caused_by": item["caused_by"],
        "kind": item["kind"],
        "template_version": TEMPLATE_VERSION,
        "urgency": item["urgency"],
        "recipient_kind": recipient.kind,
        "recipient_id": recipient.id,
        "channel": channel,
        "status": Status.PENDING,
        "attempts": 0,
        "created_at": item["created_at"],
        "ready_at": ready,
        "turn_at": max(turn, ready),
        "next_attempt_at": ready,
        "expires_at": item["created_at"] + sending.EXPIRY,
    }
    tx.execute(tx.insert(deliveries).on_conflict_do_nothing(), row)


def _ready(tx: Transaction, item: Row, recipient: Recipient) -> datetime:
    now = tx.now
    if recipient.kind != ACCOUNT or item["urgency"] == "urgent":
        return now
    return sending.quiet_until(now, people.wishes(tx, recipient.id)) or now


# -- sending ------------------------------------------------------------------------------------------------------


def claim(tx: Transaction, *, holder: str, limit: int) -> list[str]:
    """Up to `limit` ids of due messages that are now this sender's alone: urgent ones first, senders taking turns."""
    taken: list[str] = []
    for urgency in URGENCIES:
        if len(taken) < limit:
            taken += _claim(tx, urgency, holder=holder, limit=limit - len(taken))
    return taken


def _claim(tx: Transaction, urgency: str, *, holder: str, limit: int) -> list[str]:
    now = tx.now
    waiting = (deliveries.c.status == Status.PENDING) & (deliveries.c.urgency == urgency)
    due = waiting & (deliveries.c.next_attempt_at <= now) & (deliveries.c.expires_at > now)
    # Two senders pass each other's rows by; SQLite lets only one write at a time anyway.
    chosen = select(deliveries.c.id).where(due).order_by(deliveries.c.turn_at).limit(limit)
    ids = list(tx.execute(chosen.with_for_update(skip_locked=True)).scalars())
    claimed = {"status": Status.SENDING, "claimed_by": holder, "claimed_until": now + sending.CLAIM}
    tx.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(claimed))
    return ids


def begin(tx: Transaction, delivery_id: str, *, holder: str) -> tuple[RowMapping, Decision] | None:
    """The claimed message with what is decided about it now, its claim renewed; None where the claim is lost.

    What is not to go, or not yet, is put where it belongs at once.
    """
    renewed = update(deliveries).where(_mine(delivery_id, holder)).values(claimed_until=tx.now + sending.CLAIM)
    if tx.execute(renewed).rowcount != 1:
        return None
    row = tx.one(select(deliveries).where(deliveries.c.id == delivery_id))
    decision = sending.decide(_circumstances(tx, row), tx.now)
    if isinstance(decision, Drop):
        suppress(tx, row, reason=decision.reason)
    elif isinstance(decision, Wait):
        postpone(tx, row, until=decision.until, ready=True)
    return row, decision


def _mine(delivery_id: str, holder: str) -> ColumnElement[bool]:
    mine = (deliveries.c.claimed_by == holder) & (deliveries.c.status == Status.SENDING)
    return mine & (deliveries.c.id == delivery_id)


def _circumstances(tx: Transaction, row: Row) -> Circumstances:
    recipient = Recipient(row["recipient_kind"], row["recipient_id"])
    item = tx.one(select(items).where(items.c.id == row["item_id"]))
    done = item["done_at"] is not None or _is_done_with(tx, item["id"], recipient)
    known = {"urgent": row["urgency"] == "urgent", "item_done": done}
    if recipient.kind == PARTICIPANT:
        her = people.participant(tx, recipient.id)
        return Circumstances(**known, to_account=False, erased=bool(her and her["erased"]))
    return Circumstances(
        **known,
        to_account=True,
        account_disabled=people.is_disabled(tx, recipient.id),
        entitled=people.reads(tx, recipient, item["address"]),
        preferences=people.wishes(tx, recipient.id),
    )


def _is_done_with(tx: Transaction, item_id: str, recipient: Recipient) -> bool:
    hers = (readings.c.item_id == item_id) & (readings.c.account_id == recipient.id) & readings.c.done_at.is_not(None)
    return tx.scalar(select(readings.c.item_id).where(hers)) is not None


def sent(tx: Transaction, row: Row, *, reference: str) -> None:
    """The provider has it."""
    _end(tx, row, Status.SENT, attempts=row["attempts"] + 1, provider_reference=reference[:200], error=None)


def suppress(tx: Transaction, row: Row, *, reason: str) -> None:
    """It must not go, or need not. Where only the channel was denied, her next one is asked for."""
    if _end(tx, row, Status.SUPPRESSED, reason=reason):
        metrics.SUPPRESSED.labels(row["channel"], reason).inc()
        if row["recipient_kind"] == PARTICIPANT:
            _try_next_channel(tx, row, reason)


def _try_next_channel(tx: Transaction, row: Row, reason: str) -> None:
    same = (deliveries.c.item_id == row["item_id"]) & (deliveries.c.recipient_id == row["recipient_id"])
    tried = list(tx.execute(select(deliveries.c.channel).where(same)).scalars())
    known = people.participant(tx, row["recipient_id"])
    channel = sending.next_channel(tried, reason=reason, safe=known["safe_channels"] if known else None)
    if channel is not None:
        item = tx.one(select(items).where(items.c.id == row["item_id"]))
        recipient = Recipient(row["recipient_kind"], row["recipient_id"])
        _add(tx, item, recipient, channel=channel, turn=row["turn_at"])


def postpone(tx: Transaction, row: Row, *, until: datetime, ready: bool = False) -> None:
    """Not now: it waits without this counting as an attempt. `ready`: until then it is not late either."""
    changes: dict[str, Any] = {"status": Status.PENDING, "next_attempt_at": until, "turn_at": until}
    _change(tx, row, **changes, **({"ready_at": until} if ready else {}))


def failed_attempt(tx: Transaction, row: Row, *, error: str) -> None:
    """A passing fault: later again, and later; after the last time it is a dead letter."""
    attempts = row["attempts"] + 1
    wait = sending.wait_after(attempts)
    if wait is None:
        _end(tx, row, Status.FAILED, reason="too-many-attempts", error=error, attempts=attempts)
        return
    again = tx.now + wait
    metrics.DELIVERIES.labels(row["channel"], "retried").inc()
    waiting = {"status": Status.PENDING, "next_attempt_at": again, "turn_at": again}
    _change(tx, row, **waiting, error=error, attempts=attempts)


def refused(tx: Transaction, row: Row, *, reason: str, error: str) -> None:
    """The provider will never take it."""
    _end(tx, row, Status.FAILED, reason=reason, error=error, attempts=row["attempts"] + 1)


def _end(tx: Transaction, row: Row, status: Status, **changes: Any) -> bool:
    """An outcome, told to everyone once. False where somebody else was faster."""
    done = {"status": status, "finished_at": tx.now, **changes}
    if not _change(tx, row, **done):
        return False
    metrics.DELIVERIES.labels(row["channel"], status.value).inc()
    tx.publish(delivery_finished({**row, **done}))
    return True


def _change(tx: Transaction, row: Row, **changes: Any) -> bool:
    """Only as it was read: a claim that was lost meanwhile changes nothing."""
    same = (
        deliveries.c.claimed_by.is_(None) if row["claimed_by"] is None else deliveries.c.claimed_by == row["claimed_by"]
    )
    still = (deliveries.c.id == row["id"]) & (deliveries.c.status == row["status"]) & same
    freed = {"claimed_by": None, "claimed_until": None, "version": deliveries.c.version + 1}
    return tx.execute(update(deliveries).where(still).values(**freed, **changes)).rowcount == 1


# -- what time makes happen ---------------------------------------------------------------------------------------


def expire(tx: Transaction, *, limit: int) -> int:
    """What could not go in time does not go any more: nobody wants yesterday's message."""
    late = (deliveries.c.status == Status.PENDING) & (deliveries.c.expires_at <= tx.now)
    rows = tx.all(select(deliveries).where(late).order_by(deliveries.c.expires_at).limit(limit))
    for row in rows:
        _end(tx, row, Status.EXPIRED, reason="expired")
    return len(rows)


def release(tx: Transaction, *, limit: int) -> int:
    """Take back what a sender held that is no more. It may have been handed over: its id lets the provider know."""
    lost = (deliveries.c.status == Status.SENDING) & (deliveries.c.claimed_until <= tx.now)
    rows = tx.all(select(deliveries).where(lost).order_by(deliveries.c.claimed_until).limit(limit))
    for row in rows:
        failed_attempt(tx, row, error="SenderLost")
    return len(rows)


def drop(tx: Transaction, item_id: str, *, reason: str) -> None:
    """What has not gone yet stays here."""
    waiting = deliveries.c.status.in_((Status.PENDING, Status.FAILED)) & (deliveries.c.item_id == item_id)
    for row in tx.all(select(deliveries).where(waiting)):
        suppress(tx, row, reason=reason)


# -- an operator's word -------------------------------------------------------------------------------------------


def decide_dead_letter(
    tx: Transaction, delivery_id: str, *, action: str, details: Mapping[str, Any], seen: int | None = None
) -> dict[str, Any]:
    """Try it again with all its attempts and its full time, or do without it; the reason is kept."""
    row = tx.one(select(deliveries).where(deliveries.c.id == delivery_id))
    check_version(row, seen)
    step = move(sending.MOVES, status=row["status"], party=sending.OPERATOR, action=action, details=details)
    return tx.save(deliveries, row, status=step.to, decided_by=tx.actor.id, **DECISIONS[action](tx.now, details))


def _again(now: datetime, _details: Mapping[str, Any]) -> dict[str, Any]:
    times: dict[str, Any] = dict.fromkeys(("ready_at", "turn_at", "next_attempt_at"), now)
    return {**times, "attempts": 0, "reason": None, "finished_at": None, "expires_at": now + sending.EXPIRY}


def _without(_now: datetime, details: Mapping[str, Any]) -> dict[str, Any]:
    return {"decision_reason": details["reason"]}


DECISIONS = {"retry": _again, "discard": _without}
