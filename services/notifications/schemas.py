"""What comes in and what goes out."""

import re
from typing import Any

from marshmallow import ValidationError, fields

from services.notifications.domain.kinds import KINDS
from services.notifications.domain.sending import Channel, Status
from shared import contracts
from shared.i18n import gettext as _
from shared.i18n import lazy
from shared.web.api import ListQuery
from shared.web.fields import Body, Code, Flag, Moment, Out, Part, Text

TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
TERMS = {
    "delivery-status": tuple(status.value for status in Status),
    "delivery-channel": tuple(channel.value for channel in Channel),
    "delivery-reason": contracts.codes("delivery-reasons"),
    "recipient-kind": ("account", "participant"),
    "urgency": contracts.codes("urgencies"),
    "item-kind": tuple(KINDS),
}


class TimeOfDay(Text):
    """A time on Warsaw's clock, such as 20:00."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not TIME.fullmatch(text):
            raise ValidationError(_("Expected a time such as 20:00."))
        return text


class InboxQuery(ListQuery):
    done = Flag(load_default=None)


class SubjectOut(Out):
    type = fields.String()
    id = fields.String()
    href = fields.String()


class ItemOut(Out):
    id = fields.String()
    kind = fields.String()
    subject = fields.Nested(SubjectOut)
    title = fields.String()
    urgency = fields.String()
    created_at = Moment()
    due_at = Moment(allow_none=True)
    read = fields.Boolean()
    done = fields.Boolean()


class InboxOut(Out):
    items = fields.List(fields.Nested(ItemOut))
    unread = fields.Integer()
    next = fields.String(allow_none=True)


class DeliveriesQuery(ListQuery):
    status = Code(tuple(Status), load_default=None)
    channel = Code(tuple(Channel), load_default=None)


class DeliveryOut(Out):
    id = fields.String()
    version = fields.Integer()
    message_id = fields.String()
    kind = fields.String()
    template_version = fields.Integer()
    urgency = fields.String()
    recipient = fields.String()
    channel = fields.String()
    status = fields.String()
    reason = fields.String(allow_none=True)
    error = fields.String(allow_none=True)
    attempts = fields.Integer()
    created_at = Moment()
    next_attempt_at = Moment()
    expires_at = Moment()
    finished_at = Moment(allow_none=True)
    provider_reference = fields.String(allow_none=True)
    decision_reason = fields.String(allow_none=True)
    actions = fields.List(fields.String())


class DecisionIn(Body):
    reason: fields.Field[Any] = Text(
        longest=500, metadata={"label": lazy("Why the message can be done without"), "kind": "textarea"}
    )


class DiscardIn(Body):
    reason: fields.Field[Any] = Text(
        required=True,
        longest=500,
        metadata={"label": lazy("Why the message can be done without"), "kind": "textarea"},
    )


QuietHours = Body.from_dict(
    {
        "from": TimeOfDay(required=True, longest=5, metadata={"label": lazy("No e-mail from"), "width": 5}),
        "to": TimeOfDay(required=True, longest=5, metadata={"label": lazy("until"), "width": 5}),
    },
    name="QuietHours",
)
"""`from` is a word of the language, so these are no attributes of a class."""
QuietHoursOut = Out.from_dict({"from": fields.String(), "to": fields.String()}, name="QuietHoursOut")


class PreferencesIn(Body):
    email: fields.Field[Any] = Flag(
        required=True,
        metadata={
            "label": lazy("Tell me by e-mail when a new item waits for me"),
            "hint": lazy("What is urgent comes by e-mail in any case."),
        },
    )
    quiet_hours: fields.Field[Any] = Part(QuietHours, required=True)


class PreferencesOut(Out):
    version = fields.Integer()
    email = fields.Boolean()
    quiet_hours = fields.Nested(QuietHoursOut)
