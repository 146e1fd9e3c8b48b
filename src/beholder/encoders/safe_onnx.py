"""Checks an ONNX file before it is opened: nothing in it may reach outside of itself."""

from __future__ import annotations

import onnx
from google.protobuf.message import DecodeError

from beholder.errors import DataError

LARGEST = 64 * 2**20  # bytes
REMEDY = "train it again"


def checked(data: bytes) -> bytes:
    """Return the bytes of a network that is safe to open.

    Raises
    ------
    DataError
        If it is larger than 64 MiB, no ONNX, takes operators of other domains or functions of its
        own, has graphs inside of nodes, or has numbers in other files.
    """
    if len(data) > LARGEST:
        raise DataError(f"a network of {len(data):,} bytes, at most {LARGEST:,}", remedy=REMEDY)
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError as error:
        raise DataError("the network is no ONNX file", remedy=REMEDY) from error
    wrong = _wrong(model)
    if wrong:
        raise DataError(f"the network {wrong}", remedy=REMEDY)
    return data


def _wrong(model: onnx.ModelProto) -> str:
    """Return what is not allowed, in words; empty: nothing."""
    graph = model.graph
    if not graph.node:
        return "has no operators"
    if any(each.domain not in ("", "ai.onnx") for each in (*model.opset_import, *graph.node)):
        return "takes operators of another domain"
    if model.functions:
        return "brings functions along"
    attributes = [attribute for node in graph.node for attribute in node.attribute]
    if any(each.HasField("g") or each.graphs for each in attributes):
        return "has graphs inside of operators"
    held = [*graph.initializer, *(each.t for each in attributes if each.HasField("t"))]
    held += [tensor for each in attributes for tensor in each.tensors]
    external = onnx.TensorProto.EXTERNAL
    if any(each.data_location == external or each.external_data for each in held):
        return "has numbers in other files"
    if graph.sparse_initializer:
        return "has sparse numbers"
    return ""
