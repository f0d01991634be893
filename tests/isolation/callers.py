"""Who goes through the doors that lead to more than one company's rows, and who asks the platform's tables."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tenancy.models import Model, PlatformModel
from tests.isolation.memories import ROOT

ROOMS = ("api", "domain", "press", "tenancy", "workers", "zhidu")
# Through these a caller says itself which company it means, or means none.
OTHER_DOORS = {"platform", "founding", "archiving", "restoring", "look", "answer", "database"}

DOORS = {
    "api.app: database": "Opens and closes the process's connections.",
    "api.http.health: database": "Asks whether the database answers; no table.",
    "api.inbound.listener: database": "Opens and closes the process's connections.",
    "api.reading.running: answer": "The reader's statement, which sets its company first: test_evaluation_order.py.",
    "api.writing: answer": "The reader's statement for a payload, likewise.",
    "tenancy.archives.restoring: restoring": "A new company, which nobody is in yet.",
    "tenancy.archives.taking: archiving": "One company's archive, as the read-only role.",
    "tenancy.claims: platform": "The claiming functions and the list of companies.",
    "tenancy.identity.accounts: platform": "Signing in, before the company is known.",
    "tenancy.identity.actors: look": "Whose a token is: the statement sets the token's company first.",
    "tenancy.identity.attempts: platform": "How often an address was tried.",
    "tenancy.identity.door: platform": "A transaction in the company that a token names, before there is an actor.",
    "tenancy.identity.keys: platform": "The installation's signing keys.",
    "tenancy.provisioning: founding": "A new company, which nobody is in yet.",
    "tenancy.provisioning: platform": "Companies come, pause and go.",
    "workers.app: database": "Opens and closes the process's connections.",
    "zhidu.archives: database": "Opens and closes the process's connections.",
    "zhidu.tenants: database": "Opens and closes the process's connections.",
}
PLATFORM_TABLES = {
    "api.schema.mail.types: Tenant": "The short name of the company that the statement is in, for its addresses.",
    "api.schema.notifications.types: Tenant": "The zone of the company that the statement is in.",
    "api.schema.tenancy.types: Tenant": "Each company is shown its own row: the walk asks for another's.",
    "domain.organisation.queries: Tenant": "Name, language and short name of the actor's company, for its letters.",
}


def door_callers() -> Iterator[str]:
    """Every import of one of those doors."""
    for module, imported, name in _imports():
        if imported == "tenancy.database" and name in OTHER_DOORS:
            yield f"{module}: {name}"


def platform_askers() -> Iterator[str]:
    """Every use of a platform table's class outside of the ground."""
    tables = {mapper.class_.__name__ for mapper in Model.registry.mappers if issubclass(mapper.class_, PlatformModel)}
    for module, imported, name in _imports():
        if name in tables and imported.startswith("tenancy.") and module.split(".")[0] not in ("tenancy", "zhidu"):
            yield f"{module}: {name}"


def _imports() -> Iterator[tuple[str, str, str]]:
    for room in ROOMS:
        for path in sorted(Path(ROOT / room).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module:
                    yield from ((module, node.module, alias.name) for alias in node.names)
                elif isinstance(node, ast.Attribute):
                    # `tenants.Tenant`, by the room's name.
                    yield module, f"tenancy.{ast.unparse(node.value)}", node.attr
