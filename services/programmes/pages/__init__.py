"""HTML routes: the same commands and queries as the API, for people."""

from services.programmes.pages.routes import pages

__all__ = ["pages"]
