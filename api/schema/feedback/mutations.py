"""Sending surveys by hand, and taking them back."""

from uuid import UUID

import strawberry

from api.schema.inputs import given
from domain.feedback import commands
from domain.feedback.models import Survey
from tenancy.work import Work


@strawberry.input(description="A survey that is to be sent now.")
class SendSurveyInput:
    """A survey that is to be sent now."""

    survey_id: UUID = given("The survey.")


async def send_survey(work: Work, input: SendSurveyInput) -> Survey:
    """Send a survey now that is planned for later, or was skipped: refused with ASKED_LATELY, naming the clause, while
    its contact is to be left in peace. Needs `feedback.manage`."""
    return await commands.send_survey(work, survey_id=input.survey_id)


@strawberry.input(description="A survey that is taken back.")
class WithdrawSurveyInput:
    """A survey that is taken back."""

    survey_id: UUID = given("The survey.")


async def withdraw_survey(work: Work, input: WithdrawSurveyInput) -> Survey:
    """Take a survey back that is not answered: its link works no more, and nobody is reminded. Needs
    `feedback.manage`."""
    return await commands.withdraw_survey(work, survey_id=input.survey_id)
