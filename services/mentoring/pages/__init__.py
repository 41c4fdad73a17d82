"""HTML routes of mentoring: the same commands and queries as the API."""

from services.mentoring.pages import matches, mentees, mentors, mine, profile, proposals, rounds
from services.mentoring.pages.routes import pages

__all__ = ["matches", "mentees", "mentors", "mine", "pages", "profile", "proposals", "rounds"]
