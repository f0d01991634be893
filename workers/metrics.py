"""What the yard counts of itself, for Prometheus; no label names a tenant or a person."""

from prometheus_client import Counter, Histogram

CLAIMED = Counter("zhidu_agenda_claimed", "Items handed out to workers.", ["task"])
DONE = Counter("zhidu_agenda_done", "Items that are off the agenda: done, or failed for good.", ["task", "result"])
FAILED = Counter("zhidu_agenda_failed", "Attempts that failed and will be repeated.", ["task"])
# How many are parked at present, `zhidu_agenda_parked`, the API asks the database when it is asked.
PARKED = Counter("zhidu_agenda_set_aside", "Items that were parked for a person to look at.", ["task"])
LAG = Histogram(
    "zhidu_agenda_lag_seconds",
    "From the moment an item is due to its first attempt.",
    ["task"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
EFFECTS = Counter("zhidu_effects", "Mails and webhooks by how they ended.", ["kind", "state"])
REPEATED = Counter(
    "zhidu_effects_repeated",
    "Effects that an earlier attempt may have let out already: a crash came between.",
    ["kind"],
)
