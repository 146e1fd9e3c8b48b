"""The language of filters: what it reads, how it binds, and what it says of everything else."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beholder.errors import FilterError
from beholder.rules.conditions import Among, And, Compare, Condition, Exists, Not, Or
from beholder.rules.language import DEEPEST, OPERATORS, parse


def price(operator: str, value: float, at: int = 0) -> Compare:
    return Compare("price", operator, value, at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        *[(f"price {operator} 5", price(operator, 5.0)) for operator in OPERATORS],
        ("price<-.5e1", price("<", -5.0)),
        ("price = +7.", price("=", 7.0)),
        ("  price\n=\t5 ", price("=", 5.0, 2)),
        ("colour = 'red'", Compare("colour", "=", "red", 0)),
        ('colour = "red"', Compare("colour", "=", "red", 0)),
        ("colour = 'it''s'", Compare("colour", "=", "it's", 0)),
        ('colour = "it\'s 5"" wide"', Compare("colour", "=", "it's 5\" wide", 0)),
        ("colour = ''", Compare("colour", "=", "", 0)),
        ("new = TRUE", Compare("new", "=", True, 0)),
        ("new != false", Compare("new", "!=", False, 0)),
        ("`list price` < 5", Compare("list price", "<", 5.0, 0)),
        ("`a``b` < 5", Compare("a`b", "<", 5.0, 0)),
        ("`in` = 5", Compare("in", "=", 5.0, 0)),
        ("größe_2 = 5", Compare("größe_2", "=", 5.0, 0)),
        ("颜色 = '红'", Compare("颜色", "=", "红", 0)),
        ("brand in ('x', 2, true)", Among("brand", ("x", 2.0, True), 0)),
        ("brand in('x')", Among("brand", ("x",), 0)),
        ("brand not in ('x')", Not(Among("brand", ("x",), 0))),
        ("Exists( size )", Exists("size", 8)),
        ("not exists(size)", Not(Exists("size", 11))),
    ],
)
def test_a_comparison_is_read(text: str, tree: Condition) -> None:
    assert parse(text) == tree


A, B, C = (Compare(name, "=", 1.0, at) for name, at in (("a", 0), ("b", 9), ("c", 19)))


def shape(condition: Condition) -> str:
    """Return the tree with all its parentheses."""
    match condition:
        case And(several):
            return "(" + " & ".join(map(shape, several)) + ")"
        case Or(several):
            return "(" + " | ".join(map(shape, several)) + ")"
        case Not(inner):
            return "!" + shape(inner)
        case _:
            return condition.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1 or b=1 and c=1", "(a | (b & c))"),
        ("a=1 and b=1 or c=1", "((a & b) | c)"),
        ("(a=1 or b=1) and c=1", "((a | b) & c)"),
        ("not a=1 and b=1", "(!a & b)"),
        ("not (a=1 and b=1)", "!(a & b)"),
        ("not not a=1", "!!a"),
        ("a=1 AND b=1 And c=1", "(a & b & c)"),
        ("((a=1))", "a"),
    ],
)
def test_not_binds_before_and_and_that_before_or(text: str, expected: str) -> None:
    assert shape(parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "expected a comparison such as .*found the end of the filter"),
        ("price", 6, "expected =, !=, .* or in, found the end"),
        ("price <", 8, "expected a number, a 'text', true or false, found the end"),
        ("price < cheap", 9, "expected a number, .*found cheap"),
        ("price == 5", 8, "found ="),
        ("5 < price", 1, "expected a comparison .*found 5"),
        ("a = 1 b = 2", 7, "expected and, or, or the end of the filter, found b"),
        ("(a = 1", 7, r"expected \), found the end"),
        ("a = 1)", 6, r"found \)"),
        ("a in 'x'", 6, r"expected \(, found 'x'"),
        ("a in ()", 7, "expected a number"),
        ("a in ('x',)", 11, "expected a number"),
        ("a in ('x' 'y')", 11, "expected , or"),
        ("a not = 1", 7, "expected in, found ="),
        ("a not in", 9, r"expected \("),
        ("exists size", 8, r"expected \(, found size"),
        ("exists('size')", 8, "expected the name of an attribute, found 'size'"),
        ("a = 'x", 5, "expected a closing ', found the end"),
        ("a = `x", 5, "expected a closing `"),
        ("``= 1", 1, "closing `"),
        ("a = 1 & b = 2", 7, "found &, which begins no word"),
        ("a = ５", 5, "found ５, which begins no word"),
        ("a = 1e999", 5, "too large"),
        ("a = \ud800", 5, "half of a character"),
        ("and = 1", 1, "found and"),
    ],
)
def test_what_is_wrong_is_shown_at_its_place(text: str, column: int, words: str) -> None:
    with pytest.raises(FilterError, match=words) as caught:
        parse(text)
    assert caught.value.column == column
    assert f"column {column} " in caught.value.message
    assert caught.value.field == "filter"
    assert (caught.value.status, caught.value.exit_status) == (422, 2)


def test_the_place_is_marked_among_what_stands_around_it() -> None:
    text = "category = 'a' and brand = 'b' and\nprice << 5 and colour = 'somewhat red'"
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert caught.value.message.endswith(
        ": ... brand = 'b' and·price <^< 5 and colour = 'somewh..."
    )


def test_a_long_text_is_refused() -> None:
    assert parse("a = '" + "x" * 2042 + "'")
    with pytest.raises(FilterError, match="at most 2,048 characters, this one has 2,049"):
        parse("a = '" + "x" * 2043 + "'")


@pytest.mark.parametrize(("before", "after"), [("(", ")"), ("not ", ""), ("not (", ")")])
def test_depth_is_bounded(before: str, after: str) -> None:
    levels = DEEPEST // (2 if before == "not (" else 1)
    assert parse(before * levels + "a=1" + after * levels)
    with pytest.raises(FilterError, match="more than 50 levels deep"):
        parse(before * (levels + 1) + "a=1" + after * (levels + 1))


def test_depth_counts_what_is_inside_of_each_other_alone() -> None:
    assert parse(" and ".join(["(a=1)"] * 200))


def test_a_list_is_bounded() -> None:
    thousand = ",".join("1" * 1000)
    found = parse(f"a in ({thousand})")
    assert isinstance(found, Among)
    assert len(found.values) == 1000
    with pytest.raises(FilterError, match="a list has at most 1,000 values"):
        parse(f"a in ({thousand},1)")


PIECES = ["and", "or", "not", "in", "exists", "(", ")", ",", "=", "<=", "a", "`b c`", "'x'", '"',
          "'", "`", "5", "-1e9", "true", " ", "\n", "\x00", "é", "!", "9a"]  # fmt: skip


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))
@example("not " * 500)
@example("(" * 2000)
@example("'" * 2000)
@example("a in (" * 300)
@example("1" * 2000)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        tree: Condition | None = parse(text)
        refused = None
    except FilterError as error:
        tree, refused = None, error
    assert (tree is None) != (refused is None)
    if refused is not None:
        assert refused.message.isprintable()
        assert 0 <= refused.column <= len(text) + 1
