"""Every encoder passes the shipped checks: the registered ones, and files of all layouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from beholder.encoders.interface import Encoder
from beholder.encoders.onnx_file import OnnxFile
from beholder.encoders.registry import ENCODERS, open_encoder, version_of
from beholder.errors import UsageError, VectorsError
from beholder.testing.encoder_checks import ENCODER_CHECKS, sample_pictures

SIDE = 16


def write_network(
    path: Path, layout: str, *, batch: int | str = 1, side: int | str = SIDE, gain: float = 0.1
) -> Path:
    """A network of one 1x1 convolution to five channels, so that its answer is known by hand."""
    shape = [batch, 3, side, side] if layout == "nchw" else [batch, side, side, 3]
    kernel = np.arange(15, dtype=np.float32).reshape(5, 3, 1, 1) * np.float32(gain)
    nodes = [helper.make_node("Conv", ["x", "w"], ["map"])]
    if layout == "nhwc":
        nodes = [
            helper.make_node("Transpose", ["pixels"], ["x"], perm=[0, 3, 1, 2]),
            helper.make_node("Conv", ["x", "w"], ["y"]),
            helper.make_node("Transpose", ["y"], ["map"], perm=[0, 2, 3, 1]),
        ]
    name = "x" if layout == "nchw" else "pixels"
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(kernel, "w")],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path
    )
    return path


@pytest.fixture(scope="session")
def encoders(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Encoder]:
    folder = tmp_path_factory.mktemp("networks")
    nchw = write_network(folder / "nchw.onnx", "nchw")
    nhwc = write_network(folder / "nhwc.onnx", "nhwc", batch="n", side="s")
    files = {"onnx nchw": f"onnx:{nchw}"}
    opened = {name: open_encoder(name, graphs) for name in ENCODERS}
    opened |= {name: open_encoder(path, graphs) for name, path in files.items()}
    return {**opened, "onnx nhwc": OnnxFile(nhwc, side=SIDE)}


@pytest.mark.parametrize("check", ENCODER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", [*ENCODERS, "onnx nchw", "onnx nhwc"])
def test_encoder_contract(
    name: str, check: Callable[[Encoder], None], encoders: dict[str, Encoder]
) -> None:
    check(encoders[name])


@pytest.mark.parametrize("name", ENCODERS)
def test_unopened_an_encoder_says_what_it_is(name: str, encoders: dict[str, Encoder]) -> None:
    known, encoder = ENCODERS[name], encoders[name]
    assert (known.dim, name) == (encoder.dim, encoder.name)
    assert version_of(name) == encoder.version


@pytest.mark.parametrize("name", ["onnx nchw", "onnx nhwc"])
def test_an_onnx_file_gives_what_arithmetic_gives(name: str, encoders: dict[str, Encoder]) -> None:
    red = sample_pictures()[2]
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    pixel = (np.array([200, 30, 40]) / 255 - mean) / std
    wanted = np.arange(15).reshape(5, 3) / 10 @ pixel
    np.testing.assert_allclose(encoders[name].encode([red])[0], wanted, rtol=1e-4)


def test_another_file_is_another_version(tmp_path: Path) -> None:
    first = write_network(tmp_path / "first.onnx", "nchw")
    second = write_network(tmp_path / "second.onnx", "nhwc")
    assert version_of(f"onnx:{first}") != version_of(f"onnx:{second}")
    assert OnnxFile(first).version == version_of(f"onnx:{first}")


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean efficientnet-lite0"):
        open_encoder("efficientnet-lite", Path())


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("not a network")
    with pytest.raises(UsageError, match="not a network"):
        open_encoder(f"onnx:{tmp_path}/text.onnx", tmp_path)
    with pytest.raises(UsageError, match="there is no file"):
        open_encoder(f"onnx:{tmp_path}/absent.onnx", tmp_path)


def test_a_wrong_output_or_layout_is_refused(tmp_path: Path) -> None:
    path = write_network(tmp_path / "net.onnx", "nchw")
    with pytest.raises(UsageError, match="no output 'pooled'"):
        OnnxFile(path, output="pooled")
    with pytest.raises(UsageError, match="no layout 'hwc'"):
        OnnxFile(path, layout="hwc")


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    path = write_network(tmp_path / "net.onnx", "nchw", gain=2e37)
    with pytest.raises(VectorsError, match="not finite"):
        OnnxFile(path, std=(1e-3, 1e-3, 1e-3))
    with pytest.raises(UsageError, match="standard deviation"):
        OnnxFile(write_network(path, "nchw"), std=(0.0, 1.0, 1.0))


@pytest.mark.parametrize("path", ["mine.onnx", "./mine.onnx", "../mine.onnx", "~/mine.onnx"])
def test_a_relative_path_of_a_network_is_refused_with_the_whole_one(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    for ask in (version_of, lambda name: open_encoder(name, tmp_path)):
        with pytest.raises(UsageError, match=f"onnx:{path} is not a whole path") as refused:
            ask(f"onnx:{path}")
        assert f"write onnx:{tmp_path}" in refused.value.remedy
        assert refused.value.remedy.endswith(", if it is there")


def test_where_the_file_is_there_the_remedy_can_be_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write_network(tmp_path / "mine.onnx", "nchw")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refused:
        version_of("onnx:mine.onnx")
    assert refused.value.remedy == f"write onnx:{whole}"
    assert version_of(refused.value.remedy.removeprefix("write "))
