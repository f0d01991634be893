"""Evaluating an inquiry: how difficult, how much work, how risky, and whether something is offered at all (PS-2)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import orjson

from domain.approvals.rules.obstacles import people_only
from domain.kernel.lifecycle import Lifecycle
from domain.kernel.permissions import Permission
from domain.kernel.texts import several_lines
from domain.policies.rules.kinds import InquiryEvaluationRules
from tenancy.refusals import Invalid, Refusal, WrongState, message, missing_permission

MAX_TEXT, MOST_DAYS, MOST_EVALUATIONS = 20_000, 100_000, 100
USUAL_HIGHEST = 5


class EvaluationState(StrEnum):
    """How far an evaluation is, and what was decided."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    GO = "go"
    NO_GO = "no_go"
    # A later one took its place.
    SUPERSEDED = "superseded"


class EvaluationMove(StrEnum):
    """What is done with an evaluation."""

    CHANGE = "change"
    SUBMIT = "submit"
    ADMIT = "admit"
    DENY = "deny"
    RETURN = "return"
    SUPERSEDE = "supersede"


_S, _M = EvaluationState, EvaluationMove
EVALUATIONS = Lifecycle(
    initial=_S.DRAFT,
    table={
        (_S.DRAFT, _M.CHANGE): _S.DRAFT,
        (_S.DRAFT, _M.SUBMIT): _S.IN_REVIEW,
        (_S.IN_REVIEW, _M.ADMIT): _S.GO,
        (_S.IN_REVIEW, _M.DENY): _S.NO_GO,
        (_S.IN_REVIEW, _M.RETURN): _S.DRAFT,
        **{(state, _M.SUPERSEDE): _S.SUPERSEDED for state in (_S.DRAFT, _S.IN_REVIEW, _S.GO, _S.NO_GO)},
    },
    states={
        _S.DRAFT: message("Draft"),
        _S.IN_REVIEW: message("In review"),
        _S.GO: message("Go"),
        _S.NO_GO: message("No go"),
        _S.SUPERSEDED: message("Superseded"),
    },
    moves={
        _M.CHANGE: message("Change"),
        _M.SUBMIT: message("Submit"),
        _M.ADMIT: message("Decide to go"),
        _M.DENY: message("Decide not to go"),
        _M.RETURN: message("Return"),
        _M.SUPERSEDE: message("Supersede"),
    },
)
# What people do; the rest follows from an approval's outcome, or from a later evaluation.
DUTIES: Mapping[EvaluationMove, Permission] = dict.fromkeys((_M.CHANGE, _M.SUBMIT), Permission.PRESALES_QUOTE)


class EvaluationObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    # A chain decides on it, and only people ask for an approval.
    PEOPLE_ONLY = "people_only"
    # The inquiry is qualified or refused.
    INQUIRY_OVER = "inquiry_over"


def refusal(obstacle: EvaluationObstacle, move: EvaluationMove, state: EvaluationState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case EvaluationObstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case EvaluationObstacle.WRONG_STATE:
            return EVALUATIONS.refusal(state, move)
        case EvaluationObstacle.PEOPLE_ONLY:
            return people_only()
        case EvaluationObstacle.INQUIRY_OVER:
            text = message("The inquiry is qualified or refused: it is not evaluated any more.")
            return WrongState(text, code="INQUIRY_OVER")


@dataclass(frozen=True)
class Findings:
    """What an evaluation says; difficulty and risk are points of the clause's scale, from 1."""

    difficulty: int
    risk: int
    effort_days: int
    rationale: str
    go: bool

    def checked(self, clause: InquiryEvaluationRules | None) -> "Findings":
        """The findings with the text cleaned. Raises `Invalid` with the place of what is out of bounds."""
        highest = clause.highest if clause is not None else USUAL_HIGHEST
        for name, points in (("difficulty", self.difficulty), ("risk", self.risk)):
            if not 1 <= points <= highest:
                raise Invalid(message("Points are from 1 to {highest}."), {"highest": highest}, (name,))
        if not 0 <= self.effort_days <= MOST_DAYS:
            raise Invalid(message("The effort is 0 to {most} person-days."), {"most": MOST_DAYS}, ("effortDays",))
        rationale = several_lines(self.rationale, MAX_TEXT, "rationale")
        return Findings(self.difficulty, self.risk, self.effort_days, rationale, self.go)

    def digest(self) -> str:
        """The fingerprint of what is decided on."""
        said = [self.difficulty, self.risk, self.effort_days, self.rationale, self.go]
        return hashlib.sha256(orjson.dumps(said)).hexdigest()


def is_complex(difficulty: int, clause: InquiryEvaluationRules | None) -> bool:
    """Whether what is asked for counts as complex by the clause; never where there is none."""
    return clause is not None and difficulty >= clause.complex_from
