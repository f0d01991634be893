"""The handbook by GraphQL: drafted, checked, published, read in the reader's language, hidden from others."""

from dataclasses import replace

from tenancy.actor import Actor

DRAFT = """mutation($input: DraftVersionInput!) { draftVersion(input: $input) {
  version { id number control revision author { name } } errors { code message path } } }"""
PUT = """mutation($input: PutClauseInput!) { putClause(input: $input) {
  clause { id number kind value title version { revision } } errors { code message path } } }"""
PUBLISH = """mutation($id: ID!) { submitVersion(input: {versionId: $id}) { version { control } errors { code } }
  publishVersion(input: {versionId: $id}) {
    version { control issuedOn approver { name } } errors { code message } } }"""
VERSIONS = "{ handbookVersions { totalCount nodes { number control title clauses { nodes { number title text } } } } }"


async def draft(ask, actor: Actor) -> str:
    made = await ask(
        actor, DRAFT, input={"title": {"zhHans": "手册", "en": "Handbook"}, "documentNumber": "QM-1", "note": "first"}
    )
    assert made["draftVersion"]["errors"] == []
    return made["draftVersion"]["version"]["id"]


async def test_a_handbook_is_drafted_published_and_read_in_the_reader_s_language(ask, acme: Actor) -> None:
    version = await draft(ask, acme)
    clause = {
        "versionId": version,
        "number": "1.1",
        "kind": "provision",
        "value": {},
        "title": {"zhHans": "态度", "en": "Attitude"},
        "text": {"zhHans": "以礼待人。", "en": "Be polite."},
    }
    put = await ask(acme, PUT, input=clause)
    assert put["putClause"]["errors"] == []
    done = await ask(acme, PUBLISH, id=version)
    assert done["publishVersion"]["errors"] == []
    assert done["publishVersion"]["version"]["control"] == "IN_FORCE"
    found = (await ask(acme, VERSIONS))["handbookVersions"]["nodes"]
    assert found[0]["clauses"]["nodes"] == [{"number": "1.1", "title": "Attitude", "text": "Be polite."}]
    chinese = await ask(replace(acme, language="zh_Hans"), VERSIONS)
    assert chinese["handbookVersions"]["nodes"][0]["clauses"]["nodes"][0]["text"] == "以礼待人。"


async def test_a_wrong_value_is_refused_where_it_is_wrong(ask, acme: Actor) -> None:
    version = await draft(ask, acme)
    wrong = {
        "versionId": version,
        "number": "2.1",
        "kind": "notice_period",
        "value": {"days": -1},
        "title": {"en": "N"},
    }
    refused = (await ask(acme, PUT, input=wrong))["putClause"]
    assert refused["clause"] is None
    assert refused["errors"][0]["code"] == "INVALID"
    assert refused["errors"][0]["path"][:2] == ["value", "days"]
    wrong["value"] = {"days": "soon", "probation_days": -1, "colour": "red"}
    found = (await ask(acme, PUT, input=wrong))["putClause"]["errors"]
    assert [(error["code"], error["path"]) for error in found] == [
        ("INVALID", ["value", "days"]),
        ("INVALID", ["value", "probation_days"]),
        ("INVALID", ["value", "colour"]),
    ]


async def test_a_text_without_a_word_is_refused_and_clears_nothing(ask, acme: Actor) -> None:
    version = await draft(ask, acme)
    clause = {"versionId": version, "number": "2.1", "kind": "provision", "value": {}, "title": {"en": "N"}}
    assert (await ask(acme, PUT, input={**clause, "text": {"en": "Be kind."}}))["putClause"]["errors"] == []
    step = {"approvers": [{"by": "administrator"}]}
    for nothing in ({}, {"en": None}, {"en": " "}):
        chain = {"subject_kind": "resignations", "steps": [{**step, "name": nothing}]}
        for wrong, path in (
            ({"title": nothing}, ["title"]),
            ({"text": nothing}, ["text"]),
            ({"number": "2.2", "kind": "approval_chain", "value": chain}, ["value", "steps", "0", "name"]),
        ):
            (error,) = (await ask(acme, PUT, input={**clause, **wrong}))["putClause"]["errors"]
            assert (error["code"], error["path"]) == ("INVALID", path)
            assert error["message"].startswith("A text is needed in at least one language")
    found = (await ask(acme, VERSIONS))["handbookVersions"]["nodes"][0]["clauses"]["nodes"]
    assert {"number": "2.1", "title": "N", "text": "Be kind."} in found


async def test_other_companies_see_no_handbook(ask, acme: Actor, globex: Actor) -> None:
    await draft(ask, acme)
    assert (await ask(globex, VERSIONS))["handbookVersions"]["totalCount"] == 0


async def test_every_kind_of_clause_tells_its_form(ask, acme: Actor) -> None:
    answer = await ask.executed(acme, "{ clauseKinds { name label valueSchema dimensions } viewed: __typename }")
    names = [kind["name"] for kind in answer["clauseKinds"]]
    assert "service_level" in names
    assert answer["viewed"] == "Query"


async def test_a_draft_of_an_outdated_version_is_told_what_to_do_and_rebased(ask, acme: Actor) -> None:
    first = await draft(ask, acme)
    clause = {"versionId": first, "number": "1.1", "kind": "provision", "value": {}, "title": {"en": "Attitude"}}
    await ask(acme, PUT, input=clause)
    await ask(acme, PUBLISH, id=first)
    copies = []
    for _ in range(2):
        copy = {"title": {"en": "Handbook"}, "documentNumber": "QM-1", "copyFromId": first}
        copies.append((await ask(acme, DRAFT, input=copy))["draftVersion"]["version"]["id"])
    await ask(acme, PUT, input={**clause, "versionId": copies[0], "title": {"en": "Manners"}})
    await ask(acme, PUBLISH, id=copies[0])
    refused = await ask(acme, PUBLISH, id=copies[1])
    assert refused["submitVersion"]["errors"] == [{"code": "OUTDATED_BASE"}]
    rebase = """mutation($id: ID!) { rebaseVersion(input: {versionId: $id}) {
      version { base { number } clauses { nodes { title } } } errors { code } } }"""
    version = (await ask(acme, rebase, id=copies[1]))["rebaseVersion"]["version"]
    assert version == {"base": {"number": 2}, "clauses": {"nodes": [{"title": "Manners"}]}}
    withdraw = """mutation($id: ID!) { withdrawVersion(input: {versionId: $id, reason: "x"}) {
      version { state } errors { code } } }"""
    assert (await ask(acme, withdraw, id=copies[0]))["withdrawVersion"]["errors"] == [{"code": "TOOK_EFFECT"}]


READ = """query($id: ID!, $in: Language) { handbookVersion(id: $id) {
  title(language: $in) own: title clauses { nodes {
    title(language: $in) text(language: $in) standardText(language: $in) own: text
    hant: title(language: ZH_HANT) } } } }"""


async def test_a_clause_is_read_in_another_language_than_one_s_own(ask, acme: Actor) -> None:
    version = await draft(ask, acme)
    clause = {
        "versionId": version,
        "number": "4.1",
        "kind": "notice_period",
        "value": {"days": 30},
        "title": {"zhHans": "离职通知", "zhHant": "離職通知", "en": "Notice"},
        "text": {"zhHans": "提前三十天。", "en": "Thirty days ahead."},
    }
    await ask(acme, PUT, input=clause)
    found = {}
    for asked in ("ZH_HANS", "EN", None):
        answer = (await ask(acme, READ, id=version, **{"in": asked}))["handbookVersion"]
        (read,) = answer["clauses"]["nodes"]
        assert (answer["own"], read["own"], read["hant"]) == ("Handbook", "Thirty days ahead.", "離職通知")
        found[asked] = (answer["title"], read["title"], read["text"], read["standardText"])
    assert found["EN"] == found[None] == ("Handbook", "Notice", "Thirty days ahead.", found["EN"][3])
    assert found["ZH_HANS"][:3] == ("手册", "离职通知", "提前三十天。")
    assert "30" in found["ZH_HANS"][3]
    assert found["ZH_HANS"][3] != found["EN"][3]
    (refused,) = await ask.errors(acme, READ, id=version, **{"in": "FR"})
    assert refused.extensions["code"]
