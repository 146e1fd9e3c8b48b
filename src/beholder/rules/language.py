"""The language of filters: parsed by hand into a tree, never run as code.

or        = and ("or" and)*
and       = not ("and" not)*
not       = "not" not | "(" or ")" | comparison
comparison = asked "(" name ")" | name mark value | name ["not"] "in" "(" value, ... ")"
asked      = "exists" | "sold_out"
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

from beholder.errors import FilterError
from beholder.rules.conditions import (
    Among,
    And,
    Compare,
    Condition,
    Exists,
    Not,
    Operator,
    Or,
    SoldOut,
    Value,
)
from beholder.rules.tokens import Token, fault, shown, tokens_of

DEEPEST = 50  # parentheses and nots inside of each other
MOST = 1000  # values in one list
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
SOLD_OUT = "sold_out"
A_VALUE = "a number, a 'text', true or false"
A_COMPARISON = "a comparison such as price < 50, exists(...), not or ("


def parse(text: str) -> Condition:
    """Read a filter.

    Parameters
    ----------
    text
        At most 2,048 characters, 50 deep, 1,000 values in a list.

    Raises
    ------
    FilterError
        With the column, what stands there and what was expected, for any other text.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise fault(text, error.start, "found a half of a character") from error
    return _Parser(text).whole()


class _Parser:
    """One pass from left to right; `depth` keeps it from going deeper than Python's stack."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.place = 0
        self.depth = 0

    def whole(self) -> Condition:
        condition = self.either()
        if self.ahead.kind != "end":
            raise self.expected("and, or, or the end of the filter")
        return condition

    @property
    def ahead(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def takes(self, kind: str, text: str) -> bool:
        found = self.ahead.kind == kind and self.ahead.text == text
        self.place += found
        return found

    def need(self, mark: str) -> None:
        if not self.takes("mark", mark):
            raise self.expected(mark)

    def expected(self, what: str) -> FilterError:
        token = self.ahead
        written = shown(self.text[token.at : token.end])
        found = "the end of the filter" if token.kind == "end" else written
        return fault(self.text, token.at, f"expected {what}, found {found}")

    def either(self) -> Condition:
        several = self.chain("or", self.both)
        return several[0] if len(several) == 1 else Or(several)

    def both(self) -> Condition:
        several = self.chain("and", self.negated)
        return several[0] if len(several) == 1 else And(several)

    def chain(self, word: str, part: Callable[[], Condition]) -> tuple[Condition, ...]:
        found = [part()]
        while self.takes("word", word):
            found.append(part())
        return tuple(found)

    def negated(self) -> Condition:
        if self.takes("word", "not"):
            return Not(self.deeper(self.negated))
        if self.takes("mark", "("):
            inside = self.deeper(self.either)
            self.need(")")
            return inside
        return self.comparison()

    def deeper(self, part: Callable[[], Condition]) -> Condition:
        self.depth += 1
        if self.depth > DEEPEST:
            raise fault(self.text, self.ahead.at, f"this is more than {DEEPEST} levels deep")
        inside = part()
        self.depth -= 1
        return inside

    def comparison(self) -> Condition:
        if self.takes("word", "exists"):
            self.need("(")
            name = self.name("the name of an attribute")
            self.need(")")
            return Exists(name.text, name.at)
        name = self.name(A_COMPARISON)
        if name.text == SOLD_OUT and self.takes("mark", "("):  # else an attribute of that name
            asked = self.name("the name of an attribute")
            self.need(")")
            return SoldOut(asked.text, asked.at)
        if self.ahead.kind == "mark" and self.ahead.text in OPERATORS:
            operator = cast(Operator, self.take().text)
            return Compare(name.text, operator, self.value(), name.at)
        turned = self.takes("word", "not")
        if not self.takes("word", "in"):
            raise self.expected("in" if turned else "=, !=, <, <=, >, >= or in")
        among = Among(name.text, self.values(), name.at)
        return Not(among) if turned else among

    def name(self, expected: str) -> Token:
        if self.ahead.kind != "name":
            raise self.expected(expected)
        return self.take()

    def values(self) -> tuple[Value, ...]:
        self.need("(")
        found = [self.value()]
        while self.takes("mark", ","):
            if len(found) == MOST:
                raise fault(self.text, self.ahead.at, f"a list has at most {MOST:,} values")
            found.append(self.value())
        if not self.takes("mark", ")"):
            raise self.expected(", or )")
        return tuple(found)

    def value(self) -> Value:
        token = self.ahead
        if token.kind == "number":
            number = float(token.text)
            if not math.isfinite(number):
                raise fault(self.text, token.at, "this number is too large")
            value: Value = number
        elif token.kind == "text":
            value = token.text
        elif token.kind == "word" and token.text in ("true", "false"):
            value = token.text == "true"
        else:
            raise self.expected(A_VALUE)
        self.take()
        return value
