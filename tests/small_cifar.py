"""CIFAR-10 in each of its forms, of a few pictures: each class has a colour of its own."""

from __future__ import annotations

import pickle
import tarfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.demo.cifar10 import CLASSES, TEST, TRAIN

Batch = tuple[NDArray[np.uint8], list[int]]


def batch(seed: int, n: int = 20) -> Batch:
    """Return rows as the owners have them, (n, 3072), and labels."""
    rng = np.random.default_rng(seed)
    labels = [i % len(CLASSES) for i in range(n)]
    pixels = rng.integers(0, 60, (n, 3, 32, 32))
    for row, label in enumerate(labels):
        pixels[row, :, :, :] += (
            np.array([label % 3, label // 3 % 3, label // 9])[:, None, None] * 90
        )
    return pixels.reshape(n, -1).astype(np.uint8), labels


def batches(n: int = 20) -> dict[str, Batch]:
    return {name: batch(seed, n) for seed, name in enumerate((*TRAIN, TEST))}


def pickles(place: Path, n: int = 20) -> Path:
    folder = place / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    for name, (rows, labels) in batches(n).items():
        names = [f"{i}.png".encode() for i in range(len(labels))]
        held = {
            b"batch_label": name.encode(),
            b"labels": labels,
            b"data": rows,
            b"filenames": names,
        }
        (folder / name).write_bytes(pickle.dumps(held, 2))
    (folder / "batches.meta").write_bytes(pickle.dumps({b"label_names": list(CLASSES)}, 2))
    return folder


def binaries(place: Path, n: int = 20) -> Path:
    folder = place / "cifar-10-batches-bin"
    folder.mkdir(parents=True)
    for name, (rows, labels) in batches(n).items():
        whole = np.column_stack([np.array(labels, np.uint8), rows])
        (folder / f"{name}.bin").write_bytes(whole.tobytes())
    return folder


def archive(folder: Path, to: Path) -> Path:
    with tarfile.open(to, "w:gz") as file:
        file.add(folder, folder.name)
    return to


def competition(place: Path, n: int = 20) -> Path:
    (place / "train").mkdir(parents=True)
    lines, number = ["id,label"], 0
    for rows, labels in list(batches(n).values())[:5]:
        for row, label in zip(rows, labels, strict=True):
            number += 1
            picture = row.reshape(3, 32, 32).transpose(1, 2, 0)
            Image.fromarray(picture).save(place / "train" / f"{number}.png")
            lines.append(f"{number},{CLASSES[label]}")
    (place / "trainLabels.csv").write_text("\n".join(lines) + "\n")
    return place
