"""A stranger's road: the documents followed word by word, from nothing to a row on a page.

    python -m benchmarks.stranger [--items 30] [--out FILE]

Every command is read from README.md ("On your own data") and docs/on-your-site.md (1 and 2) and run
in a fresh copy of the repository, as it stands there: installing, importing thirty pictures and
two files, encoding, training, serving, a key, and the page of `examples/plain` on another origin.
Then Chromium opens that page, clicks on a card of the first row and comes back. The seconds of
each command are told, and whether the row changed. The ports 5000 and 8000 have to be free.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from beholder.demo.gallery import jpeg, paint
from benchmarks.results import write

ROOT = Path(__file__).parents[1]
PAGE = "http://127.0.0.1:8000"
ROW = "[...document.querySelectorAll('[data-beholder=recommend] a')].map(card => card.hash)"
SERVES = ("beholder serve", "python3 -m http.server")
BASE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}


def commands(document: str, begin: str, end: str) -> list[str]:
    """Return the indented lines of a part of a document that are commands."""
    part = document.split(begin, 1)[1].split(end, 1)[0]
    lines = re.findall(r"(?:^|\n\n)((?:    .*\n?)+)", part)
    return [line.strip() for block in lines for line in block.splitlines()]


def own_files(folder: Path, n: int) -> None:
    """Write what somebody has: pictures, a table of items, a table of clicks."""
    (folder / "pictures").mkdir()
    items, clicks = ["item_id,title,price,image"], ["user_id,item_id,timestamp,event_type"]
    for i in range(n):
        picture, factors = paint(i, seed=7, width=480)
        (folder / "pictures" / f"{i}.jpg").write_bytes(jpeg(picture))
        items.append(f"sku-{i},{factors.palette} {factors.family} {i},{10 + i}.50,{i}.jpg")
    for user in range(2 * n):
        for step in range(6):
            item = (user * 7 + step * (1 + user % 3)) % n
            clicks.append(f"user-{user},sku-{item},{1_760_000_000 + 600 * step + user},click")
    (folder / "items.csv").write_text("\n".join(items))
    (folder / "clicks.csv").write_text("\n".join(clicks))


class Shell:
    """A terminal in a folder: what one line exports, the next one has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seconds: dict[str, float] = {}
        self._kept = folder.parent / "exported"
        self._kept.touch()
        self._servers: list[subprocess.Popen[bytes]] = []

    def run(self, line: str) -> str:
        """Run a line; one that serves goes on behind.

        Raises
        ------
        SystemExit
            If it fails: then the documents are wrong.
        """
        began = time.monotonic()
        words = ["bash", "-c", f". {self._kept}; {line}; s=$?; export -p > {self._kept}; exit $s"]
        if line.startswith(SERVES):
            words[2] = f". {self._kept}; exec {line}"
            self._servers.append(subprocess.Popen(words, cwd=self.folder, env=BASE))
            return ""
        done = subprocess.run(
            words, cwd=self.folder, env=BASE, capture_output=True, text=True, check=False
        )
        self.seconds[line] = round(time.monotonic() - began, 1)
        if done.returncode:
            raise SystemExit(f"{line}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def close(self) -> None:
        """End what serves."""
        for server in self._servers:
            server.send_signal(signal.SIGTERM)
        for server in self._servers:
            server.wait()


@contextmanager
def copy() -> Iterator[Path]:
    """Yield a fresh copy of what the repository holds."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout.decode()
    with tempfile.TemporaryDirectory() as folder:
        for name in filter(None, names.split("\0")):
            target = Path(folder) / "beholder" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        yield Path(folder) / "beholder"


def on_the_page() -> dict[str, Any]:
    """Open the page, click on a card, come back; return what the row did."""
    with sync_playwright() as play:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        for _ in range(60):  # its own server, and ours, have just been started
            try:
                page.goto(PAGE)
                page.wait_for_function(f"{ROW}.length > 0", timeout=1_000)
                break
            except Exception:
                time.sleep(0.1)
        else:
            raise SystemExit(f"{PAGE} shows no row")
        first = page.evaluate(ROW)
        page.click("[data-beholder=recommend] a")
        page.wait_for_url("**/product.html*")
        began = time.monotonic()
        page.go_back()
        page.wait_for_function(f"{ROW}.length > 0 && {ROW}.join() !== '{','.join(first)}'")
        seconds = round(time.monotonic() - began, 2)
        second = page.evaluate(ROW)
        browser.close()
    return {"first": first, "after_a_click": second, "seconds_back_to_new_row": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=30)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    began = time.monotonic()
    with copy() as folder:
        own_files(folder, args.items)
        readme = (folder / "README.md").read_text()
        site = (folder / "docs/on-your-site.md").read_text()
        road = commands(readme, "## On your own data", "[Getting started]")
        road += [line for line in commands(site, "## 1. A key", "## 3. What") if line not in road]
        shell = Shell(folder)
        try:
            for line in road:
                said = shell.run(line)
                if found := re.search(r"bhp_[\w-]+", said):
                    page = folder / "examples/plain/index.html"
                    page.write_text(page.read_text().replace("bhp_YOUR_KEY", found[0]))
            seen = on_the_page()
        finally:
            shell.close()
    figures = {
        "items": args.items,
        "commands": road,
        "seconds": shell.seconds,
        "seconds_in_all": round(time.monotonic() - began, 1),
        **seen,
        "changed": seen["first"] != seen["after_a_click"],
    }
    write("stranger", figures, args.out)


if __name__ == "__main__":
    main()
