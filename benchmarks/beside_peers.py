"""Q1 to Q3 beside other libraries: each tuned, on the same splits, by one metric code.

    python -m benchmarks.beside_peers DATA --keep DIR [--sets hm-fashion ...] [--seeds 7 8 9]
                                      [--protocols leave-last-out ...] [--peers implicit/BM25 ...]
                                      [--budget 20m] [--without-ours] [--out STEM]

DATA holds one folder a data set with items.csv, interactions.csv and images/; DIR gets a workspace
of each (one that is there is used), and keeps everything else:

    DIR/envs/LIBRARY       an environment of its own for each library, by pip, versions pinned
    DIR/splits/SET--PROTOCOL--SEED   what all peers learn from and are asked, as plain arrays
    DIR/peers/LIBRARY--MODEL/SET--PROTOCOL--SEED   lists, the settings that were tried, and the cell
    DIR/cells/ours         our own cells, as `benchmarks.paired` measures them

A peer tries its settings on validation users of the first seed, once a set and protocol, and is
then fitted on all that may be learned from; other seeds take that setting. Then it answers the
test cases, as it ships, and, where it takes weights of a history, with ours. A cell is kept: it is
made again only if the split, the pinned version or the grid changed, and a tuning that was
interrupted goes on where it was. Seed by seed, the quick peers first, ours last in each seed. One
thread, lowest priority.

Writes STEM.json and STEM.md after the peers of each seed, and after ours: to see what there is, ask
once more for what is kept. Ends with an error if a peer is surely below what it is known to reach,
or failed.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.paired import PROTOCOLS, SETS
from benchmarks.peer_cells import PEERS, Peer, Place, cell_of, measure
from benchmarks.peer_environments import Environment, environment
from benchmarks.peer_splits import Source, export, source_of
from benchmarks.peer_table import figures, markdown
from benchmarks.quality import prepared
from benchmarks.results import FOLDER, write
from benchmarks.trees import ROOT


class Run:
    """One run: what is asked for, what was written of it, and how long it takes."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.keep: Path = args.keep.resolve()
        self.peers = [peer for peer in PEERS if not args.peers or peer.label in args.peers]
        self.failed: dict[str, str] = {}
        self.began, self.done = time.monotonic(), 0
        self.left = sum(
            len(args.sets) * self._fits(peer, seed)
            for peer in self.peers
            for seed in args.seeds
            for protocol in args.protocols
            if peer.can(protocol)
        )

    def _fits(self, peer: Peer, seed: int) -> int:
        """Return how often a peer is fitted on a split: in the first seed by every setting."""
        first: int = self.args.seeds[0]
        return 1 + peer.model.tried * (seed == first)

    def place(self, data: str, protocol: str, seed: int) -> Place:
        return Place(data, protocol, seed, self.keep)

    def splits(self, seed: int) -> None:
        """Write the splits of a seed."""
        for data in self.args.sets:
            source: Source | None = None
            for protocol in self.args.protocols:
                folder = self.place(data, protocol, seed).split
                if not (folder / "facts.json").exists():
                    source = source or source_of(self.keep / data, seed)
                    print(f"{folder.name}: writing", flush=True)
                    export(source, protocol, seed, folder)

    def peer(self, peer: Peer, seed: int) -> None:
        """Measure a peer on all splits of a seed."""
        made = environment(peer.library, self.keep / "envs")
        self.failed |= made.errors
        for data in self.args.sets:
            for protocol in self.args.protocols:
                if peer.can(protocol):
                    self.left -= self._fits(peer, seed)
                    if made.version is not None:
                        self._measured(peer, self.place(data, protocol, seed), made)

    def _measured(self, peer: Peer, place: Place, made: Environment) -> None:
        """Measure a peer on one split, unless that is kept, and say how long the rest takes."""
        if cell_of(peer, place) is not None:
            print(f"{peer.label}, {place}: kept", flush=True)
            return
        error = measure(peer, place, made)
        if error is not None:
            self.failed[f"{peer.label}, {place}"] = error
        self.done += self._fits(peer, place.seed)
        gone = (time.monotonic() - self.began) / 60
        left = gone * self.left / self.done
        said = "FAILED" if error is not None else "measured"
        print(f"{peer.label}, {place}: {said}, {gone:.0f} min gone", end="", flush=True)
        print(f", about {left:.0f} left for {self.left} fits of peers", flush=True)

    def ours(self, seed: int) -> None:
        """Measure our own contenders on all splits of a seed."""
        command = [sys.executable, "-m", "benchmarks.paired", str(self.keep)]
        command += ["--trees", f"ours={ROOT}", "--keep", str(self.keep / "cells")]
        command += ["--sets", *self.args.sets, "--protocols", *self.args.protocols]
        command += ["--seeds", str(seed), "--budget", self.args.budget]
        command += ["--out", str(self.keep / "ours")]
        if subprocess.run(command, check=False).returncode:
            self.failed[f"ours, seed {seed}"] = "the terminal says why"

    def table(self) -> list[str]:
        """Write what is known so far, and return what speaks against it."""
        places = [
            self.place(data, protocol, seed)
            for data in self.args.sets
            for protocol in self.args.protocols
            for seed in self.args.seeds
        ]
        document = figures(places, self.peers, self.failed)
        stem = self.args.out
        write(stem.name, document, stem.with_suffix(".json"), show=False)
        stem.with_suffix(".md").write_text(markdown(document), encoding="utf-8")
        return [*document["below"], *self.failed]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--protocols", nargs="+", choices=PROTOCOLS, default=PROTOCOLS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[7, 8, 9])
    parser.add_argument("--peers", nargs="+", choices=[peer.label for peer in PEERS])
    parser.add_argument("--budget", default="20m", help="For our own contenders.")
    parser.add_argument("--without-ours", action="store_true", help="Leave our cells as they are.")
    parser.add_argument("--out", type=Path, default=FOLDER / "Q-peers")
    args = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    args.keep.mkdir(parents=True, exist_ok=True)
    with (args.keep / "lock-of-peers").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run waits
        for data in args.sets:
            prepared(args.data / data, args.keep / data)
        run = Run(args)
        against: list[str] = []
        for seed in args.seeds:
            run.splits(seed)
            for peer in run.peers:
                run.peer(peer, seed)
            against = run.table()
            if not args.without_ours:
                run.ours(seed)
                against = run.table()
    print(args.out.with_suffix(".md").read_text(encoding="utf-8"))
    if against:
        raise SystemExit("\n".join(against))


if __name__ == "__main__":
    main()
