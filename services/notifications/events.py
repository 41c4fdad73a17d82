"""The facts that notifications publishes: what became of a message. Never where it went, never what it said."""

from collections.abc import Mapping
from typing import Any

from services.notifications.domain.sending import Status
from shared.envelope import Event

RESULTS = {Status.SENT: "sent", Status.SUPPRESSED: "suppressed", Status.FAILED: "failed", Status.EXPIRED: "failed"}
PURGED = "notifications.participant-data.purged.v1"


def delivery_finished(delivery: Mapping[str, Any]) -> Event:
    """The outcome of a delivery that has one."""
    result = RESULTS[Status(delivery["status"])]
    data = {
        "message_id": delivery["item_id"],
        "recipient": {"kind": delivery["recipient_kind"], "id": delivery["recipient_id"]},
        "channel": delivery["channel"],
        "kind": delivery["kind"],
        "urgency": delivery["urgency"],
        "result": result,
        "reason": delivery["reason"] if result != "sent" else None,
        "attempts": delivery["attempts"],
        "caused_by": delivery["caused_by"],
    }
    return Event(f"notifications.delivery.{result}.v1", delivery["id"], data)


def data_purged(participant_id: str, *, erasure_event_id: str, records: int) -> Event:
    return Event(PURGED, participant_id, {"erasure_event_id": erasure_event_id, "records": records})
