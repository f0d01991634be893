"""What is wrong with a clause or a whole version, each as a refusal that leads to the place at fault."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from domain.kernel.lifecycle import Labels
from domain.policies.rules.handbooks import StoredClause
from domain.policies.rules.kinds import KINDS, ClauseKind, kind_named
from domain.policies.rules.scopes import Scope
from domain.policies.rules.values import Wording
from tenancy.refusals import Invalid, Refusal, message

NUMBER = re.compile(r"[1-9][0-9]{0,3}(\.[1-9][0-9]{0,3}){0,5}")
TITLE_LENGTH = 200
DOCUMENT_NUMBER_LENGTH = 60
NOTE_LENGTH = 2000
TEXT_LENGTH = 20_000
# So many faults of one value are told at once.
MOST_FAULTS = 20
MOST_BYTES = 400_000
NOTHING_SAID = {"zh_Hans": "", "zh_Hant": "", "en": ""}

AS_SENT = {"zh_Hans": "zhHans", "zh_Hant": "zhHant"}

ModelT = TypeVar("ModelT", bound=BaseModel)

# What pydantic finds, in words that can be translated; `{ge}` and the like are pydantic's own values.
_SENTENCES = {
    "missing": message("This is needed."),
    "extra_forbidden": message("There is no field of this name."),
    "enum": message("One of these is needed: {expected}."),
    "literal_error": message("One of these is needed: {expected}."),
    "greater_than_equal": message("The least possible is {ge}."),
    "greater_than": message("It must be more than {gt}."),
    "less_than_equal": message("The most possible is {le}."),
    "less_than": message("It must be less than {lt}."),
    "too_long": message("At most {max_length} entries are possible."),
    "too_short": message("At least {min_length} entries are needed."),
    "string_too_long": message("At most {max_length} characters are possible."),
    "string_too_short": message("At least {min_length} characters are needed."),
    "string_pattern_mismatch": message("This does not match the form {pattern}."),
    "decimal_max_digits": message("At most {max_digits} digits are possible."),
}
# Where one is enough.
_ONE = {
    "too_short": message("At least one entry is needed."),
    "string_too_short": message("At least one character is needed."),
}
# The forms of a value that may have several, as pydantic calls them.
_FORMS = frozenset({"bool", "int", "str"})
_NUMBERS = ("int_", "decimal_", "float_", "is_instance_of", "finite_number")


def clause_kind(name: str) -> type[ClauseKind]:
    """The kind with this name. Raises `Invalid`, whose path is the input `kind`."""
    found = KINDS.get(name)
    if found is None:
        text = message("There is no clause kind “{kind}”. The kinds are: {kinds}.")
        raise Invalid(text, {"kind": name[:60], "kinds": ", ".join(KINDS)}, path=("kind",))
    return found


def faults(model: type[BaseModel], given: Any, *path: str) -> list[Refusal]:
    """Everything that is wrong with a value, each with its place below `path`; nothing when it is right."""
    try:
        parse(model, given, *path)
    except Invalid as refusal:
        return [refusal, *refusal.further]
    return []


def parse(model: type[ModelT], given: Any, *path: str, most_bytes: int = MOST_BYTES) -> ModelT:
    """A value from its JSON form. Raises `Invalid` with the first fault and the path that leads to it; the `further`
    ones come with it.

    It is read strictly, as JSON: a number is not a text, and true is not the number one.
    """
    try:
        written = orjson.dumps(given, default=str)
    except orjson.JSONEncodeError as error:
        raise Invalid(message("A value as JSON has it is needed here."), path=path) from error
    if len(written) > most_bytes:
        raise Invalid(message("The value is too large."), path=path)
    try:
        return model.model_validate_json(written, strict=True)
    except ValidationError as error:
        first, *further = _refusals(error, path)
        first.further = tuple(further[: MOST_FAULTS - 1])
        raise first from error


def _refusals(error: ValidationError, path: tuple[str, ...]) -> list[Refusal]:
    """Each fault once. What holds a faulty part is no fault of its own, though it is called empty without the part."""
    found: dict[tuple[str, ...], Refusal] = {}
    for each in error.errors(include_url=False):
        refusal = _one_of_forms(dict(each), path) or _refusal(dict(each), path)
        found.setdefault(refusal.path, refusal)
    inner = {place[:length] for place in found for length in range(len(path), len(place))}
    return [refusal for place, refusal in found.items() if place not in inner]


def _one_of_forms(found: dict[str, Any], path: tuple[str, ...]) -> Refusal | None:
    """The fault of a place that takes values of several forms, of each of which there is a complaint."""
    place = [str(part) for part in found["loc"]]
    form = next((index for index, part in enumerate(place) if part in _FORMS or part.startswith("tuple[")), None)
    if form is None or found["type"] == "extra_forbidden":
        return None
    return Invalid(
        message("A number, a text, true or false, or a list of them is needed here."), path=(*path, *place[:form])
    )


def _refusal(found: dict[str, Any], path: tuple[str, ...]) -> Refusal:
    place = (*path, *(str(part) for part in found["loc"]))
    values = found.get("ctx", {})
    cause = values.get("error")
    if isinstance(cause, ValueError) and cause.args and isinstance(cause.args[0], Refusal):
        cause = cause.args[0]
    if isinstance(cause, Refusal):
        # A validator of the whole may know the part at fault better.
        return Invalid(cause.text, cause.values, path=(*place, *cause.path))
    kind = found["type"]
    sentence = _ONE.get(kind) if values.get("min_length") == 1 else None
    sentence = sentence or _SENTENCES.get(kind)
    if sentence is not None:
        return Invalid(sentence, values, path=place)
    if kind.startswith(_NUMBERS):
        return Invalid(message("A number is needed here."), path=place)
    if kind.startswith("bool_"):
        return Invalid(message("Yes or no is needed here: true or false."), path=place)
    if kind.startswith("string_"):
        return Invalid(message("A text is needed here."), path=place)
    if kind.startswith("date_"):
        return Invalid(message("A day such as 2026-01-31 is needed here."), path=place)
    if kind.startswith(("model_", "dict_", "mapping_", "dataclass_")):
        return Invalid(message("An object with fields of its own is needed here."), path=place)
    if kind.startswith(("list_", "tuple_", "set_", "frozen_set_", "iterable_")):
        return Invalid(message("A list is needed here."), path=place)
    if kind.startswith("time_"):
        return Invalid(message("A time of the day such as 09:00 is needed here."), path=place)
    if kind.startswith("uuid_"):
        return Invalid(message("The id of a record is needed here."), path=place)
    text = message("This does not have the form that is needed here: {problem}.")
    return Invalid(text, {"problem": str(found["msg"])}, path=place)


def clean_number(number: str) -> str:
    """A clause number such as 4.2.1. Raises `Invalid`."""
    cleaned = number.strip()
    if not NUMBER.fullmatch(cleaned):
        text = message("“{number}” is not a clause number such as 4.2.1, whose parts are counted from 1 without zeros.")
        raise Invalid(text, {"number": number[:40]}, path=("number",))
    return cleaned


def position(number: str) -> str:
    """A text by which clause numbers sort as people count: 4.9 before 4.10."""
    return ".".join(part.zfill(4) for part in number.split("."))


def clean_wording(given: Mapping[str, str] | None, most: int, *path: str) -> dict[str, str]:
    """A text in all three languages. Raises `Invalid` when there is none at all or one exceeds `most` characters."""
    wording = parse(Wording, given, *path).model_dump()
    for language, text in wording.items():
        if len(text) > most:
            raise Invalid(
                message("At most {max_length} characters are possible."), {"max_length": most}, (*path, language)
            )
    return wording


def clean_texts(given: Mapping[str, str] | None, most: int, *path: str) -> dict[str, str]:
    """As `clean_wording`, of a text that a client sent: a refusal's path names the language as the client wrote it."""
    try:
        return clean_wording(given, most, *path)
    except Invalid as refusal:
        below = refusal.path[len(path) :]
        if below and given is not None and below[0] in NOTHING_SAID and below[0] not in given:
            # What was not sent was taken from what was.
            sent = next((language for language, text in given.items() if len(text) > most), below[0])
            below = (sent, *below[1:])
        refusal.path = (*path, *(AS_SENT.get(part, part) for part in below))
        # The others are what was taken from it.
        refusal.further = ()
        raise


def clean_line(given: str, most: int, *path: str) -> str:
    """One line of text. Raises `Invalid` when it is empty or longer than `most` characters."""
    cleaned = " ".join(given.split())
    if not 1 <= len(cleaned) <= most:
        raise Invalid(message("A text of 1 to {most} characters is needed."), {"most": most}, path=path)
    return cleaned


def check_scope(kind: type[ClauseKind], scope: Scope) -> None:
    """Refuse a limit that clauses of the kind can't have."""
    for dimension in scope.dimensions:
        if dimension not in kind.dimensions:
            possible = ", ".join(each.value for each in kind.dimensions)
            text = message("A clause of the kind {kind} can't be limited by {dimension}; possible are: {possible}.")
            values = {"kind": kind.kind, "dimension": dimension.value, "possible": possible or "—"}
            raise Invalid(text, values, path=("scope", dimension.value))


def check_open_cases(kind: type[ClauseKind], applies_to_open_cases: bool) -> None:
    """Refuse to say of a clause that it applies to open cases where its kind never does."""
    if applies_to_open_cases and not kind.reaches_open_cases:
        text = message(
            "Clauses of the kind “{kind}” never apply to open cases: what runs keeps the clause that it began with."
        )
        values = {"kind": Labels((kind.label,))}
        raise Invalid(text, values, path=("appliesToOpenCases",), code="NOT_FOR_OPEN_CASES")


def contradictions(clauses: Sequence[StoredClause]) -> list[Refusal]:
    """Clauses of one kind about the same thing that no rule could choose between.

    Two clauses that apply to the same case are equally specific only when they have the same limits in every dimension
    of their kind: whatever else is limited, the order of the kind's dimensions and the nearness of departments decide.
    """
    found: list[Refusal] = []
    first: dict[tuple[str, str, tuple[Any, ...]], str] = {}
    for clause in sorted(clauses, key=lambda clause: clause.position):
        kind = kind_named(clause.kind)
        if not kind.exclusive:
            continue
        limits = tuple(getattr(clause.scope, dimension.value) for dimension in kind.dimensions)
        other = first.setdefault((clause.kind, clause.parsed.topic, limits), clause.number)
        if other != clause.number:
            text = message("Clauses {one} and {other} are both of the kind “{kind}” and concern the same cases.")
            values = {"one": other, "other": clause.number, "kind": Labels((kind.label,))}
            found.append(Invalid(text, values, path=("clauses", clause.number), code="CONTRADICTION"))
    return found


def retired(clauses: Iterable[StoredClause]) -> list[Refusal]:
    """Clauses of kinds that are not written any more, such as those that the catalogue has taken the place of."""
    text = message("Clause {number} is of the kind {kind}, which is not in use any more: write it anew or take it out.")
    return [
        Invalid(
            text, {"number": clause.number, "kind": clause.kind}, path=("clauses", clause.number), code="RETIRED_KIND"
        )
        for clause in clauses
        if clause.kind not in KINDS
    ]


def missing_grounds(clauses: Iterable[StoredClause]) -> list[Refusal]:
    """Clauses that can't be acted on because the version lacks the kind they rely on."""
    given = list(clauses)
    present = {clause.kind for clause in given}
    text = message("Clause {number} relies on a clause of the kind “{kind}”, and the version has none.")
    return [
        Invalid(
            text,
            {"number": clause.number, "kind": Labels((kind_named(needed).label,))},
            path=("clauses", clause.number),
            code="MISSING_GROUND",
        )
        for clause in given
        for needed in clause.parsed.relies_on
        if needed not in present
    ]
