"""HTML routes: the same commands and queries as the API, for people."""

from services.programmes.pages import activities, cards, enrolments, own, paths, reports
from services.programmes.pages.routes import pages

__all__ = ["activities", "cards", "enrolments", "own", "pages", "paths", "reports"]
