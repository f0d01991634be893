"""What can be imported: the fields of each kind, by which headings they are known, and the words of their values."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from domain.kernel.terms import CustomerTier, Impact, Language, Urgency
from domain.requests.rules.states import Channel
from tenancy.language import translate
from tenancy.refusals import Invalid, Refusal, message

EnumT = TypeVar("EnumT", bound=StrEnum)

# How long the file that was sent and the report are kept.
FILES_KEPT = timedelta(days=30)
# How many imports of one person are under way at most.
MOST_IMPORTING = 3
# One that ended its worker as often is given up.
ATTEMPTS = 3


class ImportKind(StrEnum):
    """What becomes of the rows."""

    CUSTOMERS = "customers"
    REQUESTS = "requests"


class ImportState(StrEnum):
    """How far an import has come."""

    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Outcome(StrEnum):
    """What came of a row, or would."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Field:
    """A field that a column can be mapped to: what it is called, and by which other headings it is known."""

    label: str
    known_as: tuple[str, ...] = ()
    required: bool = False


FIELDS: Mapping[ImportKind, Mapping[str, Field]] = {
    ImportKind.CUSTOMERS: {
        "name": Field(
            message("Customer"),
            (
                "customer name",
                "company",
                "company name",
                "name",
                "客户名称",
                "公司",
                "公司名称",
                "客戶名稱",
                "公司名稱",
                "名称",
                "名稱",
            ),
            required=True,
        ),
        "tier": Field(message("Tier"), ("customer tier", "importance", "客户等级", "客戶等級", "级别", "級別")),
        "language": Field(message("Language"), ("customer language", "客户语言", "客戶語言")),
        "billing_email": Field(
            message("Billing e-mail"),
            (
                "billing email",
                "invoice e-mail",
                "invoice email",
                "账单邮箱",
                "发票邮箱",
                "帳單信箱",
                "發票信箱",
                "帳單郵箱",
            ),
        ),
        "owner": Field(
            message("Account owner’s e-mail"),
            (
                "owner",
                "account owner",
                "account manager",
                "客户经理",
                "客戶經理",
                "客户经理邮箱",
                "客戶經理信箱",
                "负责人",
                "負責人",
            ),
        ),
        "region": Field(message("Region"), ("area", "地区", "地區", "区域", "區域")),
        "active": Field(message("Active"), ("enabled", "启用", "啟用", "有效")),
        "contact_name": Field(
            message("Contact"),
            ("contact name", "contact person", "联系人", "联系人姓名", "聯絡人", "聯絡人姓名", "姓名"),
        ),
        "contact_email": Field(
            message("Contact’s e-mail"),
            (
                "contact email",
                "email",
                "e-mail",
                "邮箱",
                "电子邮箱",
                "联系人邮箱",
                "信箱",
                "電子郵件",
                "聯絡人信箱",
                "電郵",
            ),
        ),
        "contact_phone": Field(
            message("Contact’s telephone"),
            ("contact phone", "phone", "telephone", "mobile", "电话", "手机", "联系电话", "電話", "手機", "聯絡電話"),
        ),
        "contact_language": Field(message("Contact’s language"), ("联系人语言", "聯絡人語言")),
    },
    ImportKind.REQUESTS: {
        "customer": Field(
            message("Customer"),
            ("customer name", "company", "客户名称", "客戶名稱", "公司", "公司名称", "公司名稱"),
            required=True,
        ),
        "title": Field(
            message("Title"), ("subject", "summary", "主题", "主旨", "标题", "標題", "问题", "問題"), required=True
        ),
        "description": Field(message("Description"), ("details", "text", "描述", "说明", "說明", "内容", "內容")),
        "impact": Field(message("Impact"), ("影响", "影響", "影响程度", "影響程度")),
        "urgency": Field(message("Urgency"), ("紧急", "緊急", "紧急程度", "緊急程度")),
        "channel": Field(message("Channel"), ("source", "渠道", "来源", "來源", "管道")),
        "contact": Field(
            message("Contact’s e-mail"),
            (
                "contact",
                "contact email",
                "requester",
                "email",
                "e-mail",
                "联系人邮箱",
                "聯絡人信箱",
                "邮箱",
                "信箱",
                "電子郵件",
            ),
        ),
        "department": Field(message("Department"), ("team", "部门", "部門", "受理部门", "受理部門")),
        "offering": Field(message("Service offering’s code"), ("offering", "服务项目", "服務項目", "服务项目代码")),
        "source_reference": Field(
            message("Source reference"),
            (
                "reference",
                "ticket",
                "ticket id",
                "ticket number",
                "external id",
                "来源编号",
                "來源編號",
                "外部编号",
                "外部編號",
                "工单号",
                "工單號",
            ),
        ),
    },
}

# How people write the words of enumerations and flags, besides as the words themselves.
_SAID: Mapping[type[StrEnum], Mapping[str, StrEnum]] = {
    CustomerTier: {
        "战略": CustomerTier.STRATEGIC,
        "戰略": CustomerTier.STRATEGIC,
        "策略": CustomerTier.STRATEGIC,
        "重点": CustomerTier.KEY,
        "重點": CustomerTier.KEY,
        "重要": CustomerTier.KEY,
        "普通": CustomerTier.STANDARD,
        "一般": CustomerTier.STANDARD,
        "标准": CustomerTier.STANDARD,
        "標準": CustomerTier.STANDARD,
    },
    Impact: {"低": Impact.LOW, "中": Impact.MEDIUM, "高": Impact.HIGH},
    Urgency: {"低": Urgency.LOW, "中": Urgency.MEDIUM, "高": Urgency.HIGH},
    Channel: {
        "热线": Channel.HOTLINE,
        "熱線": Channel.HOTLINE,
        "电话": Channel.HOTLINE,
        "電話": Channel.HOTLINE,
        "phone": Channel.HOTLINE,
        "邮件": Channel.EMAIL,
        "郵件": Channel.EMAIL,
        "mail": Channel.EMAIL,
        "在线": Channel.CHAT,
        "線上": Channel.CHAT,
        "门户": Channel.PORTAL,
        "入口網站": Channel.PORTAL,
        "现场": Channel.ON_SITE,
        "現場": Channel.ON_SITE,
    },
    Language: {
        "chinese": Language.ZH_HANS,
        "中文": Language.ZH_HANS,
        "简体中文": Language.ZH_HANS,
        "繁體中文": Language.ZH_HANT,
        "繁体中文": Language.ZH_HANT,
        "英文": Language.EN,
        "英语": Language.EN,
        "英語": Language.EN,
        "english": Language.EN,
    },
}
_YES = frozenset({"true", "yes", "y", "1", "是", "启用", "啟用", "有效"})
_NO = frozenset({"false", "no", "n", "0", "否", "停用", "无效", "無效"})


def _plain(text: str) -> str:
    return re.sub(r"[\s*:：()（）_\-·’']+", "", text.casefold())  # both forms of marks are met


def guess(kind: ImportKind, columns: Sequence[str]) -> dict[str, dict[str, str]]:
    """Which column is which field, by their headings in any of the languages; each column once."""
    found: dict[str, dict[str, str]] = {}
    free = {_plain(column): column for column in reversed(columns)}
    for name, field in FIELDS[kind].items():
        labels = [translate(field.label, language) for language in Language]
        for word in (name, *labels, *field.known_as):
            column = free.pop(_plain(word), None)
            if column is not None:
                found[name] = {"column": column}
                break
    return found


def check_mapping(kind: ImportKind, columns: Sequence[str], mapping: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse a mapping of fields that there are not, to columns that there are not, or without what is required."""
    fields = FIELDS[kind]
    for name, source in mapping.items():
        if name not in fields:
            text = message("There is no field “{field}”; there are {fields}.")
            raise Invalid(text, {"field": name[:100], "fields": ", ".join(fields)}, ("mapping",), code="UNKNOWN_FIELD")
        if "column" in source and source["column"] not in columns:
            text = message("The file has no column “{column}”; it has {columns}.")
            values = {"column": source["column"][:100], "columns": ", ".join(columns)[:1000]}
            raise Invalid(text, values, ("mapping",), code="UNKNOWN_COLUMN")
    missing = missing_fields(kind, mapping)
    if missing:
        text = message("No column is mapped to these fields, which are needed: {fields}.")
        raise Invalid(text, {"fields": ", ".join(missing)}, ("mapping",), code="FIELD_NOT_MAPPED")


def missing_fields(kind: ImportKind, mapping: Mapping[str, Any]) -> list[str]:
    """The fields that must be mapped and are not."""
    return [name for name, field in FIELDS[kind].items() if field.required and name not in mapping]


def given(mapping: Mapping[str, Mapping[str, str]], columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """What a row says, by field; what is empty is not said."""
    row = dict(zip(columns, cells, strict=True))
    said = {name: source["value"] if "value" in source else row[source["column"]] for name, source in mapping.items()}
    return {name: value.strip() for name, value in said.items() if value.strip()}


def word(kind: type[EnumT], text: str, field: str) -> EnumT:
    """A word of an enumeration, in whichever language it is written. Raises `Invalid`."""
    plain = text.strip().casefold()
    for member in kind:
        if plain.replace("-", "_").replace(" ", "_") in (member.value.casefold(), member.name.casefold()):
            return member
    found = _SAID[kind].get(plain)
    if found is None:
        sentence = message("“{text}” is none of {words}.")
        raise Invalid(sentence, {"text": text[:100], "words": ", ".join(kind)}, (field,), code="UNKNOWN_WORD")
    assert isinstance(found, kind)
    return found


def flag(text: str, field: str) -> bool:
    """Yes or no. Raises `Invalid`."""
    plain = text.strip().casefold()
    if plain not in _YES | _NO:
        sentence = message("“{text}” is none of {words}.")
        raise Invalid(sentence, {"text": text[:100], "words": "true, false"}, (field,), code="UNKNOWN_WORD")
    return plain in _YES


def identity(kind: ImportKind, given: Mapping[str, str]) -> str:
    """By what a row is known among the others of its file, where it must not be twice."""
    match kind:
        case ImportKind.CUSTOMERS:
            named = given.get("name", ""), given.get("contact_email", "").casefold()
            return "\n".join(named) if any(named) else ""
        case ImportKind.REQUESTS:
            return given.get("source_reference", "")


def derived_reference(given: Mapping[str, str], occurrence: int) -> str:
    """The source reference of a row that has none: the same row, as often in its file, is the same request."""
    said = "\x1f".join([str(occurrence), *(f"{name}\x1e{given[name]}" for name in sorted(given))])
    return f"row:{hashlib.sha256(said.encode()).hexdigest()[:40]}"


def repeated(first: int) -> Refusal:
    """A row says again what another one has said."""
    return Invalid(message("Row {row} is of the same one already."), {"row": first}, code="REPEATED_ROW")
