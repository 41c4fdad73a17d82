"""What goes out."""

from marshmallow import fields

from shared.web.fields import Moment, Out


class PkdOut(Out):
    code = fields.String()
    version = fields.String()


class MentorOut(Out):
    match_id = fields.String()
    mentor_id = fields.String()
    since = Moment()


class CooperativeOut(Out):
    id = fields.String()
    version = fields.Integer()
    name = fields.String()
    teryt = fields.String()
    krs = fields.String(allow_none=True)
    nip = fields.String(allow_none=True)
    regon = fields.String(allow_none=True)
    pkd = fields.List(fields.Nested(PkdOut))
    languages = fields.List(fields.String())
    services = fields.List(fields.String())
    website = fields.String(allow_none=True)
    status = fields.String()
    status_since = fields.String()
    registered_on = fields.String(allow_none=True)
    actions = fields.List(fields.String())
    warnings = fields.List(fields.String())
    social_enterprise_status = fields.String()
    social_enterprise_actions = fields.List(fields.String())
    founders = fields.Integer()
    members = fields.Integer()
    adviser_id = fields.String(allow_none=True)
    adviser_institution_id = fields.String(allow_none=True)
    representative_account_ids = fields.List(fields.String())
    mentor = fields.Nested(MentorOut, allow_none=True)
    opened_at = Moment()


class TransitionOut(Out):
    id = fields.String()
    axis = fields.String()
    before = fields.String(allow_none=True)
    after = fields.String()
    effective_date = fields.String()
    legal_basis = fields.String(allow_none=True)
    evidence = fields.String(allow_none=True)
    recorded_at = Moment()
    recorded_by = fields.String()
    corrects = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    superseded = fields.Boolean()


class PersonOut(Out):
    id = fields.String()
    version = fields.Integer()
    kind = fields.String()
    participant_id = fields.String(allow_none=True)
    person_id = fields.String(allow_none=True)
    role = fields.String()
    ground = fields.String(allow_none=True)
    ground_seen_on = fields.String(allow_none=True)
    shares = fields.Integer(allow_none=True)
    joined_on = fields.String()
    left_on = fields.String(allow_none=True)


class ChecklistOut(Out):
    item = fields.String()
    done = fields.Boolean()
    computed = fields.Boolean()
    done_on = fields.String(allow_none=True)
    evidence = fields.String(allow_none=True)


class ObligationOut(Out):
    id = fields.String()
    version = fields.Integer()
    kind = fields.String()
    due_on = fields.String()
    source = fields.String(allow_none=True)
    status = fields.String()
    actions = fields.List(fields.String())
    met_on = fields.String(allow_none=True)
    evidence = fields.String(allow_none=True)


class VacancyOut(Out):
    id = fields.String()
    version = fields.Integer()
    cooperative_id = fields.String()
    title = fields.String()
    hours = fields.Integer()
    flexible = fields.Boolean()
    positions = fields.Integer()
    teryt = fields.String()
    languages = fields.List(fields.String())
    closes_on = fields.String(allow_none=True)
    status = fields.String()
    actions = fields.List(fields.String())
    reason = fields.String(allow_none=True)
    referral_id = fields.String(allow_none=True)
    opened_at = Moment()


class TaskOut(Out):
    id = fields.String()
    participant_id = fields.String()
    languages = fields.List(fields.String())
    teryt = fields.String(allow_none=True)
    since = Moment()


class StateOut(Out):
    axis = fields.String()
    before = fields.String(allow_none=True)
    after = fields.String()
    effective_date = fields.String()
    recorded_at = Moment()


class EntryOut(Out):
    id = fields.String()
    name = fields.String()
    krs = fields.String(allow_none=True)
    nip = fields.String(allow_none=True)
    regon = fields.String(allow_none=True)
    teryt = fields.String()
    county = fields.String()
    status = fields.String()
    status_since = fields.String()
    registered_on = fields.String(allow_none=True)
    social_enterprise_status = fields.String()
    languages = fields.List(fields.String())
    services = fields.List(fields.String())
    pkd = fields.List(fields.Nested(PkdOut))
    founders = fields.Integer(allow_none=True)
    members = fields.Integer(allow_none=True)
    website = fields.String(allow_none=True)


class EntryWithHistoryOut(EntryOut):
    history = fields.List(fields.Nested(StateOut))


class RegisterOut(Out):
    items = fields.List(fields.Nested(EntryOut))
    next = fields.String(allow_none=True)
    licence = fields.String()
    generated_at = Moment()


class FieldChangeOut(Out):
    field = fields.String()
    before = fields.String(allow_none=True)
    after = fields.String(allow_none=True)


class ChangeOut(Out):
    sequence = fields.Integer()
    cooperative_id = fields.String()
    krs = fields.String(allow_none=True)
    fact = fields.String()
    effective_date = fields.String(allow_none=True)
    changes = fields.List(fields.Nested(FieldChangeOut))
    at = Moment()


class FeedOut(Out):
    items = fields.List(fields.Nested(ChangeOut))
    next = fields.String(allow_none=True)
    licence = fields.String()
