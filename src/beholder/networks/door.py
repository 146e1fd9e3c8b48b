"""Says whether what networks are trained with is installed, before anything is read or begun."""

from __future__ import annotations

from importlib.util import find_spec

from beholder.errors import MissingExtraError


def check(what: str) -> None:
    """Refuse what takes PyTorch where it is not installed.

    Parameters
    ----------
    what
        What was asked for, as the beginning of a sentence.

    Raises
    ------
    MissingExtraError
        If it is not.
    """
    if find_spec("torch") is None:
        raise MissingExtraError(
            f"{what} needs PyTorch, which is not installed",
            remedy="pip install 'beholder[torch]'; what was trained is served without it",
        )


def check_tensorboard() -> None:
    """Refuse to write for TensorBoard where its writer is not installed.

    Raises
    ------
    MissingExtraError
        If it is not.
    """
    if find_spec("tensorboardX") is None:
        raise MissingExtraError(
            "event files for TensorBoard need their writer, which is not installed",
            remedy="pip install 'beholder[tensorboard]', or leave --tensorboard out",
        )
