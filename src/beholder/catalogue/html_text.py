"""The words of a text that is HTML, as exports of shops write descriptions."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

TAGS = (
    "a|article|b|blockquote|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|script|section|small|"
    "span|strong|style|sub|sup|table|tbody|td|th|tr|u|ul"
)
TAG = re.compile(rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:[a-z]{2,8}[0-9]{0,2}|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
# Inside of a line.
INSIDE = frozenset({"a", "b", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"})
UNREAD = frozenset({"script", "style"})
LONGEST = 100_000  # letters, as of any text that is kept


def without_tags(text: str) -> str:
    """Return the words of a text, a line for each block; itself where it has no tags."""
    if len(text) > LONGEST:
        return text
    if not TAG.search(text):
        return html.unescape(text).replace("\xa0", " ") if ENTITY.search(text) else text
    reader = _Words()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return "\n".join(line for line in lines if line)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unread = 0  # how deep inside of what is no text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in UNREAD
        self._block(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unread = max(self._unread - (tag in UNREAD), 0)
        self._block(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.found.append(data.replace("\n", " "))

    def _block(self, tag: str) -> None:
        if tag not in INSIDE:
            self.found.append("\n")
