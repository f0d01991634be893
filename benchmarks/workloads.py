"""The workloads: what is asked, in the words of both schemas, and what two answers must agree in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Workload:
    """One question in both dialects; `must_hold` stands in every good answer."""

    name: str
    ours: str
    theirs: str
    must_hold: str = '"data":{'
    writes: bool = False


LIST = Workload(
    "list",
    ours="""query List($state: RequestState!, $after: String) {
  requests(first: 50, after: $after, order: NEWEST, filter: {state: {eq: $state}}) {
    edges { cursor node { id number title state priority submittedAt dueAt
      customer { name }
      assignee { member { name email } }
      clocks { kind state dueAt breachedAt }
      messages(first: 3, order: NEWEST) { nodes { text author { name } } }
    } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}""",
    theirs="""query List($state: String!, $after: Cursor) {
  requests: allServiceRequests(first: 50, after: $after, orderBy: [ROW_ID_DESC], condition: {state: $state}) {
    edges { cursor node { id: rowId number title state priority submittedAt dueAt
      customer: customerByTenantIdAndCustomerId { name }
      assignee: staffByTenantIdAndAssigneeId { member: memberByTenantIdAndRowId { name email } }
      clocks: clocksByTenantIdAndRequestIdList(orderBy: [KIND_DESC]) { kind state dueAt breachedAt }
      messages: requestMessagesByTenantIdAndRequestId(first: 3, orderBy: [PRIMARY_KEY_DESC]) {
        nodes { text author: memberByTenantIdAndAuthorId { name } }
      }
    } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}""",
)
DETAIL = Workload(
    "detail",
    ours="""query Detail($id: ID!) {
  request(id: $id) {
    id number title description state priority channel impact urgency submittedAt dueAt
    customer { id name tier }
    assignee { id member { name email } }
    clocks { id kind state startedAt dueAt breachedAt }
    messages(first: 50, order: NEWEST) { nodes { id at audience text author { id name email } } }
  }
}""",
    theirs="""query Detail($tenant: UUID!, $id: UUID!) {
  request: serviceRequestByTenantIdAndRowId(tenantId: $tenant, rowId: $id) {
    id: rowId number title description state priority channel impact urgency submittedAt dueAt
    customer: customerByTenantIdAndCustomerId { id: rowId name tier }
    assignee: staffByTenantIdAndAssigneeId { id: rowId member: memberByTenantIdAndRowId { name email } }
    clocks: clocksByTenantIdAndRequestIdList(orderBy: [KIND_DESC]) { id: rowId kind state startedAt dueAt breachedAt }
    messages: requestMessagesByTenantIdAndRequestId(first: 50, orderBy: [PRIMARY_KEY_DESC]) {
      nodes { id: rowId at audience text author: memberByTenantIdAndAuthorId { id: rowId name email } }
    }
  }
}""",
)
VIEWER = Workload(
    "viewer",
    ours="{ viewer { member { id name } tenant { name } } }",
    theirs="{ viewer: benchmarkViewer { id: rowId name tenant: tenantByTenantId { name } } }",
)
SUBMIT = Workload(
    "submit",
    ours="""mutation Submit($input: SubmitRequestInput!) {
  submitRequest(input: $input) {
    request { id number title state priority submittedAt customer { name } clocks { kind dueAt } }
    errors { code message }
  }
}""",
    theirs="""mutation Submit($input: BenchmarkSubmitInput!) {
  submitRequest: benchmarkSubmit(input: $input) {
    request: result { id: rowId number title state priority submittedAt
      customer: customerByTenantIdAndCustomerId { name }
      clocks: clocksByTenantIdAndRequestIdList(orderBy: [KIND_DESC]) { kind dueAt }
    }
  }
}""",
    must_hold='"REQ-',
    writes=True,
)
MESSAGE = Workload(
    "message",
    ours="""mutation Say($input: CommentRequestInput!) {
  commentRequest(input: $input) {
    message { id at audience text author { name } }
    errors { code message }
  }
}""",
    theirs="""mutation Say($input: BenchmarkSayInput!) {
  commentRequest: benchmarkSay(input: $input) {
    message: result { id: rowId at audience text author: memberByTenantIdAndAuthorId { name } }
  }
}""",
    must_hold='"We have looked',
    writes=True,
)
WORKLOADS = (LIST, DETAIL, VIEWER, MESSAGE, SUBMIT)

# Cursors are each server's own, and PostGraphile does not say whether rows came before a cursor, which Relay permits.
UNCOMPARED = ("cursor", "startCursor", "endCursor", "hasPreviousPage", "errors")
# What every new record has for itself.
NEW = ("id", "number", "submittedAt", "dueAt", "at")


def normal(value: Any, *, without: tuple[str, ...] = UNCOMPARED) -> Any:
    """What two answers must agree in: instants in one zone, and the words of enumerations in one case."""
    if isinstance(value, Mapping):
        return {key: normal(inner, without=without) for key, inner in value.items() if key not in without}
    if isinstance(value, list):
        return [normal(inner, without=without) for inner in value]
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).astimezone(UTC).isoformat()
        except ValueError:
            return value.upper()
    return value
