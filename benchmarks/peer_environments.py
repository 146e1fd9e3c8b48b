"""An environment of its own for each library, made by pip from pinned versions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

TORCH = "torch==2.13.0"  # as this project's own extra


# What is installed for each file of `benchmarks/peers`, as pip takes it, the library first. Where
# the first list can't be installed, the next is: LightFM is built by few installations of Python,
# and the same code by the maintainers of RecTools by more. RecBole needs what NumPy 2, SciPy 1.12
# and pandas 3 took away.
LIBRARIES = {
    "implicit": [["implicit==0.7.3"]],
    "cornac": [["cornac==3.0.1", TORCH]],
    "rectools": [["rectools[torch]==0.19.0", TORCH]],
    "lightfm": [["lightfm==1.17"], ["rectools-lightfm==1.17.3"]],
    "recbole": [["recbole==1.2.1", "numpy==1.26.4", "scipy==1.11.4", "pandas==2.1.4", TORCH]],
}
LAST = 14  # lines of pip's output that are kept of a failure


class Environment(NamedTuple):
    """Where a library lies.

    Attributes
    ----------
    version
        The package and version that was installed; None: none could be.
    errors
        The last lines of pip, for each package that could not be.
    """

    python: Path
    version: str | None
    errors: dict[str, str]


def environment(name: str, keep: Path) -> Environment:
    """Return the environment of a library, made now if it was not made from these versions.

    A failure is kept, too: delete the folder to try again.
    """
    folder, wanted = keep / name, LIBRARIES[name]
    python, made = folder / "bin" / "python", folder / "made.json"
    if made.exists():
        known = json.loads(made.read_text(encoding="utf-8"))
        if known["wanted"] == wanted:
            return Environment(python, known["version"], known["errors"])
    version, errors = None, {}
    for packages in wanted:
        print(f"installing {' '.join(packages)}", flush=True)
        error = _install(folder, python, packages)
        if error is None:
            version = packages[0]
            break
        errors[packages[0]] = error
    told = {"wanted": wanted, "version": version, "errors": errors}
    made.write_text(json.dumps(told) + "\n", encoding="utf-8")
    return Environment(python, version, errors)


def _install(folder: Path, python: Path, packages: list[str]) -> str | None:
    """Install packages in a fresh environment; return the last lines if that failed."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "-q", "install", *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return "\n".join(lines[-LAST:]) if done.returncode else None
