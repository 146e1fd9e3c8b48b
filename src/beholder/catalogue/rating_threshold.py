"""The threshold of ratings, by the scale that the first ones are on."""

from __future__ import annotations

from beholder.behaviour.ratings import Ratings
from beholder.behaviour.scales import Scale
from beholder.errors import SettingsError
from beholder.settings_line import given, write_line
from beholder.workspace import Workspace

SECTION, KEY = "behaviour", "rating_threshold"


def words_of_ratings(
    workspace: Workspace, ratings: Ratings, scale: Scale | None, file: str
) -> list[str]:
    """Keep the threshold of the ratings of a file, and say what they are taken for, in words."""
    if not ratings.total:
        return []
    if scale is None:
        said, threshold = on_no_scale(workspace, ratings), _held(workspace)
    else:
        said, threshold = keep_threshold(workspace, scale, file)
    return [said, *(f"warning: {doubt}" for doubt in doubts(ratings, scale, threshold))]


def foreseen(
    workspace: Workspace, ratings: Ratings, scale: Scale | None
) -> tuple[float, list[str]]:
    """Return the threshold that `words_of_ratings` would say, and what it would warn of.

    Nothing is kept.
    """
    threshold = _held(workspace)
    if scale is None:
        return threshold, doubts(ratings, scale, threshold)
    if given(workspace.toml, SECTION, KEY):
        found = [] if scale.fits(threshold) else [misfit(scale, threshold)]
        return threshold, found + doubts(ratings, scale, threshold)
    threshold = threshold if scale.fits(threshold) else scale.threshold
    return threshold, doubts(ratings, scale, threshold)


def doubts(ratings: Ratings, scale: Scale | None, threshold: float) -> list[str]:
    """Return what speaks against a scale or a threshold: very few above it, in words."""
    found = []
    n, total = ratings.reaching(threshold), ratings.total
    above = 0 if scale is None else ratings.above(scale.high)
    if scale is not None and above:
        found.append(
            f"{above} of {total} ratings lie above {scale}, up to {ratings.values[-1]:g}, and "
            "count as likes: mend them, or set behaviour.rating_threshold if the scale is another"
        )
    zeros = int(ratings.counts[ratings.values == 0].sum())
    if scale is not None and scale.low > 0 and zeros and 0 not in scale.nothing:
        found.append(
            f"{zeros} of {total} ratings are 0, below {scale}, and count as the worst: leave them "
            "empty where they say that nothing was rated"
        )
    if total and ratings.few(n):
        found.append(
            f"{n} of {total} ratings reach behaviour.rating_threshold = {threshold:g}, so that "
            "hardly anything is liked: set it to where liking begins, and mend ratings that are off"
        )
    return found


def scale_in_words(ratings: Ratings, scale: Scale | None) -> str:
    """Return a scale, and what lies above it."""
    low, high = ratings.values[0], ratings.values[-1]
    if scale is None:
        return f"{low:g} to {high:g} (no usual one)"
    above = ratings.above(scale.high)
    words = f"{scale}"
    return f"{words} ({above} of {ratings.total} lie above it, up to {high:g})" if above else words


def keep_threshold(workspace: Workspace, scale: Scale, file: str) -> tuple[str, float]:
    """Write the threshold of a scale into settings that have none; return what holds, in words."""
    threshold = _held(workspace)
    fits, told = scale.fits(threshold), f"ratings of {scale}"
    if given(workspace.toml, SECTION, KEY):
        if fits:
            return f"{told}: from {threshold:g} on they are likes", threshold
        return f"warning: {misfit(scale, threshold)}", threshold
    wanted = threshold if fits else scale.threshold
    comment = f"{told}, by {file}: a rating below it counts as a dislike"
    try:
        write_line(workspace.toml, SECTION, KEY, wanted, comment)
    except (OSError, SettingsError) as error:
        if given(workspace.toml, SECTION, KEY):  # by another import in between
            return keep_threshold(workspace, scale, file)
        return f"warning: {told}: {KEY} = {wanted:g} could not be kept: {error}", threshold
    if _held(workspace) != wanted:  # or right behind this one
        return keep_threshold(workspace, scale, file)
    said = f"{told}: from {wanted:g} on they are likes (kept in {workspace.toml.name})"
    return said, wanted


def on_no_scale(workspace: Workspace, ratings: Ratings) -> str:
    """Say that ratings are on none of the usual scales."""
    low, high = ratings.values[0], ratings.values[-1]
    return (
        f"warning: ratings of {low:g} to {high:g} are on no usual scale: from "
        f"{_held(workspace):g} on they are likes, as behaviour.rating_threshold says"
    )


def _held(workspace: Workspace) -> float:
    """Return the threshold as the settings say now: another import may just have written it."""
    return Workspace(workspace.root).settings.behaviour.rating_threshold


def misfit(scale: Scale, threshold: float) -> str:
    """Say that a threshold was not made for a scale."""
    return (
        f"behaviour.rating_threshold = {threshold:g} does not fit ratings of {scale}: "
        f"{scale.threshold:g} would (one threshold holds for all ratings of a workspace: write "
        "those of another scale as the others are, or import them into a workspace of their own)"
    )
