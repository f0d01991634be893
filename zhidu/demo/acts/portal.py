"""A customer's person in the portal: let in by a link, with a token of their own, and seeing their own side only."""

from zhidu.demo.acts import links
from zhidu.demo.company import Company
from zhidu.demo.notebook import User
from zhidu.demo.samples import Entry

ROLE = "portal"
ACCESS = """query($customer: ID!) { customer(id: $customer) { contacts { id portalAccesses { id } } } }"""


async def enter(company: Company, entry: Entry) -> None:
    """Invite a contact, who opens the link of the mail once; where mail leaves for elsewhere nobody here can."""
    key, name = entry["contact"], entry["contact"].removeprefix("contact/")
    contact = next(each["contact"] for each in company.sample.several("customers") if each["key"] == name)
    # A link whose token was lost on the way opens nothing again: there is another one then.
    for step in (f"{key}/invited", f"{key}/invited/again"):
        if key in company.page.users:
            return
        await company.change(step, entry["by"], "inviteContact", contactId=company.ids[key])
        await company.settle()
        access = await _access(company, entry["by"], company.ids[f"customer/{name}"], company.ids[key])
        link = await links.newest(contact["email"], "portal", access)
        token = await company.client.enter(link) if link is not None else None
        if token is not None:
            company.page.users[key] = User(company.ids[key], contact["name"], contact["email"], ROLE, token)
            company.notebook.save()


async def _access(company: Company, by: str, customer: str, contact: str) -> str:
    found = await company.read(by, ACCESS, customer=customer)
    (person,) = (each for each in found["customer"]["contacts"] if each["id"] == contact)
    return str(person["portalAccesses"][0]["id"])


async def ask(company: Company, entry: Entry) -> None:
    """Ask for something in the portal; where nobody could be let in, somebody of the staff writes it down for them."""
    who, key = entry["by"], entry["key"]
    said = {name: entry[name] for name in ("title", "description", "impact", "urgency")}
    if who in company.page.users:
        await company.change(key, who, "portalSubmit", into="request", **said)
        return
    customer = company.ids[who.replace("contact/", "customer/")]
    more = {"customerId": customer, "contactId": company.ids[who], "channel": "PORTAL"}
    await company.change(key, entry["instead"], "submitRequest", into="request", **said, **more)


async def reply(company: Company, entry: Entry) -> None:
    """Say something about it."""
    who, step = entry["by"], f"{entry['about']}/reply/{entry['at']:%m-%d %H:%M}"
    if who in company.page.users:
        request = company.ids[entry["about"]]
        await company.change(step, who, "portalReply", into="message", requestId=request, text=entry["with"])


async def accept(company: Company, entry: Entry) -> None:
    """Say that it is done, with a score; nobody says so in their place, so silence does."""
    who, step = entry["by"], f"{entry['about']}/accept"
    if who in company.page.users:
        request = company.ids[entry["about"]]
        await company.change(step, who, "portalConfirm", requestId=request, score=int(entry["with"]))
