"""Who gets in and what is confidential: roles, passwords, limits of use, agreements."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.kernel.permissions import Permission
from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import check_once, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message


class RoleDefinition(ClauseKind):
    """What the holders of a role may do (TN-3)."""

    kind = "role_definition"
    label = message("Role definition")

    role: Annotated[str, Field(min_length=1, max_length=100, description="The role's name in the company.")]
    permissions: Annotated[
        tuple[Permission, ...], Field(min_length=1, max_length=100, description="What its holders may do.")
    ]
    review_every_months: Annotated[
        int | None, Field(ge=1, le=60, description="Months from one review of who holds it to the next.")
    ] = None

    @property
    def topic(self) -> str:
        return self.role

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(self.permissions)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        may = tuple(permission.value for permission in self.permissions)
        told = say(message("The role “{role}” holds the permissions {permissions}."), role=self.role, permissions=may)
        if self.review_every_months is None:
            return (told,)
        text = message("Who holds it is reviewed every {months} months.")
        return told, say(text, months=self.review_every_months)


class SecondFactor(StrEnum):
    """Who signs in with a second factor."""

    OPTIONAL = "optional"
    ADMINISTRATORS = "administrators"
    EVERYBODY = "everybody"


worded(
    {
        SecondFactor.OPTIONAL: message("left to everybody's choice"),
        SecondFactor.ADMINISTRATORS: message("required of administrators"),
        SecondFactor.EVERYBODY: message("required of everybody"),
    }
)


class PasswordRules(ClauseKind):
    """What passwords have to be, and when too many attempts lock an account (TN-4)."""

    kind = "password_rules"
    label = message("Password rules")

    least_length: Annotated[int, Field(ge=8, le=128, description="Characters.")]
    most_attempts: Annotated[int, Field(ge=3, le=100, description="Wrong attempts before the account is locked.")] = 10
    lock_minutes: Annotated[int, Field(ge=1, le=10_080, description="For how many minutes the account is locked.")] = 15
    remembered: Annotated[int, Field(ge=0, le=24, description="Former passwords that may not be used again.")] = 0
    second_factor: Annotated[SecondFactor, Field(description="Who has to sign in with a second factor.")] = (
        SecondFactor.OPTIONAL
    )

    def standard_text(self) -> tuple[Sentence, ...]:
        return (
            say(message("Passwords have at least {length} characters."), length=self.least_length),
            say(
                message("After {attempts} wrong attempts an account is locked for {minutes} minutes."),
                attempts=self.most_attempts,
                minutes=self.lock_minutes,
            ),
            say(message("A second factor is {factor}."), factor=self.second_factor),
        )


class Audience(StrEnum):
    """Whom a limit or an agreement concerns."""

    STAFF = "staff"
    PARTNERS = "partners"


worded({Audience.STAFF: message("staff"), Audience.PARTNERS: message("partners")})


class UsageLimits(ClauseKind):
    """How much of the service staff or partners' programs may use (TN-7, PA-2)."""

    kind = "usage_limits"
    label = message("Limits of use")

    audience: Annotated[Audience, Field(description="Whose programs are limited.")]
    points_per_minute: Annotated[
        int, Field(ge=100, le=10_000_000, description="Points of query cost a minute, of each client.")
    ]
    most_file_megabytes: Annotated[
        int, Field(ge=1, le=10_240, description="The largest file they may send, in megabytes.")
    ] = 50

    @property
    def topic(self) -> str:
        return self.audience.value

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Programs of {audience} may spend {points} points a minute; files have at most {megabytes} MB.")
        return (say(text, audience=self.audience, points=self.points_per_minute, megabytes=self.most_file_megabytes),)


class Confidentiality(StrEnum):
    """How confidential something is, the most open first."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105  # a level, not a password


worded(
    {
        Confidentiality.PUBLIC: message("public"),
        Confidentiality.INTERNAL: message("internal"),
        Confidentiality.CONFIDENTIAL: message("confidential"),
        Confidentiality.SECRET: message("secret"),
    }
)


class ConfidentialityAgreement(ClauseKind):
    """Who signs an agreement before they see what is confidential, and for how long it holds (CF-1)."""

    kind = "confidentiality_agreement"
    label = message("Confidentiality agreement")
    dimensions = (Dimension.POST, Dimension.DEPARTMENT)

    audience: Annotated[Audience, Field(description="Who has to sign.")]
    needed_from: Annotated[Confidentiality, Field(description="The lowest level that needs a signature.")]
    valid_months: Annotated[int | None, Field(ge=1, le=600, description="Months a signature holds; none for ever.")] = (
        None
    )
    after_leaving_months: Annotated[
        int, Field(ge=0, le=600, description="Months for which it binds somebody who has left.")
    ] = 24

    @property
    def topic(self) -> str:
        return self.audience.value

    @model_validator(mode="after")
    def _something_is_kept(self) -> Self:
        if self.needed_from is Confidentiality.PUBLIC:
            raise unfit(message("What is public needs no signature."), "needed_from")
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message(
            "A signed agreement is needed before {audience} see what is {level} or above; "
            "it binds for {months} months after leaving."
        )
        return (say(text, audience=self.audience, level=self.needed_from, months=self.after_leaving_months),)
