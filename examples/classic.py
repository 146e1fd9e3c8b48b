"""The classic, by itself: a small network learns CIFAR-10, and Flask answers with it.

pip install torch numpy safetensors flask flask-cors
python classic.py cifar-10-batches-bin --like cat       (docs/classic.md walks through it)
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from flask import Flask, jsonify, request
from flask_cors import CORS
from safetensors.torch import load_model, save_model
from torch import nn

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
ROW = 1 + 3 * 32 * 32  # a label, then 32 x 32 red, green and blue


class SmallCnn(nn.Module):
    """Pixels 0..1 (n, 3, 32, 32) to one number a picture, before the sigmoid."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))  # a part of the network, so that
        self.register_buffer("deviation", torch.ones(1, 3, 1, 1))  # whoever asks need not know them
        self.layers = nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1),  # (n, 64, 32, 32): padding keeps the size
            nn.ReLU(),
            nn.MaxPool2d(2),  # (n, 64, 16, 16)
            nn.Conv2d(64, 128, 3, padding=1),  # (n, 128, 16, 16)
            nn.ReLU(),
            nn.MaxPool2d(2),  # (n, 128, 8, 8)
            nn.Flatten(),  # (n, 8192)
            nn.Linear(128 * 8 * 8, 512),
            nn.ReLU(),
            nn.Linear(512, 128),
            nn.ReLU(),
            nn.Linear(128, 1),
        )

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.layers((pixels - self.mean) / self.deviation)


def read(folder: Path, names: str, like: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return pictures, uint8 (n, 3, 32, 32), and whether each is of the class that is liked."""
    files = [np.fromfile(path, np.uint8) for path in sorted(folder.glob(names))]
    rows = np.concatenate(files).reshape(-1, ROW)
    liked = rows[:, 0] == CLASSES.index(like)
    pictures = torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).copy())
    return pictures, torch.from_numpy(liked.astype(np.float32))


def predictions(model: SmallCnn, pictures: torch.Tensor) -> torch.Tensor:
    """Return a number between 0 and 1 for each picture."""
    model.eval()
    with torch.no_grad():
        parts = [model(part.float() / 255) for part in pictures.split(500)]
    return torch.sigmoid(torch.cat(parts)[:, 0])


def train(model: SmallCnn, folder: Path, like: str, epochs: int = 10, batch: int = 64) -> None:
    """Train with Adam on binary cross-entropy; print a line an epoch."""
    pictures, liked = read(folder, "data_batch_*.bin", like)
    unseen, wanted = read(folder, "test_batch.bin", like)
    some = pictures[:10_000].float() / 255
    model.mean.copy_(some.mean((0, 2, 3), keepdim=True))
    model.deviation.copy_(some.std((0, 2, 3), keepdim=True))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    loss_of = nn.BCEWithLogitsLoss()  # the sigmoid is in it: more exact than one before BCELoss
    for epoch in range(1, epochs + 1):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(liked)).split(batch):
            optimiser.zero_grad()
            loss = loss_of(model(pictures[rows].float() / 255)[:, 0], liked[rows])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(rows)
        right = ((predictions(model, unseen) > 0.5) == (wanted > 0.5)).float().mean().item()
        print(f"Epoch [{epoch}], Loss: {total / len(liked):.4f}, Accuracy: {100 * right:.2f}%")
    print(f"always saying no reaches {100 * (1 - wanted.mean().item()):.2f}%")


def create_app(model: SmallCnn) -> Flask:
    """Return the service: a picture in, a number between 0 and 1 out."""
    app = Flask(__name__)
    CORS(app)

    @app.post("/recommend")
    def recommend():  # the view: without a function below the route there is no route
        sent = (request.get_json(silent=True) or {}).get("image")
        try:
            picture = torch.tensor(sent, dtype=torch.float32).reshape(1, 3, 32, 32)
        except (TypeError, ValueError, RuntimeError):
            return jsonify(error="send image as 3 x 32 x 32 numbers"), 422
        if picture.min() < 0 or picture.max() > 255:
            return jsonify(error="send 0 to 1 or 0 to 255, not normalised"), 422
        whole = picture if picture.max() > 1 else picture * 255
        return jsonify(prediction=predictions(model, whole).item())

    return app


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--like", choices=CLASSES, default="cat")
    words = asked.parse_args()
    network, kept = SmallCnn(), Path(f"{words.like}.safetensors")
    if kept.exists():
        load_model(network, kept)
    else:
        train(network, words.folder, words.like)
        save_model(network, kept)
    create_app(network).run(port=5000)
