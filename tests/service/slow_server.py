"""`beholder serve`, on a machine so slow that an answer takes 5 ms and a simple one 2."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from beholder.cli.main import run
from beholder.engine.engine import Engine


def slowed(answer: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    def slowly(*given: Any, **named: Any) -> Any:
        time.sleep(seconds)
        return answer(*given, **named)

    return slowly


if __name__ == "__main__":
    Engine.recommend_json = slowed(Engine.recommend_json, 0.005)  # type: ignore[method-assign]
    Engine.simple_json = slowed(Engine.simple_json, 0.002)  # type: ignore[method-assign]
    run(["serve", *sys.argv[1:]])
