"""The handbooks to begin with: complete, sound, different from each other, and of use as they are."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.policies import commands
from domain.policies import queries as policies
from domain.policies.rules import exchange
from domain.policies.rules.checks import position
from domain.policies.rules.content import Content, differences
from domain.policies.rules.findings import Severity
from domain.policies.rules.handbooks import StoredClause
from domain.policies.rules.kinds import KINDS, NoticePeriod, QualityTarget
from domain.policies.rules.linting import lint
from domain.policies.rules.scopes import Scope
from domain.policies.rules.sentences import read_all
from domain.policies.rules.starters import FOLDER, starters
from domain.policies.rules.versions import State
from domain.rulebook import queries
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.language import Language
from tenancy.members import MemberRole, Role
from tenancy.refusals import Forbidden, Invalid, NotFound
from tests.conftest import found_company
from tests.domain.policies.test_versions import colleague

NAMES = ["after_sales_group", "it_consulting", "small_support_team", "software_company"]
# A day on which the holidays of the starters are all known.
TODAY = date(2026, 6, 1)


def stored(name: str) -> list[StoredClause]:
    return [
        StoredClause(
            id=uuid4(),
            number=clause.number,
            position=position(clause.number),
            kind=clause.kind,
            value=clause.value,
            scope=Scope.model_validate(clause.scope),
        )
        for clause in starters()[name].clauses
    ]


def test_there_are_four_each_of_sixty_clauses_or_more() -> None:
    assert sorted(starters()) == NAMES
    assert all(len(starter.clauses) >= 60 for starter in starters().values())
    assert all(starter.written.summary is not None for starter in starters().values())


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_fills_in_every_kind_of_clause_that_a_company_needs(name: str) -> None:
    kinds = {clause.kind for clause in starters()[name].clauses}
    # What only some companies want.
    assert set(KINDS) - kinds <= {"expert_panel", "role_definition"}


def test_departments_and_roles_that_starters_name_are_called_as_in_chinese_companies() -> None:
    """Names are in one language, unlike texts; each has a department called so, or goes by its own clause."""
    clauses = [clause for starter in starters().values() for clause in starter.clauses]
    named = [name for clause in clauses for name in clause.value.get("copies_to", ())]
    named += [clause.value["role"] for clause in clauses if clause.kind == "role_definition"]
    assert len(named) >= 6
    assert all(not character.isascii() for name in named for character in name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_about_a_starter_is_wrong_or_odd(name: str) -> None:
    texts = {clause.number: clause for clause in starters()[name].clauses}
    odd = [found for found in lint(stored(name), texts, TODAY) if found.severity is not Severity.HINT]
    assert odd == []
    hints = {found.code for found in lint(stored(name), texts, TODAY)}
    assert hints <= {"NOT_AUTOMATIC", "SCOPES_CROSS", "PART_BELOW_WHOLE"}


@pytest.mark.parametrize("name", NAMES)
def test_every_clause_has_a_title_and_something_to_read_in_each_language(name: str) -> None:
    for clause in starters()[name].clauses:
        value = KINDS[clause.kind].model_validate(clause.value)
        for language in Language:
            assert clause.title[language.value].strip()
            assert (clause.text[language.value] or read_all(value.standard_text(), language)).strip()


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_as_it_would_be_exported(name: str) -> None:
    starter = starters()[name]
    assert starter.written.summary is not None
    content = Content(starter.written.document_number, starter.written.title.model_dump(), starter.clauses)
    written = exchange.write(content, note=starter.written.note, summary=starter.written.summary.model_dump())
    assert (FOLDER / f"{name}.yaml").read_text(encoding="utf-8") == written


def test_the_starters_differ() -> None:
    contents = [
        Content(starter.written.document_number, starter.written.title.model_dump(), starter.clauses)
        for starter in starters().values()
    ]
    for one in contents:
        for other in contents:
            if one is not other:
                assert len(differences(one, other)) > 50


@pytest.mark.parametrize("name", NAMES)
async def test_new_versions_of_every_starter_need_somebody_s_approval(acme: Actor, name: str) -> None:
    async with writing(acme, settle=settle) as work:
        version = await commands.start_handbook(work, starter=name)
        await commands.submit_version(work, version_id=version.id)
        await commands.publish_version(work, version_id=version.id)
        assert await policies.publishing_chain(work) is not None


@pytest.mark.parametrize("name", NAMES)
async def test_a_new_company_can_put_a_starter_in_force_as_it_is(acme: Actor, name: str) -> None:
    async with writing(acme, settle=settle) as work:
        version = await commands.start_handbook(work, starter=name)
        errors = [found for found in await queries.findings(work, version.id) if found.severity is Severity.ERROR]
        assert errors == []
        await commands.submit_version(work, version_id=version.id)
        published = await commands.publish_version(work, version_id=version.id)
        assert published.state is State.PUBLISHED
        assert (await policies.rule(work, NoticePeriod)).value.days in (30, 60)


async def test_a_team_of_two_needs_no_posts_and_no_departments_for_the_smallest(acme: Actor) -> None:
    other = await colleague(acme)
    async with writing(acme, settle=settle) as work:
        administrator = await work.first(select(Role).where(Role.name == "administrator"))
        assert administrator is not None
        work.add(MemberRole(member_id=other.id, role_id=administrator.id))
        version = await commands.start_handbook(work, starter="small_support_team")
        odd = [found for found in await queries.findings(work, version.id) if found.severity is not Severity.HINT]
    # Two who decide for each other are enough. Towards the end of a year, next year's holidays are missing everywhere.
    assert [(found.code, found.number) for found in odd if found.code != "HOLIDAYS_END"] == []


async def test_two_companies_begin_differently_and_a_third_sees_nothing(acme: Actor, globex: Actor) -> None:
    third = await found_company("Third")
    for actor, name in ((acme, "software_company"), (globex, "after_sales_group")):
        async with writing(actor, settle=settle) as work:
            version = await commands.start_handbook(work, starter=name)
            await commands.submit_version(work, version_id=version.id)
            await commands.publish_version(work, version_id=version.id)
    found = {}
    for actor in (acme, globex, third):
        async with reading(actor) as work:
            targets = await policies.rules_of(work, QualityTarget)
            chain = await policies.publishing_chain(work)
            found[actor.tenant_id] = (len(targets), len(chain.value.steps) if chain else 0)
    assert list(found.values()) == [(3, 1), (3, 2), (0, 0)]


async def test_a_starter_is_begun_by_who_may_draft_and_only_if_there_is_one(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        with pytest.raises(NotFound) as refused:
            await commands.start_handbook(work, starter="nonsense")
        assert refused.value.path == ("starter",)
    reader = Actor(tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id)
    async with writing(reader, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.start_handbook(work, starter=NAMES[0])


async def test_a_company_puts_its_own_name_on_a_starter(acme: Actor, globex: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        named = await commands.start_handbook(
            work, starter=NAMES[0], title={"en": "Acme’s handbook"}, document_number="AC-1", note="Ours"
        )
        assert (named.title["en"], named.document_number, named.note) == ("Acme’s handbook", "AC-1", "Ours")
        with pytest.raises(Invalid) as refused:
            await commands.start_handbook(work, starter=NAMES[0], document_number=" ")
        assert refused.value.path == ("documentNumber",)
    async with writing(globex, settle=settle) as work:
        plain = await commands.start_handbook(work, starter=NAMES[0])
        assert plain.document_number == starters()[NAMES[0]].written.document_number
