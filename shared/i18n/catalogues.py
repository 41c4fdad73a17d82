"""The translators' side: collect texts from code and templates into .po files, compile them, say what is missing.

Texts come from `_`, `gettext`, `ngettext`, `lazy` and `term` with literal arguments, from `{% trans %}`, and from every
module that declares `TERMS = {"referral-status": Status, …}`: the codes it may show.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from shared.i18n import DEFAULT, ROOT, SOURCE

KEYWORDS: Mapping[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy": None,
    "trans": None,
}
DECLARES_TERMS = re.compile(r"^TERMS\b", re.MULTILINE)
# Who wrote it when with which version: noise in every difference.
NOISE = re.compile(
    rb'^"(Project-Id-Version|Report-Msgid|POT-|PO-|Last-Translator|Language-Team|Generated-By)[^\n]*\n', re.MULTILINE
)

Id = str | tuple[str, ...]
Found = tuple[int, Any, Any, Any]


@dataclass(frozen=True)
class Part:
    """shared, or one service."""

    name: str
    folder: Path

    def po(self, language: str) -> Path:
        return self.folder / "translations" / language / "LC_MESSAGES" / "messages.po"

    def read(self, language: str) -> Catalog:
        if not self.po(language).exists():
            return Catalog(locale=language)
        with self.po(language).open("rb") as source:
            return read_po(source, locale=language)

    def languages(self) -> set[str]:
        return {po.parts[-3] for po in (self.folder / "translations").glob("*/LC_MESSAGES/messages.po")}


def parts(root: Path = ROOT) -> list[Part]:
    services = [file.parent for file in sorted((root / "services").glob("*/__init__.py"))]
    return [Part("shared", root / "shared"), *(Part(folder.name, folder) for folder in services)]


def extract(root: Path = ROOT) -> None:
    """Brings the .po files of Polish, English and every language begun up to date; translations stay."""
    for part, ids in wanted(root):
        for language in {DEFAULT, SOURCE} | part.languages():
            _write(part, language, _of_language(ids, language))


def compile_all(root: Path = ROOT) -> None:
    for part in parts(root):
        for language in part.languages():
            compiled = BytesIO()
            write_mo(compiled, part.read(language))
            part.po(language).with_suffix(".mo").write_bytes(compiled.getvalue())


def check(root: Path = ROOT) -> list[str]:
    """A sentence for each text that Polish lacks, each code that English lacks, each translation that would break."""
    problems = []
    for part, ids in wanted(root):
        for language in sorted({DEFAULT, SOURCE} | part.languages()):
            catalog = part.read(language)
            needed = _of_language(ids, language) if language in (DEFAULT, SOURCE) else set()
            where = f"{part.name}/{language}"
            problems += [
                f"{where}: {what}: {_shown(i)}" for i in sorted(needed, key=_shown) if (what := _lacks(catalog, i))
            ]
            problems += [f"{where}: {fault}: {_shown(message.id)}" for message, fault in _broken(catalog)]
    return problems


def wanted(root: Path) -> list[tuple[Part, set[Id]]]:
    """The texts of each part; what shared has already is not asked of a service again."""
    shared, *services = [(part, _ids(part, root)) for part in parts(root)]
    return [shared, *((part, ids - shared[1]) for part, ids in services)]


def from_python(file: BinaryIO, keywords: Iterable[str], tags: Iterable[str], options: Any) -> Iterator[Found]:
    return _with_terms(extract_python(file, dict.fromkeys([*keywords, "term"]), list(tags), options))


def from_template(file: BinaryIO, keywords: Iterable[str], tags: Iterable[str], options: Any) -> Iterator[Found]:
    return _with_terms(babel_extract(file, [*keywords, "term"], list(tags), options))


def _with_terms(found: Iterable[Found]) -> Iterator[Found]:
    for line, function, arguments, comments in found:
        if function != "term":
            yield line, function, arguments, comments
        elif isinstance(arguments, tuple) and all(isinstance(word, str) for word in arguments):
            yield line, "gettext", ":".join(arguments), comments


def _ids(part: Part, root: Path) -> set[Id]:
    with (root / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = extract_from_dir(part.folder, methods, options, KEYWORDS)
    texts = {_id(text) for _file, _line, text, *_rest in found if text}
    return texts | set(_declared(part, root)) | set(_links(part))


def _declared(part: Part, root: Path) -> Iterator[str]:
    for file in part.folder.rglob("*.py"):
        if DECLARES_TERMS.search(file.read_text()):
            name = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
            terms: Mapping[str, Iterable[str]] = import_module(name).TERMS
            yield from (f"{kind}:{code}" for kind, codes in terms.items() for code in codes)


def _links(part: Part) -> Iterator[str]:
    """What the links of the layout are called."""
    file = part.folder / "contracts" / "navigation.json"
    if file.exists():
        links = json.loads(file.read_text(encoding="utf-8"))
        yield from (link["label"] for place in ("header", "footer") for link in links[place])


def _id(text: Any) -> Id:
    return tuple(text) if isinstance(text, tuple | list) else str(text)


def _of_language(ids: set[Id], language: str) -> set[Id]:
    # The text is the English sentence; only a code says nothing by itself.
    return {text for text in ids if _is_term(text)} if language == SOURCE else ids


def _is_term(text: Id) -> bool:
    return isinstance(text, str) and re.fullmatch(r"[a-z][a-z-]*:\S+", text) is not None


def _lacks(catalog: Catalog, text: Id) -> str:
    message = catalog.get(_key(text))
    if message is None:
        return "not collected, run `python -m shared.i18n extract`"
    if not all(message.string if isinstance(message.string, tuple | list) else [message.string]):
        return "not translated"
    return "fuzzy" if message.fuzzy else ""


def _broken(catalog: Catalog) -> Iterator[tuple[Message, str]]:
    for message in catalog:
        if message.id and message.string:
            yield from ((message, str(fault)) for fault in message.check(catalog))


def _key(text: Id) -> str:
    return text if isinstance(text, str) else text[0]


def _shown(text: Id | list[str]) -> str:
    return text if isinstance(text, str) else " / ".join(text)


def _write(part: Part, language: str, ids: set[Id]) -> None:
    known, fresh = (
        part.read(language),
        Catalog(
            locale=language,
            header_comment=f"# {part.name}, {language}. Written by python -m shared.i18n extract.",
            fuzzy=False,
        ),
    )
    for text in sorted(ids, key=_shown):
        old = known.get(_key(text))
        kept = old if old is not None and old.id == text else None
        fresh.add(
            text,
            kept.string if kept else None,
            flags=kept.flags if kept else (),
            user_comments=kept.user_comments if kept else (),
        )
    written = BytesIO()
    write_po(written, fresh, width=120, no_location=True, sort_output=True, ignore_obsolete=True)
    part.po(language).parent.mkdir(parents=True, exist_ok=True)
    part.po(language).write_bytes(NOISE.sub(b"", written.getvalue()))
