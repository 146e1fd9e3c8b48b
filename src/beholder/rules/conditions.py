"""What a filter says, as a tree. `at` is where the name stands in the text, from 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Value = str | float | bool
Operator = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    """`price < 50`."""

    name: str
    operator: Operator
    value: Value
    at: int


@dataclass(frozen=True, slots=True)
class Among:
    """`brand in ('x', 'y')`."""

    name: str
    values: tuple[Value, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Exists:
    """`exists(price)`."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class SoldOut:
    """`sold_out(availability)`: a word says that there is none left, in any spelling."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Not:
    """True where the condition is not."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class And:
    """True where all conditions are; two or more."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where one condition is; two or more."""

    conditions: tuple[Condition, ...]


Leaf = Compare | Among | Exists | SoldOut
Condition = Leaf | Not | And | Or


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield what asks about an attribute, in the order of the text."""
    match condition:
        case And(several) | Or(several):
            for each in several:
                yield from leaves(each)
        case Not(inner):
            yield from leaves(inner)
        case _:
            yield condition
