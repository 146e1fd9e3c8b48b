"""What was backed up comes back: the same answers, the same people, while a server writes."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_shop import WORDS

from beholder.behaviour.event import Event
from beholder.engine.opening import open_engine
from beholder.store import ItemRecord, Store, Who, people_reports
from beholder.workspace import Workspace
from command_line import beholder
from forked import Forked
from kept import kept
from live_server import Server
from poster import crowd

PEOPLE = ("person-0001", "person-0077", "newcomer")


def answers(root: Path) -> list[dict[str, Any]]:
    """What is answered to some people, but for what is drawn for each answer."""
    with open_engine(root) as engine:
        given = [engine.recommend(user, k=10) for user in PEOPLE]
        given += [engine.recommend(history=["item-0003", "item-0011"], k=10)]
    made = [msgspec.to_builtins(answer) for answer in given]
    return [{k: v for k, v in one.items() if k not in ("answer", "next")} for one in made]


def exports(root: Path, *people: str | Who) -> list[list[dict[str, Any]]]:
    with Store.open(Workspace.open(root)) as store:
        return [list(store.export(who)) for who in people]


def backed_up(workspace: Workspace, place: Path) -> tuple[Path, Path]:
    beholder("backup", workspace.root, place / "shop.tar", "--keys", place / "shop.keys")
    return place / "shop.tar", place / "shop.keys"


def test_a_restored_workspace_answers_as_before_and_knows_everybody(
    shop: Workspace, there: str, tmp_path: Path
) -> None:
    with Store.open(shop) as store:
        store.record([Event("item-0001", "review", user="ann", time=5_000, text=WORDS)])
        store.set_profiling("person-0077", False)
    file, keys = backed_up(shop, tmp_path)
    assert [path.stat().st_mode & 0o777 for path in (file, keys)] == [0o600, 0o600]
    told, _ = beholder(
        "restore", file, tmp_path / "new", "--keys", keys, "--no-erasures", "--store", there
    )
    assert "240 items, 2241 events, 161 people" in told
    restored = Workspace.open(tmp_path / "new")
    assert answers(restored.root) == answers(shop.root)
    assert exports(restored.root, *PEOPLE, "ann") == exports(shop.root, *PEOPLE, "ann")
    assert exports(restored.root, "ann")[0][1]["text"] == WORDS
    assert restored.settings.store.url == ("" if there == "sqlite" else there)
    secret = [*restored.secrets.iterdir(), *restored.store.glob("*.db")]
    named = {path.name: path.stat().st_mode & 0o777 for path in secret}
    assert {name for name, mode in named.items() if mode != 0o600} <= {"signing.pub"}
    assert restored.secrets.stat().st_mode & 0o777 == 0o700


def test_what_was_acknowledged_before_is_in_it_although_a_server_goes_on_writing(
    shop: Workspace, there: str, tmp_path: Path
) -> None:
    with Server(shop.root) as server, crowd(server, "busy") as posting:
        posting.wait_for(100)
        before = {event for _, event in posting.heard}
        file, keys = backed_up(shop, tmp_path)
        posting.wait_for(len(posting.heard) + 50)
        server.stop()
    beholder("restore", file, tmp_path / "new", "--keys", keys, "--no-erasures", "--store", there)
    stored = kept(Workspace.open(tmp_path / "new"), {user for user, _ in before})
    assert before - stored == set()
    assert {event for _, event in posting.heard} - stored, "the control: later ones are not"


def test_without_keys_it_recommends_as_before_but_knows_nobody(
    workspace: Workspace, tmp_path: Path
) -> None:
    _, told = beholder("backup", workspace.root, tmp_path / "shop.tar")
    assert "knows nobody by their id" in told
    root = tmp_path / "new"
    told = beholder("restore", tmp_path / "shop.tar", root, "--no-erasures")[1]
    assert "nobody is known by their id" in told
    before, after = answers(workspace.root), answers(root)
    assert after[2:] == before[2:], "a stranger, and a history that the caller tells"
    assert after[0]["level"] == "popular"
    bundles = json.loads(beholder("bundle", "list", root, "--json")[0])
    assert {row["check"] for row in bundles} == {"whole"}
    assert len(bundles) == len(list(workspace.bundles.glob("*/manifest.json")))
    with Server(root) as server, server.client() as client:
        assert client.get("/v1/recommendations", params={"user": "x"}).is_success


def test_without_keys_new_people_are_known_and_old_ones_learned_from(
    either: Workspace, there: str, tmp_path: Path
) -> None:
    root = tmp_path / "new"
    beholder("backup", either.root, tmp_path / "shop.tar")
    beholder("restore", tmp_path / "shop.tar", root, "--no-erasures", "--store", there)
    assert exports(root, "ann") == [[]]
    with Store.open(Workspace.open(root)) as store:
        assert len(store.training_events()) == 3, "what was done is learned from"
        event = Event("c", "like", user="ann", time=7_000)
        assert store.record([event])[0].status == "stored"
        assert store.erase("ann").events == 1


def test_reports_that_show_people_are_in_no_backup(small: Workspace, tmp_path: Path) -> None:
    (people_reports.make(small) / "report-1.html").write_bytes(b"what somebody did")
    file, keys = backed_up(small, tmp_path)
    beholder("restore", file, tmp_path / "new", "--keys", keys, "--no-erasures")
    there = {path.name for path in (tmp_path / "new" / "reports").rglob("*")}
    assert "import-1.json" in there
    assert "report-1.html" not in there


def test_every_file_comes_back_but_what_can_be_made_again(small: Workspace, tmp_path: Path) -> None:
    with Store.open(small) as store:
        store.seal()
    (small.media / ".left.part").write_bytes(b"of a process that was killed")
    file, keys = backed_up(small, tmp_path)
    beholder("restore", file, tmp_path / "new", "--keys", keys, "--no-erasures")
    here, back = files(small.root), files(tmp_path / "new")
    lost = {"media/.left.part"} | {name for name in here if name.startswith("store/segments/")}
    assert back.keys() == here.keys() - lost
    databases = {"store/events.db", "store/keys.db"}
    assert all(back[name] == here[name] for name in back.keys() - databases)
    with Store.open(Workspace.open(tmp_path / "new")) as store:
        assert len(store.training_events()) == 3, "segments are made again"


def files(root: Path) -> dict[str, bytes]:
    found = [path for path in root.rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


@pytest.mark.postgres
def test_files_become_a_database_and_a_database_files(
    small: Workspace, new_database: Callable[[], str], tmp_path: Path
) -> None:
    held = exports(small.root, "ann", "bob", Who("session", "s1"))
    url = new_database()
    root = small.root
    for number, store in enumerate((url, "sqlite")):
        place = tmp_path / str(number)
        place.mkdir()
        file, keys = backed_up(Workspace.open(root), place)
        root = place / "shop"
        beholder("restore", file, root, "--keys", keys, "--no-erasures", "--store", store)
        assert exports(root, "ann", "bob", Who("session", "s1")) == held
        assert (root / "store" / "events.db").exists() == (store == "sqlite")


@pytest.mark.postgres
def test_a_database_that_holds_something_is_left_alone(
    small: Workspace, postgres_url: str, tmp_path: Path
) -> None:
    file, one, two = tmp_path / "shop.tar", tmp_path / "one", tmp_path / "two"
    beholder("backup", small.root, file)
    beholder("restore", file, one, "--no-erasures", "--store", postgres_url)
    with Store.open(Workspace.open(one)) as store:
        store.put_items([ItemRecord("d", "D")])
        _, told = beholder("restore", file, two, "--no-erasures", "--store", postgres_url, status=1)
        assert "the store database holds something already" in told
        assert not two.exists()
        assert store.items()["item_id"].to_pylist() == ["a", "b", "c", "d"]


def test_bundles_that_come_and_go_meanwhile_are_whole_or_not_in_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    script = Path(__file__).parents[1] / "bundle" / "publish_forever.py"
    command = [sys.executable, str(script), str(workspace.root), "careful"]
    with Forked(command, stdout=subprocess.PIPE, text=True) as publisher:
        assert publisher.stdout is not None
        for number in range(3):
            for _ in range(4):  # until it has removed some
                assert publisher.stdout.readline()
            beholder("backup", workspace.root, tmp_path / f"{number}.tar")
        publisher.kill()
    for number in range(3):
        root = tmp_path / str(number)
        beholder("restore", tmp_path / f"{number}.tar", root, "--no-erasures")
        bundles = json.loads(beholder("bundle", "list", root, "--json")[0])
        assert {row["check"] for row in bundles} == {"whole"}
        assert [row["state"] for row in bundles].count("promoted") == 1


def test_a_store_of_an_older_version_is_backed_up_as_it_is_and_brought_forward(
    tmp_path: Path,
) -> None:
    old = Path(__file__).parents[1] / "store" / "kept" / "version-0.1"
    workspace = Workspace.create(tmp_path / "old", (old / "beholder.toml").read_text())
    for name in ("events", "keys"):
        with sqlite3.connect(workspace.store / f"{name}.db") as database:
            database.executescript((old / f"{name}.sql").read_text(encoding="utf-8"))
        database.close()
    (workspace.secrets / "root.key").write_bytes((old / "root.key").read_bytes())
    (workspace.secrets / "root.key").chmod(0o600)
    file, keys = backed_up(workspace, tmp_path)
    with sqlite3.connect(workspace.store / "events.db") as database:
        found = database.execute("SELECT version_num FROM alembic_version").fetchone()
    database.close()
    assert found == ("0001",), "a backup changes nothing"
    beholder("restore", file, tmp_path / "new", "--keys", keys, "--no-erasures")
    held = json.loads((old / "held.json").read_text(encoding="utf-8"))["exports"]
    found = exports(tmp_path / "new", "ann", "bob")
    for person, *_ in found:  # asked about one by one since
        assert set(person.pop("purposes").values()) == {person["profiling"]}
    assert found == [held["ann"], held["bob"]]


def test_what_is_there_is_not_replaced_unless_it_is_said(small: Workspace, tmp_path: Path) -> None:
    file, keys = tmp_path / "shop.tar", tmp_path / "shop.keys"
    backed_up(small, tmp_path)
    before = file.read_bytes()
    _, told = beholder("backup", small.root, file, status=2)
    assert "is there already" in told
    _, told = beholder("backup", small.root, tmp_path / "other.tar", "--keys", keys, status=2)
    assert "is there already" in told
    _, told = beholder("backup", small.root, small.root / "reports" / "b.tar", status=2)
    assert "inside of the workspace" in told
    assert file.read_bytes() == before
    printed, _ = beholder("backup", small.root, file, "--force", "--json")
    assert json.loads(printed)["holds"] == {"items": 3, "events": 3, "people": 3, "answers": 0}
    assert file.read_bytes() != before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.keys", "shop.tar", "small"]


def test_a_store_that_the_environment_overrules_is_refused(
    small: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beholder("backup", small.root, tmp_path / "b.tar")
    monkeypatch.setenv("BEHOLDER_STORE_URL", "postgresql://nobody@127.0.0.1:1/none")
    words = ("restore", tmp_path / "b.tar", tmp_path / "new", "--no-erasures")
    assert "names another store" in beholder(*words, "--store", "sqlite", status=2)[1]
    assert "the database refused" in beholder(*words, status=1)[1]
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_not_empty_is_left_alone(small: Workspace, tmp_path: Path) -> None:
    file, _ = backed_up(small, tmp_path)
    before = files(small.root)
    _, told = beholder("restore", file, small.root, "--no-erasures", status=2)
    assert "is not empty" in told
    assert files(small.root) == before
    (tmp_path / "empty").mkdir()
    beholder("restore", file, tmp_path / "empty", "--no-erasures")
    assert Workspace.open(tmp_path / "empty").settings.title == "Small"
