"""Home and the pages that everyone may read."""

from services.people.pages.doors import pages
from shared import contracts
from shared.actor import ANONYMOUS
from shared.errors import NotFound
from shared.i18n import gettext as _
from shared.web import problems
from shared.web.context import IDLE_SECONDS
from shared.web.pages import PageCall, Redirect

EXPLAINED = (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503)


@pages.get("/", action=None, at_root=True)
def home(call: PageCall) -> str | Redirect:
    """The role's first page; for everyone else what Splot is and where to go."""
    if call.actor is not ANONYMOUS:
        return Redirect(contracts.navigation(tuple(sorted(call.actor.all_roles)))[0].href)
    return call.render("people/home.html")


@pages.get("/privacy", action=None)
def privacy(call: PageCall) -> str:
    minutes = {who: seconds // 60 for who, seconds in IDLE_SECONDS.items()}
    return call.render("people/privacy.html", heading=_("Privacy"), minutes=minutes)


@pages.get("/accessibility", action=None)
def accessibility(call: PageCall) -> str:
    origin = call.runtime.settings.origin
    return call.render("people/accessibility.html", heading=_("Accessibility declaration"), origin=origin)


@pages.get("/problems/<code>", action=None, at_root=True)
def problem(call: PageCall, *, code: str) -> str:
    """What a `type` in an error of the API means."""
    if not code.isascii() or not code.isdigit() or int(code) not in EXPLAINED:
        raise NotFound
    return call.render(
        "people/problem.html", heading=problems.title(int(code)), status=int(code), means=_meaning(int(code))
    )


def _meaning(status: int) -> str:
    meanings = {
        400: _("The request is not valid HTTP or JSON. Correct it before sending it again."),
        401: _("The token is missing, was changed or has run out. Get a new one at POST /people/api/v1/tokens."),
        403: _("No role of this account has this right, on any record."),
        404: _("There is nothing here, or nothing that this account may know of: both look the same."),
        405: _("The address exists, with other methods: the header Allow names them."),
        409: _("The state of the record does not allow this now. The member actions names what is possible."),
        412: _("The record has another version than the one in If-Match. Read it again and decide anew."),
        413: _("The body is larger than what is taken here."),
        415: _("Send JSON with Content-Type: application/json."),
        422: _("Fields have to be corrected: the member errors names each with a JSON pointer."),
        429: _("There were too many attempts. The header Retry-After says when to try again."),
        500: _("Something is broken here. The number in X-Request-Id helps to find it."),
        503: _("A part that is needed is away for a moment. Try again after the time in Retry-After."),
    }
    return meanings[status]
