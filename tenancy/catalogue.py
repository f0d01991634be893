"""Keeps the catalogues of translations in step with the texts that the code marks: `python -m tenancy.catalogue`."""

import ast
import io
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tenancy.language import LOCALE, Language

ROOT = Path(__file__).parent.parent
PACKAGES = ("api", "domain", "press", "tenancy", "workers", "zhidu")
TRANSLATED = (Language.ZH_HANS, Language.ZH_HANT)

_HEADER = """\
# The texts of Zhidu in {language}. `python -m tenancy.catalogue` adds and removes entries as the code has them.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


@dataclass(frozen=True)
class Marked:
    """A text that the code marks for translation, and the files that do."""

    text: str
    files: tuple[str, ...]


def marked(root: Path = ROOT) -> list[Marked]:
    """Every `message("…")` of the code, by file and text; ValueError where it marks anything but a literal."""
    found: dict[str, list[str]] = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            for text in _literals(path.read_text(encoding="utf-8"), name):
                files = found.setdefault(text, [])
                if name not in files:
                    files.append(name)
    return sorted(
        (Marked(text, tuple(files)) for text, files in found.items()), key=lambda each: (each.files, each.text)
    )


def _literals(source: str, name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source, filename=name)):
        if not isinstance(node, ast.Call) or not _marks(node.func):
            continue
        match node.args:
            case [ast.Constant(value=str(text))] if not node.keywords:
                yield text
            case _:
                raise ValueError(f"{name}:{node.lineno}: message() takes one literal text, with blanks for what varies")


def _marks(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "message"
    return isinstance(function, ast.Attribute) and ast.unparse(function).endswith("refusals.message")


def read(language: Language, folder: Path = LOCALE) -> dict[str, str]:
    """The entries of a catalogue, untranslated ones as empty texts."""
    path = folder / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, ignore_obsolete=True, abort_invalid=True)
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id}


def write(language: Language, texts: list[Marked], translations: dict[str, str], folder: Path = LOCALE) -> None:
    """Write a catalogue: one line a text, grouped by file, without dates or line numbers, so that it merges well."""
    catalogue = Catalog(locale=language)
    for each in texts:
        catalogue.add(each.text, translations.get(each.text, ""), locations=[(name, 0) for name in each.files])
    entries = io.BytesIO()
    write_po(entries, catalogue, width=0, omit_header=True, include_lineno=False)
    content = _HEADER.format(language=language) + entries.getvalue().decode().strip() + "\n"
    # Processes read the catalogues as they start, whenever that is: they find a whole one.
    draft = folder / f".{language}.po.part"
    try:
        draft.write_text(content, encoding="utf-8")
        draft.replace(folder / f"{language}.po")
    finally:
        draft.unlink(missing_ok=True)


def faults(texts: list[Marked], translations: dict[str, str]) -> list[str]:
    """What is wrong with a catalogue: untranslated, obsolete, and entries whose blanks are not those of the text."""
    known = {each.text for each in texts}
    found = [f"not in the catalogue: {text}" for text in known - translations.keys()]
    found += [f"no longer in the code: {text}" for text in translations.keys() - known]
    for text in known & translations.keys():
        if not translations[text]:
            found.append(f"untranslated: {text}")
        elif blanks(text) != blanks(translations[text]):
            found.append(f"other blanks than the text: {text}")
    return sorted(found)


def blanks(text: str) -> set[str]:
    """The names of a text's blanks; ValueError unless they are plain names, as `{name}`."""
    names = set()
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"a blank is a plain name: {text}")
        names.add(name)
    return names


def main() -> None:
    """Add new texts to every catalogue, drop obsolete ones, and say what is left to translate."""
    texts = marked()
    open_entries = 0
    for language in TRANSLATED:
        translations = read(language)
        write(language, texts, translations)
        for fault in faults(texts, read(language)):
            sys.stdout.write(f"{language}: {fault}\n")
            open_entries += 1
    sys.stdout.write(f"{len(texts)} texts, {open_entries} to translate\n")


if __name__ == "__main__":
    main()
