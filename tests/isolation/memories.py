"""What a process remembers between two pieces of work, found in the code: each such memory is named with its key."""

import ast
import importlib
from collections import OrderedDict, deque
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "domain", "press", "tenancy", "workers")
EMPTY = {"dict", "list", "set", "OrderedDict", "defaultdict", "deque", "WeakKeyDictionary", "WeakValueDictionary"}
GROWING = (dict, list, set, OrderedDict, deque)

# Every memory, and why no company can be told from it what is another's.
KNOWN = {
    "api.endpoint.READER": "Documents by their text, plans by the permissions they were made for; see `personal`.",
    "api.schema.subscriptions.LIVE_SCHEMA": "The types of the schema.",
    "api.live.SWITCHBOARDS": "The process's own; its listeners are kept by tenant.",
    "api.reading.asking._QUESTIONS": "The code's own questions; their answers are kept with one reading.",
    "api.inputs._takers": "By the schema's own fields.",
    "domain.billing.rules.letters._TONES": "The code's own words.",
    "domain.billing.rules.parties._countries": "The world's own countries.",
    "domain.customers.queries.RESTRICTED_BY": "The code's own functions.",
    "domain.kernel.calendars._table": "By the calendar's own value.",
    "domain.kernel.command.COMMANDS": "The code's own names.",
    "domain.kernel.money.exponent": "By currency.",
    "domain.policies.rules.conditions._compiled": "By the condition's own text, not by what it is judged by.",
    "domain.policies.rules.conditions._environment": "By the kind of subject: the types of its facts.",
    "domain.policies.queries.rulings._published": "A TenantCache: by tenant.",
    "domain.policies.queries.rulings._versions": "A TenantCache: by tenant.",
    "domain.policies.rules.starters.starters": "The product's own files.",
    "domain.policies.rules.words._WORDS": "The code's own words.",
    "tenancy.config.settings": "The installation's own.",
    "tenancy.database.database": "Connections, which keep nothing: see test_doors.py.",
    "tenancy.identity.actors.ACTORS": "By a fingerprint of the whole token, which names its tenant.",
    "tenancy.identity.actors._preferred": "By the header that asks for a language.",
    "tenancy.identity.actors._wanted": "By table: the statement's text.",
    "tenancy.language._locale": "By language.",
    "tenancy.language._translations": "By language.",
    "tenancy.provisioning._zones": "The world's own time zones.",
    "tenancy.quotas.QUOTAS": "Buckets by tenant and caller.",
    "tenancy.secrets._derived": "By the installation's key and a purpose.",
    "tenancy.secrets._installation_key": "By the installation's key.",
    "tenancy.statements._compiled": "By a statement's shape, without its values.",
    "tenancy.statements._enums": "By table.",
    "tenancy.statements._mapper": "By table.",
    "tenancy.statements._defaults": "By table.",
    "tenancy.statements.by_id": "By table: the statement's text.",
    "tenancy.database._with_along": "By table: the statement's text.",
    "tenancy.storing._fits": "By tables and a statement's text.",
    "tenancy.storing._text": "By the tables and columns that are written: the statement's text.",
    "tenancy.statements.columns_of": "By table.",
    "tenancy.storage.file_storage": "The installation's own; its keys begin with the tenant.",
    "tenancy.storage.storage": "The installation's own; its keys begin with the tenant.",
    "tenancy.work.ASKED_ALONG": "The code's own words.",
    "tenancy.work.KEEPERS": "The code's own functions.",
    "tenancy.identity.actors.FINDERS": "The code's own functions, by how tokens begin.",
    "workers.gateways.webhooks._public_authorities": "The world's own certificates.",
    "workers.jobs.exports._writers": "The code's own function.",
    "workers.live._voices": "The process's own line to the broker.",
}


def memories() -> Iterator[str]:
    """Functions that remember their answers, module-level containers that begin empty, objects that hold one."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            tree = ast.parse(path.read_text())
            yield from (f"{name}.{found}" for found in _remembering_functions(tree))
            yield from (f"{name}.{found}" for found in _empty_containers(tree))
            # Rules are pure: what they hold are the tables of their states.
            if "rules" not in name.split("."):
                yield from (f"{name}.{found}" for found in _holders(importlib.import_module(name), tree))


def _remembering_functions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = {ast.unparse(decorator).split("(")[0].split(".")[-1] for decorator in node.decorator_list}
            if words & {"cache", "lru_cache", "alru_cache", "cached"}:
                yield node.name


def _empty_containers(tree: ast.Module) -> Iterator[str]:
    for name, value in _assigned(tree):
        text = ast.unparse(value) if value is not None else ""
        if text in ("{}", "[]") or text.split("(")[0].split(".")[-1] in EMPTY:
            yield name


def _holders(module: ModuleType, tree: ast.Module) -> Iterator[str]:
    """Objects of our own classes that hold something that can grow."""
    for name, _ in _assigned(tree):
        found = getattr(module, name, None)
        if type(found).__module__.split(".")[0] in ROOMS and _grows(found):
            yield name


def _grows(found: Any, depth: int = 2) -> bool:
    if getattr(getattr(type(found), "__dataclass_params__", None), "frozen", False):
        return False
    held = list(getattr(found, "__dict__", {}).values())
    ours = [value for value in held if type(value).__module__.split(".")[0] in ROOMS]
    return any(isinstance(value, GROWING) for value in held) or any(depth and _grows(each, depth - 1) for each in ours)


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr | None]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.value
