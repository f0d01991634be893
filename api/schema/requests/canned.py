"""Canned answers: keeping them, and what one says about a request."""

from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy import func
from strawberry.scalars import JSON

from api.reading.filters import IdFilter, TextFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, localized, one, shows
from api.schema.catalogue.types import ServiceOffering
from api.schema.inputs import given, optional
from api.schema.organisation.types import Department
from api.schema.policies.mutations import TextInput
from domain.requests import commands, models, queries
from domain.requests.rules.canned import Blank
from tenancy.work import Work

strawberry.enum(
    Blank,
    name="CannedAnswerBlank",
    description="What a canned answer may leave blank, written in braces and small letters: {request_number}.",
)


@shows(models.CannedAnswer, visible=queries.visible_answers)
class CannedAnswer(Node):
    """Something that is said to requesters again and again, for those who work on requests. Former wordings stand in
    the journal."""

    code: str = column("Its name for programs, unique in the company, for ever.")
    title: str = localized("What it is called, in your language.", "title")
    text: str = localized("What it says, in your language, with its blanks in braces.", "text")
    texts: JSON = computed(
        "Title and text in all languages.", lambda row: func.jsonb_build_object("title", row.title, "text", row.text)
    )
    department: Department | None = one("Whose requests it is for; null for all.", "department_id")
    offering: ServiceOffering | None = one("For requests for which offering; null for all.", "offering_id")
    active: bool = column("Whether it is in use.")


@strawberry.enum(description="How canned answers are ordered.")
class CannedAnswerOrder(Enum):
    """Orders of canned answers."""

    CODE = "code"


CANNED_ANSWER_ORDERS = {CannedAnswerOrder.CODE: Order(lambda row: row.code)}


@strawberry.input(description="Which canned answers to give.")
class CannedAnswerFilter:
    """Conditions on canned answers."""

    code: TextFilter | None = filtered("By code.")
    department_id: IdFilter | None = filtered("By department; isNull: true gives those for all.")
    offering_id: IdFilter | None = filtered("By offering; isNull: true gives those for all.")
    active: bool | None = filtered("Whether they are in use.", lambda row: row.active)
    and_: "list[CannedAnswerFilter] | None" = combining("All of these hold.", "and")
    or_: "list[CannedAnswerFilter] | None" = combining("One of these holds.", "or")
    not_: "CannedAnswerFilter | None" = combining("This does not hold.", "not")


@strawberry.type(description="A canned answer as it would be said about a request.")
class WrittenAnswer:
    """A canned answer as it would be said about a request."""

    text: str = strawberry.field(description="The text with its blanks filled; what nothing is known for is a dash.")
    language: str = strawberry.field(
        description="Its language: that of the customer's person who asked, of the member, or else of the customer."
    )
    open_blanks: list[Blank] = strawberry.field(description="The blanks that nothing is known for.")


async def written_answer(
    info: strawberry.Info,
    answer_id: Annotated[UUID, strawberry.argument(description="The canned answer.")],
    request_id: Annotated[UUID, strawberry.argument(description="The request; you see it.")],
) -> WrittenAnswer:
    """What a canned answer says about a request."""
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.written(work, answer_id=answer_id, request_id=request_id)
    return WrittenAnswer(text=found.text, language=found.language, open_blanks=list(found.open_blanks))


@strawberry.input(description="A new canned answer.")
class CreateCannedAnswerInput:
    """A new canned answer."""

    code: str = given("Its name for programs, unique in the company, for ever: small letters and figures.")
    title: TextInput = given("What it is called, in at most 200 characters.")
    text: TextInput = given(
        "What it says, in at most 10,000 characters; blanks are written in braces, such as {request_number} and "
        "{contact_name}: those of CannedAnswerBlank in small letters, and no others."
    )
    department_id: UUID | None = optional("Whose requests it is for; unless named, all.")
    offering_id: UUID | None = optional("For requests for which offering it is; unless named, all.")


async def create_canned_answer(work: Work, input: CreateCannedAnswerInput) -> models.CannedAnswer:
    """Keep an answer that is given again and again. Needs `catalogue.manage`."""
    return await commands.make_answer(
        work,
        code=input.code,
        title=input.title.texts(),
        text=input.text.texts(),
        department_id=input.department_id,
        offering_id=input.offering_id,
    )


@strawberry.input(description="A canned answer as it is to be; what is left out becomes empty.")
class ChangeCannedAnswerInput:
    """A canned answer as it is to be."""

    answer_id: UUID = given("The canned answer.")
    title: TextInput = given("What it is called.")
    text: TextInput = given("What it says; blanks as with createCannedAnswer.")
    department_id: UUID | None = optional("Whose requests it is for; unless named, all.")
    offering_id: UUID | None = optional("For requests for which offering it is; unless named, all.")
    active: bool = optional("Whether it is in use.", default=True)


async def change_canned_answer(work: Work, input: ChangeCannedAnswerInput) -> models.CannedAnswer:
    """Change a canned answer, or take it out of use. Needs `catalogue.manage`."""
    return await commands.change_answer(
        work,
        answer_id=input.answer_id,
        title=input.title.texts(),
        text=input.text.texts(),
        department_id=input.department_id,
        offering_id=input.offering_id,
        active=input.active,
    )
