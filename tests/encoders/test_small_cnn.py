from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import onnx
import pytest
from onnx import helper
from PIL import Image

from beholder.encoders.safe_onnx import LARGEST, checked
from beholder.encoders.small_cnn import SmallCnn, small
from beholder.errors import DataError
from taste_workspace import network, picture

GREY = np.zeros((2, 32, 32, 3), np.uint8)


def test_one_output_is_a_sigmoid_and_several_are_shares() -> None:
    said = SmallCnn(network(math.log(3))).scores(GREY)
    np.testing.assert_allclose(said, [[0.75], [0.75]], rtol=1e-6)
    said = SmallCnn(network(0.0, math.log(2), math.log(5))).scores(GREY)
    np.testing.assert_allclose(said, [[1 / 8, 2 / 8, 5 / 8]] * 2, rtol=1e-6)


def test_a_picture_of_its_size_is_seen_pixel_by_pixel() -> None:
    np.testing.assert_array_equal(small(Image.fromarray(picture(3))), picture(3))
    wide = Image.new("RGB", (200, 100), (10, 20, 30))
    assert small(wide).shape == (32, 32, 3)
    assert (small(wide) == (10, 20, 30)).all()


def changed(change: Callable[[onnx.ModelProto], None]) -> bytes:
    model = onnx.ModelProto()
    model.ParseFromString(network(0.0))
    change(model)
    data: bytes = model.SerializeToString()
    return data


def foreign_operator(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "com.example"


def foreign_set(model: onnx.ModelProto) -> None:
    model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))


def outside_file(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


def outside_file_in_a_constant(model: onnx.ModelProto) -> None:
    tensor = onnx.TensorProto(dims=[1], data_type=1, data_location=onnx.TensorProto.EXTERNAL)
    model.graph.node.append(helper.make_node("Constant", [], ["z"], value=tensor))


def function(model: onnx.ModelProto) -> None:
    model.functions.append(onnx.FunctionProto(name="f", domain=""))


def inner_graph(model: onnx.ModelProto) -> None:
    inner = helper.make_graph([], "inner", [], [])
    model.graph.node.append(helper.make_node("If", ["x"], ["y"], then_branch=inner))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (foreign_operator, "another domain"),
        (foreign_set, "another domain"),
        (outside_file, "other files"),
        (outside_file_in_a_constant, "other files"),
        (function, "functions"),
        (inner_graph, "graphs inside"),
        (lambda model: model.graph.ClearField("node"), "no operators"),
    ],
)
def test_a_network_that_reaches_outside_of_itself_is_not_opened(
    change: Callable[[onnx.ModelProto], None], words: str
) -> None:
    with pytest.raises(DataError, match=words):
        SmallCnn(changed(change))


def test_what_is_too_large_or_no_network_is_not_opened() -> None:
    with pytest.raises(DataError, match="bytes, at most"):
        checked(bytes(LARGEST + 1))
    for data in (b"\x00no", network(0.0)[:-1000], network(0.0)[:100]):
        with pytest.raises(DataError):
            SmallCnn(data)
