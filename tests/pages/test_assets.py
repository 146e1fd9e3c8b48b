from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from beholder.pages import assets
from beholder.pages.modules import join

STATIC = Path(assets.__file__).parent / "static"
FORBIDDEN = (
    "eval(", "new Function", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write",
    'setAttribute("style"', "http://", "https://",
)  # fmt: skip


def packed(name: str) -> int:
    return len(gzip.compress(assets.assets()[name].data, 9))


def test_scripts_and_styles_keep_to_their_budgets():
    assert packed("shop.js") <= 30_000
    assert packed("shop.css") <= 12_000
    assert packed("beholder.js") <= 5_000


def test_only_known_files_are_served():
    assert set(assets.assets()) == {"shop.js", "beholder.js", "shop.css", "mark.svg"}
    for name in ("../render.py", "modules/shop.js", "", "/etc/passwd"):
        with pytest.raises(KeyError):
            assets.url(name)


def test_addresses_carry_one_version_for_all():
    assert re.fullmatch(r"/static/[0-9a-f]{12}/shop\.css", assets.url("shop.css"))
    assert assets.url("shop.js").split("/")[2] == assets.version()


def test_media_types_are_those_that_browsers_accept_with_nosniff():
    types = {name: asset.media_type for name, asset in assets.assets().items()}
    assert types == {
        "shop.js": "text/javascript",
        "beholder.js": "text/javascript",
        "shop.css": "text/css",
        "mark.svg": "image/svg+xml",
    }


FOLDERS = pytest.mark.parametrize(
    ("script", "folder"), [("shop.js", "modules"), ("beholder.js", "widget")]
)


@FOLDERS
def test_every_module_is_in_the_joined_file_and_nothing_is_left_to_import(script, folder):
    text = assets.assets()[script].data.decode()
    for path in (STATIC / folder).glob("*.js"):
        assert text.count(f"const ${path.stem} = ") == 1, path.name
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)


@FOLDERS
def test_modules_import_only_what_the_other_exports(script, folder):
    modules = {p.stem: p.read_text(encoding="utf-8") for p in (STATIC / folder).glob("*.js")}
    for name, text in modules.items():
        for names, other in re.findall(r'import \{ ([^}]+) \} from "\./(\w+)\.js"', text):
            for one in names.split(","):
                wanted = one.strip().split(" as ")[0]
                pattern = rf"^export (async function|function|class|const) {wanted}\b"
                assert re.search(pattern, modules[other], re.MULTILINE), f"{name}: {wanted}"


@FOLDERS
def test_scripts_use_nothing_that_the_content_policy_forbids(script, folder):
    text = assets.assets()[script].data.decode()
    for forbidden in FORBIDDEN:
        assert forbidden not in text, forbidden
    assert "@import" not in assets.assets()["shop.css"].data.decode()
    assert "url(" not in assets.assets()["shop.css"].data.decode()


def test_the_script_for_pages_of_others_is_es2019_and_has_no_names_of_its_own_there():
    text = assets.assets()["beholder.js"].data.decode()
    assert text.startswith('(() => {\n"use strict";\n')
    assert text.endswith("})();\n")
    assert not re.search(r"\?\.\w|\?\?|\|\|=|&&=|\.at\(|\.replaceAll\(|\.allSettled\(|#\w+;", text)


def test_joining_keeps_order_names_and_renames():
    joined = join(
        {
            "a": 'import { two as deux } from "./b.js";\n'
            "export function one() {\n  return deux;\n}\n",
            "b": "export const two = 2;\nexport class Three {}\n",
            "unused": "export const four = 4;\n",
        },
        "a",
    )
    assert joined == (
        "const $b = (() => {\nconst two = 2;\nclass Three {}\n\nreturn { two, Three };\n})();\n"
        "const $a = (() => {\nconst { two: deux } = $b;\nfunction one() {\n  return deux;\n}\n\n"
        "return { one };\n})();\n"
    )


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"a": 'import { x } from "./a.js";\n'}, "import each other: a > a"),
        ({"a": 'import { x } from "./b.js";\n'}, "a imports b.js, which is missing"),
        ({"a": 'import * as b from "./b.js";\n'}, "cannot join"),
        ({"a": "export default 1;\n"}, "cannot join"),
    ],
)
def test_what_cannot_be_joined_is_refused(sources, message):
    with pytest.raises(ValueError, match=message):
        join(sources, "a")
