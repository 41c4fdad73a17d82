"""Texts are found in code, templates and declared codes; translations stay; what is missing is named."""

import pytest

from shared.i18n import ROOT, catalogues
from shared.i18n.__main__ import main

CODE = """
from shared.i18n import gettext as _, lazy, ngettext, term
TERMS = {"speech-status": ("draft", "sent")}
def greet(name, n, status):
    said = _("Hello %(name)s", name=name), ngettext("%(n)s place", "%(n)s places", n)
    return said, lazy("Later"), term("way", "walk"), term("speech-status", status)
"""
PAGE = '{% trans %}Good morning{% endtrans %}{{ _("Back") }}{{ term("way", "ride") }}'


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A root with shared and one service, named so that nothing real is imported."""
    (tmp_path / "babel.cfg").write_text((ROOT / "babel.cfg").read_text())
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "page.py").write_text('_("Back")\n')
    speech = tmp_path / "services" / "speech"
    (speech / "templates").mkdir(parents=True)
    (speech / "__init__.py").write_text("")
    (speech / "domain.py").write_text(CODE)
    (speech / "templates" / "page.html").write_text(PAGE)
    terms = {"TERMS": {"speech-status": ("draft", "sent")}}
    monkeypatch.setattr(catalogues, "import_module", lambda _name: type("Module", (), terms))
    return tmp_path


def po(project, language, part="services/speech"):
    return project / part / "translations" / language / "LC_MESSAGES" / "messages.po"


def translate(file, message, translation):
    before = f'msgid "{message}"\nmsgstr ""'
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, f'msgid "{message}"\nmsgstr "{translation}"'))


def test_texts_are_found_wherever_they_stand(project):
    ((_, shared), (_, speech)) = catalogues.wanted(project)
    assert shared == {"Back"}
    assert speech == {
        "Hello %(name)s", ("%(n)s place", "%(n)s places"), "Later", "Good morning", "way:walk", "way:ride",
        "speech-status:draft", "speech-status:sent",
    }  # fmt: skip


def test_english_is_asked_for_codes_only(project):
    catalogues.extract(project)
    assert "way:walk" in po(project, "en").read_text()
    assert "Hello" not in po(project, "en").read_text()
    assert "Hello" in po(project, "pl").read_text()


def test_translations_stay_and_a_second_extraction_changes_nothing(project):
    catalogues.extract(project)
    translate(po(project, "pl"), "Later", "Później")
    written = po(project, "pl").read_text()
    catalogues.extract(project)
    assert po(project, "pl").read_text() == written
    assert "domain.py" not in written
    assert "Generated-By" not in written


def test_a_text_that_is_gone_leaves_the_file(project):
    catalogues.extract(project)
    (project / "services" / "speech" / "templates" / "page.html").unlink()
    catalogues.extract(project)
    assert "Good morning" not in po(project, "pl").read_text()


def test_a_language_that_was_begun_is_kept_up_to_date(project):
    po(project, "uk").parent.mkdir(parents=True)
    po(project, "uk").write_text('msgid ""\nmsgstr ""\n')
    catalogues.extract(project)
    assert "Good morning" in po(project, "uk").read_text()
    assert "nplurals=3" in po(project, "uk").read_text()


def test_the_check_names_what_is_missing(project):
    assert "shared/pl: not collected, run `python -m shared.i18n extract`: Back" in catalogues.check(project)
    catalogues.extract(project)
    translate(po(project, "pl", "shared"), "Back", "Wstecz")
    problems = catalogues.check(project)
    assert "speech/pl: not translated: %(n)s place / %(n)s places" in problems
    assert "speech/en: not translated: way:walk" in problems
    assert not [problem for problem in problems if "Back" in problem]


def test_the_check_names_a_guess_and_a_lost_placeholder(project):
    catalogues.extract(project)
    text = po(project, "pl").read_text().replace('msgid "Later"', '#, fuzzy\nmsgid "Later"')
    po(project, "pl").write_text(text)
    translate(po(project, "pl"), "Later", "Później")
    translate(po(project, "pl"), "Hello %(name)s", "Cześć %(imie)s")
    problems = catalogues.check(project)
    assert "speech/pl: fuzzy: Later" in problems
    assert [problem for problem in problems if problem.startswith("speech/pl") and problem.endswith(": Hello %(name)s")]


def test_an_unknown_command_says_what_there_is(capsys):
    assert main(["translate"]) == 2
    assert "extract | compile | check" in capsys.readouterr().err
