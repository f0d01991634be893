"""What the API counts of itself."""

from prometheus_client import Counter

OPERATIONS = Counter(
    "zhidu_graphql_operations_total",
    "GraphQL operations, by whether one statement answered them and how they ended.",
    ["way", "end"],
)
