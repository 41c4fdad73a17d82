"""Counts of founders and members against what the law asks. People are ids with codes and dates here, nothing else."""

from collections.abc import Collection, Mapping
from typing import Any

from services.cooperatives.domain.law import Law

PARTICIPANT, PERSON, LEGAL_PERSON = "participant", "person", "legal-person"
GROUNDS = (
    "unemployed",
    "job-seeker",
    "disability",
    "social-employment",
    "social-assistance",
    "carer",
    "care-leaver",
    "mental-health",
    "imprisonment",
    "older-person",
    "international-protection",
)
"""Why a person counts as at risk of exclusion: Act of 5 August 2022 on the social economy, article 2(6)."""

Rows = Collection[Mapping[Any, Any]]


def enough_founders(founders: Rows, *, law: Law, today: str) -> bool:
    """Enough natural persons (the reduced number counts, it brings a duty to employ) or enough legal persons."""
    legal = sum(1 for one in founders if one["kind"] == LEGAL_PERSON)
    natural = len(founders) - legal
    return natural >= law.number("founders-natural-reduced-minimum", today) or legal >= law.number(
        "founders-legal-minimum", today
    )


def brings_employment_duty(founders: Rows, *, law: Law, today: str) -> bool:
    """Founded by natural persons, but by fewer than the full number."""
    natural = [one for one in founders if one["kind"] != LEGAL_PERSON]
    return 0 < len(natural) == len(founders) < law.number("founders-natural-minimum", today)


def alarms(*, members: int, disadvantaged: int, law: Law, today: str) -> list[str]:
    """Thresholds that are crossed, or would be by one more change: an alarm comes before, not after."""
    found = []
    if members - 1 < law.number("members-minimum", today):
        found.append("too-few-members")
    if members + 1 > law.number("members-maximum", today):
        found.append("too-many-members")
    if (disadvantaged - 1) * 100 < law.number("disadvantaged-percent-minimum", today) * max(members - 1, 1):
        found.append("disadvantaged-share-low")
    return found
