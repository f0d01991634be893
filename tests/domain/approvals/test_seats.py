"""Who sits in a step: never the requester, never nobody without a reason, and as many as are needed."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals.rules.seats import Found, Seating, StandIns, seating
from domain.approvals.rules.states import EndReason, SeatReason
from domain.policies.rules.chains import Mode, Step, WhenRequester, WhenVacant

REQUESTER, SUPERIOR, ADMIN, OTHER_ADMIN = (UUID(int=number) for number in (1, 2, 3, 4))
PEOPLE = [UUID(int=number) for number in range(1, 8)]
STAND_INS = StandIns(SUPERIOR, (ADMIN, OTHER_ADMIN))


def step(entries: int = 1, **given: Any) -> Step:
    return Step.model_validate(
        {
            "name": {"en": "Step"},
            "approvers": [{"by": "post", "value": f"Post {number}"} for number in range(entries)],
            **given,
        }
    )


def fill(filled: Step, *found: list[UUID], stand_ins: StandIns = STAND_INS) -> Seating:
    entries = [Found(approver, tuple(people)) for approver, people in zip(filled.approvers, found, strict=True)]
    return seating(filled, entries, {REQUESTER}, stand_ins)


def who(filled: Seating) -> list[tuple[UUID | None, SeatReason | None]]:
    return [(seat.member_id, seat.reason) for seat in filled.seats]


def test_holders_of_the_post_sit_in_the_step() -> None:
    assert who(fill(step(), [PEOPLE[5], PEOPLE[6]])) == [(PEOPLE[5], None), (PEOPLE[6], None)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (WhenVacant.SUPERIOR, [(SUPERIOR, SeatReason.VACANT_SUPERIOR)]),
        (
            WhenVacant.ADMINISTRATOR,
            [(ADMIN, SeatReason.VACANT_ADMINISTRATOR), (OTHER_ADMIN, SeatReason.VACANT_ADMINISTRATOR)],
        ),
        (WhenVacant.STOP, [(None, SeatReason.VACANT_STOPPED)]),
        (WhenVacant.SKIP, []),
    ],
)
def test_an_empty_post_never_locks_a_step_without_a_reason(
    rule: WhenVacant, expected: list[tuple[UUID | None, SeatReason]]
) -> None:
    filled = fill(step(when_vacant=rule), [])
    assert who(filled) == expected
    skipped = [EndReason.VACANT_SKIPPED] if rule is WhenVacant.SKIP else []
    assert [entry.reason for entry in filled.skipped] == skipped


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (WhenRequester.SUPERIOR, [(SUPERIOR, SeatReason.REQUESTER_SUPERIOR)]),
        (WhenRequester.SKIP, []),
    ],
)
def test_where_the_chain_leads_to_the_requester_its_rule_says_who_decides(
    rule: WhenRequester, expected: list[tuple[UUID | None, SeatReason]]
) -> None:
    assert who(fill(step(when_requester=rule), [REQUESTER])) == expected


def test_a_requester_among_other_holders_is_left_out() -> None:
    filled = fill(step(), [REQUESTER, PEOPLE[5]])
    assert who(filled) == [(PEOPLE[5], None)]
    assert [entry.reason for entry in filled.skipped] == [EndReason.REQUESTER_LEFT_OUT]


def test_nobody_to_stand_in_leaves_a_vacant_seat_for_an_administrator_to_fill() -> None:
    alone = StandIns(None, ())
    assert who(fill(step(when_vacant=WhenVacant.SUPERIOR), [], stand_ins=alone)) == [(None, SeatReason.VACANT_STOPPED)]
    assert who(fill(step(), [REQUESTER], stand_ins=alone)) == [(None, SeatReason.VACANT_STOPPED)]


def test_where_all_must_agree_one_administrator_stands_in_for_a_vacant_post() -> None:
    filled = fill(step(2, mode="all"), [], [PEOPLE[5]])
    assert who(filled) == [(ADMIN, SeatReason.VACANT_ADMINISTRATOR), (PEOPLE[5], None)]


def test_who_is_named_twice_decides_once() -> None:
    assert who(fill(step(2, mode="all"), [PEOPLE[5]], [PEOPLE[5]])) == [(PEOPLE[5], None)]


def test_a_quorum_of_too_few_is_filled_up() -> None:
    short = step(mode="quorum", quorum=3, when_vacant=WhenVacant.SUPERIOR)
    assert who(fill(short, [PEOPLE[5]])) == [
        (PEOPLE[5], None),
        (SUPERIOR, SeatReason.QUORUM_SHORT),
        (ADMIN, SeatReason.QUORUM_SHORT),
    ]
    stopping = step(mode="quorum", quorum=2, when_vacant=WhenVacant.STOP)
    assert who(fill(stopping, [PEOPLE[5]])) == [(PEOPLE[5], None), (None, SeatReason.QUORUM_SHORT)]


people = st.lists(st.sampled_from(PEOPLE), max_size=4, unique=True)


@given(
    st.sampled_from(Mode),
    st.sampled_from(WhenVacant),
    st.sampled_from(WhenRequester),
    st.lists(people, min_size=1, max_size=4),
    st.sampled_from([None, SUPERIOR]),
    st.sampled_from([(), (ADMIN,), (ADMIN, OTHER_ADMIN)]),
)
def test_nobody_decides_on_their_own_request_and_nobody_twice(
    mode: Mode,
    when_vacant: WhenVacant,
    when_requester: WhenRequester,
    found: list[list[UUID]],
    superior: UUID | None,
    administrators: tuple[UUID, ...],
) -> None:
    quorum = {"quorum": 3} if mode is Mode.QUORUM else {}
    chosen = step(len(found), mode=mode, when_vacant=when_vacant, when_requester=when_requester, **quorum)
    filled = fill(chosen, *found, stand_ins=StandIns(superior, administrators))
    # Where each group has a voice of its own, somebody who belongs to two has two.
    members = [
        (seat.member_id, seat.approver if mode is Mode.PER_GROUP else None)
        for seat in filled.seats
        if seat.member_id is not None
    ]
    assert REQUESTER not in {member for member, _ in members}
    assert len(members) == len(set(members))
    named = {person for entry in found for person in entry}
    for seat in filled.seats:
        assert seat.reason is not None or seat.member_id in named
    if not filled.seats:
        assert filled.skipped
    if mode is Mode.QUORUM and when_vacant is not WhenVacant.SKIP and filled.seats:
        assert len(filled.seats) >= 3
