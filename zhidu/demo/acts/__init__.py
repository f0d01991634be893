"""What people do in a diary: each word of it leads to one or more changes by the person who is named."""

from collections.abc import Awaitable, Callable, Mapping

from zhidu.demo.acts import billing, calls, handbook, links, mail, people, requests, selling
from zhidu.demo.company import Company
from zhidu.demo.samples import Entry

Act = Callable[[Company, Entry], Awaitable[None]]

ACTS: Mapping[str, Act] = {
    "submit": requests.submit,
    "alarm": requests.alarm,
    "assign": requests.assign,
    "choose": requests.choose,
    "merge": requests.merge,
    "split": requests.split,
    "belong": requests.belong,
    "raise": requests.raise_tier,
    "give-back": requests.give_back,
    "start": requests.start,
    "hold": requests.hold,
    "resume": requests.resume,
    "resolve": requests.resolve,
    "resolve-all": requests.resolve_all,
    "confirm": requests.confirm,
    "reopen": requests.reopen,
    "cancel": requests.cancel,
    "comment": requests.comment,
    "call": calls.call,
    "answer survey": links.answer_survey,
    "answer quotation": links.answer_quotation,
    "settle checks": selling.settle_checks,
    "confirm copy": selling.confirm_copy,
    "bill": selling.bill,
    "mail": mail.write,
    "answer": mail.answer,
    "resign": people.resign,
    "resubmit": people.resubmit,
    "withdraw": people.withdraw,
    "waive": people.waive,
    "approve": people.approve,
    "reject": people.reject,
    "return": people.send_back,
    "return to step": people.return_to_step,
    "delegate": people.delegate,
    "write off": billing.write_off,
    "draft version": handbook.draft,
    "try version": handbook.try_out,
    "sign trial": handbook.sign,
    "submit version": handbook.submit,
    "read handbook": handbook.read,
    "invoice": billing.invoice,
    "pay": billing.pay,
    "hold invoice": billing.hold,
    "release invoice": billing.release,
}
