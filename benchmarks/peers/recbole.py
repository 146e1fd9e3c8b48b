"""RecBole: LightGCN. Its SASRec learns from every part of every history: many minutes a setting."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.answers import NOTHING, Scorer
from benchmarks.peers.part import Asked, Floats, Part
from benchmarks.peers.run import main
from benchmarks.peers.tuning import Model, Setting

NAME = "part"  # of its data set, a folder where it is started
FIXED = {
    "data_path": ".",
    "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
    "use_gpu": False,
    "show_progress": False,
    "state": "ERROR",
    "eval_args": {"split": {"RS": [1, 0, 0]}, "order": "TO", "group_by": None, "mode": "full"},
}


def written(part: Part) -> None:
    """Write the pairs as RecBole reads them; the order of events is that of the split."""
    Path(NAME).mkdir(exist_ok=True)
    rows = zip(part.users.tolist(), part.items.tolist(), range(len(part.users)), strict=True)
    lines = ["user_id:token\titem_id:token\ttimestamp:float"]
    lines += [f"{user}\t{item}\t{at}" for user, item, at in rows]
    (Path(NAME) / f"{NAME}.inter").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Fitted:
    """A model, and its numbers of our users and items.

    Attributes
    ----------
    users, items
        int64 (n_users,), (n_items,). Its numbers; 0, its padding, for what it does not know.
    """

    def __init__(self, name: str, part: Part, setting: Setting, seed: int) -> None:
        from recbole.config import Config
        from recbole.data import create_dataset
        from recbole.data.utils import create_samplers, get_dataloader
        from recbole.utils import get_model, get_trainer, init_seed

        written(part)
        config = Config(name, NAME, config_dict=FIXED | setting | {"seed": seed})
        init_seed(seed, True)
        data = create_dataset(config)
        built = data.build()
        sampler, _, _ = create_samplers(config, data, built)
        loader = get_dataloader(config, "train")(config, built[0], sampler, shuffle=True)
        init_seed(seed, True)
        self.model = get_model(name)(config, loader.dataset)
        trainer = get_trainer(config["MODEL_TYPE"], name)(config, self.model)
        trainer.fit(loader, saved=False, show_progress=False)
        self.model.eval()
        self.users = self._numbers(data.field2token_id["user_id"], part.n_users)
        self.items = self._numbers(data.field2token_id["item_id"], part.n_items)

    @staticmethod
    def _numbers(named: dict[str, int], n: int) -> Any:
        return np.array([named.get(str(one), 0) for one in range(n)], np.int64)

    def back(self, scores: Any, n: int) -> Any:
        """Return scores of its items in our order, float32 (n, n_items)."""
        found = scores.detach().numpy().reshape(n, -1)[:, self.items]
        found[:, self.items == 0] = NOTHING
        return found


def lightgcn(part: Part, setting: Setting, seed: int) -> Scorer:
    import torch

    fitted = Fitted("LightGCN", part, setting, seed)

    def scores(asked: Asked, weights: Floats | None) -> Any:
        with torch.no_grad():
            users = torch.as_tensor(fitted.users[asked.users])
            return fitted.back(fitted.model.full_sort_predict({"user_id": users}), len(asked))

    return scores


# Each step passes the whole graph: fewer, larger batches than it ships with, and faster steps.
LIGHTGCN = [
    {
        "embedding_size": 64,
        "n_layers": layers,
        "reg_weight": loss,
        "epochs": epochs,
        "train_batch_size": 8192,
        "learning_rate": 0.005,
    }
    for (layers, loss), epochs in product(((2, 1e-5), (3, 1e-5), (2, 1e-3)), (40, 120))
]
MODELS = {"LightGCN": Model(lightgcn, LIGHTGCN)}

if __name__ == "__main__":
    main(MODELS)
