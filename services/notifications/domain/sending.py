"""When a message goes, when it is tried again, when it is given up. Times and answers are arguments."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from shared import contracts
from shared.dates import local
from shared.statemachine import Move, Moves


class Status(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """Given up: a dead letter until an operator decides."""
    SUPPRESSED = "suppressed"
    """Deliberately not sent; an outcome, with its reason."""
    EXPIRED = "expired"
    DISCARDED = "discarded"


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


STAFF_CHANNELS = (Channel.EMAIL,)
HER_CHANNELS = (Channel.SMS, Channel.EMAIL)
"""In this order, unless she named safe ones; the next is asked for only where the one before is denied as a channel."""
DENIED_AS_CHANNEL = ("contact-not-recorded", "no-safe-channel")

EXPIRY = timedelta(hours=48)
CLAIM = timedelta(seconds=90)
"""Longer than the slowest single hand-over to a provider; each one renews it."""
PATIENCE = timedelta(seconds=5)
"""How long a message waits before `people`, which was away, is asked again."""
TURN = timedelta(milliseconds=20)
"""What one message of a sender puts its next one back, so that a burst of one does not hold up the others."""
BACK_OFF: Sequence[timedelta] = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
)
"""Waits between attempts; after the last of them the message is a dead letter."""

OPERATOR = "operator"
MOVES: Moves = {
    (Status.FAILED, OPERATOR, "retry"): Move(Status.PENDING, None),
    (Status.FAILED, OPERATOR, "discard"): Move(Status.DISCARDED, None, needs=("reason",)),
}


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts failed; None: give it up."""
    return BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else None


def told_reason(code: str) -> str:
    """A reason of the contract; what `people` may say beyond it means that no channel is known to be safe."""
    return code if code in contracts.codes("delivery-reasons") else "no-safe-channel"


def channels_for(safe: Collection[str] | None) -> list[Channel]:
    """Her channels in the order in which they are asked for: those she said are safe first."""
    known = safe or ()
    return sorted(HER_CHANNELS, key=lambda channel: channel not in known)


def next_channel(tried: Collection[str], *, reason: str, safe: Collection[str] | None) -> Channel | None:
    """The channel to ask for after one was denied; never after a refusal that is about her, not about the channel."""
    if reason not in DENIED_AS_CHANNEL:
        return None
    return next((channel for channel in channels_for(safe) if channel not in tried), None)


@dataclass(frozen=True)
class Preferences:
    """What a member of staff said about her e-mail. Hours on Warsaw's clock; equal ones are no quiet hours."""

    email: bool = True
    quiet_from: str = "20:00"
    quiet_to: str = "07:00"


def quiet_until(moment: datetime, preferences: Preferences) -> datetime | None:
    """The end of the quiet hours that `moment` lies in, in UTC; None outside of them."""
    start, end = time.fromisoformat(preferences.quiet_from), time.fromisoformat(preferences.quiet_to)
    here = local(moment)
    now = here.time()
    inside = start <= now < end if start < end else start != end and (now >= start or now < end)
    if not inside:
        return None
    day = here.date() if now < end else here.date() + timedelta(days=1)
    return datetime.combine(day, end, here.tzinfo).astimezone(UTC)


@dataclass(frozen=True)
class Go:
    """Ask `people`, and hand it over."""


@dataclass(frozen=True)
class Wait:
    until: datetime


@dataclass(frozen=True)
class Drop:
    reason: str


Decision = Go | Wait | Drop


@dataclass(frozen=True)
class Circumstances:
    """What is known here of a delivery at the moment of sending."""

    urgent: bool
    to_account: bool
    item_done: bool = False
    account_disabled: bool = False
    entitled: bool = True
    erased: bool = False
    preferences: Preferences = Preferences()


def decide(known: Circumstances, now: datetime) -> Decision:
    """Whether a message may still go. Urgent passes by quiet hours and wishes, never by what is right."""
    refusals: Mapping[str, bool] = {
        "erased": known.erased,
        "already-done": known.item_done,
        "account-disabled": known.account_disabled,
        "not-entitled": not known.entitled,
        "opted-out": known.to_account and not known.urgent and not known.preferences.email,
    }
    for reason, applies in refusals.items():
        if applies:
            return Drop(reason)
    if known.to_account and not known.urgent and (until := quiet_until(now, known.preferences)):
        return Wait(until)
    return Go()
