"""What files say gives the terminal no orders: control characters are shown, and not sent."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import beholder

RED, TITLED, BACK = "\x1b[31m", "\x1b]0;pwn\x07", "\u202e"
SHOWN = ("\\x1b[31mred", "\\u202evil", "\\x1b]0;pwn\\x07", "\\x9b2J")
ITEMS = (
    f'sku,title,category{RED},Preis{TITLED},note\na1,{RED}red,x,1,y\na2,{BACK}vil,x,2,"one\ntwo"\n'
    f"a3,\x9b2J,x,3,y\na{RED},gone,x,3,y\n"
)


def test_what_a_file_says_gives_the_terminal_no_orders(tmp_path: Path) -> None:
    shop, items = tmp_path / "shop", tmp_path / "items.csv"
    beholder("init", shop)
    items.write_text(ITEMS)
    words = "import", shop, "--items", items
    dry = "".join(beholder(*words, "--dry-run"))
    real = "".join(beholder(*words))
    one = "".join(beholder("item", "show", shop, "a1"))
    none = "".join(beholder("item", "show", shop, f"a{TITLED}", status=1))
    told = dry + real + one + none
    assert not any(sign in told for sign in ("\x1b", "\x9b", "\x07", BACK))
    assert all(shown in dry for shown in SHOWN)
    assert "\\x1b[31mred" in one
    assert "one\\ntwo" in dry  # a cell is one line
    assert "\\x1b]0;pwn\\x07" in none
    found = json.loads(beholder("item", "show", shop, "a2", "--json")[0])
    assert (found["title"], found["attributes"]["note"]) == (f"{BACK}vil", "one\ntwo")
