"""Use cases of people: load, decide, save, publish. One call, one transaction (signing in: see sign_in.py)."""

from services.people.commands.access import chain, note_read, unnoted
from services.people.commands.accounts import create_account, disable_account, end_membership, grant_membership
from services.people.commands.erasure import confirm_own_purge, erase, note_purge
from services.people.commands.participants import change_safe_contact, register, withdraw_sharing
from services.people.commands.sessions import end_session, end_sessions, forget_old, renew, start_session
from services.people.commands.sign_in import sign_in

__all__ = [
    "chain",
    "change_safe_contact",
    "confirm_own_purge",
    "create_account",
    "disable_account",
    "end_membership",
    "end_session",
    "end_sessions",
    "erase",
    "forget_old",
    "grant_membership",
    "note_purge",
    "note_read",
    "register",
    "renew",
    "sign_in",
    "start_session",
    "unnoted",
    "withdraw_sharing",
]
