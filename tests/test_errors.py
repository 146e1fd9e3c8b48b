"""The family of errors: stable codes, a status for HTTP and for the shell, and a remedy."""

from __future__ import annotations

import pytest

from beholder import errors
from beholder.errors import BeholderError, UnknownItemError, UsageError, walk

FAMILY = [error for error in walk() if error.__module__ == errors.__name__]


def test_codes_are_unique_and_written_alike() -> None:
    import beholder.demo.check
    import beholder.service.problems  # noqa: F401  (errors of a room stand in that room)

    codes = [error.code for error in walk()]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert code == code.lower().strip("-")
        assert code.replace("-", "").isalpha()


@pytest.mark.parametrize("error", FAMILY, ids=lambda error: error.__name__)
def test_each_error_has_its_own_code_a_status_and_a_sentence(error: type[BeholderError]) -> None:
    assert "code" in error.__dict__
    assert error.__doc__
    assert 400 <= error.status <= 599
    assert error.exit_status in (1, 2)
    assert error.__name__.endswith("Error")


@pytest.mark.parametrize("error", FAMILY, ids=lambda error: error.__name__)
def test_each_error_says_what_was_found_and_what_to_do(error: type[BeholderError]) -> None:
    made = error("the file is cut", remedy="fetch it again", field="file")
    assert str(made) == "the file is cut (fetch it again)"
    assert (made.message, made.remedy, made.field) == ("the file is cut", "fetch it again", "file")
    assert str(error("the file is cut")) == "the file is cut"


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        ("UsageError", ValueError),
        ("DataError", ValueError),
        ("UnknownItemError", KeyError),
        ("UnknownEventError", KeyError),
        ("AccessError", PermissionError),
        ("MissingExtraError", ImportError),
    ],
)
def test_callers_may_catch_the_builtin_they_know(error: str, builtin: type[Exception]) -> None:
    assert issubclass(getattr(errors, error), builtin)


def test_the_tree_at_the_top_of_the_file_is_the_family() -> None:
    drawn = errors.__doc__ or ""
    assert [error.__name__ for error in FAMILY if error.__name__ not in drawn] == []


def test_a_key_error_of_ours_is_readable() -> None:
    assert str(UnknownItemError("no item 'a'", remedy="check its id")) == (
        "no item 'a' (check its id)"
    )


def test_wrong_usage_ends_with_status_two() -> None:
    assert UsageError.exit_status == 2
    assert errors.SettingsError.exit_status == 2
    assert errors.BundleError.exit_status == 1
