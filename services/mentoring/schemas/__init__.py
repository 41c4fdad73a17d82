"""What goes in and out, for the API and for the forms of the pages; and what pages call the codes."""

from services.mentoring.domain import recruitment
from shared.contracts import codes

TERMS = {
    "mentor-status": codes("mentor-statuses"),
    "mentor-leave-reason": codes("mentor-leave-reasons"),
    "mentored": codes("mentored"),
    "mentoring-goal": codes("mentoring-goals"),
    "slot": codes("slots"),
    "gender": codes("genders"),
    "academy-module": tuple(recruitment.MODULES),
    "mentee-status": ("queued", "proposed", "mentored", "finished", "left"),
    "mentee-kind": codes("mentee-kinds"),
    "mentee-leave-reason": codes("mentee-leave-reasons"),
    "unmatched-reason": codes("unmatched-reasons"),
    "round-status": codes("round-statuses"),
    "round-cause": ("by-hand", "daily", "urgent"),
    "match-status": codes("match-statuses"),
    "match-decline-reason": codes("match-decline-reasons"),
    "match-withdraw-reason": codes("match-withdraw-reasons"),
    "match-end-reason": codes("match-end-reasons"),
    "meeting-channel": codes("meeting-channels"),
    "score-part": ("goals", "language", "distance", "slots", "experience", "load"),
}
