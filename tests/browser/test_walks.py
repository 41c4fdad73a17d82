"""Each role walks through all its pages: nothing is broken, every link leads somewhere, in one language at a time."""

import re
from functools import cache

import pytest

from shared import contracts
from shared.i18n.catalogues import parts
from tests.browser.conftest import ROLES, Visit
from tests.browser.walking import Seen, walk

ENGLISH = re.compile(r"\b(the|and|with|your|this|are|of|from|has|who)\b", re.IGNORECASE)
NAMES = {*ROLES, *contracts.services(), "Akademia Liderek"}
"""What is called so in every language: logins, services, what the source documents name."""
LEAST = {"operator": 10, "data-officer": 8, "participant": 8}
"""How many kinds of pages there are at least for a role."""


@cache
def said_only_in(language: str) -> frozenset[str]:
    """Texts of the catalogues that only pages in this language may show."""
    texts = {"pl": set[str](), "en": set[str]()}
    for part in parts():
        for spoken, said in texts.items():
            for one in part.read(spoken):
                if isinstance(one.id, str) and "%(" not in one.id:
                    said.add(str(one.string))
                    texts["en"].add(one.id)
    (other,) = set(texts) - {language}
    return frozenset(texts[language] - texts[other] - NAMES)


def walked(visit: Visit, role: str, language: str) -> list[Seen]:
    visitor = visit(name=role, language=language)
    if role != "anonymous":
        visitor.sign_in(role)
    visitor.open(f"/people/language?to={language}&return=%2F")
    assert visitor.problems == []
    return list(walk(visitor.context, visitor.partnership.origin, visitor.path))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_page_that_a_role_reaches_answers_in_one_language(visit: Visit, role: str, language: str) -> None:
    seen = walked(visit, role, language)
    assert len(seen) >= LEAST.get(role, 12) or role == "anonymous"
    assert [one.path for one in seen if one.status != 200] == []
    others = said_only_in("en" if language == "pl" else "pl")
    mixed = {(one.path, text) for one in seen for text in one.read.texts if text in others}
    if language == "pl":
        mixed |= {(one.path, text) for one in seen for text in one.read.texts if ENGLISH.search(text)}
    assert mixed == set()


@pytest.mark.parametrize("role", [role for role in ROLES if role != "anonymous"])
def test_every_link_of_the_header_is_clicked(visit: Visit, role: str) -> None:
    visitor = visit(name=role).sign_in(role)
    links = visitor.page.locator("header nav a")
    for number in range(links.count()):
        links.nth(number).click()
        visitor.page.wait_for_load_state()
        visitor.keep()
        assert visitor.page.locator("header nav [aria-current=page]").count() == 1, visitor.path
        assert visitor.main.locator("h1").count() == 1, visitor.path
    assert visitor.problems == []
