"""A backup has the bucket keys that its links need, whoever is erased while it is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from small_shop import PASSPHRASE, WORDS

from beholder.backup.take import back_up
from beholder.behaviour.event import Event
from beholder.progress import Silent
from beholder.store import Store, Who
from beholder.store.bucket_file import NAME, BucketFile
from beholder.workspace import Workspace
from command_line import beholder
from every_key import opened_with

ANN, BOB = Who("user", "ann"), Who("user", "bob")


class WhileCopying(Silent):
    """Does something once the keys, which come after the store, are being copied."""

    def __init__(self, do: Callable[[], None]) -> None:
        self.do, self.copies = do, 0

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        self.copies += what.startswith("Copying")
        if self.copies == 2 and what.startswith("Copying"):
            self.do()  # the moment that the copy is of has come already


def subject_of(store: Store, who: Who) -> bytes:
    link = store.keys.find_one(store.keys.mac(who))
    assert link is not None
    return link.subject


def test_buckets_that_are_renewed_while_links_are_copied_open_in_the_backup(
    either: Workspace, there: str, tmp_path: Path
) -> None:
    ring = BucketFile(either.secrets / NAME)
    before = ring.read()
    with Store.open(either) as store:
        subjects = [subject_of(store, who) for who in (ANN, BOB)]

        def erase() -> None:
            store.keys.forget(subjects)
            store.keys.prune()

        back_up(
            either,
            tmp_path / "shop.tar",
            keys=tmp_path / "shop.keys",
            passphrase=PASSPHRASE.encode(),
            progress=WhileCopying(erase),
        )
    assert ring.read() != before
    words = ("--keys", tmp_path / "shop.keys", "--store", there, "--no-erasures")
    beholder("restore", tmp_path / "shop.tar", tmp_path / "new", *words)
    with Store.open(Workspace.open(tmp_path / "new")) as store:
        assert [r["text"] for r in store.export(ANN) if "text" in r] == [WORDS]
        named = Event("b", "like", user="bob", time=2_000, event_id="bob-1")
        assert store.record([named])[0].status == "same", "its hash is made with bob's key"


def test_a_backup_has_no_bucket_key_that_its_links_do_not_need(
    small: Workspace, tmp_path: Path
) -> None:
    file = BucketFile(small.secrets / NAME)
    ring = file.read()
    file.write(ring | {5: [bytes(32), *ring[5]]})  # as a renewal that was stopped leaves it
    beholder("backup", small.root, tmp_path / "shop.tar", "--keys", tmp_path / "shop.keys")
    words = ("--keys", tmp_path / "shop.keys", "--no-erasures")
    beholder("restore", tmp_path / "shop.tar", tmp_path / "new", *words)
    assert BucketFile(tmp_path / "new" / "secrets" / NAME).read() == ring


def test_bucket_keys_that_do_not_fit_are_not_backed_up(small: Workspace, tmp_path: Path) -> None:
    other = Workspace.create(tmp_path / "other", 'title = "other"\n')
    Store.open(other, create=True).close()
    (small.secrets / NAME).write_bytes((other.secrets / NAME).read_bytes())
    words = ("backup", small.root, tmp_path / "shop.tar", "--keys", tmp_path / "shop.keys")
    assert "has not the keys of 1,024 of 1,024 buckets" in beholder(*words, status=1)[1]
    (small.secrets / NAME).unlink()
    assert "buckets.key is missing" in beholder(*words, status=1)[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "small"]


def test_who_is_erased_again_opens_with_nothing_that_was_restored(
    either: Workspace, there: str, tmp_path: Path
) -> None:
    with Store.open(either) as store:
        link = store.keys.find_one(store.keys.mac(ANN))
        assert link is not None
        key = store.keys.key(link)
        beholder("backup", either.root, tmp_path / "shop.tar", "--keys", tmp_path / "shop.keys")
        store.erase(ANN)
    for ledger, found in (("--no-erasures",), {key}), (("--erasures", either.erasures), set()):
        new = tmp_path / f"new{len(ledger)}"
        target = there if len(ledger) == 2 else "sqlite"
        words = ("--keys", tmp_path / "shop.keys", "--store", target, *ledger)
        beholder("restore", tmp_path / "shop.tar", new, *words)
        secrets = {path.name: path.read_bytes() for path in (new / "secrets").iterdir()}
        assert opened_with(secrets, link.wrapped, [link.subject]) == found
