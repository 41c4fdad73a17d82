"""The outside world: e-mail and SMS, each behind the same port."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from services.notifications.adapters import mail, maildir, sms
from services.notifications.adapters.letters import Composer, Letter
from services.notifications.domain.sending import Channel
from shared.service import Runtime


class Sender(Protocol):
    def send(self, letter: Letter) -> str:
        """Hand it over; the provider's reference. Raises Passing or ForEver."""


@dataclass(frozen=True)
class Outside:
    composer: Composer
    senders: Mapping[str, Sender]


def open_outside(runtime: Runtime) -> Outside:
    """As the settings say."""
    settings = runtime.settings
    senders: dict[str, Sender] = {
        Channel.EMAIL: _sender(settings.address("mail"), mail.SmtpSender),
        Channel.SMS: _sender(settings.address("sms"), lambda address: sms.HttpSender(address, settings.sms_token_file)),
    }
    composer = Composer(
        catalogue=runtime.catalogue, mail_from=settings.mail_from, host=settings.link_host or settings.origin
    )
    return Outside(composer, senders)


def _sender(address: str, real: "OpenSender") -> Sender:
    return maildir.FolderSender.at(address) if address.startswith("maildir:") else real(address)


class OpenSender(Protocol):
    def __call__(self, address: str, /) -> Sender: ...
