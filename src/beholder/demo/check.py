"""Proves a running demo: asks, likes, asks again, and sees the answer move towards the like."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from beholder.errors import BeholderError
from beholder.workspace import Workspace

PLACES = 20


class CheckError(BeholderError):
    """The running demo did not do what it promises."""

    code = "check"


@contextmanager
def running(workspace: Workspace) -> Iterator[str]:
    """Run `beholder serve` on a free port in a process of its own, and yield its address.

    Raises
    ------
    CheckError
        If it does not start.
    """
    words = [sys.executable, "-m", "beholder.cli.main", "serve", str(workspace.root)]
    words += ["--port", "0", "--local-only-open"]  # the visitor of the check has no browser
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line.startswith("http://"):
                raise CheckError("the server did not start", remedy="see the lines above")
            yield line.split()[0]
        finally:
            process.terminate()
            process.wait(timeout=30)


def check(address: str) -> list[str]:
    """Ask a server as a new visitor.

    Parameters
    ----------
    address
        Like `http://127.0.0.1:5000`.

    Returns
    -------
    Sentences that say what was seen.

    Raises
    ------
    CheckError
        If the answer after a like is not based on it.
    """
    session = f"check-{secrets.token_hex(8)}"
    path = f"/v1/recommendations?session={session}&k={PLACES}"
    before = ask(address, path)
    if not before["items"]:
        raise CheckError("the demo recommends nothing", remedy="delete its folder and try again")
    liked = before["items"][0]
    body = {"session": session, "item": liked["id"], "kind": "like"}
    stored = ask(address, "/v1/interactions", body)["events"][0]["status"]
    after = ask(address, path)
    if after["level"] == "popular":
        raise CheckError(
            f"the bundle knows popularity alone, so that nothing follows the like of {liked['id']}",
            remedy="build another demo in a new folder, with more to learn from: --items 2000 "
            "--visitors 1000, or leave both out",
        )
    because = [
        item["id"]
        for item in after["items"]
        if any(part["id"] == liked["id"] for part in (item["reason"] or {}).get("because", []))
    ]
    old = {item["id"] for item in before["items"]}
    new = [item["id"] for item in after["items"] if item["id"] not in old]
    half = len(after["items"]) // 2
    more = bool(before["next"])  # else it was all that there is: no others can come
    least = max(half, 1) if more or len(old) > 1 else 0  # the only item was liked: nothing is left
    if stored != "stored" or len(because) < least or (more and not new):
        raise CheckError(
            f"the answer did not follow the like of {liked['id']}",
            remedy="delete the demo's folder and try again",
        )
    return [
        f"a new visitor got {len(before['items'])} items ({before['level']})",
        f"liked {liked['title']!r}: {stored}",
        f"the next answer ({after['level']}) has {len(new)} other items; "
        f"{len(because)} of {len(after['items'])} because of that like",
    ]


def check_network(address: str) -> list[str]:
    """Ask a server what its network says of a picture; without one, nothing is said of it."""
    first = ask(address, "/v1/recommendations?k=1")["items"][0]
    shown = ask(address, f"/v1/items/{quote(first['id'], safe='')}")["picture"]["src"]
    with urllib.request.urlopen(address + shown, timeout=30) as reply:
        image = base64.b64encode(reply.read()).decode()
    found = ask(address, "/recommend", {"image": image})
    if found["by"] == "likeness":
        return []
    sees = f", a {found['class']}" if "class" in found else ""
    return [f"{found['by']} says {found['prediction']:.2f} of {first['title']!r}{sees}"]


def ask(address: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Return what a server answers, read from JSON; with a body it is posted."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)
