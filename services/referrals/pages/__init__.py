"""The HTML routes: the same commands and queries as the API, for people."""

from shared.web.pages import Pages

pages = Pages("referrals")
