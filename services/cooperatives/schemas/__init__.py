"""What goes in and out, for the API and for the forms of the pages; and what pages call the codes."""

from services.cooperatives.domain import people, states
from shared.contracts import codes

TERMS = {
    "cooperative-status": tuple(states.Status),
    "cooperative-move": tuple(states.Status),
    "social-status": tuple(states.Social),
    "cooperative-role": codes("cooperative-roles"),
    "founder-kind": codes("cooperative-founder-kinds"),
    "ground": people.GROUNDS,
    "cooperative-alarm": codes("cooperative-alarms"),
    "checklist-item": tuple(item for items in states.CHECKLIST.values() for item in items),
    "obligation": codes("obligation-kinds"),
    "obligation-status": ("open", "overdue", "met", "lapsed"),
    "vacancy-status": codes("vacancy-statuses"),
    "vacancy-close-reason": codes("vacancy-close-reasons"),
    "cooperative-field": (
        *codes("cooperative-detail-fields"),
        "status",
        "social_enterprise_status",
        "effective_date",
        "members",
    ),
    "cooperative-change": (
        "opened",
        "status-changed",
        "details-changed",
        "social-enterprise-status-changed",
        "members-changed",
        "corrected",
        "removed",
    ),
    "cooperative-removal-reason": codes("cooperative-removal-reasons"),
    "need": codes("needs"),
    "language": codes("languages"),
    "next-step": tuple(states.Status),
}
