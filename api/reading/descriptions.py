"""The sentences that many fields share, so that the partners' manual says them once and alike."""

SHARED = {
    "id": "The record's id: opaque, the same for ever, and naming no company.",
    "first": "How many rows at most, 1 to 100, from the beginning or from `after`; 50 unless told.",
    "after": "A cursor: only rows behind it.",
    "last": "How many rows at most, 1 to 100, from the end or before `before`.",
    "before": "A cursor: only rows ahead of it.",
    "order": "The order of the rows.",
    "filter": "Which rows to give; everything that is named must hold.",
}
