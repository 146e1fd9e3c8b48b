"""Descriptions of shops that are HTML: their words are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from beholder.catalogue.html_text import LONGEST, with_lines, without_tags
from beholder.store import Store
from beholder.workspace import Workspace
from command_line import beholder


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain, 2 < 3 and a > b", "plain, 2 < 3 and a > b"),
        ("I <3 jugs", "I <3 jugs"),
        ("<p>Soft <b>cotton</b>&nbsp;&amp; linen<br>line 2</p>", "Soft cotton & linen\nline 2"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("<div>kept</div><script>alert(1)</script><style>p {}</style>", "kept"),
        ("<p class='a b'>never closed", "never closed"),
        ("Jug &amp; cup", "Jug & cup"),
        ("AT&T; R&D", "AT&T; R&D"),
        ("<p>\n</p>", ""),
        ("<p>a<!-- b --> c<!-- never closed", "a c never closed"),
        ("<p>" + "<p " * 30_000, " ".join(["<p"] * 30_000)),
        ("<p>" + "<!--" * 20_000, ""),
        ("Vans <style> shoes for men", "Vans <style> shoes for men"),
        ("a<b and c>d", "a<b and c>d"),
        ("<p>List<String></p>", "List<String>"),
        ('<a title="A -> B" href="x">link</a>', "link"),
        ('<p class="a"id=b hidden data-x>joined</p>', "joined"),
        ("x.org/?a=1&region=2&copy=3 &amp; y", "x.org/?a=1&region=2&copy=3 & y"),
        ("&lt;p&gt;Soft &amp;amp; warm&lt;/p&gt;", "Soft & warm"),
        ("&lt;b&gt; makes bold", "<b> makes bold"),
        ("<p>Word<o:p></o:p></p>", "Word"),
        ("<![CDATA[<p>kept</p>]]>", "kept"),
        ("<!DOCTYPE html><html><body><s>old</s> <mark>new</mark></body></html>", "old new"),
        ("<dl><dt>Size<dd>2</dl>", "Size\n2"),
        ("Fu\u00df<wbr>ball", "Fu\u00dfball"),
        (
            "<p>Soft.\\nWarm.\\r\\n<b>Light</b>.</p>\\n\\n<p>Made here.</p>\\n",
            "Soft.\nWarm.\nLight.\nMade here.",
        ),
        ('<p title="a\\nb">see C:\\new\\name</p>', "see C:\\new\\name"),
        ("<p>&#" + "1" * 5_000 + ";</p>", "&#" + "1" * 5_000 + ";"),
    ],
)
def test_words_are_kept_and_tags_are_not(text: str, words: str) -> None:
    assert without_tags(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Soft cotton.\\nMachine wash.\\n\\nmade here", "Soft cotton.\nMachine wash.\nmade here"),
        ("Soft, warm\\r\\n- light\\r\\n- small\\r\\n", "Soft, warm\n- light\n- small"),
        ('5\\" wide\\nSoft\\n', '5\\" wide\nSoft'),
        ("one \\nalone", "one \\nalone"),
        ("One\\nAlone", "One\\nAlone"),
        ("see C:\\New\\Nine \\n for it", "see C:\\New\\Nine \\n for it"),
        ("see dir\\new\\name", "see dir\\new\\name"),
        ("let \\nu \\neq 3", "let \\nu \\neq 3"),
        ("\\d+ \\n\\n", "\\d+ \\n\\n"),
        ("a \\\\n b \\\\n c", "a \\\\n b \\\\n c"),
    ],
)
def test_line_breaks_that_are_written_out_are_read(text: str, words: str) -> None:
    assert with_lines(text) == words


def test_written_line_breaks_are_counted(tmp_path: Path) -> None:
    shop, items = tmp_path / "shop", tmp_path / "products.csv"
    beholder("init", shop)
    items.write_text("SKU,Name,Description\na,A\\nB C\\n,Soft cotton.\\nWarm.\\nLight.\n")
    for more in (("--dry-run",), ()):
        said, _ = beholder("import", shop, "--items", items, *more)
        assert "1 row whose Description has \\n for line breaks, which are read as such" in said
        assert "1 row whose Name has \\n for line breaks" in said
    with Store.open(Workspace.open(shop)) as store:
        item = store.item("a")
    assert item["title"] == "A B C"
    assert item["attributes"]["description"] == "Soft cotton.\nWarm.\nLight."


def test_what_is_too_long_to_be_kept_is_not_read() -> None:
    long = "<p>" * (LONGEST // 3 + 1)
    assert without_tags(long) is long


def test_the_import_says_of_how_many_rows_and_the_dry_run_too(tmp_path: Path) -> None:
    shop, items = tmp_path / "shop", tmp_path / "products.csv"
    beholder("init", shop)
    items.write_text(
        "Handle,Title,Body (HTML),Short description\n"
        'a,"Jug <em>new</em>",<p>For <b>milk</b></p>,<i>short</i>\n'
        "b,Cup,<p>For tea</p>,\n"
        "c,Bowl,for soup,\n"
    )
    for more in (["--dry-run"], []):
        said = beholder("import", shop, "--items", items, *more)[0]
        assert "2 rows whose Body (HTML) is HTML: its words are kept" in said
        assert "1 row whose Title is HTML" in said
        assert "1 row whose Short description is HTML" in said
    with Store.open(Workspace.open(shop)) as store:
        told = [(store.item(name)["title"], store.item(name)["attributes"]) for name in "abc"]
    assert told == [
        ("Jug new", {"description": "For milk", "Short description": "short"}),
        ("Cup", {"description": "For tea"}),
        ("Bowl", {"description": "for soup"}),
    ]
