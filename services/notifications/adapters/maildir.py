"""Messages as files in a maildir: for trying it out, for tests, and where another program sends them."""

import os
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import unquote, urlsplit

from services.notifications.adapters.faults import Passing
from services.notifications.adapters.letters import Letter

PARTS = ("tmp", "new", "cur")


class FolderSender:
    """Writes each message once: its file bears its id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def at(cls, address: str) -> "FolderSender":
        """`maildir:///folder`."""
        return cls(Path(unquote(urlsplit(address).path)))

    def send(self, letter: Letter) -> str:
        try:
            self._write(letter)
        except OSError as fault:
            raise Passing(type(fault).__name__) from None
        return letter.id

    def _write(self, letter: Letter) -> None:
        for part in PARTS:
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        if (self._folder / "new" / letter.id).exists() or any((self._folder / "cur").glob(f"{letter.id}*")):
            return
        draft = self._folder / "tmp" / letter.id
        draft.write_bytes(bytes(letter.mail or _plain(letter)))
        os.replace(draft, self._folder / "new" / letter.id)


def _plain(letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["To"] = letter.address
    message["Message-ID"] = f"<{letter.id}@sms>"
    message.set_content(letter.text)
    return message
