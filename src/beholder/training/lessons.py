"""What an encoder is tuned on: pictures, couples that people like, and who judges it.

The last like of each person and a tenth of the items are left out, by the split that weighs the
members of a blend with this seed: what is tuned cannot flatter itself there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beholder.blending.measure import Values
from beholder.blending.validation import FEWEST, validation
from beholder.dataset.build import Built
from beholder.dataset.couples import couples
from beholder.encoders import small_pictures
from beholder.encoders.efficientnet_lite0 import EfficientNetLite0
from beholder.encoders.item_network import ItemNetwork, of_items
from beholder.encoders.registry import graphs, vector_cache
from beholder.errors import DataError
from beholder.media import originals
from beholder.progress import Progress
from beholder.scorers.interface import Floats
from beholder.spaces import Modality
from beholder.spaces.whitening import Whitening
from beholder.spaces.word_space import WordSpace
from beholder.spaces.words import tokens
from beholder.training.judge import Judge
from beholder.workspace import Workspace

FROZEN = EfficientNetLite0.name
COUPLES = 100_000  # at most
LEAST = 100  # couples
PICTURES = 20_000  # at most: those that most people like
JUDGED = 300  # cases at most, of those that choose and of those that judge


@dataclass(frozen=True)
class Taught:
    """Distinct covers, or covers with their words; what is learned of them, and who judges.

    Attributes
    ----------
    digests
        SHA-256 of each picture, by row; empty where words have none that can be read.
    texts
        What is said beside each, where words are read; else empty.
    first, second
        int64 (p,). Rows of the pictures of each couple.
    fitted
        bool (rows,). Rows that something may be learned from.
    chooser, judge
        Say which epoch is best, and how good that is: of other people, since the best of several
        flatters itself where it was chosen.
    """

    digests: list[str]
    texts: list[str]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    fitted: NDArray[np.bool_]
    chooser: Judge
    judge: Judge
    notes: list[str]

    @cached_property
    def pictured(self) -> NDArray[np.bool_]:
        """bool (rows,). Whether there is a picture."""
        return np.array([bool(digest) for digest in self.digests], bool)

    @cached_property
    def terms(self) -> list[list[str]]:
        """The words of each row."""
        return [tokens(text) for text in self.texts]

    def features(self, workspace: Workspace) -> Floats:
        """Return the frozen features of all pictures, float32 (rows, 1280)."""
        return self.vectors(workspace, FROZEN)

    def vectors(self, workspace: Workspace, encoder: str) -> Floats:
        """Return the vectors of all pictures by an encoder that has seen them, (rows, dim)."""
        return vector_cache(workspace, encoder).load(self.digests)[0]

    def pixels(
        self,
        workspace: Workspace,
        side: int,
        progress: Progress,
        some: NDArray[np.int64] | None = None,
    ) -> NDArray[np.uint8]:
        """Return pictures as a tuned network sees them, uint8 (rows, side, side, 3).

        Black where there is none.

        Parameters
        ----------
        some
            Rows; None: all.
        """
        wanted = np.arange(len(self.digests)) if some is None else some
        there = self.pictured[wanted]
        paths = [originals.path_of(workspace.media, self.digests[row]) for row in wanted[there]]
        found = small_pictures.read(workspace, paths, progress, side)
        if found.refused:
            said = ", ".join(f"{why}: {n}" for why, n in sorted(found.refused.items()))
            raise DataError(
                f"pictures that were encoded before cannot be read any more ({said})",
                remedy="`beholder check` says which are missing",
            )
        if there.all():
            return found.pixels
        pixels = np.zeros((len(wanted), side, side, 3), np.uint8)
        pixels[there] = found.pixels
        return pixels

    def frozen(self, workspace: Workspace) -> Values:
        """Return how the frozen encoder is judged, case by case; of no pictures it says nothing."""
        if not (self.pictured & self.fitted).any():
            return self.judge.values(np.zeros((len(self.judge.judged), 1), np.float32))
        features = self.features(workspace)
        modality = Modality.of_rows(features, self.pictured)
        return self.judge.values(Whitening.fit(modality, self.fitted)(features[self.judge.judged]))

    def reached(self, workspace: Workspace, encoder: str) -> Values:
        """Return how an encoder is judged that has encoded everything, case by case."""
        judged = self.judge.judged
        vectors = self.vectors(workspace, encoder)[judged]
        if of_items(encoder):
            network = ItemNetwork(encoder, graphs(workspace))
            terms = [self.terms[row] for row in judged]
            if not self.pictured.any():
                vectors = np.zeros((len(judged), network.dim), np.float32)
            vectors = network.vectors(vectors, self.pictured[judged], terms)
        return self.judge.values(vectors)

    def by_words(self) -> Values:
        """Return how words alone are judged, as texts are compared in a blend, case by case."""
        space = WordSpace.fit(self.texts, self.fitted)
        return self.judge.by_cosines(space.between(self.judge.judged, self.judge.wanted))


def taught(
    workspace: Workspace,
    built: Built,
    seed: int,
    *,
    words: bool = False,
    assumed: bool = False,
) -> Taught:
    """Return what there is to learn from, with all pictures encoded by the frozen network.

    Parameters
    ----------
    words
        Whether rows are pictures with what is said beside them, either of which may be missing.
    assumed
        Whether pictures that are not encoded yet count, too, as if they all could be.

    Raises
    ------
    DataError
        If there is too little.
    """
    dataset = built.dataset
    held = validation(dataset, seed)
    liked = held.train.interactions
    covers = [own[0] if own else "" for own in built.items["pictures"].to_pylist()]
    if assumed:
        present = np.array([bool(cover) for cover in covers], bool)
    else:
        _, present = vector_cache(workspace, FROZEN).load(covers)
    counts = liked.item_counts + held.cold * (int(liked.item_counts.max(initial=0)) + 1)
    seen = [cover if there else "" for cover, there in zip(covers, present, strict=True)]
    said = [text if words and tokens(text) else "" for text in dataset.texts]
    shown = list(zip(seen, said, strict=True))
    order = [i for i in np.argsort(-counts, kind="stable").tolist() if any(shown[i])]
    distinct = list(dict.fromkeys(shown[i] for i in order))[:PICTURES]
    row_of = {each: row for row, each in enumerate(distinct)}
    rows = np.array([row_of.get(each, -1) for each in shown], np.int64)
    rng = np.random.default_rng([seed, 41])
    first, second = couples(liked, rows >= 0, COUPLES, rng)
    different = rows[first] != rows[second]
    first, second = rows[first][different], rows[second][different]
    fresh = held.fresh.only((rows >= 0)[held.fresh.targets])
    if len(fresh) < 2 * FEWEST or len(first) < LEAST:  # one case is one person
        raise DataError(
            f"{len(first)} couples that somebody liked, and {len(fresh)} people, of whom half "
            "choose the epoch and half judge: too few to tune an encoder",
            remedy=f"{LEAST} and {2 * FEWEST} are the least, of 50 pictures or more: collect likes",
        )
    some = np.linspace(0, len(fresh) - 1, min(len(fresh), 2 * JUDGED)).astype(np.int64)
    asked = held.cold & (rows >= 0)
    chooser, judge = (Judge(fresh.take(own), asked, rows) for own in (some[::2], some[1::2]))
    fitted = np.ones(len(distinct), bool)
    fitted[rows[asked]] = False
    of = "items" if words else "pictures"
    told = f"{len(chooser.cases)} people choose the epoch, {len(judge.cases)} others judge"
    notes = [f"{told}, by {int(asked.sum())} {of} that were left out"]
    without = int((rows < 0).sum())
    if without:
        notes.append(
            f"items that nothing is learned of, without a picture that can be read"
            f"{' or words' if words else ''}, or beyond {PICTURES} pictures: {without}"
        )
    digests, texts = ([each[part] for each in distinct] for part in (0, 1))
    return Taught(digests, texts, first, second, fitted, chooser, judge, notes)
