"""HTML routes: the same commands and queries as the API, for people and, in the register, for everyone."""

from services.cooperatives.pages import changing, founding, keeping, people, register, work
from services.cooperatives.pages.routes import pages

__all__ = ["changing", "founding", "keeping", "pages", "people", "register", "work"]
