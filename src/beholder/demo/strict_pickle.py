"""Reads the pickles of CIFAR-10 without running anything that stands in them.

A pickle is a program. Here its instructions are only looked at, one by one, and those few are
followed that make dictionaries, lists, texts, numbers, and arrays of uint8. Four names are known
(numpy's way to make an array, its array, its dtype, and how Python 3 writes bytes for Python 2),
and none of them is ever called: they stand for what is done here.
"""

from __future__ import annotations

import math
import pickletools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.errors import DataError

LARGEST = 64 * 2**20  # bytes of a file
MOST = 2_000_000  # instructions
RECONSTRUCT, NDARRAY, DTYPE, ENCODE = "_reconstruct", "ndarray", "dtype", "encode"
NAMES = {
    "numpy.core.multiarray _reconstruct": RECONSTRUCT,
    "numpy._core.multiarray _reconstruct": RECONSTRUCT,
    "numpy ndarray": NDARRAY,
    "numpy dtype": DTYPE,
    "_codecs encode": ENCODE,
}
BYTES = {"BINSTRING", "SHORT_BINSTRING", "STRING"}  # texts of Python 2
AS_THEY_ARE = {
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1",
}  # fmt: skip
CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
NOTHING = {"PROTO", "FRAME"}
FOLLOWED = {  # by a method of the same name
    "MARK", "EMPTY_LIST", "EMPTY_DICT", "LIST", "TUPLE", "DICT", "APPEND", "APPENDS", "SETITEM",
    "SETITEMS", "PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "GET", "BINGET", "LONG_BINGET",
    "REDUCE", "BUILD",
}  # fmt: skip


class _Name(str):
    """One of the known names; a text of the file is no such thing."""


class _Dtype:
    """The dtype uint8."""


class _Array:
    """An array in the making."""

    value: NDArray[np.uint8] | None = None


class _Mark:
    """Where a list, tuple or dictionary begins on the stack."""


MARK = _Mark()


class _RefusedError(Exception):
    """The program does something that is not followed."""


def loads(data: bytes, name: str) -> dict[Any, Any]:
    """Return the dictionary that stands in a pickle.

    Parameters
    ----------
    name
        Of the file, for errors.

    Raises
    ------
    DataError
        If it holds anything else, is too large, cut, or no pickle.
    """
    try:
        if len(data) > LARGEST:
            raise _RefusedError(f"it has {len(data):,} bytes, at most {LARGEST:,} are read")
        found = _Reader().follow(data)
        if not isinstance(found, dict):
            raise _RefusedError("it holds no dictionary")
        return {key: _done(value) for key, value in found.items()}
    except Exception as error:  # a text that is no number, a stack that is empty, and more
        told = str(error) if isinstance(error, _RefusedError) else "it is cut or changed"
        raise DataError(
            f"{name} is not read: {told}", remedy="fetch the file of its owners again"
        ) from error


def _done(value: Any) -> Any:
    """Return a value without anything in the making in it."""
    if isinstance(value, _Array):
        if value.value is None:
            raise _RefusedError("an array in it has no numbers")
        return value.value
    if isinstance(value, list) and all(isinstance(each, int | str | bytes) for each in value):
        return value
    if isinstance(value, int | str | bytes) and not isinstance(value, _Name):
        return value
    raise _RefusedError(f"it holds a {type(value).__name__.strip('_').lower()}")


class _Reader:
    """Follows the instructions, with a stack and what was put aside."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.aside: dict[int, Any] = {}
        self.written = 0  # bytes that were made of texts

    def follow(self, data: bytes) -> Any:
        """Return what the program makes."""
        for count, (code, argument, _) in enumerate(pickletools.genops(data)):
            if count > MOST:
                raise _RefusedError(f"it has more than {MOST:,} instructions")
            if code.name == "STOP":
                (found,) = self.stack
                return found
            self._one(code.name, argument)
        raise _RefusedError("it has no end")

    def _one(self, name: str, argument: Any) -> None:
        stack = self.stack
        if name in NOTHING:
            return
        if name in AS_THEY_ARE:
            stack.append(argument)
        elif name in BYTES:
            stack.append(argument.encode("latin-1"))
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in TUPLES:
            stack[-TUPLES[name] :] = [tuple(stack[-TUPLES[name] :])]
        elif name in ("GLOBAL", "STACK_GLOBAL"):
            self._name(argument if name == "GLOBAL" else f"{stack.pop(-2)} {stack.pop()}")
        elif name in FOLLOWED:
            getattr(self, f"_{name.lower()}")(argument)
        else:
            raise _RefusedError(f"it does what is not needed for pictures ({name})")

    def _name(self, words: str) -> None:
        if words not in NAMES:
            raise _RefusedError(f"it asks for {words.replace(' ', '.')[:80]}")
        self.stack.append(_Name(NAMES[words]))

    # -- instructions by their names --------------------------------------------------------

    def _mark(self, _: Any) -> None:
        self.stack.append(MARK)

    def _empty_list(self, _: Any) -> None:
        self.stack.append([])

    def _empty_dict(self, _: Any) -> None:
        self.stack.append({})

    def _list(self, _: Any) -> None:
        self.stack.append(self._since_mark())

    def _tuple(self, _: Any) -> None:
        self.stack.append(tuple(self._since_mark()))

    def _dict(self, _: Any) -> None:
        self.stack.append({})
        self._set(self._since_mark(below=1))

    def _append(self, _: Any) -> None:
        self._extend([self.stack.pop()])

    def _appends(self, _: Any) -> None:
        self._extend(self._since_mark())

    def _setitem(self, _: Any) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._set([key, value])

    def _setitems(self, _: Any) -> None:
        self._set(self._since_mark())

    def _put(self, place: int) -> None:
        self.aside[place] = self.stack[-1]

    _binput = _long_binput = _put

    def _memoize(self, _: Any) -> None:
        self.aside[len(self.aside)] = self.stack[-1]

    def _get(self, place: int) -> None:
        self.stack.append(self.aside[place])

    _binget = _long_binget = _get

    def _reduce(self, _: Any) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if not isinstance(function, _Name) or not isinstance(arguments, tuple):
            raise _RefusedError("it calls what is no function")
        made = _made(function, arguments)
        self.written += len(made) if isinstance(made, bytes) else 0
        if self.written > LARGEST:
            raise _RefusedError("it makes more of itself than it is")
        self.stack.append(made)

    def _build(self, _: Any) -> None:
        state, made = self.stack.pop(), self.stack[-1]
        if isinstance(made, _Array):
            made.value = _array(state)
        elif not isinstance(made, _Dtype):
            raise _RefusedError("it fills what is no array")

    # -- the stack --------------------------------------------------------------------------

    def _since_mark(self, below: int = 0) -> list[Any]:
        """Take off what stands above the newest mark, but for some at the top, and the mark."""
        kept = self.stack[len(self.stack) - below :]
        del self.stack[len(self.stack) - below :]
        place = len(self.stack) - 1
        while self.stack[place] is not MARK:
            place -= 1
        found = self.stack[place + 1 :]
        self.stack[place:] = kept
        return found

    def _extend(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise _RefusedError("it adds to what is no list")
        target.extend(values)

    def _set(self, pairs: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict):
            raise _RefusedError("it sets what is in no dictionary")
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if not isinstance(key, str | bytes) or isinstance(key, _Name):
                raise _RefusedError("a name in its dictionary is no text")
            target[key] = value


def _made(function: _Name, arguments: tuple[Any, ...]) -> Any:
    """Return what one of the known names stands for."""
    first = arguments[0] if arguments else None
    if function == RECONSTRUCT and isinstance(first, _Name) and first == NDARRAY:
        return _Array()
    if function == DTYPE and first in (b"u1", "u1"):
        return _Dtype()
    if function == ENCODE and arguments[1:] == ("latin1",) and isinstance(first, str):
        return first.encode("latin-1")
    raise _RefusedError("it makes something else than an array of uint8")


def _array(state: Any) -> NDArray[np.uint8]:
    """Return an array of its state: version, shape, dtype, order, numbers."""
    _, shape, dtype, fortran, numbers = state
    whole = isinstance(shape, tuple) and all(isinstance(n, int) and n >= 0 for n in shape)
    if not whole or not isinstance(dtype, _Dtype) or not isinstance(numbers, bytes):
        raise _RefusedError("an array in it is none of uint8")
    if math.prod(shape) != len(numbers):
        raise _RefusedError("an array in it has another number of numbers than its shape")
    order: Any = "F" if fortran else "C"
    return np.frombuffer(numbers, np.uint8).reshape(shape, order=order)
