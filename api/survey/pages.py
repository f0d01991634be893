"""The pages of a survey: plain HTML with a form, which asks for nothing else and needs no script."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from html import escape

from domain.feedback.commands import ASKED_WHY
from domain.feedback.queries.surveys import Question
from domain.feedback.rules.surveys import MAX_TEXT
from domain.policies.rules.kinds import SatisfactionSurvey, SurveyForm, SurveyQuestion
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
.problem { border-left: 4px solid #a40000; padding-left: .8rem; color: #a40000; }
"""
# The page may use its own style and send its own form, and nothing else: no script, no host, no frame.
SECURITY_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
NAMES = {Language.ZH_HANS: "简体中文", Language.ZH_HANT: "繁體中文", Language.EN: "English"}


def form(question: Question, language: Language, given: Mapping[str, str], problem: Refusal | None) -> str:
    """The page that asks, with what was given before and what was wrong with it."""
    return "".join(_form(question, language, given, problem))


def thanks(language: Language) -> str:
    """The page after an answer."""
    title = translate(message("Thank you"), language)
    return _page(language, title, [_paragraph(language, message("Your answer has arrived."))])


def closed(language: Language) -> str:
    """The page of every link that opens nothing: wrong, answered, expired or taken back; none is told from another."""
    title = translate(message("This link opens no survey"), language)
    text = message("It may have been answered already, or its time is over. Thank you all the same.")
    return _page(language, title, [_paragraph(language, text)])


def _page(language: Language, title: str, body: Iterator[str] | list[str]) -> str:
    head = (
        f'<!doctype html>\n<html lang="{language.tag}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n"
    )
    return head + "".join(body) + "</main>\n</body>\n</html>\n"


def _paragraph(language: Language, text: str, values: Mapping[str, object] | None = None) -> str:
    return f"<p>{escape(translate(text, language, values))}</p>\n"


def _form(question: Question, language: Language, given: Mapping[str, str], problem: Refusal | None) -> Iterator[str]:
    values = {"company": question.company, "number": question.request_number, "title": question.request_title}
    title = translate(message("{company} asks: how did we do?"), language, values)
    yield _page(language, title, _fields(question, language, given, problem, values))


def _fields(
    question: Question,
    language: Language,
    given: Mapping[str, str],
    problem: Refusal | None,
    values: Mapping[str, object],
) -> Iterator[str]:
    clause = question.clause
    yield _paragraph(language, message("It is about your request {number}: {title}"), values)
    if problem is not None:
        said = escape(translate(problem.text, language, problem.values))
        yield f'<p class="problem" role="alert" id="problem">{said}</p>\n'
    wrong = problem.path[0] if problem is not None and problem.path else ""
    # Without an address of its own the form goes to where the page came from, its language included.
    yield '<form method="post">\n'
    if problem is not None and problem.code == "SAY_WHY":
        yield f'<input type="hidden" name="{ASKED_WHY}" value="1">\n'
    yield _scale(clause, clause.question.in_language(language), "score", given, wrong, language, required=True)
    for each in clause.further_questions:
        yield _further(clause, each, given, wrong, language)
    label = translate(
        message("What else would you like to tell us? If something went wrong, please say what."), language
    )
    yield _text(label, "comment", given, wrong, required=False)
    yield f'<p><button type="submit">{escape(translate(message("Send the answer"), language))}</button></p>\n</form>\n'
    yield f'<nav aria-label="{escape(translate(message("Language"), language))}">'
    for other in Language:
        if other is not language:
            yield f'<a href="?language={other.tag}" lang="{other.tag}" hreflang="{other.tag}">{NAMES[other]}</a>'
    yield "</nav>\n"


def _further(
    clause: SatisfactionSurvey, asked: SurveyQuestion, given: Mapping[str, str], wrong: str, language: Language
) -> str:
    name, label = f"answer_{asked.code}", asked.question.in_language(language)
    match asked.form:
        case SurveyForm.SCORE:
            return _scale(clause, label, name, given, wrong, language, required=asked.required)
        case SurveyForm.YES_NO:
            words = {"yes": translate(message("Yes"), language), "no": translate(message("No"), language)}
            return _choices(label, name, words, given, wrong, required=asked.required)
        case SurveyForm.TEXT:
            return _text(label, name, given, wrong, required=asked.required)


def _scale(
    clause: SatisfactionSurvey,
    label: str,
    name: str,
    given: Mapping[str, str],
    wrong: str,
    language: Language,
    *,
    required: bool,
) -> str:
    words = {str(score): str(score) for score in range(clause.lowest, clause.highest + 1)}
    ends = {clause.lowest: message("{score} (worst)"), clause.highest: message("{score} (best)")}
    words |= {str(score): translate(text, language, {"score": score}) for score, text in ends.items()}
    return _choices(label, name, words, given, wrong, required=required)


def _choices(
    label: str, name: str, words: Mapping[str, str], given: Mapping[str, str], wrong: str, *, required: bool
) -> str:
    chosen, said = given.get(name), ' aria-describedby="problem"' if wrong == name else ""
    must = " required" if required else ""
    inputs = "".join(
        f'<label class="choice"><input type="radio" name="{name}" value="{value}"{must}'
        f"{' checked' if value == chosen else ''}> {escape(word)}</label>\n"
        for value, word in words.items()
    )
    return f"<fieldset{said}>\n<legend>{escape(label)}</legend>\n{inputs}</fieldset>\n"


def _text(label: str, name: str, given: Mapping[str, str], wrong: str, *, required: bool) -> str:
    must = " required" if required else ""
    said = ' aria-describedby="problem" aria-invalid="true" autofocus' if wrong == name else ""
    # The first line break behind the tag is no part of the text.
    return (
        f'<p><label for="{name}">{escape(label)}</label>\n<textarea id="{name}" name="{name}" rows="4" '
        f'maxlength="{MAX_TEXT}"{must}{said}>\n{escape(given.get(name, ""))}</textarea></p>\n'
    )
