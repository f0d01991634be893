"""Whether an answer by mail says yes and nothing else: only then does it decide anything."""

import re
from collections.abc import Collection
from enum import StrEnum

_ENDS = re.compile(r"[\n,.!;:，。！；：、~～]+")
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
# In small letters.
_YES_SAID = """
ok|okay|o k|yes|yes please|agreed|i agree|we agree|confirmed|i confirm|we confirm|approved|all good|it works
it works now|works now|solved|resolved|好|好的|好了|可以|可以了|同意|我同意|我们同意|我們同意|确认|確認|已确认|已確認
没问题|沒問題|没问题了|沒問題了|已解决|已解決|解决了|解決了|正常了
"""
_COURTESY_SAID = """
thanks|thank you|thank you very much|many thanks|thanks a lot|hello|hi|dear all|kind regards|best regards|regards
sincerely|cheers|谢谢|謝謝|多谢|多謝|感谢|感謝|非常感谢|非常感謝|您好|你好|祝好|此致|敬礼|敬禮|辛苦了
"""
_YES, _COURTESY = (frozenset(re.split(r"[|\n]", said.strip())) for said in (_YES_SAID, _COURTESY_SAID))


class Answer(StrEnum):
    """What an answer amounts to."""

    YES = "yes"
    THANKS = "thanks"
    MORE = "more"


def answer_of(text: str, names: Collection[str]) -> Answer:
    """What an answer amounts to: a yes, thanks without a yes, or more than that. `names` may sign it.

    Whatever else it says makes it more: a yes with a condition is none.
    """
    body = _SIGNATURE.split(text, maxsplit=1)[0]
    signed = {" ".join(name.lower().split()) for name in names}
    signed |= {word for name in signed for word in name.split()}
    phrases = [" ".join(phrase.lower().split()) for phrase in _ENDS.split(body)]
    said = [phrase for phrase in phrases if phrase and phrase not in signed]
    if any(phrase not in _YES and phrase not in _COURTESY for phrase in said):
        return Answer.MORE
    if any(phrase in _YES for phrase in said):
        return Answer.YES
    return Answer.THANKS if said else Answer.MORE
