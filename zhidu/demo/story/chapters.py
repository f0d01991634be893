"""What is told, chapter by chapter and table by table, and of which records of the samples."""

from collections.abc import Sequence

from zhidu.demo.story import (
    books,
    collecting,
    complaining,
    daily,
    desk,
    dunning,
    incident,
    leaving,
    quality,
    rulebook,
    selling,
    writing_off,
)
from zhidu.demo.story.teller import Line, Teller

# A chapter's heading, and its tables with theirs.
Chapter = tuple[str, Sequence[tuple[str, Sequence[Line]]]]

OUTAGE = "request/checkout-outage"
# A mail that goes as far as its survey, and a stranger's, in the one company and in the other.
MAILS = (
    ("request/mailed-export", "mail/mail/stranger"),
    ("request/mailed-lamps", "mail/request/mailed-by-a-stranger"),
)
# What is looked for in Chinese and in English, in the one company and in the other.
WORDS = (("收银", "statement export"), ("冷藏庫", "cold store"))
# Two invoices of one customer that are overdue at once, in the one company and in the other.
AT_ONCE = (
    ("invoice/huaxin-audit", "invoice/huaxin-drill"),
    ("invoice/harbour-valves", "invoice/harbour-doors"),
)
# Cases on both sides of the change of policy, in the one company and in the other.
SIDES = {
    "moved_case": ("request/driver-app", "request/freezer-seal"),
    "new_case": ("request/member-points", "request/led-wall"),
    "running_invoice": ("invoice/lanhai", "invoice/hoiwan"),
    "new_invoice": ("invoice/lanhai-hosting", "invoice/taipa-lighting"),
}


async def chapters(one: Teller, other: Teller) -> list[Chapter]:
    """The whole story."""
    words = one.words
    return [
        (
            words("chapter_rules"),
            [
                (words("handbooks"), await rulebook.handbooks(one, other)),
                (words("answers"), await rulebook.answers(one, other)),
                (words("change"), await rulebook.change(one, other)),
                (words("sides"), await rulebook.cases(one, other, SIDES)),
            ],
        ),
        (words("chapter_desk"), await _desk(one, other)),
        (words("chapter_money"), await _money(one, other)),
        (
            words("chapter_people"),
            [
                (words("leaving"), await leaving.letters(one, other, "resignation/feng", "resignation/ng")),
                (
                    words("leaving_on_probation"),
                    await leaving.letters(one, other, "resignation/sun", "resignation/lau"),
                ),
                (words("silence"), await leaving.letters(one, other, "resignation/li", "resignation/fong")),
                (words("turned_down"), await leaving.letters(one, other, "resignation/han", "resignation/cheung")),
            ],
        ),
        (
            words("chapter_month"),
            [
                (words("quality"), await quality.month(one, other, "2026-09-01")),
                (words("backup"), await quality.archives(one, other)),
            ],
        ),
    ]


async def _desk(one: Teller, other: Teller) -> list[tuple[str, Sequence[Line]]]:
    words = one.words
    return [
        (words("incident"), await incident.requests(one, other, OUTAGE)),
        (words("hands"), await desk.hands(one, other, OUTAGE, "request/stock-report")),
        (words("complained"), await complaining.complaints(one, other, "complaint/outage", "complaint/outage")),
        (words("by_mail"), await desk.mails(one, other, *MAILS)),
        (words("alarms"), await desk.alarms(one, other, "request/alarm")),
        (words("flood"), await daily.floods(one, other, "request/flood")),
        (words("portal"), await daily.portal(one, other, "request/portal", "huaxin", "harbour")),
        (words("by_telephone"), await daily.calls(one, other, "request/call")),
        (words("inspection"), await daily.inspections(one, other, "plan/inspection", "request/inspection")),
        (words("looked_for"), await daily.searches(one, other, *WORDS)),
        (words("in_and_out"), await daily.lists(one, other, "list/customers", "list/requests")),
        (words("tiers"), await desk.tiers(one, other, "request/batch-trace", "request/lighting")),
        (words("stopped"), await incident.requests(one, other, "request/cold-chain", "request/x-ray-tube")),
        (words("reopened"), await incident.requests(one, other, "request/import-duplicates", "request/cold-water")),
    ]


async def _money(one: Teller, other: Teller) -> list[tuple[str, Sequence[Line]]]:
    words = one.words
    return [
        (words("deal"), await selling.deals(one, other, "points", "lifts")),
        (words("too_much"), await books.too_much(one, other, "payment/points", "payment/lifts")),
        (words("unpaid"), await dunning.invoices(one, other, "invoice/lanhai", "invoice/taipa")),
        (words("joint"), await collecting.letters(one, other, *AT_ONCE)),
        (words("part_paid"), await dunning.invoices(one, other, "invoice/ruikang", "invoice/kwongwah")),
        (words("disputed"), await dunning.invoices(one, other, "invoice/jincheng", "invoice/hoiwan")),
        (words("promised"), await dunning.invoices(one, other, "invoice/yongle-scanners", "invoice/harbour-chiller")),
        (words("given_up"), await writing_off.invoices(one, other, "invoice/jincheng", "invoice/hoiwan")),
        (words("bank_file"), await collecting.files(one, other, "bank/september", "bank/september")),
        (words("by_use"), await collecting.usage(one, other, "contract/points", "contract/lifts")),
        (words("books"), await books.books(one, other, "payment/advance", "payment/deposit")),
    ]
