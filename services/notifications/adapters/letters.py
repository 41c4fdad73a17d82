"""What leaves the house: that something waits, and where. Never from whom, about whom or about what."""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cached_property

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.notifications.adapters.faults import ForEver
from shared import i18n
from shared.i18n import Catalogue
from shared.i18n import gettext as _
from shared.web.app import TEMPLATES

ITEM = "/notifications/go/{id}"
WISHES = "/notifications/preferences"


@dataclass(frozen=True)
class Letter:
    """One message to one address. The same `id` however often it is tried: whoever takes it can tell that it is one."""

    id: str
    address: str
    text: str
    mail: EmailMessage | None = None


@dataclass(frozen=True)
class Composer:
    """Writes neutral messages in the reader's language."""

    catalogue: Catalogue
    mail_from: str
    host: str

    def email(self, delivery_id: str, *, address: str, language: str, link: str, at: datetime) -> Letter:
        with i18n.use_language(_spoken(language), self.catalogue):
            subject, parts = _("You have a new item"), self._parts(link)
        message = EmailMessage(policy=SMTP)
        message["Subject"] = subject
        message["From"] = self.mail_from
        message["To"] = _recipient(address)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{delivery_id}@{self.mail_from.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        if link != self.start:
            message["List-Unsubscribe"] = f"<{self.host}{WISHES}>"
        message.set_content(parts["txt"])
        message.add_alternative(css_inline.inline(parts["html"]), subtype="html")
        return Letter(id=delivery_id, address=address, text=parts["txt"], mail=message)

    def sms(self, delivery_id: str, *, address: str, language: str, link: str) -> Letter:
        with i18n.use_language(_spoken(language), self.catalogue):
            text = f"{_('You have a new item')}: {link}"
        return Letter(id=delivery_id, address=address, text=text)

    @property
    def start(self) -> str:
        """Where a woman is led: the first page, which says nothing."""
        return f"{self.host}/"

    def item(self, item_id: str) -> str:
        """Where staff are led: through sign-in to the record."""
        return self.host + ITEM.format(id=item_id)

    def _parts(self, link: str) -> dict[str, str]:
        words = {"link": link, "language": i18n.current_language()}
        return {kind: self._templates.get_template(f"mail/neutral.{kind}").render(words) for kind in ("txt", "html")}

    @cached_property
    def _templates(self) -> Environment:
        made = Environment(
            loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=select_autoescape(["html"])
        )
        i18n.install(made)
        return made


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=address)
    except (MessageError, ValueError, IndexError):
        raise ForEver("contact-refused", "NotAnAddress") from None


def _spoken(language: str) -> str:
    return language if language in i18n.LANGUAGES else i18n.DEFAULT
