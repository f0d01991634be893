"""The pages of a survey: plain HTML with a form, which asks for nothing else and needs no script."""

from collections.abc import Iterator, Mapping
from html import escape

from api.linked.pages import button, languages, page, paragraph, problem_of, text_field
from domain.feedback.commands import ASKED_WHY
from domain.feedback.queries.surveys import Question
from domain.feedback.rules.surveys import MAX_TEXT
from domain.policies.rules.kinds import SatisfactionSurvey, SurveyForm, SurveyQuestion
from tenancy.language import Language, translate
from tenancy.refusals import Refusal, message


def form(question: Question, language: Language, given: Mapping[str, str], problem: Refusal | None) -> str:
    """The page that asks, with what was given before and what was wrong with it."""
    return "".join(_form(question, language, given, problem))


def thanks(language: Language) -> str:
    """The page after an answer."""
    title = translate(message("Thank you"), language)
    return page(language, title, [paragraph(language, message("Your answer has arrived."))])


def closed(language: Language) -> str:
    """The page of every link that opens nothing: wrong, answered, expired or taken back; none is told from another."""
    title = translate(message("This link opens no survey"), language)
    text = message("It may have been answered already, or its time is over. Thank you all the same.")
    return page(language, title, [paragraph(language, text)])


def _form(question: Question, language: Language, given: Mapping[str, str], problem: Refusal | None) -> Iterator[str]:
    values = {"company": question.company, "number": question.request_number, "title": question.request_title}
    title = translate(message("{company} asks: how did we do?"), language, values)
    yield page(language, title, _fields(question, language, given, problem, values))


def _fields(
    question: Question,
    language: Language,
    given: Mapping[str, str],
    problem: Refusal | None,
    values: Mapping[str, object],
) -> Iterator[str]:
    clause = question.clause
    yield paragraph(language, message("It is about your request {number}: {title}"), values)
    yield problem_of(problem, language)
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
    yield text_field(label, "comment", given, wrong, required=False, most=MAX_TEXT)
    yield button(language, message("Send the answer"))
    yield from languages(language)


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
            return text_field(label, name, given, wrong, required=asked.required, most=MAX_TEXT)


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
