"""Settings that nothing could be learned with are refused when they are made, not after a while."""

from __future__ import annotations

import msgspec
import pytest

from beholder.errors import UsageError
from beholder.models.registry import MODELS

BY_TORCH = {name: model.Settings for name, model in MODELS.items() if model.card.needs == "torch"}


@pytest.mark.parametrize("name", BY_TORCH)
@pytest.mark.parametrize(
    ("setting", "value", "wanted"),
    [
        ("epochs", 0, ">= 1"),
        ("epochs", 2.5, "got `float`"),
        ("rate", 0.0, "> 0"),
        ("rate", float("nan"), "> 0"),
        ("rate", "fast", "got `str`"),
        ("decay", 1.5, "<= 1"),
    ],
)
def test_what_all_are_told_is_checked(name: str, setting: str, value: object, wanted: str) -> None:
    with pytest.raises(UsageError, match=f"Settings: {setting} is") as refused:
        BY_TORCH[name](**{setting: value})
    assert refused.value.field == setting
    assert wanted in refused.value.remedy


@pytest.mark.parametrize(
    ("name", "setting", "value", "wanted"),
    [
        ("sequence", "factors", 30, "multiple of 4"),
        ("sequence", "factors", 0, ">= 4"),
        ("sequence", "reader", "lstm", "invalid enum value 'lstm'"),
        ("sequence", "gaps", 1.0, "< 1"),
        ("two-towers", "gaps", -0.1, ">= 0"),
        ("two-towers", "tau", 0.0, "> 0"),
        ("two-towers", "size", 0, ">= 1"),
        ("bpr", "factors", -1, ">= 1"),
        ("bpr", "penalty", float("inf"), "< "),
        ("vbpr", "looks", 32, "fewer than the factors, 32"),
        ("lightgcn", "layers", -1, ">= 0"),
        ("item-graph", "nearest", 0, ">= 1"),
    ],
)
def test_what_one_is_told_is_checked(name: str, setting: str, value: object, wanted: str) -> None:
    with pytest.raises(UsageError) as refused:
        BY_TORCH[name](**{setting: value})
    assert wanted in refused.value.remedy


@pytest.mark.parametrize("name", BY_TORCH)
def test_an_unknown_setting_is_refused_and_a_changed_one_is_checked(name: str) -> None:
    with pytest.raises(TypeError, match="epoch"):
        BY_TORCH[name](epoch=3)
    with pytest.raises(UsageError, match="epochs is 0"):
        msgspec.structs.replace(BY_TORCH[name](), epochs=0)
