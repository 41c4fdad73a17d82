"""The door that all pages of people register at."""

from shared.web.pages import Pages

pages = Pages("people")
