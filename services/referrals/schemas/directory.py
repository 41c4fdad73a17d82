"""Institutions and the services they offer."""

from typing import Any

from marshmallow import ValidationError, fields, validates

from services.referrals.domain import institutions as identifiers
from shared.contracts import codes
from shared.i18n import gettext as _
from shared.i18n import lazy
from shared.web.api import ListQuery
from shared.web.fields import Body, Code, Flag, Id, Language, Many, Moment, Out, Part, Text, Whole

Field = fields.Field[Any]


class InstitutionIn(Body):
    type: Field = Code(
        codes("institution-types"), required=True,
        metadata={"label": lazy("Kind of institution"), "term": "institution-type"},
    )  # fmt: skip
    name: Field = Text(required=True, metadata={"label": lazy("Public name"), "autocomplete": "organization"})
    teryt: Field = Code(codes("counties"), required=True, metadata={"label": lazy("County of its seat")})
    nip: Field = Text(load_default=None, longest=20, metadata={"label": lazy("NIP"), "width": 20})
    regon: Field = Text(load_default=None, longest=20, metadata={"label": lazy("REGON"), "width": 20})
    krs: Field = Text(load_default=None, longest=20, metadata={"label": lazy("KRS number"), "width": 20})
    confidential_location: Field = Flag(
        load_default=False, metadata={"label": lazy("Its address is confidential: never show it in the directory")}
    )

    @validates("nip")
    def _nip(self, value: str | None, **_more: Any) -> None:
        if value is not None and identifiers.tax_number(value) is None:
            raise ValidationError(_("This is no NIP: ten digits, the last one a check digit."))

    @validates("regon")
    def _regon(self, value: str | None, **_more: Any) -> None:
        if value is not None and identifiers.statistical_number(value) is None:
            raise ValidationError(_("This is no REGON: 9 or 14 digits, the last one a check digit."))

    @validates("krs")
    def _krs(self, value: str | None, **_more: Any) -> None:
        if value is not None and identifiers.court_number(value) is None:
            raise ValidationError(_("This is no KRS number: ten digits."))


class InstitutionOut(Out):
    id = fields.String()
    type = fields.String()
    name = fields.String()
    teryt = fields.String()
    nip = fields.String(allow_none=True)
    regon = fields.String(allow_none=True)
    krs = fields.String(allow_none=True)
    confidential_location = fields.Boolean()
    status = fields.String()
    closed_on = fields.String(allow_none=True)
    actions = fields.List(fields.String())
    version = fields.Integer()


class CapacityIn(Body):
    available: Field = Whole(required=True, metadata={"label": lazy("Free now")})
    maximum: Field = Whole(
        load_default=None, allow_none=True,
        metadata={"label": lazy("All there are"), "hint": lazy("Leave it empty where there is no fixed number.")},
    )  # fmt: skip
    unit: Field = Code(
        codes("capacity-units"), load_default="place",
        metadata={"label": lazy("What is counted"), "term": "capacity-unit"},
    )  # fmt: skip
    waiting_list: Field = Flag(load_default=False, metadata={"label": lazy("Women can wait for a place")})


class ServiceFields(Body):
    name: Field = Text(required=True, metadata={"label": lazy("Name of the service")})
    category: Field = Code(
        codes("needs"), required=True, metadata={"label": lazy("Which need it answers"), "term": "need"}
    )
    description: Field = Text(
        load_default="", longest=2000, blank=True,
        metadata={"label": lazy("Who it is for and how it works"), "hint": lazy("Shown to everyone.")},
    )  # fmt: skip
    teryt: Field = Code(codes("counties"), required=True, metadata={"label": lazy("County")})
    languages: Field = Many(Language(), load_default=list, metadata={"label": lazy("Languages in which it is held")})
    childcare: Field = Flag(load_default=False, metadata={"label": lazy("Dependants are looked after meanwhile")})
    confidential_location: Field = Flag(
        load_default=False, metadata={"label": lazy("Its address is confidential: never show it in the directory")}
    )


class ServiceIn(ServiceFields):
    institution_id: Field = Id(load_default=None, metadata={"label": lazy("Institution"), "kind": "select"})
    capacity: Field = Part(CapacityIn, required=True)


class CapacityOut(Out):
    unit = fields.String()
    available = fields.Integer()
    maximum = fields.Integer(allow_none=True)
    waiting_list = fields.Boolean()
    changed_at = Moment(attribute="capacity_at")


class ServiceOut(Out):
    id = fields.String()
    institution_id = fields.String()
    institution_name = fields.String()
    vacancy_id = fields.String(allow_none=True)
    name = fields.String()
    description = fields.String()
    category = fields.String()
    teryt = fields.String()
    languages = fields.List(fields.String())
    childcare = fields.Boolean()
    confidential_location = fields.Boolean()
    status = fields.String()
    capacity = fields.Nested(CapacityOut)
    actions = fields.List(fields.String())
    version = fields.Integer()


class InstitutionQuery(ListQuery):
    q: Field = Text(load_default=None, metadata={"label": lazy("Name")})
    type: Field = Code(
        codes("institution-types"), load_default=None, metadata={"label": lazy("Kind"), "term": "institution-type"}
    )
    teryt: Field = Code(codes("counties"), load_default=None, metadata={"label": lazy("County")})


class ServiceQuery(ListQuery):
    q: Field = Text(load_default=None, metadata={"label": lazy("Name of service or institution")})
    category: Field = Code(codes("needs"), load_default=None, metadata={"label": lazy("Need"), "term": "need"})
    teryt: Field = Code(codes("counties"), load_default=None, metadata={"label": lazy("County")})
    language: Field = Language(load_default=None, metadata={"label": lazy("Language")})
    childcare: Field = Flag(load_default=None, allow_none=True, metadata={"label": lazy("With childcare")})
    available: Field = Flag(load_default=None, allow_none=True, metadata={"label": lazy("Places free now")})
    institution_id: Field = Id(load_default=None, metadata={"kind": "absent"})
