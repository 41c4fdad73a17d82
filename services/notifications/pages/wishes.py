"""When someone is told by e-mail."""

from services.notifications.commands import preferences as commands
from services.notifications.queries import preferences
from services.notifications.schemas import PreferencesIn
from shared.i18n import gettext as _
from shared.web.pages import FormPage, PageCall, Pages, Redirect

pages = Pages("notifications")


def wishes_form(call: PageCall) -> FormPage:
    known = preferences.of(call.tx, call.actor.id)
    return FormPage(
        schema=PreferencesIn(),
        heading=_("When I am told by e-mail"),
        lede=_("Messages only say that something waits here; what it is you read after signing in."),
        submit=_("Save"),
        values={"email": known["email"], "quiet_hours": known["quiet_hours"]},
        version=known["version"],
        cancel_href="/notifications/",
    )


@pages.form("/preferences", action="preferences.change", form=wishes_form)
def change(call: PageCall) -> Redirect:
    commands.change(call.tx, wishes=commands.wanted(call.body), seen=call.seen)
    return Redirect("/notifications/", _("Your wishes are saved."))
