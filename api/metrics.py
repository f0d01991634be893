"""What the API counts of itself."""

from prometheus_client import Counter

OPERATIONS = Counter(
    "zhidu_graphql_operations_total",
    "GraphQL operations, by whether one statement answered them and how they ended.",
    ["way", "end"],
)

# Looking for the labels costs more than counting.
ENDED = {
    (planned, failed): OPERATIONS.labels("planned" if planned else "executed", "errors" if failed else "ok")
    for planned in (True, False)
    for failed in (True, False)
}
