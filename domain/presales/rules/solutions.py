"""Solutions: their states and moves, what they say, and which of them experts review (PS-3)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import orjson

from domain.approvals.rules.obstacles import people_only
from domain.kernel.lifecycle import Lifecycle
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line, several_lines
from domain.presales.rules.inquiries import no_go
from tenancy.refusals import Invalid, Refusal, WrongState, message, missing_permission

MAX_TITLE, MAX_NAME, MAX_COMMENT, MAX_TEXT = 200, 200, 2_000, 50_000
MOST_VERSIONS = 100


class SolutionState(StrEnum):
    """How far a version of a solution is."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    # A review has found something to be improved.
    RETURNED = "returned"
    APPROVED = "approved"
    SENT = "sent"
    CONFIRMED = "confirmed"
    # The customer wants it changed.
    OBJECTED = "objected"
    WITHDRAWN = "withdrawn"
    # A later version took its place.
    SUPERSEDED = "superseded"


class SolutionMove(StrEnum):
    """What is done with a solution."""

    CHANGE = "change"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    TAKE_BACK = "take_back"
    SEND = "send"
    CONFIRM = "confirm"
    OBJECT = "object"
    WITHDRAW = "withdraw"
    REVISE = "revise"


_S, _M = SolutionState, SolutionMove
SOLUTIONS = Lifecycle(
    initial=_S.DRAFT,
    table={
        (_S.DRAFT, _M.CHANGE): _S.DRAFT,
        (_S.DRAFT, _M.SUBMIT): _S.IN_REVIEW,
        (_S.IN_REVIEW, _M.APPROVE): _S.APPROVED,
        (_S.IN_REVIEW, _M.RETURN): _S.RETURNED,
        (_S.IN_REVIEW, _M.TAKE_BACK): _S.DRAFT,
        (_S.APPROVED, _M.SEND): _S.SENT,
        (_S.SENT, _M.CONFIRM): _S.CONFIRMED,
        (_S.SENT, _M.OBJECT): _S.OBJECTED,
        **{(state, _M.WITHDRAW): _S.WITHDRAWN for state in (_S.DRAFT, _S.IN_REVIEW, _S.RETURNED, _S.APPROVED, _S.SENT)},
        **{
            (state, _M.REVISE): _S.SUPERSEDED
            for state in (_S.RETURNED, _S.APPROVED, _S.SENT, _S.CONFIRMED, _S.OBJECTED, _S.WITHDRAWN)
        },
    },
    states={
        _S.DRAFT: message("Draft"),
        _S.IN_REVIEW: message("In review"),
        _S.RETURNED: message("Returned"),
        _S.APPROVED: message("Approved"),
        _S.SENT: message("Sent"),
        _S.CONFIRMED: message("Confirmed"),
        _S.OBJECTED: message("Changes wanted"),
        _S.WITHDRAWN: message("Withdrawn"),
        _S.SUPERSEDED: message("Superseded"),
    },
    moves={
        _M.CHANGE: message("Change"),
        _M.SUBMIT: message("Submit"),
        _M.APPROVE: message("Approve"),
        _M.RETURN: message("Return"),
        _M.TAKE_BACK: message("Take back"),
        _M.SEND: message("Send"),
        _M.CONFIRM: message("Confirm"),
        _M.OBJECT: message("Ask for changes"),
        _M.WITHDRAW: message("Withdraw"),
        _M.REVISE: message("Revise"),
    },
)
# What people do; the rest follows from an approval's outcome.
DUTIES: Mapping[SolutionMove, Permission] = dict.fromkeys(
    (_M.CHANGE, _M.SUBMIT, _M.SEND, _M.CONFIRM, _M.OBJECT, _M.WITHDRAW, _M.REVISE), Permission.PRESALES_QUOTE
)


class SolutionObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    # It was decided not to go, and the clause wants a go.
    NO_GO = "no_go"
    # A chain or experts decide on it, and only people ask for an approval.
    PEOPLE_ONLY = "people_only"
    # The inquiry was refused.
    INQUIRY_OVER = "inquiry_over"


def refusal(obstacle: SolutionObstacle, move: SolutionMove, state: SolutionState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case SolutionObstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case SolutionObstacle.WRONG_STATE:
            return SOLUTIONS.refusal(state, move)
        case SolutionObstacle.NO_GO:
            return no_go()
        case SolutionObstacle.PEOPLE_ONLY:
            return people_only()
        case SolutionObstacle.INQUIRY_OVER:
            text = message("The inquiry was refused: nothing is done about its solution any more.")
            return WrongState(text, code="INQUIRY_OVER")


@dataclass(frozen=True)
class Proposal:
    """What a solution says."""

    title: str
    functions: str
    architecture: str
    plan: str
    expected_effect: str
    budget: Money

    def checked(self) -> "Proposal":
        """The proposal with its texts cleaned. Raises `Invalid` with the place of what is at fault."""
        if self.budget.minor < 0:
            raise Invalid(message("The budget can't be negative."), path=("budget",))
        return Proposal(
            title=one_line(self.title, MAX_TITLE, "title"),
            functions=several_lines(self.functions, MAX_TEXT, "functions"),
            architecture=several_lines(self.architecture, MAX_TEXT, "architecture", may_be_empty=True),
            plan=several_lines(self.plan, MAX_TEXT, "plan", may_be_empty=True),
            expected_effect=several_lines(self.expected_effect, MAX_TEXT, "expectedEffect", may_be_empty=True),
            budget=self.budget,
        )

    def digest(self) -> str:
        """The fingerprint of what is reviewed, and of what the customer confirms."""
        texts = [self.title, self.functions, self.architecture, self.plan, self.expected_effect]
        said = [*texts, self.budget.minor, self.budget.currency]
        return hashlib.sha256(orjson.dumps(said)).hexdigest()
