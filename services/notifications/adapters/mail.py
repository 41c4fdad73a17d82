"""E-mail by SMTP: one connection, kept open between messages."""

import smtplib
import ssl
import time
from threading import Lock
from urllib.parse import SplitResult, unquote, urlsplit

from services.notifications.adapters.faults import ForEver, Passing
from services.notifications.adapters.letters import Letter

SECONDS = 10.0
IDLE_SECONDS = 20.0
"""After so long a server may have hung up: it is asked first."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
REFUSED = (smtplib.SMTPSenderRefused, smtplib.SMTPDataError)


class SmtpSender:
    """`smtp://[user:password@]host[:port]` (encrypted where the server is elsewhere and can) or `smtps://…`."""

    def __init__(self, address: str) -> None:
        self._place = urlsplit(address)
        self._lock = Lock()
        self._open: smtplib.SMTP | None = None
        self._used_at = 0.0

    def send(self, letter: Letter) -> str:
        if letter.mail is None:
            raise ForEver("provider-refused", "NotMail")
        with self._lock:
            try:
                server = self._server()
                server.send_message(letter.mail)
                self._used_at = time.monotonic()
            except smtplib.SMTPException as fault:
                self._close()
                raise classified(fault) from None
            except OSError as fault:
                self._close()
                raise Passing(type(fault).__name__) from None
        return str(letter.mail["Message-ID"])

    def _server(self) -> smtplib.SMTP:
        if self._open is not None and not self._is_alive(self._open):
            self._close()
        if self._open is None:
            self._open = _connect(self._place)
        return self._open

    def _is_alive(self, server: smtplib.SMTP) -> bool:
        if time.monotonic() - self._used_at < IDLE_SECONDS:
            return server.sock is not None
        try:
            return server.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _connect(place: SplitResult) -> smtplib.SMTP:
    host = place.hostname or "localhost"
    if place.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, place.port or 465, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, place.port or 25, timeout=SECONDS)
        server.ehlo()
        if server.has_extn("starttls") and host not in LOOPBACK:
            server.starttls(context=ssl.create_default_context())
    if place.username:
        server.login(unquote(place.username), unquote(place.password or ""))
    return server


def classified(fault: smtplib.SMTPException) -> Passing | ForEver:
    """What an SMTP reply means (RFC 5321, 4.2.1): 4yz may work later, 5yz never will."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in fault.recipients.values()]
        error = f"SMTP {max(codes)}"
        return ForEver("contact-refused", error) if all(code >= 500 for code in codes) else Passing(error)
    if isinstance(fault, REFUSED) and fault.smtp_code >= 500:
        return ForEver("provider-refused", f"SMTP {fault.smtp_code}")
    code = getattr(fault, "smtp_code", "")
    return Passing(f"SMTP {code}" if code else type(fault).__name__)
