"""The bulk road: everything is encoded once, whatever stops it, and refusals are told."""

from __future__ import annotations

import io
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.encoders import picture_workers
from beholder.encoders.picture_workers import PictureWorkers
from beholder.encoders.registry import open_encoder, vector_cache
from beholder.encoders.run import encode_pictures
from beholder.errors import MediaTypeError, UsageError
from beholder.media import originals, renditions
from beholder.media.pictures import decode
from beholder.progress import Silent
from beholder.settings import MediaSettings
from beholder.workspace import Workspace
from forked import Forked


def jpeg(seed: int, width: int = 90, height: int = 60) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 256, (6, 9, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize((width, height)).save(file, "JPEG")
    return file.getvalue()


def keep(workspace: Workspace, count: int) -> list[str]:
    return [originals.keep(workspace.media, jpeg(seed)) for seed in range(count)]


def shards(workspace: Workspace) -> set[Path]:
    return set(workspace.vectors.rglob("*.safetensors"))


class Steps(Silent):
    """Counts, and may stop the run like Ctrl-C after some pictures."""

    def __init__(self, stop_after: int = -1) -> None:
        self.total: int | None = None
        self.done = 0
        self.stop_after = stop_after

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        self.total = total

    def advance(self, n: int = 1) -> None:
        self.done += n
        if self.done == self.stop_after:
            raise KeyboardInterrupt


def test_pictures_become_vectors_facts_and_renditions_once(workspace: Workspace) -> None:
    keys = keep(workspace, 5)
    steps = Steps()
    report = encode_pictures(workspace, [*keys, keys[0]], progress=steps)
    assert (report.wanted, report.encoded, report.same, report.refused) == (5, 5, 0, [])
    assert (steps.total, steps.done) == (5, 5)
    assert {facts[:2] for facts in report.facts.values()} == {(90, 60)}
    assert all(renditions.path_of(workspace.media, key, 240).is_file() for key in keys)
    before = shards(workspace)
    again = encode_pictures(workspace, keys)
    assert (again.encoded, again.same, again.facts) == (0, 5, report.facts)
    assert shards(workspace) == before


def test_workers_give_the_vectors_that_this_process_gives(
    workspace: Workspace, graphs: Path
) -> None:
    names = ["efficientnet-lite0", "colour"]
    data = [jpeg(1), jpeg(2, 700, 1100)]
    keys = [originals.keep(workspace.media, each) for each in data]
    encode_pictures(workspace, keys, names)
    with PictureWorkers(workspace, names, count=1) as pool:
        answers = [pool.encode(each) for each in data]
    for name in names:
        encoder = open_encoder(name, graphs)
        serial = encoder.encode([decode(e, MediaSettings(), encoder.decode_side) for e in data])
        np.testing.assert_allclose([a.vectors[name] for a in answers], serial, atol=1e-6)
        cached, present = vector_cache(workspace, name).load(keys)
        assert present.all()
        np.testing.assert_allclose(cached, serial, rtol=1e-3, atol=1e-4)
    assert answers[0].classes["efficientnet-lite0"].shape == (1000,)
    assert [answer.hash for answer in answers] == keys
    assert (answers[1].width, answers[1].height, answers[1].renditions) == (700, 1100, {})


def test_a_vector_does_not_depend_on_what_else_is_made(workspace: Workspace) -> None:
    data = jpeg(3, 1400, 1100)
    with PictureWorkers(workspace, ["colour", "efficientnet-lite0"], count=1) as pool:
        alone = pool.encode(data, encoders=["efficientnet-lite0"])
        both = pool.encode(data, renditions=True)
    assert set(alone.vectors) == {"efficientnet-lite0"}
    assert set(both.renditions) == {240, 480, 960}
    name = "efficientnet-lite0"
    np.testing.assert_array_equal(alone.vectors[name], both.vectors[name])


def test_a_new_encoder_adds_only_its_own_vectors(workspace: Workspace) -> None:
    keys = keep(workspace, 3)
    encode_pictures(workspace, keys, ["colour"])
    before = shards(workspace)
    report = encode_pictures(workspace, keys, ["colour", "efficientnet-lite0"])
    assert report.encoded == 3
    new = shards(workspace) - before
    assert {path.parent.parent.name for path in new} == {"efficientnet-lite0", "vectors"}


def test_refused_pictures_are_told_and_remembered(workspace: Workspace) -> None:
    keys = [*keep(workspace, 2), originals.keep(workspace.media, b"not a picture")]
    absent = "0" * 64
    report = encode_pictures(workspace, [*keys, absent])
    assert (report.encoded, report.same) == (2, 0)
    assert [(r.hash, r.code) for r in report.refused] == [
        (keys[2], "media-type"),
        (absent, "media-gone"),
    ]
    steps = Steps()
    again = encode_pictures(workspace, keys, progress=steps)
    assert (steps.total, again.same) == (None, 2)  # nothing was tried
    assert [r.hash for r in again.refused] == [keys[2]]
    encode_pictures(workspace, keys, progress=steps, retry=True)
    assert steps.total == 1


def test_a_retried_picture_that_is_sound_now_is_no_longer_refused(workspace: Workspace) -> None:
    (key,) = keep(workspace, 1)
    toml = workspace.toml.read_text()
    workspace.toml.write_text(toml + "[media]\nmax_side = 50\n")
    strict = Workspace.open(workspace.root)
    assert [r.code for r in encode_pictures(strict, [key]).refused] == ["media-too-large"]
    workspace.toml.write_text(toml)
    assert encode_pictures(workspace, [key]).encoded == 0
    assert encode_pictures(workspace, [key], retry=True).encoded == 1
    assert encode_pictures(workspace, [key]).refused == []


def test_a_picture_that_kills_workers_is_given_up_and_the_rest_goes_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_workers, "TASK", "crashing_task:setup")
    killer = originals.keep(workspace.media, b"x" * 66)
    keys = keep(workspace, 6)
    report = encode_pictures(workspace, [*keys[:3], killer, *keys[3:]])
    assert report.encoded == 6
    assert [(r.hash, r.code) for r in report.refused] == [(killer, "media-crash")]


def test_ctrl_c_keeps_what_is_finished(workspace: Workspace) -> None:
    keys = keep(workspace, 30)
    with pytest.raises(KeyboardInterrupt):
        encode_pictures(workspace, keys, progress=Steps(stop_after=10))
    kept = 30 - len(vector_cache(workspace, "colour").missing(keys))
    assert 10 <= kept < 30
    report = encode_pictures(workspace, keys)
    assert (report.encoded, report.same) == (30 - kept, kept)


def test_a_killed_run_goes_on_where_it_was(workspace: Workspace) -> None:
    keys = keep(workspace, 40)
    script = (
        "import sys\nfrom beholder.encoders import run\nfrom beholder.workspace import Workspace\n"
        "run.SHARD = 4\nrun.encode_pictures(Workspace.open(sys.argv[1]), sys.argv[2:])\n"
    )
    process = Forked([sys.executable, "-c", script, str(workspace.root), *keys])
    while not vector_cache(workspace, "colour").shards.folder.exists():
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = 40 - len(vector_cache(workspace, "colour").missing(keys))
    report = encode_pictures(workspace, keys)
    assert report.encoded >= 40 - kept  # vectors may be written and the facts not yet
    assert vector_cache(workspace, "colour").load(keys)[1].all()
    assert encode_pictures(workspace, keys).encoded == 0


def test_a_cut_shard_is_made_again(workspace: Workspace) -> None:
    keys = keep(workspace, 4)
    encode_pictures(workspace, keys)
    (shard,) = vector_cache(workspace, "colour").shards.folder.iterdir()
    shard.write_bytes(shard.read_bytes()[:-1])
    report = encode_pictures(workspace, keys)
    assert (report.broken, report.encoded) == (1, 4)
    assert vector_cache(workspace, "colour").missing(keys) == []


def test_an_unknown_encoder_is_refused_before_anything_starts(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="did you mean colour"):
        encode_pictures(workspace, keep(workspace, 1), ["color"])


def test_the_server_gets_a_refusal_as_an_error(workspace: Workspace) -> None:
    with PictureWorkers(workspace) as pool, pytest.raises(MediaTypeError):
        pool.encode(b"not a picture")
