"""What is said of each kind of clock of a request: its name, that it runs out, and that it has."""

from domain.requests.rules import ClockKind
from tenancy.refusals import message

WARNINGS = {
    ClockKind.PROPOSAL: message(
        "A solution for request {number} has to be proposed by {due_at} ({used} % of the time used): {title}"
    ),
    ClockKind.UPDATE: message(
        "The requester of {number} has to hear how it stands by {due_at} ({used} % of the time used): {title}"
    ),
    ClockKind.INTERNAL: message(
        "Request {number} has to be done by {due_at} as agreed among ourselves ({used} % of the time used): {title}"
    ),
    ClockKind.RESPONSE: message("Request {number} has to be answered by {due_at} ({used} % of the time used): {title}"),
    ClockKind.RESOLUTION: message(
        "Request {number} has to be resolved by {due_at} ({used} % of the time used): {title}"
    ),
}
BREACHES = {
    ClockKind.PROPOSAL: message("A solution for request {number} should have been proposed by {breached_at}: {title}"),
    ClockKind.UPDATE: message("The requester of {number} should have heard how it stands by {breached_at}: {title}"),
    ClockKind.INTERNAL: message(
        "Request {number} should have been done by {breached_at} as agreed among ourselves: {title}"
    ),
    ClockKind.RESPONSE: message("Request {number} should have been answered by {breached_at}: {title}"),
    ClockKind.RESOLUTION: message("Request {number} should have been resolved by {breached_at}: {title}"),
}

CLOCKS = {
    ClockKind.RESPONSE: message("First response"),
    ClockKind.PROPOSAL: message("Proposal of a solution"),
    ClockKind.RESOLUTION: message("Resolution"),
    ClockKind.UPDATE: message("Word to the requester"),
    ClockKind.INTERNAL: message("Internal target"),
}
