"""Who is read for what: for each purpose those who allow it, and nobody else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import beholder
from beholder.behaviour.event import Event
from beholder.store import PURPOSES, ItemRecord, Purposes, Store, Who, people
from beholder.workspace import Workspace

CONSENTS = st.lists(st.tuples(*[st.booleans()] * 3), min_size=1, max_size=8)
BEGIN = 1_000_000  # the first moment of the first person


def times(store: Store, purpose: str) -> set[int]:
    """Whose events are read for a purpose: each person's have a moment of their own."""
    if purpose == "recommend":
        return {t for i in range(8) for t in store.snapshot(f"u{i}").columns()[1].tolist()}
    return set(store.training_events(purpose).times.tolist())  # type: ignore[arg-type]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(consents=CONSENTS, sealed=st.booleans(), by_session=st.booleans())
def test_each_purpose_reads_exactly_those_who_allow_it(
    store: Store, consents: list[tuple[bool, bool, bool]], sealed: bool, by_session: bool
) -> None:
    for i in range(8):
        store.record([Event("a", "like", user=f"u{i}", time=BEGIN + i)])
        store.record([Event("a", "like", session=f"u{i}", time=BEGIN + 100 + i)])
        store.set_profiling(Who("user", f"u{i}"), False)
        store.set_profiling(Who("session", f"u{i}"), False)
    if sealed:
        store.seal()
    kind, first = ("session", BEGIN + 100) if by_session else ("user", BEGIN)
    for i, allowed in enumerate(consents):
        wish = dict(zip(PURPOSES, allowed, strict=True))
        assert store.set_purposes(Who(kind, f"u{i}"), wish) == Purposes(*allowed)  # type: ignore[arg-type]
    for place, purpose in enumerate(PURPOSES):
        wanted = {first + i for i, allowed in enumerate(consents) if allowed[place]}
        if purpose == "recommend" and by_session:
            found = {
                t for i in range(8) for t in store.snapshot(session=f"u{i}").columns()[1].tolist()
            }
        else:
            found = times(store, purpose)
        assert found == wanted, purpose
    read = store.training_events("train")
    asked = {first + i for i, allowed in enumerate(consents) if allowed[1] and allowed[2]}
    assert set(read.times[read.measured[read.users]].tolist()) == asked


def test_profiling_says_all_purposes_and_one_purpose_is_changed_alone(store: Store) -> None:
    assert store.purposes("sam") == Purposes(True, True, True)
    assert store.set_purposes("sam", {"train": False}) == Purposes(True, False, True)
    assert store.set_purposes("sam", {}) == Purposes(True, False, True)
    store.set_profiling("sam", True)
    assert store.purposes("sam") == Purposes(True, True, True)
    store.set_profiling("sam", False)
    assert store.set_purposes("sam", {"measure": True}) == Purposes(False, False, True)
    assert not store.snapshot("sam").profiling


def test_a_question_of_nobody_makes_nobody_known(store: Store) -> None:
    store.purposes("sam")
    store.set_purposes("sam", {})
    assert not store.snapshot("sam").known


def test_of_somebody_who_was_erased_nothing_may_be_used_until_they_say_so(store: Store) -> None:
    store.record([Event("a", "like", user="sam")])
    store.erase("sam")
    nothing = Purposes(False, False, False)
    assert store.purposes("sam") == nothing
    assert store.set_purposes("sam", {"train": False}) == nothing
    assert store.record([Event("a", "like", user="sam")])[0].status == "erased"
    assert store.set_purposes("sam", {"recommend": True}) == Purposes(True, False, False)
    assert store.record([Event("a", "like", user="sam")])[0].status == "stored"


def test_the_default_of_the_settings_is_of_all_purposes(tmp_path: Path) -> None:
    toml = "[privacy]\nprofiling_default = false\n"
    with Store.open(Workspace.create(tmp_path / "w", toml), create=True) as store:
        store.put_items([ItemRecord("a", "A")])
        store.record([Event("a", "like", user="sam")])
        assert store.purposes("sam") == store.purposes("nobody") == Purposes(False, False, False)
        assert store.set_purposes("sam", {"train": True}) == Purposes(False, True, False)
        assert len(store.training_events("train")) == 1
        assert not len(store.training_events("measure"))


def test_what_rises_is_learned_from_those_who_allow_training(store: Store) -> None:
    for user in ("ann", "bob"):
        store.record([Event("a", "like", user=user)])
        store.set_purposes(user, {"recommend": False})
    assert len(store.rises().seqs) == 1
    store.set_purposes("bob", {"train": False})
    assert not len(store.rises().seqs), "one person alone is no trend"


# Who may touch the table of events, and what for. A new reader asks `consent` first.
BY_PURPOSE = {"snapshots", "training", "plain_events", "encrypted_events"}
OWN = {"export": "what a person asks for", "newest": "what a person is shown of themselves"}
KEEPING = {
    "columns": "moves rows",
    "trends": "asks for what the forms give to those who train",
    "stated_form": "looks whether there are any",
    "events": "records and takes back",
    "loading": "records",
    "segments": "moves rows, which `training` filters",
    "erase": "deletes",
    "expire": "deletes",
    "copying": "backups",
    "upgrade": "counts",
    "rates": "counts those who do too much",
}


READING = {"schema.events", "segments.pages", "segments.load"}
READING |= {f"form.{name}" for name in ("history", "newest", "page", "days", "recent", "pages")}


def touches_events(path: Path) -> bool:
    """Whether a module names the table, in a statement of its own too, or reads its pages."""
    tree = ast.parse(path.read_text())
    return any(_named(node) or _imported(node) or _in_statement(node) for node in ast.walk(tree))


def _named(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        return False
    return f"{node.value.id}.{node.attr}" in READING


def _imported(node: ast.AST) -> bool:
    of_schema = isinstance(node, ast.ImportFrom) and node.module == "beholder.store.schema"
    return of_schema and any(name.name == "events" for name in node.names)


def _in_statement(node: ast.AST) -> bool:
    said = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return re.search(r"\b(FROM|JOIN|INTO) events\b", said) is not None


def test_no_other_module_reads_the_events() -> None:
    root = Path(beholder.__file__).parent
    found = {path for path in root.rglob("*.py") if touches_events(path)}
    found -= set((root / "store/migrations").rglob("*.py"))
    assert {path.relative_to(root).as_posix() for path in found} == {
        f"store/{name}.py" for name in (*BY_PURPOSE, *OWN, *KEEPING)
    }, "a reader of events asks `consent` for a purpose, and stands in the list above"
    for name in BY_PURPOSE:
        assert "consent.allows(" in (root / f"store/{name}.py").read_text(), name


def test_who_allows_a_purpose_is_told_by_row_number(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "READ", 2)
    store.record([Event("a", "like", user=f"u{i}") for i in range(6)])
    persons = [store.snapshot(f"u{i}").persons[0] for i in range(6)]
    store.set_purposes("u1", {"recommend": False})
    store.set_purposes("u2", {"train": False})
    store.erase("u3")
    store.keys.bury(store.keys.mac(Who("user", "u4")))  # a crash ended this erasure
    allowing = store.allowing("recommend")
    assert allowing[persons].tolist() == [True, False, True, False, False, True]
    assert np.flatnonzero(store.allowing("train")).tolist() == sorted(persons[i] for i in (0, 1, 5))
    assert len(allowing) == store.highest_person() + 2
    assert not allowing[-1]  # whom all larger numbers stand for
