"""Rules about people: codes, what counts as the same phone or name, safe contact, who sees which fields, limits.

Nothing here knows the time, the database or the web.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

import phonenumbers

from shared import contracts
from shared.dates import local

# -- codes -------------------------------------------------------------------------------------------------------

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0, 1, I, L, O, U: nobody has to spell a code twice."""


def public_code(choose: Callable[[str], str]) -> str:
    """A code such as `7F3K-92`, of letters picked by `choose`."""
    picked = "".join(choose(LETTERS) for _ in range(6))
    return f"{picked[:4]}-{picked[4:]}"


def typed_code(text: str) -> str:
    """The code that someone meant who typed it without its hyphen or in small letters."""
    plain = re.sub(r"[\s-]", "", text).upper()
    return f"{plain[:4]}-{plain[4:]}"


# -- the same person written in another way ------------------------------------------------------------------------

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
UNMARKED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "ʼ": "", "'": "", "’": ""})


def phone_number(text: str) -> str | None:
    """E.164, read as a Polish number where it has no country; None when it cannot be a number."""
    try:
        number = phonenumbers.parse(text, "PL")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email_address(text: str) -> str | None:
    return text.strip() if EMAIL.fullmatch(text.strip()) else None


def name_words(*names: str) -> list[str]:
    """The words of a name without case, accents and hyphens: `Żółć-Nowak` and `zolc nowak` are the same."""
    folded = unicodedata.normalize("NFKD", " ".join(names).casefold().translate(UNMARKED))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return re.findall(r"\w+", plain)


# -- safe contact --------------------------------------------------------------------------------------------------

DAYS = contracts.codes("days")
HOURS = re.compile(
    r"(?:(?P<days>[a-z]+(?:\s*[-,]\s*[a-z]+)*)\s+)?"
    r"(?P<from>\d{1,2})(?::(?P<from_minutes>\d\d))?\s*[-–]\s*(?P<to>\d{1,2})(?::(?P<to_minutes>\d\d))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Hours:
    """On these days (0 is Monday) from `start` to `end` on Warsaw's clock; `end` before `start` is past midnight."""

    start: time
    end: time
    days: tuple[int, ...] = tuple(range(7))

    def __str__(self) -> str:
        hours = f"{self.start:%H:%M}-{self.end:%H:%M}"
        return hours if len(self.days) == 7 else f"{','.join(DAYS[d] for d in self.days)} {hours}"

    def cover(self, moment: datetime) -> bool:
        """Whether `moment`, on Warsaw's clock, lies inside."""
        now, today = moment.time(), moment.weekday()
        if self.start <= self.end:
            return today in self.days and self.start <= now < self.end
        yesterday = (today - 1) % 7
        return (today in self.days and now >= self.start) or (yesterday in self.days and now < self.end)

    def next_start(self, moment: datetime) -> datetime:
        """The next beginning after `moment`, on Warsaw's clock."""
        for ahead in range(8):
            start = datetime.combine(moment.date() + timedelta(days=ahead), self.start, moment.tzinfo)
            if start.weekday() in self.days and start > moment:
                return start
        raise ValueError("hours without a day")


def parse_hours(text: str) -> Hours:
    """`09:00-15:00`, `9-15`, `mon-fri 09:00-15:00` or `monday,wednesday 9-12`. Raises ValueError."""
    found = HOURS.fullmatch(text.strip().lower())
    if not found:
        raise ValueError("not hours")
    start = time(int(found["from"]), int(found["from_minutes"] or 0))
    end = time(int(found["to"]) % 24, int(found["to_minutes"] or 0))
    if start == end:
        raise ValueError("hours of no length")
    return Hours(start, end, _days(found["days"]) if found["days"] else tuple(range(7)))


def _days(text: str) -> tuple[int, ...]:
    days: set[int] = set()
    for part in re.split(r"\s*,\s*", text):
        first, *last = (_day(word) for word in re.split(r"\s*-\s*", part))
        days |= {(first + n) % 7 for n in range((last[-1] - first) % 7 + 1)} if last else {first}
    return tuple(sorted(days))


def _day(word: str) -> int:
    matching = [n for n, day in enumerate(DAYS) if len(word) >= 3 and day.startswith(word)]
    if not matching:
        raise ValueError("not a day")
    return matching[0]


@dataclass(frozen=True)
class Rule:
    """What she said of one way to reach her."""

    channel: str
    safe: bool
    hours: Hours | None = None
    ask_again_on: str | None = None
    language: str | None = None


class Answer(StrEnum):
    """Why she may be reached, or may not; the refusals are codes of the list delivery-reasons."""

    SAFE = "safe"
    DO_NOT_CONTACT = "do-not-contact"
    ERASED = "erased"
    NOT_RECORDED = "contact-not-recorded"
    NOT_SAFE = "no-safe-channel"
    NOT_NOW = "outside-safe-hours"
    DISABLED = "account-disabled"


@dataclass(frozen=True)
class Verdict:
    answer: Answer
    rule: int | None = None
    """Which of the given rules allows it."""
    not_before: datetime | None = None


def may_reach(rules: Sequence[Rule], *, channel: str, do_not_contact: bool, now: datetime) -> Verdict:
    """Whether she may be reached on the channel at this moment. What she did not allow is denied, urgent or not."""
    if do_not_contact:
        return Verdict(Answer.DO_NOT_CONTACT)
    mine = [(n, rule) for n, rule in enumerate(rules) if rule.channel == channel]
    if not mine:
        return Verdict(Answer.NOT_RECORDED)
    here = local(now)
    holding = [(n, rule) for n, rule in mine if rule.safe and not has_run_out(rule, here)]
    for n, rule in holding:
        if rule.hours is None or rule.hours.cover(here):
            return Verdict(Answer.SAFE, rule=n)
    if holding:
        return Verdict(Answer.NOT_NOW, not_before=min(r.hours.next_start(here) for _, r in holding if r.hours))
    return Verdict(Answer.NOT_SAFE)


def has_run_out(rule: Rule, here: datetime) -> bool:
    """From the day on which she is to be asked again her old answer does not count."""
    return rule.ask_again_on is not None and rule.ask_again_on <= here.date().isoformat()


def safe_channels(rules: Iterable[Rule]) -> list[str]:
    """Channels that she said are safe, in the order of the code list."""
    safe = {rule.channel for rule in rules if rule.safe}
    return [channel for channel in contracts.codes("contact-channels") if channel in safe]


# -- who sees what -------------------------------------------------------------------------------------------------

FIELDS = ("name", "phone", "email", "address", "birth-date", "languages", "notes")
"""What this service holds of her; all but `notes` can be shared under an agreement."""
FIELD_OF_CHANNEL = {"sms": "phone", "phone": "phone", "email": "email", "letter": "address"}
EVERYTHING = frozenset(FIELDS)


def possibly_the_same(kinds: Collection[str]) -> bool:
    """Two different identifiers have to match before anyone is told of a possible double."""
    return len(set(kinds)) >= 2


class Status(StrEnum):
    ACTIVE = "active"
    ERASED = "erased"


# -- sessions and attempts -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limits:
    """Seconds: `idle` without a sign of life, `absolute` since signing in."""

    idle: int
    absolute: int


LIMITS = {
    "staff": Limits(idle=15 * 60, absolute=12 * 3600),
    "participant": Limits(idle=5 * 60, absolute=2 * 3600),
    "api": Limits(idle=15 * 60, absolute=15 * 60),
}


def session_kind(roles: Collection[str]) -> str:
    return "participant" if "participant" in roles else "staff"


LONGEST_WAIT = 900
FREE_ATTEMPTS = {"account": 5, "address": 50}
"""Wrong passwords before each further one costs a wait; an address may be a whole office."""
ATTEMPTS_FORGOTTEN_AFTER = timedelta(hours=1)


def wait_after(failures: int, *, of: str) -> timedelta:
    """How long nothing is tried after so many failures in a row."""
    above = failures - FREE_ATTEMPTS[of]
    return timedelta(seconds=min(15 * 2 ** min(above, 10), LONGEST_WAIT)) if above >= 0 else timedelta(0)
