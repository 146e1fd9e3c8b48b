"""What the documents say is what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import beholder
import beholder.demo.check
import beholder.service.app
from beholder import errors, settings
from beholder.encoders.registry import ENCODERS
from beholder.evaluation.metrics import METRICS
from beholder.evaluation.protocols import PROTOCOLS
from beholder.models.registry import MODELS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", settings.names())
def test_every_setting_is_documented(name):
    assert f"| `{name}` |" in read("settings.md")


def test_no_document_names_a_setting_that_is_gone():
    named = re.findall(r"^\| `([a-z_.]+)` \|", read("settings.md"), re.MULTILINE)
    assert sorted(named) == settings.names()


@pytest.mark.parametrize("error", errors.walk(), ids=lambda error: error.__name__)
def test_every_error_code_is_documented_with_its_statuses(error):
    row = f"| `{error.code}` | {error.status} | {error.exit_status} |"
    assert row in read("errors.md")


def rows_of(page):
    """The cells of each row that begins with a name, by that name."""
    lines = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", read(page), re.MULTILINE)
    return {name: re.split(r" \| ", cells) for name, cells in lines}


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_documented_as_its_card_says(name):
    card = MODELS[name].card
    learns, speaks_of, _, source = rows_of("models.md")[name]
    also = f"; {', '.join(sorted(card.also))} where known" if card.also else ""
    assert learns == ", ".join(sorted(card.learns)) + also
    kinds = {"warm": "with behaviour", "cold": "without behaviour"}
    assert speaks_of == "all" or [speaks_of] == [kinds[kind] for kind in card.speaks_of]
    assert (speaks_of == "all") == (len(card.speaks_of) == 2)
    assert source == card.paper.replace("docs/how-it-works.md", "[how it works](how-it-works.md)")


def test_no_document_names_a_model_that_is_gone():
    assert rows_of("models.md").keys() == MODELS.keys()


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_is_documented(name):
    assert f"| `{name}` |" in read("encoders.md")


@pytest.mark.parametrize("name", [*METRICS, *PROTOCOLS])
def test_every_metric_and_protocol_is_documented(name):
    assert f"| `{name}` |" in read("evaluation.md")


def test_the_page_of_the_command_line_is_what_the_commands_say():
    # In a process of its own: a command remembers the help options of whoever asked first.
    command = [sys.executable, "-m", "beholder.cli.reference"]
    page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert read("command-line.md") == page, "run python -m beholder.cli.reference"


@pytest.mark.parametrize("name", beholder.__all__)
def test_every_public_name_is_documented(name):
    assert f"`beholder.{name}" in read("python.md")


def test_links_between_documents_lead_somewhere():
    for path in [*DOCS.glob("*.md"), *ROOT.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_route_of_the_service_is_documented_and_no_other():
    routes = set()
    for router in beholder.service.app.ROUTERS:
        for handler in router.handlers:
            for path in handler.paths - {"/media/{name:str}"}:
                plain = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
                routes |= {f"{method} {plain}" for method in handler.http_methods}
    named = set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", read("http-api.md"), re.MULTILINE))
    assert named == routes
