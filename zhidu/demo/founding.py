"""Founding a sample company: the tenant, its roles and people, its shape, its customers, and its handbook in force."""

from collections.abc import Mapping
from typing import Any

from zhidu.demo.acts import handbook
from zhidu.demo.client import Client, RefusedError
from zhidu.demo.company import ADMINISTRATOR, Company
from zhidu.demo.mutations import MUTATIONS
from zhidu.demo.notebook import User
from zhidu.failures import Failure

# What the partner's program may read: enough to tell a company's story, and to change nothing.
PARTNER_READS = (
    "organisation.read",
    "members.read",
    "policies.read",
    "customers.read",
    "catalogue.read",
    "requests.read",
    "requests.read_all",
    "mail.read",
    "feedback.read_all",
    "presales.read",
    "contracts.read",
    "approvals.read_all",
    "people.read_all",
    "billing.read",
    "quality.read",
    "backups.read",
    "journal.read",
    "agenda.read",
)


async def found(company: Company, operator_token: str) -> None:
    """Everything a company needs before its first working day."""
    await _create_tenant(company, operator_token)
    await _roles(company)
    await _shape(company)
    await _people(company)
    await _customers(company)
    await _catalogue(company)
    await _mail(company)
    await handbook.begin(company)
    await _partner(company)
    company.notebook.save()


async def _create_tenant(company: Company, operator_token: str) -> None:
    sample, page = company.sample, company.page
    if not page.users:
        administrator = sample.written["administrator"]
        input = {
            "slug": sample.slug,
            "name": sample.name,
            "zone": sample.zone.key,
            "language": sample.written["language"],
            "administratorName": administrator["name"],
            "administratorEmail": administrator["email"],
            "rehearsalStartsAt": sample.instant(sample.written["starts_at"]),
        }
        made = await _as_operator(company.client, operator_token, "createTenant", input)
        if made["errors"] and made["errors"][0]["path"] == ["slug"]:
            # It was created and the answer was lost: its administrator gets another token.
            again = {"slug": sample.slug, "administratorEmail": administrator["email"], "tokenName": "demo"}
            made = await _as_operator(company.client, operator_token, "issueAdministratorToken", again)
        if made["errors"]:
            raise Failure(f"{sample.name} ({sample.slug}) cannot be created: {made['errors'][0]['message']}")
        page.id = made["tenantId"]
        page.users[ADMINISTRATOR] = User(
            made["memberId"], administrator["name"], administrator["email"], ADMINISTRATOR, made["token"]
        )
        company.notebook.save()


async def _as_operator(client: Client, token: str, name: str, input: Mapping[str, Any]) -> dict[str, Any]:
    mutation = MUTATIONS[name]
    try:
        data = await client.ask(token, mutation.document, {"input": input})
    except RefusedError as refusal:
        raise Failure(f"The operator's {name} was not taken: {refusal}") from None
    answer: dict[str, Any] = data[mutation.field]
    return answer


async def _roles(company: Company) -> None:
    roles: Mapping[str, list[str]] = company.sample.written.get("roles", {})
    for name, permissions in roles.items():
        await company.change(
            f"role/{name}", ADMINISTRATOR, "createRole", into="role", name=name, permissions=permissions
        )


async def _shape(company: Company) -> None:
    for department in company.sample.several("departments"):
        parent = department.get("parent")
        await company.change(
            f"department/{department['name']}",
            ADMINISTRATOR,
            "createDepartment",
            into="department",
            name=department["name"],
            parentId=company.ids[f"department/{parent}"] if parent else None,
        )
    for post in company.sample.several("posts"):
        await company.change(
            f"post/{post['name']}",
            ADMINISTRATOR,
            "createPost",
            into="post",
            name=post["name"],
            keyPost=post.get("key", False),
        )


async def _people(company: Company) -> None:
    for person in company.sample.several("people"):
        await _engage(company, person)
    for number, shift in enumerate(company.sample.several("duty")):
        await company.change(
            f"duty/{number}",
            ADMINISTRATOR,
            "planDuty",
            staffId=company.member(shift["who"]),
            startsAt=company.sample.instant(shift["from"]),
            endsAt=company.sample.instant(shift["until"]),
        )
    for department in company.sample.several("departments"):
        if "head" not in department:
            continue
        await company.change(
            f"head/{department['name']}",
            ADMINISTRATOR,
            "appointHead",
            departmentId=company.ids[f"department/{department['name']}"],
            staffId=company.member(department["head"]),
        )


async def _engage(company: Company, person: Mapping[str, Any]) -> None:
    key = person["key"]
    made = await company.change(
        f"member/{key}",
        ADMINISTRATOR,
        "createMember",
        name=person["name"],
        email=person["email"],
        language=company.sample.written["language"],
        roleIds=[company.ids[f"role/{role}"] for role in person["roles"]],
    )
    member_id = made["member"]["id"]
    probation, superior = person.get("probation_until"), person.get("superior")
    await company.change(
        f"staff/{key}",
        ADMINISTRATOR,
        "engage",
        memberId=member_id,
        departmentId=company.ids[f"department/{person['department']}"],
        postId=company.ids[f"post/{person['post']}"],
        hiredOn=person["hired_on"].isoformat(),
        probationUntil=probation.isoformat() if probation else None,
        superiorId=company.member(superior) if superior else None,
    )
    skills, region = person.get("skills"), person.get("region")
    if skills or region:
        await company.change(
            f"described/{key}", ADMINISTRATOR, "describeStaff", staffId=member_id, skills=skills, region=region
        )
    given = await company.change(f"token/{key}", ADMINISTRATOR, "createAccessToken", name="demo", memberId=member_id)
    company.page.users[key] = User(member_id, person["name"], person["email"], person["roles"][0], given["secret"])


async def _customers(company: Company) -> None:
    for customer in company.sample.several("customers"):
        key = f"customer/{customer['key']}"
        await company.change(
            key,
            ADMINISTRATOR,
            "createCustomer",
            into="customer",
            name=customer["name"],
            tier=customer["tier"],
            language=customer["language"],
            billingEmail=customer["billing_email"],
            ownerId=company.member(customer["owner"]),
            region=customer.get("region"),
        )
        contact = customer["contact"]
        await company.change(
            f"contact/{customer['key']}",
            ADMINISTRATOR,
            "addContact",
            into="contact",
            customerId=company.ids[key],
            name=contact["name"],
            email=contact["email"],
            phone=contact.get("phone"),
        )


async def _catalogue(company: Company) -> None:
    for line in company.sample.several("service_lines"):
        parent = line.get("parent")
        await company.change(
            f"service_line/{line['code']}",
            ADMINISTRATOR,
            "createServiceLine",
            into="line",
            code=line["code"],
            name=line["name"],
            parentId=company.ids[f"service_line/{parent}"] if parent else None,
            departmentId=_department(company, line),
        )
    for offering in company.sample.several("offerings"):
        await company.change(
            f"offering/{offering['code']}",
            ADMINISTRATOR,
            "createServiceOffering",
            into="offering",
            lineId=company.ids[f"service_line/{offering['line']}"],
            code=offering["code"],
            name=offering["name"],
            priceBasis=offering["price_basis"],
            priceNote=offering.get("price_note"),
            slaClass=offering.get("sla_class"),
            departmentId=_department(company, offering),
            standards=offering.get("standards", []),
            fields=offering.get("fields", []),
        )


async def _mail(company: Company) -> None:
    for address in company.sample.several("mail_addresses"):
        name, walk_in = address["local_part"], address.get("walk_in")
        await company.change(
            f"mail_address/{name}",
            ADMINISTRATOR,
            "addMailAddress",
            into="address",
            localPart=name,
            publicAddress=address.get("public"),
            departmentId=_department(company, address),
            walkInCustomerId=company.ids[f"customer/{walk_in}"] if walk_in else None,
        )
        await company.change(
            f"mail_secret/{name}",
            ADMINISTRATOR,
            "rotateMailSecret",
            addressId=company.ids[f"mail_address/{name}"],
        )


def _department(company: Company, written: Mapping[str, Any]) -> str | None:
    return company.ids[f"department/{written['department']}"] if "department" in written else None


async def _partner(company: Company) -> None:
    made = await company.change(
        "partner", ADMINISTRATOR, "createClient", name="demo", scopes=list(PARTNER_READS), partner="Demo"
    )
    company.page.client_id, company.page.client_secret = made["clientId"], made["secret"]
