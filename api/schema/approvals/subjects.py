"""What approvals are asked for: the kinds of records, what for, and the facts that are laid before the approvers."""

import strawberry

from api.reading.mapping import part
from domain.kernel.subjects import FACT_LABELS, FACTS, PURPOSE_LABELS, FactType, may_be_missing, words_of
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.words import word
from tenancy.actor import Actor
from tenancy.language import translate

strawberry.enum(
    FactType,
    name="ApprovalFactType",
    description="What a fact is; conditions compare it with values of this type. NUMBER is a whole number, as 1000000; "
    "an amount (…_minor) is in the smallest unit of the fact currency, and no rates are kept: a comparison in only_if "
    "that names its currency is met by every record in another one. DAY is 2026-01-31 among the facts and in only_if, "
    "and day('2026-01-31') in CEL. FLAG is true or false. MEMBER, DEPARTMENT, CUSTOMER are ids, which are texts.",
)


@part
class ApprovalFact:
    """One fact that is laid before the approvers, and on which a chain's conditions may turn."""

    name: str = strawberry.field(description="Its name in conditions and in an approval's facts.")
    type: FactType = strawberry.field(description="What it is.")
    description: str = strawberry.field(description="What people call it, in your language.")
    words: list[str] | None = strawberry.field(
        description="The words of which it is always one, if it is, sorted; null for a currency, which is any code of "
        "ISO 4217."
    )
    may_be_missing: bool = strawberry.field(
        description="Whether there are records without it, such as contracts without a last day: a condition asks "
        "has(ends_on) first. The others are always there."
    )


@part
class ApprovalSubject:
    """A kind of record that needs consent, for one purpose."""

    kind: str = strawberry.field(description="The kind, as a chain names it in subject_kind.")
    purpose: str = strawberry.field(description="What for, as a chain names it in purpose; empty where there is one.")
    topic: str = strawberry.field(description="Under which a handbook's chain for it is found: kind/purpose.")
    label: str = strawberry.field(description="What people call the kind, in your language.")
    purpose_label: str | None = strawberry.field(description="What people call the purpose, in your language.")
    facts: list[ApprovalFact] = strawberry.field(description="What its approvers are shown, by name.")


async def approval_subjects(info: strawberry.Info) -> list[ApprovalSubject]:
    """Everything that approvals are asked for."""
    actor: Actor = info.context.actor

    def said(text: str) -> str:
        return translate(text, actor.language)

    return [
        ApprovalSubject(
            kind=kind.value,
            purpose=purpose,
            topic=chain_topic(kind, purpose),
            label=said(word(kind)),
            purpose_label=said(PURPOSE_LABELS[purpose]) if purpose else None,
            facts=[
                ApprovalFact(
                    name=name,
                    type=type,
                    description=said(FACT_LABELS[name]),
                    words=sorted(known) if (known := words_of(name)) is not None and name != "currency" else None,
                    may_be_missing=name in may_be_missing(kind, purpose),
                )
                for name, type in sorted(facts.items())
            ],
        )
        for (kind, purpose), facts in FACTS.items()
    ]
