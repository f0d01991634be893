"""What is meant: most of it as ratios within one run, for the same machine never gives the same seconds twice.

A mutation is judged by `message`: a record, its fact in the journal and its place in the outbox, which is what the
prototype of these goals wrote. `submit` writes ten rows, and its Python rates a case by three clauses while the others
insert what was found out before; it stands beside the same bounds, and is not judged by them.
"""

from benchmarks.calls import BARE, THEIRS
from benchmarks.figures import Goal

COMPLEX = "submit"


def _four(name: str, ratio_to: str, *bounds: float, least: bool = False) -> list[Goal]:
    # The last bound is the mutation's.
    bounded = [*zip(("list", "detail", "viewer", "message"), bounds, strict=True), (COMPLEX, bounds[-1])]
    return [
        Goal(
            f"{workload}.{name}",
            ratio_to,
            at_least=bound if least else None,
            at_most=None if least else bound,
            judged=workload != COMPLEX,
        )
        for workload, bound in bounded
    ]


GOALS = (
    *_four("requests_per_second", THEIRS, 3, 3.5, 3, 2, least=True),
    *_four("server_cpu", THEIRS, 0.15, 0.3, 0.4, 0.5),
    *_four("both_cpu", THEIRS, 0.5, 0.4, 0.4, 0.6),
    *_four("postgres_cpu", THEIRS, 1.0, 0.7, 0.4, 0.8),
    *_four("server_cpu", BARE, 1.5, 1.5, 1.5, 3),
    *_four("requests_per_second", BARE, 0.9, 0.7, 0.65, 0.55, least=True),
    Goal("list.p99_to_p50", at_most=3),
    Goal("detail.p99_to_p50", at_most=10),
    *(Goal(f"{workload}.statements.zhidu", at_most=1) for workload in ("list", "detail", "viewer")),
    Goal("message.statements.zhidu", at_most=4),
    Goal(f"{COMPLEX}.statements.zhidu", at_most=4, judged=False),
    Goal("memory.zhidu", at_most=80),
    Goal("document.planning", at_most=6),
    Goal("list.own_python", at_most=60),
    Goal("rulings.five", "constants", at_most=1.1),
    Goal("dry_run.cases_per_second", at_least=300),
    Goal("check.of_300_clauses", at_most=1_000),
    Goal("dunning.finding", "plain SQL", at_most=3),
    Goal("dunning.anew_cpu", "plain SQL", at_most=3, judged=False),
    Goal("dunning.memory_growth", at_most=30),
    Goal("payments.per_second", "bare", at_least=0.2),
    Goal("claim.of_many", "few", at_most=1.2),
    Goal("sweep.of_many", "few", at_most=1.2),
    Goal("documents.memory", at_most=120),
    Goal("board.answer", "statement", at_most=1.5),
    Goal("board.answer_many", "statement", at_most=1.5),
    *(
        Goal(f"{name}.{measured}", "few", at_most=1.2)
        for name in ("board", "detail", "search", "customers", "overdue", "statistics")
        for measured in ("among_many", "blocks_among_many")
    ),
    Goal("statistics.answer", "by_hand", at_most=10),
    Goal("replanning.writer_p50", "alone", at_most=2),
    Goal("replanning.writer_longest", at_most=1_000),
)
