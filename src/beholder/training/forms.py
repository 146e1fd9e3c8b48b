"""`beholder encoders compare`: each network as it is, of half size, of eight bits, and a student.

The smaller forms are encoders of the workspace: who finds one good enough names it in the settings.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.blending.measure import Values
from beholder.dataset.build import build
from beholder.encoders import augment, compress, own_graph, own_network
from beholder.encoders.interface import open_session
from beholder.encoders.item_network import of_items
from beholder.encoders.own_network import OWN, OwnNetwork
from beholder.encoders.registry import graphs, vector_cache
from beholder.encoders.run import encode_pictures
from beholder.errors import UsageError
from beholder.networks import door
from beholder.progress import SILENT, Progress
from beholder.spaces import Modality
from beholder.spaces.whitening import Whitening
from beholder.store.store import Store
from beholder.training.lessons import FROZEN, Taught, taught
from beholder.workspace import Workspace

if TYPE_CHECKING:
    from beholder.networks.task import Epoch

Told = Callable[["Epoch", bool], None]
LITE0 = "lite0"  # kind of the frozen network's forms
CALIBRATED = 50  # pictures that ranges are measured on, at most
TIMED = 40  # pictures that speed and invariance are measured on, at most
LARGEST, LEAST_SIDE = 96, 32  # of the pictures of a student, half of a teacher's where that is less
DISTILLED, WATCHED = 2_000, 300  # pictures that a student learns from, and is watched by, at most
EPOCHS, PATIENCE, RATE = 10, 3, 3e-4  # of a student


class Form(msgspec.Struct, frozen=True):
    """One form of a network, and what it costs.

    Attributes
    ----------
    form
        `whole`, `half`, `int8` or `student`.
    encoder
        Its name, as the settings would have it.
    bytes, per_second
        Of the file; pictures a second in one process, decoding aside.
    ndcg, loss, error
        NDCG@10 by its vectors alone on held-out pictures; how much less that is than the whole
        network's by case, and the standard error of that.
    cosine
        Mean cosine of its vectors and the whole network's.
    invariance
        How alike a picture and a changed one are, by the kind of change, 1 being the same.
    """

    of: str
    form: str
    encoder: str
    bytes: int
    per_second: float
    ndcg: float
    loss: float
    error: float
    cosine: float
    invariance: dict[str, float]


def compare_forms(
    workspace: Workspace,
    seed: int,
    progress: Progress = SILENT,
    *,
    distilled: bool = False,
    told: Told = lambda epoch, old: None,
) -> tuple[list[Form], list[str]]:
    """Make the smaller forms of each network of the settings, and measure all.

    Parameters
    ----------
    distilled
        Whether a student is trained of each, too; `told` is told of its epochs.

    Returns
    -------
    The forms, and notes in words.

    Raises
    ------
    MissingExtraError
        If a student is asked for, and PyTorch is not installed.
    UsageError
        If the settings name no network of Beholder's.
    DataError
        If too little is liked to judge by.
    """
    if distilled:
        door.check("encoders compare --distil")
    used = workspace.settings.encode.encoders
    worded = [name for name in used if of_items(name)]
    wanted = [
        name for name in used if name == FROZEN or (name.startswith(OWN) and name not in worded)
    ]
    said = [f"{name} reads words, too: it is small, and stays as it is" for name in worded]
    if not wanted:
        raise UsageError(
            "; ".join(["encode.encoders names no network that could be compared", *said]),
            remedy=f"name {FROZEN}, or tune one: train --tune-encoder",
        )
    with Store.open(workspace) as store:
        built = build(workspace, store, seed)
    lessons = taught(workspace, built, seed)
    found: list[Form] = []
    for name in wanted:
        measured = _Measured(workspace, lessons, name, seed, progress)
        try:
            found += measured.forms(told if distilled else None)
        finally:
            measured.tidy()
    return found, [*lessons.notes, *said]


class _Measured:
    """One network and its forms on the same pictures."""

    def __init__(
        self, workspace: Workspace, lessons: Taught, name: str, seed: int, progress: Progress
    ) -> None:
        self.workspace, self.lessons, self.name = workspace, lessons, name
        self.seed, self.progress = seed, progress
        self.folder = graphs(workspace)
        self.before = own_network.names(self.folder)
        self.own = name if name.startswith(OWN) else _frozen(self.folder)
        self.side = OwnNetwork(self.own, self.folder).side

    def forms(self, told: Told | None) -> list[Form]:
        """Return the network itself, then the smaller ones; None: without a student."""
        onnx = own_network.file_of(self.own, self.folder).read_bytes()
        pixels = self._some(CALIBRATED, self.side)
        kind = self.own.removeprefix(OWN).rsplit("-", 1)[0]
        made = {
            "whole": self.own,
            "half": own_network.keep(self.folder, f"{kind}-half", compress.half(onnx)),
            "int8": own_network.keep(self.folder, f"{kind}-int8", compress.int8(onnx, pixels)),
        }
        whole = self._judged(self.own)
        found = [self._form(form, own, pixels[:TIMED], *whole) for form, own in made.items()]
        if told is not None:
            onnx = self._student(told)
            own = own_network.keep(self.folder, f"{kind}-student", onnx)
            small = self._some(TIMED, self._smaller)
            found.append(self._form("student", own, small, *whole))
        return found

    def tidy(self) -> None:
        """Take away the copy of the frozen network that was made to be compared, and its vectors.

        One that was there before stays.
        """
        if self.own != self.name and self.own not in self.before:
            kept = vector_cache(self.workspace, self.own).shards.folder.parent
            shutil.rmtree(kept, ignore_errors=True)
            own_network.file_of(self.own, self.folder).unlink()

    @property
    def _smaller(self) -> int:
        """The side of a student's pictures."""
        return LARGEST if self.side > LARGEST else max(LEAST_SIDE, self.side // 2)

    def _student(self, told: Told) -> bytes:
        from beholder.encoders.lite0_graph import folded
        from beholder.encoders.lite0_weights import read_weights, weights_file
        from beholder.networks.distil import Shown, distil
        from beholder.networks.task import Options

        lessons = self.lessons
        rng = np.random.default_rng([self.seed, 53])
        learned = rng.permutation(np.flatnonzero(lessons.fitted))[:DISTILLED]
        others = rng.permutation(np.flatnonzero(~lessons.fitted))[:WATCHED]
        rows = np.sort(np.concatenate([learned, others]))
        vectors = lessons.vectors(self.workspace, self.own)[rows]
        pixels = lessons.pixels(self.workspace, self._smaller, self.progress, rows)
        shown = Shown(pixels, np.asarray(vectors, np.float32), lessons.fitted[rows])
        options = Options(
            epochs=EPOCHS,
            rate=RATE,
            seed=self.seed,
            patience=PATIENCE,
            progress=self.progress,
            told=told,
        )
        return distil(folded(read_weights(weights_file())), shown, options)[0]

    def _form(
        self,
        form: str,
        own: str,
        pixels: NDArray[np.uint8],
        whole_values: Values,
        whole_vectors: NDArray[np.float32],
    ) -> Form:
        path = own_network.file_of(own, self.folder)
        values, vectors = self._judged(own)
        lost = whole_values - values
        lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(whole_vectors, axis=1)
        session = open_session(str(path))

        def encode(some: NDArray[np.uint8]) -> NDArray[np.float32]:
            rows = [np.moveaxis(each, -1, 0)[None].astype(np.float32) for each in some]
            told = [session.run([own_graph.OUTPUT], {own_graph.INPUT: row})[0] for row in rows]
            return np.concatenate(told)

        encode(pixels[:2])
        began = time.perf_counter()
        encode(pixels)
        spent = time.perf_counter() - began
        return Form(
            self.name,
            form,
            self.name if form == "whole" else own,
            path.stat().st_size,
            len(pixels) / spent,
            float(values.mean()),
            float(lost.mean()),
            float(lost.std(ddof=1) / np.sqrt(len(lost))),
            float(((vectors * whole_vectors).sum(axis=1) / np.maximum(lengths, 1e-12)).mean()),
            augment.invariance(encode, pixels, self.seed),
        )

    def _judged(self, own: str) -> tuple[Values, NDArray[np.float32]]:
        """Return how a form is judged by case, and its vectors of the pictures judged by."""
        lessons, digests = self.lessons, self.lessons.digests
        encode_pictures(self.workspace, digests, [own], self.progress, with_renditions=False)
        vectors = lessons.vectors(self.workspace, own)
        judged = vectors[lessons.judge.judged]
        if own_network.tuned(own):
            return lessons.judge.values(judged), judged
        modality = Modality.of_rows(vectors, np.ones(len(vectors), bool))
        return lessons.judge.values(Whitening.fit(modality, lessons.fitted)(judged)), judged

    def _some(self, most: int, side: int) -> NDArray[np.uint8]:
        """Return some pictures of the catalogue as a network of a side sees them."""
        drawn = np.random.default_rng([self.seed, 52]).permutation(len(self.lessons.digests))[:most]
        return self.lessons.pixels(self.workspace, side, self.progress, np.sort(drawn))


def _frozen(folder: Path) -> str:
    """Keep the frozen network without its classes as one of the workspace's own."""
    from beholder.encoders.lite0_graph import folded
    from beholder.encoders.lite0_weights import SIDE, read_weights, weights_file

    weights = folded(read_weights(weights_file()))
    return own_network.keep(folder, LITE0, own_graph.write(weights, None, SIDE))
