"""The lines that the story must have, by its English headings; a star stands behind those that cite a clause."""

_LETTER = "Letter, Notice*, Last day, Access ends*, Approvers*, Outcome"
_REQUEST = "Reported, Service line, Priority*, Answer*, Solution*, Hours*, Escalated to"

# In both companies' columns.
BOTH = {
    "Two handbooks, whole regulations each": "Handbook, Begun from, First version, Coverage, Decided by it",
    "The same questions, answered by each": "Notice period*, Automatic confirmation*, Reopen window*, Dunning ladder*, "
    "Backup schedule*",
    "A change of policy in the middle of the month": "Drafted, Service level, Dunning ladder, Quality target, Checked, "
    "Dry run, Approvers*, In force, Read*",
    "Before and after the change": "Open request, moved by the new clause*; New request*; "
    "Open invoice, stays with its version*; New invoice*",
    "The same incident, reported at the same hour": _REQUEST,
    "Many hands on that incident": "Assigned to*, Same case, Other departments, Extra staff*, Fault report*, "
    "Working time",
    "A complaint about it, at the same hour": "Complaint, Dealt with by, Acknowledged*, Remedy*, Result*, Cause, "
    "Outcome",
    "From a mail to its survey": "Mail, Request*, Assigned to, Customer's answer, Solved, Closed*, Survey by link*, "
    "A stranger's mail*",
    "An alarm of a customer's system": "Alarm, Request*, Recovered, Solved",
    "A flood of alarms": "Alarm, Request*, For the rest, Recovered, Outcome",
    "A customer in the portal": "Let in*; Request; Among staff, by name; Customer sees; And does not see; Outcome",
    "By telephone, and on site": "Reported, Assigned to, Solved",
    "A planned inspection": "Planned*, Work*, Gone through, Finding, Request, Solved",
    "Looking for something": "In Chinese, In English",
    "Lists that come in and go out": "Tried first, Refused, Carried out, Export",
    "Too hard for the first tier": "Request, Raised, Returned, Customer told, Solved",
    "Waiting for somebody else": _REQUEST,
    "Not solved after all": _REQUEST,
    "An offer that becomes a contract": "Inquiry, Contact*, Used again, Quotation*, Discount*, Accepted by link*, "
    "Contract, Reviewed by*, Checklist*, Signed, Copies*, Fees, Amendment*, Outcome",
    "A payment that is too large": "Came in, Counts for, Paid back, Still credit",
    "An invoice nobody pays, due on the same day": "Invoice, Due, Asked for*, Outcome",
    "An invoice of which a part is paid": "Invoice, Due, Asked for*, Paid, Outcome",
    "A disputed invoice": "Invoice, Due, Asked for*, On hold*, Outcome",
    "Two invoices of one customer, due on the same day": "Invoice, Letters*",
    "A promise to pay": "Invoice, Due, Asked for*, On hold*, Paid, Outcome",
    "A file of the bank": "Read, Lines",
    "Billed by use": "Rates, Billed, The next bill so far*",
    "What is never paid": "Invoice, Asked for by, Approvers*, Outcome*",
    "The books after September": "Closed, Known late, Statement of account, Ageing, Cash forecast",
    "Leaving after probation": _LETTER,
    "Leaving while on probation": _LETTER,
    "An approver who says nothing": _LETTER,
    "A resignation that is refused": "Letter, Notice*, Last day, Approvers*, Outcome",
    "Quality in September, by targets of their own": "Satisfied*, Solved in time*, Answered in time*",
    "Backups": "Archives*",
}
# In one company's only: the handbook of the other asks for nothing of the kind, or nothing of it happened there.
SOFTWARE = {
    "A change of policy in the middle of the month": "Notice period",
    "The same incident, reported at the same hour": "Escalated to*",
    "Many hands on that incident": "What follows, Recurring fault, Split off, Working time*",
    "From a mail to its survey": "Assigned to*, What follows it*",
    "An offer that becomes a contract": "Fees*",
    "An invoice nobody pays, due on the same day": "Fees and interest*",
    "An invoice of which a part is paid": "Fees and interest*",
    "A disputed invoice": "Fees and interest*",
    "What is never paid": "Votes",
    "Billed by use": "Billed*",
}
SERVICE = {
    "A change of policy in the middle of the month": "Provision",
    "Not solved after all": "Escalated to*",
    "By telephone, and on site": "Visit*, Parts, Signed",
    "Too hard for the first tier": "Raised*",
    "A file of the bank": "Lines*",
}


def missing(story: list[dict[str, object]], *told: dict[str, str]) -> list[tuple[str, str]]:
    """The lines that a company's column lacks, or that cite nothing where a clause has decided."""
    cited = {(line["section"], line["line"]): bool(line["cites"]) for line in story if line["text"]}
    expected = [
        (section, line.strip())
        for tables in told
        for section, lines in tables.items()
        for line in lines.split(";" if ";" in lines else ",")
    ]
    return [
        (section, line)
        for section, line in expected
        if (section, line.removesuffix("*")) not in cited
        or (line.endswith("*") and not cited[section, line.removesuffix("*")])
    ]
