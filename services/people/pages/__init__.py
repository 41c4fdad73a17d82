"""HTML routes of people: the same commands and queries as the API."""

from services.people.pages import account, data_officer, home, own, participants
from services.people.pages.doors import pages
from services.people.pages.signing_in import signing_in

__all__ = ["account", "data_officer", "home", "own", "pages", "participants", "signing_in"]
