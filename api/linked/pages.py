"""How the pages behind signed links look: plain HTML with a form, which asks for nothing else and needs no script."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from html import escape

from tenancy.language import Language, translate
from tenancy.refusals import Refusal, message

STYLE = """
:root { color-scheme: light; }
body { margin: 2rem auto; max-width: 40rem; padding: 0 1rem; line-height: 1.6; color: #1a1a1a; background: #fff;
  font-family: "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
body:lang(zh-Hant) { font-family: "Noto Sans CJK TC", "Source Han Sans TC", "PingFang TC", "Microsoft JhengHei",
  sans-serif; }
h1 { font-size: 1.4rem; } h1, p, legend { overflow-wrap: anywhere; }
fieldset { border: 1px solid #767676; border-radius: .3rem; margin: 1.2rem 0; padding: .6rem 1rem; }
legend { font-weight: bold; } .choice { display: inline-block; margin: .3rem 1rem .3rem 0; padding: .2rem 0; }
textarea { box-sizing: border-box; width: 100%; font: inherit; } label { display: block; }
button { font: inherit; padding: .5rem 1.4rem; } nav { margin-top: 2rem; } nav a { margin-right: 1rem; color: #0b4f9e; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; } th { font-weight: normal; color: #555; }
th, td { border-bottom: 1px solid #c8c8c8; padding: .3rem .4rem; text-align: left; vertical-align: top; }
.number { text-align: right; white-space: nowrap; } .choice input { margin-right: .4rem; }
.problem { border-left: 4px solid #a40000; padding-left: .8rem; color: #a40000; }
"""
# The page may use its own style and send its own form, and nothing else: no script, no host, no frame.
SECURITY_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
NAMES = {Language.ZH_HANS: "简体中文", Language.ZH_HANT: "繁體中文", Language.EN: "English"}


def page(language: Language, title: str, body: Iterable[str]) -> str:
    """A whole page; its body is HTML already, its title is text."""
    head = (
        f'<!doctype html>\n<html lang="{language.tag}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n"
    )
    return head + "".join(body) + "</main>\n</body>\n</html>\n"


def paragraph(language: Language, text: str, values: Mapping[str, object] | None = None) -> str:
    """A marked text as a paragraph."""
    return f"<p>{escape(translate(text, language, values))}</p>\n"


def problem_of(problem: Refusal | None, language: Language) -> str:
    """What was wrong with what somebody sent; nothing where nothing was."""
    if problem is None:
        return ""
    said = escape(translate(problem.text, language, problem.values))
    return f'<p class="problem" role="alert" id="problem">{said}</p>\n'


def languages(language: Language) -> Iterator[str]:
    """Links to the page in the other languages."""
    yield f'<nav aria-label="{escape(translate(message("Language"), language))}">'
    for other in Language:
        if other is not language:
            yield f'<a href="?language={other.tag}" lang="{other.tag}" hreflang="{other.tag}">{NAMES[other]}</a>'
    yield "</nav>\n"


def button(language: Language, text: str) -> str:
    """The end of a form: what sends it."""
    return f'<p><button type="submit">{escape(translate(text, language))}</button></p>\n</form>\n'


def text_field(label: str, name: str, given: Mapping[str, str], wrong: str, *, required: bool, most: int) -> str:
    """A field for a text of several lines, with what was given before; `wrong` names the field at fault."""
    must = " required" if required else ""
    said = ' aria-describedby="problem" aria-invalid="true" autofocus' if wrong == name else ""
    # The first line break behind the tag is no part of the text.
    return (
        f'<p><label for="{name}">{escape(label)}</label>\n<textarea id="{name}" name="{name}" rows="4" '
        f'maxlength="{most}"{must}{said}>\n{escape(given.get(name, ""))}</textarea></p>\n'
    )


def facts_table(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What a document is about: labels, and what they say."""
    yield "<table>\n"
    for label, value in facts:
        yield f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>\n'
    yield "</table>\n"


def answer_form(
    language: Language,
    choices: Mapping[str, str],
    comment: str,
    given: Mapping[str, str],
    problem: Refusal | None,
    *,
    most_name: int,
    most_comment: int,
) -> Iterator[str]:
    """A form that takes one of the choices, the name of whoever answers, and a comment; the texts are marked ones."""
    wrong = problem.path[0] if problem is not None and problem.path else ""
    yield f"<h2>{escape(translate(message('Your answer'), language))}</h2>\n{problem_of(problem, language)}"
    # Without an address of its own the form goes to where the page came from, its language included.
    yield '<form method="post">\n<fieldset>\n'
    for value, text in choices.items():
        checked = " checked" if given.get("answer") == value else ""
        yield (
            f'<label class="choice"><input type="radio" name="answer" value="{value}" required{checked}>'
            f"{escape(translate(text, language))}</label>\n"
        )
    yield "</fieldset>\n"
    said = ' aria-describedby="problem" aria-invalid="true"' if wrong == "name" else ""
    yield (
        f'<p><label for="name">{escape(translate(message("Your name"), language))}</label>\n'
        f'<input id="name" name="name" maxlength="{most_name}" autocomplete="name" required{said}'
        f' value="{escape(given.get("name", ""))}"></p>\n'
    )
    yield text_field(translate(comment, language), "comment", given, wrong, required=False, most=most_comment)
    yield button(language, message("Send the answer"))
