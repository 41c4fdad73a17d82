"""What people takes and gives; a form asks with the same fields."""

from typing import Any

from marshmallow import ValidationError, fields

from services.people.domain import DAYS, FIELDS, Status
from shared import contracts
from shared.i18n import gettext as _
from shared.i18n import lazy
from shared.web.api import ListQuery
from shared.web.fields import Body, Code, Day, Flag, Id, Language, Many, Moment, Out, Part, Text, Whole

CHANNELS = contracts.codes("contact-channels")
LANGUAGES = contracts.codes("languages")
Field = fields.Field[Any]

PURPOSES = (
    "record", "list", "search", "export", "registration", "own-record", "safe-contact", "possible-double",
    "notification", "referral", "path", "path-list", "enrolment", "enrolment-list", "attendance", "match",
    "cooperative", "other",
)  # fmt: skip
"""Why her data were read; what other services ask for is told in their words where we know them."""

TERMS = {
    "language": LANGUAGES,
    "role": contracts.codes("roles"),
    "contact-channel": CHANNELS,
    "day": DAYS,
    "safe": ("yes", "no"),
    "person-field": FIELDS,
    "access-purpose": PURPOSES,
    "participant-status": tuple(Status),
    "account-status": ("active", "disabled"),
    "account-disabled-reason": contracts.codes("account-disabled-reasons"),
    "erasure-ground": contracts.codes("erasure-grounds"),
    "service": contracts.codes("services"),
}


class Hours(Text):
    """`09:00-15:00`, `mon-fri 9-15`, or {"from", "to", "days"?}, kept as such a text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, dict):
            value = self._as_text(value)
        return super()._deserialize(value, attr, data, **kwargs)

    def _as_text(self, value: dict[str, Any]) -> str:
        start, end, days = value.get("from"), value.get("to"), value.get("days", [])
        if not (isinstance(start, str) and isinstance(end, str)) or not set(value) <= {"from", "to", "days"}:
            raise ValidationError(_("Type hours such as 09:00-15:00."))
        if not isinstance(days, list) or not all(isinstance(day, str) and day in DAYS for day in days):
            raise ValidationError(_("Expected one of: %(codes)s.", codes=", ".join(DAYS)))
        return f"{','.join(days)} {start}-{end}".strip()


class ContactIn(Body):
    channel: Field = Code(CHANNELS, required=True)
    value: Field = Text(required=True, longest=300)
    safe: Field = Flag(required=True)
    hours: Field = Hours(load_default=None, allow_none=True, longest=100)
    voicemail: Field = Flag(load_default=None, allow_none=True)
    language: Field = Language(load_default=None, allow_none=True)
    ask_again_on: Field = Day(load_default=None, allow_none=True)
    note: Field = Text(load_default=None, allow_none=True, longest=500)


class ParticipantIn(Body):
    given_name: Field = Text(required=True)
    family_name: Field = Text(required=True)
    language: Field = Code(LANGUAGES, required=True)
    languages: Field = Many(Language(), load_default=list, most=20)
    birth_date: Field = Day(load_default=None, allow_none=True)
    notes: Field = Text(load_default=None, allow_none=True, longest=2000)
    contacts: Field = Many(Part(ContactIn), load_default=list, most=20)
    do_not_contact: Field = Flag(load_default=False)
    institution_id: Field = Id(load_default=None, allow_none=True)


class SafeContactIn(Body):
    contacts: Field = Many(Part(ContactIn), required=True, most=20)
    do_not_contact: Field = Flag(load_default=False)
    language: Field = Code(LANGUAGES, load_default=None, allow_none=True)


class ContactOut(Out):
    channel: Field = Text()
    value: Field = Text()
    safe: Field = Flag()
    hours: Field = Text(allow_none=True)
    voicemail: Field = Flag(allow_none=True)
    language: Field = Text(allow_none=True)
    ask_again_on: Field = Day(allow_none=True)
    note: Field = Text(allow_none=True)


class ParticipantOut(Out):
    """What the caller may not see is absent; `fields` says what she may."""

    id: Field = Id()
    code: Field = Text()
    status: Field = Text()
    registered_at: Field = Moment()
    registered_by: Field = Id()
    given_name: Field = Text()
    family_name: Field = Text()
    birth_date: Field = Day(allow_none=True)
    language: Field = Text()
    languages: Field = Many(Text())
    contacts: Field = Many(Part(ContactOut))
    do_not_contact: Field = Flag()
    notes: Field = Text(allow_none=True)
    fields_: Field = Many(Text(), data_key="fields", attribute="fields")
    possible_duplicate: Field = Flag()
    actions: Field = Many(Text())
    version: Field = Whole()


class SearchIn(Body):
    code: Field = Text(load_default=None, allow_none=True, longest=20)
    name: Field = Text(load_default=None, allow_none=True)
    phone: Field = Text(load_default=None, allow_none=True, longest=40)


class EraseIn(Body):
    ground: Field = Code(
        contracts.codes("erasure-grounds"),
        load_default="own-request",
        metadata={"label": lazy("Why her data are erased"), "term": "erasure-ground"},
    )


class CardsIn(Body):
    ids: Field = Many(Id(), required=True, most=500)
    purpose: Field = Text(required=True, longest=60)


class CardOut(Out):
    id: Field = Id()
    name: Field = Text()
    code: Field = Text()


class ContactQuestion(Body):
    participant_id: Field = Id(load_default=None, allow_none=True)
    account_id: Field = Id(load_default=None, allow_none=True)
    channel: Field = Code(CHANNELS, required=True)
    urgent: Field = Flag(load_default=False)
    purpose: Field = Text(required=True, longest=60)


class ContactAnswer(Out):
    allowed: Field = Flag()
    reason: Field = Text()
    address: Field = Text(allow_none=True)
    language: Field = Text(allow_none=True)
    not_before: Field = Moment(allow_none=True)


class ExistenceIn(Body):
    participant_id: Field = Id(required=True)
    purpose: Field = Text(required=True, longest=60)


class ExistenceOut(Out):
    exists: Field = Flag()


class TokenIn(Body):
    username: Field = Text(required=True)
    password: Field = Text(required=True, longest=1000)
    otp: Field = Text(load_default=None, allow_none=True, longest=20)


class TokenOut(Out):
    access_token: Field = Text()
    token_type: Field = Text()
    expires_in: Field = Whole()


class MembershipOut(Out):
    id: Field = Id()
    roles: Field = Many(Text())


class MeOut(Out):
    id: Field = Id()
    username: Field = Text()
    roles: Field = Many(Text())
    institutions: Field = Many(Part(MembershipOut))
    language: Field = Text()
    participant_id: Field = Id(allow_none=True)


class MembershipsIn(Body):
    id: Field = Id(required=True)
    roles: Field = Many(Code(contracts.codes("institution-roles")), required=True, least=1)


class AccountIn(Body):
    username: Field = Text(required=True, longest=60)
    password: Field = Text(required=True, longest=1000)
    roles: Field = Many(Code(contracts.codes("personal-roles")), load_default=list)
    institutions: Field = Many(Part(MembershipsIn), load_default=list)
    participant_id: Field = Id(load_default=None, allow_none=True)
    display_name: Field = Text(load_default=None, allow_none=True)
    email: Field = Text(load_default=None, allow_none=True)
    language: Field = Code(LANGUAGES, load_default="pl")


class AccountOut(Out):
    id: Field = Id()
    username: Field = Text()
    status: Field = Text()
    roles: Field = Many(Text())
    institutions: Field = Many(Part(MembershipOut))
    participant_id: Field = Id(allow_none=True)
    display_name: Field = Text(allow_none=True)
    email: Field = Text(allow_none=True)
    language: Field = Text()
    actions: Field = Many(Text())
    version: Field = Whole()


class DisableIn(Body):
    reason: Field = Code(
        contracts.codes("account-disabled-reasons"),
        load_default="left",
        metadata={"label": lazy("Why it is disabled"), "term": "account-disabled-reason"},
    )


class AccessLogQuery(ListQuery):
    person: Field = Id(load_default=None)


class AccessEntryOut(Out):
    id: Field = Id()
    at: Field = Moment()
    reader_id: Field = Text()
    reader: Field = Text()
    institutions: Field = Many(Text())
    participant_id: Field = Id(allow_none=True)
    code: Field = Text(allow_none=True)
    fields_: Field = Many(Text(), data_key="fields", attribute="fields")
    purpose: Field = Text()


class GrantOut(Out):
    referral_id: Field = Id()
    institution_id: Field = Id()
    institution: Field = Text()
    fields_: Field = Many(Text(), data_key="fields", attribute="fields")
    expires_on: Field = Day()


class ExportOut(Out):
    """Everything that people holds of her."""

    participant: Field = Part(ParticipantOut)
    account: Field = Part(MeOut)
    shared_with: Field = Many(Part(GrantOut))
    seen_by: Field = Many(Part(AccessEntryOut))
    exported_at: Field = Moment()
