"""Rows that say that their item is not for sale, as many shops say it."""

from __future__ import annotations

import pytest

from beholder.catalogue.withdrawn import withdrawn


@pytest.mark.parametrize(
    ("column", "value"),
    [("Published", "false"), ("Published", -1.0), ("Published", "-1"), ("is_active", "0"),
     ("isActive", "False"), ("available", "no"), ("aktiv", "Nein"), ("Veröffentlicht", "0,00"),
     ("deleted", "1"), ("archived", "TRUE"), ("discontinued", "yes"), ("hidden", 1.0),
     ("catalog_visibility", "hidden"), ("post_status", "draft"), ("Status", "Entwurf"),
     ("Product Status", "Disabled"), ("state", "inactive"), ("status", "gelöscht"),
     ("visibility", "Not Visible Individually"), ("deleted_at", "2024-05-01")],
)  # fmt: skip
def test_it_is_said_so(column: str, value: object) -> None:
    assert withdrawn(column, value).startswith(f"rows whose {column} is ")


@pytest.mark.parametrize(
    ("column", "value"),
    [("Published", "true"), ("Published", 1.0), ("is_active", "yes"), ("available", "3"),
     ("deleted", "0"), ("hidden", "no"), ("status", "active"), ("state", "Ontario"),
     ("deleted_at", "NULL"), ("deleted_at", "0"), ("colour", "hidden"), ("category", "draft"),
     ("isle", "no"), ("deleted_at", "0000-00-00 00:00:00"), ("deleted_at", "\\N"),
     ("archived_at", "n/a"), ("archived_at", "-")],
)  # fmt: skip
def test_it_is_not_said_so(column: str, value: object) -> None:
    assert withdrawn(column, value) == ""
