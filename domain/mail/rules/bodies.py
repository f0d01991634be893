"""The text of a mail: out of HTML without anything that acts, and parted into what is new and what is quoted."""

import html
import re

# More of a page is no letter; the mail as it came is kept whole.
MOST_HTML = 500_000
_KEPT_TAGS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre", "hr", "table", "ul"})
_DROPPED = frozenset({"script", "style", "head", "title", "noscript", "template", "svg", "math", "iframe", "object"})
_TAG = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
_DIVIDER = re.compile(
    r"\s*(?:-{2,}|_{5,}|={2,})\s*(?:original(?:e)? (?:message|appointment)|forwarded message|原始邮件|原始郵件|"
    r"转发邮件|轉寄郵件|轉寄的郵件|回复的邮件|回覆的郵件)\s*(?:-{2,}|_{5,}|={2,})\s*",
    re.IGNORECASE,
)
_SAID = re.compile(r"\s*(?:on\s.{6,200}\swrote|.{4,200}(?:写道|寫道|wrote|写到|寫到))\s*[:：]\s*", re.IGNORECASE)
_SAID_BEGINS = re.compile(r"\s*(?:on\s|在\s*\d|於\s*\d|于\s*\d)", re.IGNORECASE)
_FROM = re.compile(r"\s*\*?(?:from|发件人|寄件者|寄件人|發件人)\s*[:：]", re.IGNORECASE)
_HEADER = re.compile(
    r"\s*\*?(?:sent|date|to|subject|发送时间|日期|收件人|收件者|主题|主旨|寄件日期)\s*\*?[:：]", re.IGNORECASE
)
# How far below the word “From:” of a quoted letter its other headers stand.
_HEADERS_WITHIN = 6


def text_of_html(page: str) -> str:
    """What a reader sees of a page, in lines; scripts, styles, forms and pictures are gone, quotations marked by >."""
    # Imported here: it is needed for letters without plain text alone.
    import nh3

    tame = nh3.clean(page[:MOST_HTML], tags=set(_KEPT_TAGS), attributes={}, clean_content_tags=set(_DROPPED))
    lines: list[str] = [""]
    depth, at = 0, 0
    for tag in _TAG.finditer(tame):
        lines[-1] += _plain(tame[at : tag.start()])
        at = tag.end()
        if tag[2] == "blockquote":
            depth = max(0, depth + (-1 if tag[1] else 1))
        # A break, the beginning of a block and its end all end a line; empty ones are thinned out below.
        lines.append("> " * min(depth, 8))
    lines[-1] += _plain(tame[at:])
    return _thinned(lines)


def _plain(piece: str) -> str:
    return html.unescape(piece).replace("\xa0", " ").replace("\n", " ")


def _thinned(lines: list[str]) -> str:
    kept: list[str] = []
    for line in lines:
        bare = " ".join(line.split())
        if bare.strip("> ") or (kept and kept[-1].strip("> ")):
            kept.append(bare if bare.strip("> ") else "")
    return "\n".join(kept).strip()


def parted(text: str) -> tuple[str, str]:
    """What a letter says, and what it quotes below that; a letter that only quotes is left whole.

    What stands between quoted lines is an answer to them, so nothing of such a letter is taken for quoted.
    """
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if _begins_quoted(lines, number, line):
            said, quoted = "\n".join(lines[:number]).strip(), "\n".join(lines[number:]).strip()
            return (said, quoted) if said else (text.strip(), "")
    return text.strip(), ""


def _begins_quoted(lines: list[str], number: int, line: str) -> bool:
    if len(line) > 1000:
        return False
    if _DIVIDER.fullmatch(line):
        return True
    if _FROM.match(line):
        below = lines[number + 1 : number + 1 + _HEADERS_WITHIN]
        return sum(1 for each in below if _HEADER.match(each[:200])) >= 2
    if line.lstrip().startswith(">"):
        return _all_quoted(lines, number)
    if _SAID.fullmatch(line):
        return _all_quoted(lines, number + 1)
    if _SAID_BEGINS.match(line) and number + 1 < len(lines):
        # Mail programs break this line where it is long.
        joined = f"{line.strip()} {lines[number + 1].strip()[:200]}"
        return _SAID.fullmatch(joined) is not None and _all_quoted(lines, number + 2)
    return False


def _all_quoted(lines: list[str], number: int) -> bool:
    """Whether there is something from a line on, and all of it is quoted."""
    rest = [line for line in lines[number:] if line.strip()]
    return bool(rest) and all(line.lstrip().startswith(">") for line in rest)
