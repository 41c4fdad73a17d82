"""What the pages ask beyond the API's bodies: the ways of contact one by one, each with its own words."""

from typing import Any

from marshmallow import Schema, fields

from shared import contracts
from shared.i18n import lazy
from shared.web.fields import Body, Code, Day, Flag, Many, Part, Text

Field = fields.Field[Any]
LANGUAGES = contracts.codes("languages")
LANGUAGE = {"label": lazy("Language"), "term": "language", "kind": "select"}
SAFE = ("yes", "no")
HOURS_HINT = lazy("For example 09:00-15:00 or Monday-Friday 9-15. Empty means at any time.")
ASK_AGAIN = lazy("Ask again on")
ASK_AGAIN_HINT = lazy("From this day the answer does not count any more.")
NOTE = lazy("What else to know")


def _way(*, value: lazy, safe: lazy, hours: lazy, kind: str, autocomplete: str, **more: Field) -> type[Schema]:
    """One way of contact: where it leads, whether it is safe, and when."""
    asked: dict[str, Any] = {
        "value": Text(longest=300, metadata={"label": value, "kind": kind, "autocomplete": autocomplete}),
        "safe": Code(SAFE, metadata={"label": safe, "term": "safe"}),
        "hours": Text(longest=100, metadata={"label": hours, "hint": HOURS_HINT}),
        **more,
        "note": Text(longest=500, metadata={"label": NOTE, "kind": "text"}),
        "ask_again_on": Day(metadata={"label": ASK_AGAIN, "hint": ASK_AGAIN_HINT}),
    }
    return Body.from_dict(asked)


def _ways(*, own: bool) -> dict[str, Field]:
    """The four ways of contact; her own browser may fill in her own numbers."""
    sms = _way(
        value=lazy("Number for text messages"),
        safe=lazy("May text messages be sent to this number?"),
        hours=lazy("Safe hours for text messages"),
        kind="tel",
        autocomplete="tel" if own else "off",
    )
    phone = _way(
        value=lazy("Number for calls"),
        safe=lazy("Is it safe to call this number?"),
        hours=lazy("Safe hours for calls"),
        kind="tel",
        autocomplete="tel" if own else "off",
        voicemail=Flag(metadata={"label": lazy("A voice message may be left")}),
    )
    email = _way(
        value=lazy("E-mail address"),
        safe=lazy("May e-mail be sent to this address?"),
        hours=lazy("Safe hours for e-mail"),
        kind="email",
        autocomplete="email" if own else "off",
    )
    letter = _way(
        value=lazy("Postal address"),
        safe=lazy("May letters be sent to this address?"),
        hours=lazy("Hours in which letters may come"),
        kind="text",
        autocomplete="street-address" if own else "off",
    )
    return {"sms": Part(sms), "phone": Part(phone), "email": Part(email), "letter": Part(letter)}


def _reach(*, own: bool) -> dict[str, Any]:
    return {
        "language": Code(LANGUAGES, required=True, metadata={**LANGUAGE, "label": lazy("Language of messages")}),
        "do_not_contact": Flag(metadata={"label": lazy("Do not contact at all, not even when it is urgent")}),
        **_ways(own=own),
    }


SafeContactForm = Body.from_dict(_reach(own=False), name="SafeContactForm")
OwnContactForm = Body.from_dict(_reach(own=True), name="OwnContactForm")


class _WhoForm(Body):
    given_name: Field = Text(required=True, metadata={"label": lazy("Given name"), "autocomplete": "off"})
    family_name: Field = Text(required=True, metadata={"label": lazy("Family name"), "autocomplete": "off"})
    birth_date: Field = Day(metadata={"label": lazy("Date of birth")})
    languages: Field = Many(
        Code(LANGUAGES), metadata={"label": lazy("Languages in which one can talk with her"), "term": "language"}
    )
    notes: Field = Text(
        longest=2000,
        metadata={
            "label": lazy("Notes"),
            "hint": lazy("Kept encrypted. Only your institution and she herself can read them."),
        },
    )


RegisterForm = _WhoForm.from_dict(_reach(own=False), name="RegisterForm")
RegisterForOneForm = RegisterForm.from_dict(
    {"institution_id": Text(required=True, metadata={"label": lazy("For which institution")})},
    name="RegisterForOneForm",
)


class SearchForm(Body):
    """Sent by POST, so that no name ever is in an address."""

    code: Field = Text(longest=20, metadata={"label": lazy("Code"), "width": 10})
    name: Field = Text(metadata={"label": lazy("Name"), "autocomplete": "off", "width": 20})
    phone: Field = Text(longest=40, metadata={"label": lazy("Phone number"), "kind": "tel", "autocomplete": "off"})


class AccountForm(Body):
    username: Field = Text(
        required=True, longest=60, metadata={"label": lazy("Username"), "autocomplete": "off", "width": 20}
    )
    password: Field = Text(
        required=True,
        longest=1000,
        metadata={
            "label": lazy("First password"),
            "kind": "password",
            "autocomplete": "new-password",
        },
    )
    display_name: Field = Text(metadata={"label": lazy("Name shown to colleagues"), "autocomplete": "off"})
    email: Field = Text(
        metadata={
            "label": lazy("E-mail for notices"),
            "kind": "email",
            "autocomplete": "off",
            "hint": lazy("Notices say only that there is something new."),
        }
    )
    language: Field = Code(LANGUAGES, load_default="pl", metadata={**LANGUAGE})


class StaffForm(AccountForm):
    institution_id: Field = Text(required=True, metadata={"label": lazy("Institution")})
    roles: Field = Many(
        Code(contracts.codes("institution-roles")),
        required=True,
        least=1,
        metadata={"label": lazy("Roles in the institution"), "term": "role"},
    )


class AnyAccountForm(AccountForm):
    institution_id: Field = Text(metadata={"label": lazy("Institution"), "kind": "select"})
    roles: Field = Many(
        Code(contracts.codes("institution-roles")), metadata={"label": lazy("Roles in the institution"), "term": "role"}
    )
    personal_roles: Field = Many(
        Code([role for role in contracts.codes("personal-roles") if role != "participant"]),
        metadata={"label": lazy("Roles without an institution"), "term": "role"},
    )
