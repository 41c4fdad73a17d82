"""Where the routes of all pages are gathered."""

from shared.web.pages import Pages

pages = Pages("mentoring")
