"""The HTML routes: the same commands and queries as the API, for people."""

from services.referrals.pages import actions, agreements, directory, institutions, referrals, sending
from services.referrals.pages.doors import pages

__all__ = ["actions", "agreements", "directory", "institutions", "pages", "referrals", "sending"]
