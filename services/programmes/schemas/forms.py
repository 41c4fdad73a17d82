"""What only the pages ask, in fewer or other words than the API."""

from services.programmes.schemas.bodies import said
from shared.contracts import code_names, codes
from shared.i18n import lazy
from shared.web.fields import Body, Code, Day, Flag, Id, Many, Moment, Text, Whole


class ActivityForm(Body):
    """A new activity as the page asks for it: one date, repeated weekly."""

    programme_id = Id(required=True, metadata=said(lazy("Programme"), kind="select"))
    name = Text(
        required=True, longest=300, metadata=said(lazy("Name"), lazy("Everyone sees it: no person's name, please."))
    )
    kind = Code(codes("needs"), required=True, metadata=said(lazy("What it is for"), term="need"))
    form = Code(codes("activity-forms"), metadata=said(lazy("How it is held"), term="activity-form"))
    starts_at = Moment(required=True, metadata=said(lazy("Starts")))
    ends_at = Moment(required=True, metadata=said(lazy("Ends")))
    weeks = Whole(
        least=1, most=52, load_default=1, metadata=said(lazy("How many weeks in a row"), lazy("1 for a single date."))
    )
    place = Text(load_default=None, metadata=said(lazy("Place")))
    place_confidential = Flag(
        load_default=False, metadata=said(lazy("The place is confidential: only those who take part see it"))
    )
    places = Whole(least=1, most=10_000, metadata=said(lazy("Places"), lazy("Leave empty for no limit.")))
    languages = Many(Code(codes("languages")), load_default=list, metadata=said(lazy("Languages"), term="language"))
    childcare = Flag(load_default=False, metadata=said(lazy("Children and dependants are looked after")))
    open = Flag(metadata=said(lazy("Open to everyone, without enrolment: shown in the public calendar")))
    institution_id = Id(load_default=None, metadata=said(lazy("Institution"), kind="select"))


class JoinForm(Body):
    """Which activity a woman joins, asked on her path."""

    activity_id = Id(required=True, metadata=said(lazy("Activity"), kind="select"))


class DropOut(Body):
    reason = Code(codes("enrolment-reasons"), required=True, metadata=said(lazy("Why"), term="enrolment-reason"))


class Leave(Body):
    reason = Code(codes("enrolment-reasons"), load_default=None, metadata=said(lazy("Why"), term="enrolment-reason"))


class Complete(Body):
    certificate = Flag(load_default=False, metadata=said(lazy("She gets a certificate")))


class AttendanceForm(Body):
    present = Many(Id(), most=2000, load_default=list, metadata=said(lazy("Who is here"), kind="checkboxes"))
    head_count = Whole(
        most=100_000,
        load_default=0,
        metadata=said(lazy("People not on the list"), lazy("A number only: they are not counted as women.")),
    )


class PathForm(Body):
    """A path as the page asks for it: a wish that nobody asked about stays unsaid."""

    participant_id = Id(required=True, metadata=said(lazy("Who"), kind="select"))
    mentor = Code(("yes", "no"), metadata=said(lazy("Does she wish for a mentor?"), term="answer"))
    wishes = Many(
        Code(codes("mentoring-goals")),
        load_default=list,
        metadata=said(lazy("What a mentor should help with"), term="mentoring-goal"),
    )
    slots = Many(
        Code(codes("slots")), load_default=list, metadata=said(lazy("When she has time for a mentor"), term="slot")
    )
    languages = Many(
        Code(codes("languages")),
        load_default=list,
        metadata=said(lazy("Languages in which one can talk with her"), term="language"),
    )
    teryt = Code(tuple(code_names("counties")), metadata=said(lazy("County"), kind="select"))
    urgent = Flag(load_default=False, metadata=said(lazy("She should not wait for her turn")))
    goals = Text(
        longest=5000,
        metadata=said(
            lazy("What she wants to reach, in her words"), lazy("Kept encrypted, shown only here and to her.")
        ),
    )
    institution_id = Id(metadata=said(lazy("Institution"), kind="select"))


class ChooseForm(Body):
    way = Code(codes("ways"), required=True, metadata=said(lazy("Which way she takes"), term="way"))


class PauseForm(Body):
    resumes_on = Day(metadata=said(lazy("When it is to go on")))


class EndForm(Body):
    outcome = Code(codes("path-outcomes"), required=True, metadata=said(lazy("What it led to"), term="path-outcome"))


class StepForm(Body):
    kind = Code(
        ("task", "document", "mentor", "cooperative"),
        required=True,
        metadata=said(lazy("Kind of step"), term="step-kind"),
    )
    text = Text(
        longest=1000, metadata=said(lazy("What is to be done"), lazy("Kept encrypted, shown only here and to her."))
    )
    due_on = Day(metadata=said(lazy("By when")))
