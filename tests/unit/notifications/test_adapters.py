"""How messages are written and handed over, without anyone at the other end."""

import smtplib
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from services.notifications.adapters.faults import ForEver, Passing
from services.notifications.adapters.letters import Composer, Letter
from services.notifications.adapters.mail import SmtpSender, classified
from services.notifications.adapters.maildir import FolderSender
from services.notifications.adapters.sms import HttpSender
from shared.i18n import Catalogue

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SMS = Letter(id="d1", address="+48500100200", text="You have a new item: https://x.example.org/")


@pytest.fixture
def composer() -> Composer:
    return Composer(Catalogue("notifications"), mail_from="post@neutral.example.org", host="https://go.example.org")


def test_links_lead_to_the_neutral_host_and_the_id_is_of_the_neutral_sender(composer: Composer) -> None:
    letter = composer.email("d1", address="a@example.org", language="uk", link=composer.item("i1"), at=AT)
    assert letter.mail is not None
    assert letter.mail["Message-ID"] == "<d1@neutral.example.org>"
    assert letter.mail["List-Unsubscribe"] == "<https://go.example.org/notifications/preferences>"
    assert "https://go.example.org/notifications/go/i1" in letter.text


def test_the_same_message_is_written_the_same_twice(composer: Composer) -> None:
    one, two = (composer.sms("d1", address="+48500100200", language="pl", link=composer.start) for _ in range(2))
    assert one == two
    assert one.text.endswith("https://go.example.org/")


def test_a_language_that_is_none_of_ours_is_answered_in_polish(composer: Composer) -> None:
    assert composer.sms("d1", address="1", language="xx-unknown", link="l").text.startswith("Masz")


@pytest.mark.parametrize("address", ["", "not an address", "a@", "a@example.org\nBcc: b@example.org"])
def test_what_is_no_address_is_refused_for_ever(composer: Composer, address: str) -> None:
    with pytest.raises(ForEver) as refused:
        composer.email("d1", address=address, language="pl", link="l", at=AT)
    assert refused.value.reason == "contact-refused"
    assert "example" not in str(refused.value)


def test_a_folder_takes_a_message_once_even_after_it_was_read(tmp_path: Path) -> None:
    folder = FolderSender.at(f"maildir://{tmp_path}/post")
    folder.send(SMS)
    folder.send(SMS)
    (file,) = (tmp_path / "post" / "new").iterdir()
    file.rename(tmp_path / "post" / "cur" / f"{file.name}:2,S")
    folder.send(SMS)
    assert list((tmp_path / "post" / "new").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_passing_fault(tmp_path: Path) -> None:
    (tmp_path / "post").write_text("a file is in the way")
    with pytest.raises(Passing):
        FolderSender.at(f"maildir://{tmp_path}/post").send(SMS)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no such user")}), ForEver),
        (smtplib.SMTPRecipientsRefused({"a@example.org": (450, b"mailbox busy")}), Passing),
        (smtplib.SMTPDataError(554, b"spam"), ForEver),
        (smtplib.SMTPDataError(451, b"later"), Passing),
        (smtplib.SMTPSenderRefused(550, b"who are you", "x"), ForEver),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), Passing),
        (smtplib.SMTPServerDisconnected("gone"), Passing),
    ],
)
def test_an_smtp_reply_is_passing_or_for_ever_and_quotes_no_address(
    fault: smtplib.SMTPException, kind: type[Exception]
) -> None:
    told = classified(fault)
    assert isinstance(told, kind)
    assert "example" not in str(told)


def test_a_mail_server_that_is_away_is_a_passing_fault(composer: Composer) -> None:
    letter = composer.email("d1", address="a@example.org", language="pl", link="l", at=AT)
    with pytest.raises(Passing):
        SmtpSender("smtp://127.0.0.1:9").send(letter)


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("https://sms.example.org", "https://sms.example.org/sms.do"),
        ("https://sms.example.org/own/path", "https://sms.example.org/own/path"),
    ],
)
def test_an_sms_carries_its_id_and_the_token_that_is_in_the_file_now(tmp_path: Path, address: str, asked: str) -> None:
    requests: list[httpx.Request] = []

    def provider(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"list": [{"id": "7", "error": None}]})

    token = tmp_path / "token"
    token.write_text("secret\n")
    assert HttpSender(address, str(token), httpx.MockTransport(provider)).send(SMS) == "7"
    assert str(requests[0].url) == asked
    assert requests[0].headers["Authorization"] == "Bearer secret"
    assert b"idx=d1" in requests[0].content


def test_an_sms_provider_that_hangs_up_is_a_passing_fault() -> None:
    def provider(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("no answer")

    with pytest.raises(Passing):
        HttpSender("https://sms.example.org", "", httpx.MockTransport(provider)).send(SMS)
