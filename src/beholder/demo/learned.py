"""The demo of an encoder that is tuned from pixels, on the gallery whose taste hides."""

from __future__ import annotations

import base64
import io
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np
from PIL import Image

from beholder.catalogue.run import import_files
from beholder.demo.check import CheckError, ask
from beholder.demo.hidden import WEAVES, hidden_gallery, item_id, paint, write_hidden
from beholder.errors import UsageError
from beholder.progress import Progress
from beholder.settings_line import replace_value
from beholder.store.store import Store
from beholder.training.budget import seconds
from beholder.training.train import train_workspace
from beholder.training.tuned import Asked, TunedEncoder, check_asked, tune_encoder
from beholder.workspace import Workspace

if TYPE_CHECKING:
    from beholder.networks.task import Epoch

TITLE = "Demo: a taste that hides"
TRAINED = "60s"  # the budget of trainings
FEWEST = 60  # pictures, and visitors
SHOWN, ASKED = 10, 20  # pictures that are alike, and pictures that are asked about
WEAVE = 0  # which a visitor of the check looks for
LIKED = 5  # by that visitor


class Wanted(NamedTuple):
    """How large the gallery is, and how its encoder is tuned.

    Attributes
    ----------
    budget
        Seconds for tuning and training; None: all epochs, and the settings' for training.
    """

    items: int = 360
    visitors: int = 300
    seed: int = 7
    epochs: int = 6
    budget: float | None = None

    @classmethod
    def of(
        cls,
        items: int | None,
        visitors: int | None,
        seed: int,
        epochs: int | None,
        budget: str | None,
    ) -> Wanted:
        """Return what was asked for; None: its usual value stands."""
        usual = cls()
        return cls(
            usual.items if items is None else items,
            usual.visitors if visitors is None else visitors,
            seed,
            usual.epochs if epochs is None else epochs,
            usual.budget if budget is None else seconds(budget),
        )


def check(wanted: Wanted) -> None:
    """Refuse what makes no gallery, and to begin without PyTorch or the writer of event files.

    Raises
    ------
    UsageError
        If a number makes no gallery, or no training.
    MissingExtraError
        If something is not installed.
    """
    if min(wanted.items, wanted.visitors) < FEWEST:
        raise UsageError(
            f"{wanted.items} pictures and {wanted.visitors} visitors teach nothing",
            remedy=f"at least {FEWEST} of each",
        )
    check_asked(Asked("last", wanted.epochs, seed=wanted.seed, events=Path()))


def built(workspace: Workspace) -> bool:
    """Whether a bundle is served: it is what is made last.

    Raises
    ------
    UsageError
        If it is another workspace.
    """
    if workspace.settings.title != TITLE:
        raise UsageError(
            f"{workspace.root} is a workspace of another kind ({workspace.settings.title})",
            remedy="name a new folder for the demo",
        )
    return (workspace.root / "current").exists()


def events_of(workspace: Workspace) -> Path:
    """Return where the event files for TensorBoard are."""
    return workspace.reports / "tensorboard"


def build(
    workspace: Workspace,
    wanted: Wanted,
    progress: Progress,
    told: Callable[[Epoch, bool], None],
) -> TunedEncoder:
    """Paint and import the gallery, tune the last blocks of the encoder, and train a bundle.

    Where the tuned encoder is not surely better, the bundle is one of the frozen encoder.
    """
    replace_value(workspace.toml, "train", "budget", TRAINED)
    workspace = Workspace.open(workspace.root)
    gallery = hidden_gallery(wanted.items, wanted.visitors, wanted.seed)
    folder = workspace.root / "generated"
    with Store.open(workspace) as store:
        import_files(workspace, store, write_hidden(folder, gallery), progress)
    np.savez(folder / "truth.npz", weaves=gallery.weaves, new=gallery.new)
    shutil.rmtree(folder / "media")  # the workspace has the pictures now
    asked = Asked(
        "last",
        wanted.epochs,
        seed=wanted.seed,
        budget=wanted.budget,
        events=events_of(workspace),
        progress=progress,
        told=told,
    )
    done = tune_encoder(workspace, asked)
    if done.trained is not None:
        return done
    trained = train_workspace(workspace, seed=wanted.seed, progress=progress)
    return msgspec.structs.replace(done, trained=trained)


def check_learned(address: str, workspace: Workspace) -> list[str]:
    """Like pictures of one weave, and ask `POST /recommend` about new ones of all weaves.

    Raises
    ------
    CheckError
        If new pictures of the weave are not told from others.
    """
    with np.load(workspace.root / "generated" / "truth.npz", allow_pickle=False) as truth:
        weaves, new = truth["weaves"], truth["new"]
    user = f"check-{secrets.token_hex(8)}"
    for number in np.flatnonzero((weaves == WEAVE) & ~new)[:LIKED].tolist():
        body = {"user": user, "item": item_id(number), "kind": "like"}
        ask(address, "/v1/interactions", body)
    kinds = [WEAVE if n % 2 == 0 else 1 + n // 2 % (len(WEAVES) - 1) for n in range(ASKED)]
    said, alike = [], []
    for number, kind in enumerate(kinds):
        picture = {"image": _png(kind, number), "user": user, "k": SHOWN}
        answer = ask(address, "/recommend", picture)
        said.append(answer["prediction"])
        alike += [
            int(weaves[int(one["id"].rsplit("-", 1)[1])]) == kind for one in answer["similar"]
        ]
    own = [p for p, kind in zip(said, kinds, strict=True) if kind == WEAVE]
    others = [p for p, kind in zip(said, kinds, strict=True) if kind != WEAVE]
    above = float(np.mean([[a > b for b in others] for a in own]))
    if above <= 0.5 or np.mean(alike) <= 1 / len(WEAVES):
        raise CheckError(
            f"of pictures of a liked weave {above:.2f} are above others",
            remedy="delete the demo's folder and try again",
        )
    return [
        f"/recommend, of {ASKED} new pictures: one of the liked weave is above another one in "
        f"{100 * above:.0f}% of cases (50% is chance); of what it finds alike "
        f"{100 * float(np.mean(alike)):.0f}% have the same weave "
        f"({100 / len(WEAVES):.0f}% is chance)"
    ]


def _png(kind: int, number: int) -> str:
    sink = io.BytesIO()
    Image.fromarray(paint(kind, 1_000_003, number)).save(sink, "PNG")
    return base64.b64encode(sink.getvalue()).decode()
