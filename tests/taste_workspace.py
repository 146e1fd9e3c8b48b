"""A workspace with a taste that the eye sees: some people like what is red at the top."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.behaviour.event import Event
from beholder.encoders import small_cnn_graph
from beholder.media import originals
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace

FAN = "fan-of-red"


def picture(number: int) -> NDArray[np.uint8]:
    """Noise of 32 x 32; every third picture has a reddish upper half."""
    pixels = np.random.default_rng(number).integers(0, 200, (32, 32, 3))
    if number % 3 == 0:
        pixels[:16, :, 0] += 55
    return pixels.astype(np.uint8)


def png(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def taste_workspace(root: Path, n_items: int = 120) -> Workspace:
    """Items with pictures, and likes of what is red; one picture is broken, one item has none."""
    workspace = Workspace.create(root, '[encode]\nencoders = ["colour"]\n')
    with Store.open(workspace, create=True) as store:
        pictures = [originals.keep(workspace.media, png(picture(i))) for i in range(n_items)]
        broken = originals.keep(workspace.media, b"no picture")
        items = [ItemRecord(f"i{i}", f"Item {i}", {}, [pictures[i]]) for i in range(n_items)]
        bare = [ItemRecord("bare", "Bare", {}, []), ItemRecord("broken", "Broken", {}, [broken])]
        store.put_items([*items, *bare])
        red = range(0, n_items, 3)
        store.record([Event(f"i{i}", "like", FAN, time=i + 1) for i in red])
        store.record([Event("broken", "like", FAN, time=n_items)])
        for user in ("ann", "bob"):
            store.record([Event(f"i{i}", "like", user, time=i + 1) for i in list(red)[:12]])
            store.record([Event(f"i{i + 1}", "hide", user, time=i + 1) for i in list(red)[:12]])
    return workspace


def network(*biases: float) -> bytes:
    """A network that says the same of every picture: sigmoid or softmax of its last biases."""
    shapes = {0: (64, 3, 3, 3), 3: (128, 64, 3, 3), 7: (512, 8192), 9: (128, 512)}
    weights = {
        "mean": np.full((1, 3, 1, 1), 127.0),
        "deviation": np.full((1, 3, 1, 1), 64.0),
        "layers.11.weight": np.zeros((len(biases), 128)),
        "layers.11.bias": np.array(biases),
    }
    for n, shape in shapes.items():
        weights |= {f"layers.{n}.weight": np.zeros(shape), f"layers.{n}.bias": np.zeros(shape[0])}
    return small_cnn_graph.write(weights)
