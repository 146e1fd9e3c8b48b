"""The words of a text that is HTML, as exports of shops write descriptions."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

TAGS = (
    "a|article|b|blockquote|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|script|section|small|"
    "span|strong|style|sub|sup|table|tbody|td|th|tr|u|ul"
)
TAG = re.compile(rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
# No tag goes beyond the next `<`, so that reading takes as long as the text, whatever it is.
TOKEN = re.compile(r"<!--|<(/?)([a-z][a-z0-9]*)(?=[\s/>])[^<>]*>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:[a-z]{2,8}[0-9]{0,2}|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
# Inside of a line.
INSIDE = frozenset({"a", "b", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"})
UNREAD = {tag: re.compile(rf"</{tag}[^<>]*>", re.IGNORECASE) for tag in ("script", "style")}
LONGEST = 100_000  # letters, as of any text that is kept


def without_tags(text: str) -> str:
    """Return the words of a text, a line for each block; itself where it has no tags."""
    if len(text) > LONGEST:
        return text
    if not TAG.search(text):
        return html.unescape(text).replace("\xa0", " ") if ENTITY.search(text) else text
    lines = (" ".join(line.split()) for line in html.unescape("".join(_read(text))).split("\n"))
    return "\n".join(line for line in lines if line)


def _read(text: str) -> Iterator[str]:
    """Yield what stands between tags, and the end of a line for each block."""
    at = 0
    while (token := TOKEN.search(text, at)) is not None:
        yield text[at : token.start()].replace("\n", " ")
        at, tag = token.end(), (token[2] or "").lower()
        if not tag:
            end = text.find("-->", at)
            at = len(text) if end < 0 else end + 3
        elif tag in UNREAD and not token[1]:
            close = UNREAD[tag].search(text, at)
            at = len(text) if close is None else close.end()
        if tag and tag not in INSIDE:
            yield "\n"
    yield text[at:].replace("\n", " ")
