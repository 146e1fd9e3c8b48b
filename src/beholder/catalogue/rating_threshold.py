"""The threshold of ratings, by the scale that the first ones are on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.scales import Scale
from beholder.errors import SettingsError
from beholder.settings_line import given, write_line
from beholder.workspace import Workspace

SECTION, KEY = "behaviour", "rating_threshold"


def keep_threshold(workspace: Workspace, scale: Scale, file: str) -> str:
    """Write the threshold of a scale into settings that have none, and say what holds, in words."""
    threshold = workspace.settings.behaviour.rating_threshold
    fits, told = scale.fits(threshold), f"ratings of {scale}"
    if given(workspace.toml, SECTION, KEY):
        if fits:
            return f"{told}: from {threshold:g} on they are likes"
        return f"warning: {misfit(scale, threshold)}"
    wanted = threshold if fits else scale.threshold
    comment = f"{told}, by {file}: a rating below it counts as a dislike"
    try:
        write_line(workspace.toml, SECTION, KEY, wanted, comment)
    except (OSError, SettingsError) as error:
        return f"warning: {told}: {KEY} = {wanted:g} could not be kept: {error}"
    return f"{told}: from {wanted:g} on they are likes (kept in {workspace.toml.name})"


def on_no_scale(workspace: Workspace, ratings: NDArray[np.float32]) -> str:
    """Say that ratings are on none of the usual scales."""
    threshold = workspace.settings.behaviour.rating_threshold
    return (
        f"warning: ratings of {ratings.min():g} to {ratings.max():g} are on no usual scale: from "
        f"{threshold:g} on they are likes, as behaviour.rating_threshold says"
    )


def misfit(scale: Scale, threshold: float) -> str:
    """Say that a threshold was not made for a scale."""
    return (
        f"behaviour.rating_threshold = {threshold:g} does not fit ratings of {scale}: "
        f"{scale.threshold:g} would"
    )
