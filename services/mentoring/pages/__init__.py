"""HTML routes of mentoring: the same commands and queries as the API."""

from shared.web.pages import Pages

pages = Pages("mentoring")
