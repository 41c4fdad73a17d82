import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jinja2 import Environment

from shared import i18n
from shared.i18n import (
    LANGUAGES,
    Catalogue,
    catalogues,
    current_language,
    format_date,
    format_instant,
    format_money,
    format_number,
    gettext,
    install,
    lazy,
    negotiate,
    ngettext,
    term,
    use_language,
)

HEADER = {
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "uk": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "en": "nplurals=2; plural=(n != 1);",
}
PLACES = """
msgid "%(n)s place"
msgid_plural "%(n)s places"
msgstr[0] "%(n)s miejsce"
msgstr[1] "%(n)s miejsca"
msgstr[2] "%(n)s miejsc"
"""


def write_po(root: Path, part: str, language: str, *entries: str) -> Path:
    po = root / part / "translations" / language / "LC_MESSAGES" / "messages.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    head = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {HEADER[language]}\\n"\n'
    po.write_text(head + "".join(f"\n{entry}\n" for entry in entries), encoding="utf-8")
    return po


def says(message: str, translation: str) -> str:
    return f'msgid "{message}"\nmsgstr "{translation}"'


@pytest.fixture
def catalogue(tmp_path) -> Catalogue:
    write_po(tmp_path, "shared", "pl", says("Back", "Wstecz"), says("Send", "Wyślij"), PLACES)
    write_po(tmp_path, "shared", "uk", says("Back", "Назад"))
    write_po(tmp_path, "services/referrals", "pl", says("Send", "Skieruj"), says("status:draft", "szkic"))
    write_po(tmp_path, "services/referrals", "en", says("status:draft", "draft, not sent"))
    return Catalogue("referrals", root=tmp_path)


@pytest.fixture(autouse=True)
def no_missing_terms():
    i18n.missing_terms.clear()
    yield
    i18n.missing_terms.clear()


def test_a_service_s_words_stand_over_those_of_all(catalogue):
    with use_language("pl", catalogue):
        assert [gettext("Back"), gettext("Send")] == ["Wstecz", "Skieruj"]


def test_polish_counts_in_three_forms(catalogue):
    with use_language("pl", catalogue):
        said = [ngettext("%(n)s place", "%(n)s places", n) for n in (1, 3, 5, 12, 22)]
    assert said == ["1 miejsce", "3 miejsca", "5 miejsc", "12 miejsc", "22 miejsca"]


def test_english_is_its_own_source(catalogue):
    with use_language("en", catalogue):
        assert gettext("Back") == "Back"
        assert ngettext("%(n)s place", "%(n)s places", 2) == "2 places"


def test_what_is_missing_in_another_language_is_said_in_polish(catalogue):
    with use_language("uk", catalogue):
        assert [gettext("Back"), gettext("Send"), term("status", "draft")] == ["Назад", "Skieruj", "szkic"]


def test_a_code_is_shown_as_its_words_and_counted_where_there_are_none(catalogue):
    with use_language("en", catalogue):
        assert term("status", "draft") == "draft, not sent"
        assert i18n.missing_terms == set()
        assert term("status", "sent") == "sent"
    assert i18n.missing_terms == {"en/status:sent"}


def test_a_text_of_a_module_waits_for_its_reader(catalogue):
    text = lazy("Back")
    with use_language("pl", catalogue):
        assert str(text) == "Wstecz"
    with use_language("uk", catalogue):
        assert f"{text}" == "Назад"


def test_a_language_ends_with_its_block_also_after_an_error(catalogue):
    with pytest.raises(RuntimeError), use_language("uk", catalogue):
        raise RuntimeError
    assert current_language() == "pl"
    with pytest.raises(ValueError, match="language"), use_language("de"):
        pass


def test_a_compiled_catalogue_is_read_until_its_source_is_newer(tmp_path, catalogue):
    (tmp_path / "services" / "referrals" / "__init__.py").write_text("")
    catalogues.compile_all(tmp_path)
    write_po(tmp_path, "services/referrals", "pl", says("Send", "Prześlij"))
    po = tmp_path / "services/referrals/translations/pl/LC_MESSAGES/messages.po"
    compiled_at = po.with_suffix(".mo").stat().st_mtime
    for newer, expected in ((-1, "Skieruj"), (1, "Prześlij")):
        os.utime(po, (compiled_at + newer, compiled_at + newer))
        with use_language("pl", Catalogue("referrals", root=tmp_path)):
            assert gettext("Send") == expected


def test_the_pseudo_language_brackets_every_text(catalogue):
    with use_language("xx", catalogue):
        assert [gettext("Back"), term("status", "draft"), gettext("Unknown")] == ["⟦Wstecz⟧", "⟦szkic⟧", "⟦Unknown⟧"]
        assert ngettext("%(n)s place", "%(n)s places", 2) == "⟦2 miejsca⟧"
        assert format_date(date(2026, 3, 5)) == "5 marca 2026"


@pytest.mark.parametrize(
    ("header", "stored", "expected"),
    [
        (None, None, "pl"), ("", None, "pl"), ("uk-UA,uk;q=0.9,en;q=0.5", None, "uk"),
        ("de,en;q=0.5,ru;q=0.7", None, "ru"), ("de", None, "pl"), ("en;q=0", None, "pl"), ("EN-gb", None, "en"),
        ("uk", "be", "be"), ("uk", "de", "uk"), ("xx", "xx", "pl"), ("en;q=0.5,pl;q=0.5", None, "en"),
        (";;;,=,q=9" * 200, None, "pl"), ("en;q=x", None, "pl"),
    ],
)  # fmt: skip
def test_her_own_choice_counts_then_her_browser_s_then_polish(header, stored, expected):
    assert negotiate(header, stored) == expected


def test_dates_and_amounts_are_written_the_language_s_way():
    with use_language("pl"):
        assert format_date(date(2026, 3, 5)) == "5 marca 2026"
        assert format_instant(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "2 lipca 2026, 00:30"
        assert format_money("69419.00", "EUR").replace("\xa0", " ") == "69 419,00 €"
    with use_language("en"):
        assert format_date(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "2 July 2026"
        assert format_number(69419) == "69,419"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_its_months(language):
    with use_language(language):
        assert format_date(date(2026, 3, 5)).startswith("5 ")


TEMPLATE = (
    '{{ _("Back") }}',
    '{{ _("Hello %(name)s", name="<b>") }}',
    "{% trans n=3 %}{{ n }} place{% pluralize %}{{ n }} places{% endtrans %}",
    '{{ term("status", "draft") }}',
    "{{ moment|instant }}",
    "{{ day|date }}",
    '{{ "5.50"|money("PLN") }}',
    "{{ current_language() }}",
)


def test_templates_speak_and_escape(catalogue):
    environment = Environment(autoescape=True)
    install(environment)
    page = environment.from_string("|".join(TEMPLATE))
    with use_language("pl", catalogue):
        shown = page.render(moment=datetime(2026, 3, 5, 13, tzinfo=UTC), day=date(2026, 3, 5))
    assert shown.replace("\xa0", " ").split("|") == [
        "Wstecz", "Hello &lt;b&gt;", "3 miejsca", "szkic", "5 marca 2026, 14:00", "5 marca 2026", "5,50 zł", "pl",
    ]  # fmt: skip
