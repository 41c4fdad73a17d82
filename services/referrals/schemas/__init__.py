"""Bodies in and resources out. A field says in its metadata how a page asks for it."""

from shared.contracts import codes

TERMS = {
    "need": codes("needs"),
    "barrier": codes("barriers"),
    "institution-type": codes("institution-types"),
    "institution-status": codes("institution-statuses"),
    "service-status": codes("service-statuses"),
    "capacity-unit": codes("capacity-units"),
    "agreement-status": codes("agreement-statuses"),
    "agreement-end-reason": codes("agreement-end-reasons"),
    "priority": codes("priorities"),
    "legal-basis": (*codes("legal-bases"), *codes("legal-bases-special")),
    "sharing-field": codes("sharing-fields"),
    "sharing-form": codes("sharing-forms"),
    "referral-status": (*codes("referral-statuses"), *codes("referral-business-statuses")),
    "referral-reason": codes("referral-reasons"),
    "referral-outcome": codes("referral-outcomes"),
    "referral-side": ("sent", "received"),
}
"""What pages call the codes."""
