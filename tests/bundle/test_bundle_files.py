"""What was written comes back, with the same bits; only whole files of our own are opened."""

from __future__ import annotations

import base64
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from beholder.bundle import manifest, parts
from beholder.bundle.manifest import Manifest, read
from beholder.bundle.promote import current, folder_of, promote
from beholder.bundle.signature import signing_key
from beholder.bundle.write import Origin, write_bundle
from beholder.encoders.registry import vector_cache
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.errors import BundleError
from beholder.index import IVF
from beholder.models.registry import MODELS
from beholder.scorers.blend import VectorMember
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import FoldIn, Vectors
from beholder.spaces import Modality, Similarity, VectorSpace
from beholder.spaces.interface import Raw
from beholder.workspace import Workspace
from planted import World, picture

ORIGIN = Origin(n_users=3, n_pairs=9, data="fingerprint", seed=5, newest_event=123)


@pytest.fixture
def second(workspace: Workspace) -> Path:
    """A second bundle, whole and not promoted."""
    served = parts.load(folder_of(workspace, current(workspace)))
    return workspace.bundles / write_bundle(workspace, served, ORIGIN)


def files_of(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def check_refused(workspace: Workspace, folder: Path) -> None:
    """It cannot be promoted or opened, and the one that was served still is."""
    before = current(workspace)
    with pytest.raises(BundleError):
        promote(workspace, folder.name)
    with pytest.raises(BundleError):
        open_engine(workspace.root, folder.name)
    assert current(workspace) == before
    read(folder_of(workspace, before), workspace.secrets)


def test_what_is_written_comes_back_with_the_same_bits(workspace: Workspace, second: Path) -> None:
    first = folder_of(workspace, current(workspace))
    ours, theirs = parts.load(first), parts.load(second)
    assert ours.items.equals(theirs.items)
    assert ours.choice == theirs.choice
    pairs = [(ours.similar, theirs.similar)]
    one, other = ours.blend.item_item, theirs.blend.item_item
    pairs.append((one.rows, other.rows))
    pairs += [(a.rows, b.rows) for a, b in zip(one.entry.placed, other.entry.placed, strict=True)]
    assert len(pairs) == 3
    for a, b in pairs:
        for array in ("data", "indices", "indptr"):
            np.testing.assert_array_equal(getattr(a, array), getattr(b, array))
    for array in ("known", "popularity"):
        np.testing.assert_array_equal(getattr(ours, array), getattr(theirs, array))
    assert one.entry.kernels == other.entry.kernels
    assert one.recency == other.recency
    assert list(ours.content.spaces) == list(theirs.content.spaces) == ["colour", "words"]
    some = np.arange(9)
    np.testing.assert_array_equal(ours.content.block(some), theirs.content.block(some))
    assert ours.facets.fields == theirs.facets.fields
    names = [path.relative_to(first) for path in files_of(first) if path.name != "manifest.json"]
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert len(names) >= 9


def test_an_index_by_lists_is_kept_and_searched(workspace: Workspace) -> None:
    served = parts.load(folder_of(workspace, current(workspace)))
    space = served.content.spaces["colour"]
    assert isinstance(space, VectorSpace)
    listed = replace(space, index=IVF.over(space.vectors, recall=1.0))
    content = replace(served.content, spaces={**served.content.spaces, "colour": listed})
    name = write_bundle(workspace, replace(served, content=content), ORIGIN)
    opened = parts.load(folder_of(workspace, name)).content.spaces["colour"]
    assert isinstance(opened, VectorSpace)
    assert isinstance(opened.index, IVF)
    cache = vector_cache(workspace, "colour")
    raw, _ = cache.load([picture(77)])
    found, expected = opened.search(raw, 30), space.search(raw, 30)
    np.testing.assert_array_equal(found.positions, expected.positions)


def test_the_manifest_says_what_a_bundle_was_made_from(workspace: Workspace, second: Path) -> None:
    found = read(second, workspace.secrets)
    assert (found.n_users, found.n_pairs, found.data, found.seed) == (3, 9, "fingerprint", 5)
    assert found.n_items == 240
    assert found.newest_event == 123
    assert set(found.files) == {
        path.relative_to(second).as_posix()
        for path in files_of(second)
        if path.name != "manifest.json"
    }


def test_one_flipped_byte_in_any_file_is_refused(workspace: Workspace, second: Path) -> None:
    for path in files_of(second):
        if path.name == "manifest.json":
            continue
        whole = path.read_bytes()
        for place in {0, len(whole) // 2, len(whole) - 1}:
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            check_refused(workspace, second)
        path.write_bytes(whole)
    promote(workspace, second.name)


def test_a_manifest_cut_or_changed_at_every_tenth_byte_is_refused(
    workspace: Workspace, second: Path
) -> None:
    path = second / "manifest.json"
    whole = path.read_bytes()
    for place in range(0, len(whole), 10):
        path.write_bytes(whole[:place])
        with pytest.raises(BundleError):
            read(second, workspace.secrets)
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        path.write_bytes(changed)
        if not _same_but_for_unused_bits(whole, changed):
            with pytest.raises(BundleError):
                read(second, workspace.secrets)
    path.write_bytes(whole)
    check = read(second, workspace.secrets)
    assert check.name == second.name


def _same_but_for_unused_bits(whole: bytes, changed: bytes) -> bool:
    """The last character of a signature in base64 has bits that mean nothing."""
    try:
        one, two = (msgspec.json.decode(data, type=Manifest) for data in (whole, changed))
        marks = {base64.b64decode(m.signature, validate=True) for m in (one, two)}
    except (msgspec.DecodeError, ValueError):
        return False
    return one.message() == two.message() and len(marks) == 1


def test_every_file_cut_at_every_tenth_part_is_refused(workspace: Workspace, second: Path) -> None:
    for path in files_of(second):
        whole = path.read_bytes()
        for tenth in range(10):
            path.write_bytes(whole[: len(whole) * tenth // 10])
            with pytest.raises(BundleError):
                read(second, workspace.secrets)
        path.write_bytes(whole)
    read(second, workspace.secrets)


def remove_a_file(folder: Path) -> None:
    (folder / "choice.json").unlink()


def remove_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def add_a_file(folder: Path) -> None:
    (folder / "scorers" / "more.json").write_text("{}")


def add_a_pickle(folder: Path) -> None:
    (folder / "scorers" / "model.pkl").write_bytes(pickle.dumps({"a": 1}))


def put_a_pickle_under_an_allowed_name(folder: Path) -> None:
    (folder / "popularity.safetensors").write_bytes(pickle.dumps({"a": 1}))


def put_a_link_in_place_of_a_file(folder: Path) -> None:
    path = folder / "choice.json"
    shutil.move(path, folder.parent / "elsewhere.json")
    path.symlink_to(folder.parent / "elsewhere.json")


def put_a_link_in_place_of_a_folder(folder: Path) -> None:
    shutil.move(folder / "spaces", folder.parent / "elsewhere")
    (folder / "spaces").symlink_to(folder.parent / "elsewhere")


def add_a_link(folder: Path) -> None:
    (folder / "more.json").symlink_to("/etc/hostname")


def swap_two_files(folder: Path) -> None:
    one, two = folder / "choice.json", folder / "evaluation.json"
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def make_the_manifest_too_large(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes() + b" " * manifest.LARGEST)


def say_it_has_other_content(folder: Path) -> None:
    """A changed file with its checksum mended: only the signature tells."""
    path = folder / "evaluation.json"
    path.write_bytes(b'{"ndcg": 1.0}')
    old = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    files = manifest.digests(folder)
    (folder / "manifest.json").write_bytes(
        msgspec.json.encode(msgspec.structs.replace(old, files=files))
    )


@pytest.mark.parametrize(
    "harm",
    [
        remove_a_file,
        remove_the_manifest,
        add_a_file,
        add_a_pickle,
        put_a_pickle_under_an_allowed_name,
        put_a_link_in_place_of_a_file,
        put_a_link_in_place_of_a_folder,
        add_a_link,
        swap_two_files,
        make_the_manifest_too_large,
        say_it_has_other_content,
    ],
    ids=lambda harm: harm.__name__,
)
def test_a_bundle_that_is_not_as_it_was_written_is_refused(
    workspace: Workspace, second: Path, harm: Callable[[Path], None]
) -> None:
    harm(second)
    check_refused(workspace, second)


def resign(folder: Path, secrets: Path, **changes: object) -> None:
    old = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    made = msgspec.structs.replace(old, **changes).signed(signing_key(secrets))
    (folder / "manifest.json").write_bytes(msgspec.json.encode(made))


def test_a_bundle_of_another_workspace_is_refused(
    workspace: Workspace, second: Path, tmp_path: Path
) -> None:
    other = Workspace.create(tmp_path / "other", "")
    resign(second, other.secrets)
    check_refused(workspace, second)
    with pytest.raises(BundleError, match="not signed by this workspace"):
        read(second, workspace.secrets)


@pytest.mark.parametrize("other", [1, 3])
def test_a_bundle_of_another_format_is_refused_with_what_to_do(
    workspace: Workspace, second: Path, other: int
) -> None:
    resign(second, workspace.secrets, format=other)
    with pytest.raises(BundleError, match=rf"format {other}, this version reads 2.*train again"):
        read(second, workspace.secrets)
    check_refused(workspace, second)


def test_what_was_decided_comes_back_as_typed_records(workspace: Workspace, second: Path) -> None:
    choice = parts.recipe(second).choice
    assert choice == parts.load(second).choice
    record = next(one for one in choice.members if one.model == "visual-knn")
    assert record.member == "visual-knn:colour"
    assert msgspec.convert(record.settings, MODELS["visual-knn"].Settings).modality == "colour"
    assert choice.likeness.keys() == {"colour", "words"}
    assert choice.plan["begin visual-knn:colour"] == 1


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"{}", b'{"weights": 1}'])
def test_a_bundle_that_does_not_say_how_it_was_made_is_an_error_of_its_own(
    workspace: Workspace, second: Path, text: bytes
) -> None:
    (second / "choice.json").write_bytes(text)
    with pytest.raises(BundleError, match="does not say how it was made"):
        parts.recipe(second)
    with pytest.raises(BundleError, match="train again"):
        parts.load(second)


def test_encoders_whose_names_differ_by_a_sign_are_kept_apart(workspace: Workspace) -> None:
    served = parts.load(folder_of(workspace, current(workspace)))
    rng = np.random.default_rng(2)
    raw: dict[str, Raw] = {
        name: Modality.of_rows(rng.normal(size=(240, 5)).astype(np.float32), np.ones(240, bool))
        for name in ("onnx:/a/b.onnx", "onnx:/a_b.onnx", "idf", "terms")
    }
    raw["words"] = [("red lamp", "oak table", "wool rug")[i % 3] for i in range(240)]
    content = Similarity.fit(raw, np.ones(240, bool))
    name = write_bundle(workspace, replace(served, content=content), ORIGIN)
    found = parts.load(workspace.bundles / name).content
    assert tuple(found.spaces) == tuple(raw)
    some = np.arange(240)
    for name, space in content.spaces.items():
        np.testing.assert_array_equal(found.spaces[name].cosines(some), space.cosines(some))


def test_a_blend_with_vectors_comes_back_and_answers_the_same(
    workspace: Workspace, world: World
) -> None:
    served = parts.load(folder_of(workspace, current(workspace)))
    rng = np.random.default_rng(4)
    items = rng.normal(size=(240, 6)).astype(np.float32)
    factors = rng.random(240).astype(np.float32)
    member = VectorMember(Vectors(items, FoldIn(0.2, 0.01), Recency(0.7), 200), factors, 0.3)
    with_vectors = replace(served, blend=replace(served.blend, vectors=(member,)))
    name = write_bundle(workspace, with_vectors, ORIGIN)
    (found,) = parts.load(workspace.bundles / name).blend.vectors
    np.testing.assert_array_equal(found.scorer.items, items)
    np.testing.assert_array_equal(found.factors, factors)
    assert (found.new, found.scorer.query) == (member.new, member.scorer.query)
    assert (found.scorer.recency, found.scorer.n_fitted) == (Recency(0.7), 200)
    told = [world.item_id(i) for i in (3, 11, 40)]
    with open_engine(workspace.root, name) as opened:
        expected = Engine(with_vectors).recommend(history=told, k=30)
        assert opened.recommend(history=told, k=30).items == expected.items
        assert (
            opened.recommend(history=told, k=30).ids
            != Engine(served).recommend(history=told, k=30).ids
        )


def test_a_bundle_under_another_name_is_refused(workspace: Workspace, second: Path) -> None:
    moved = second.rename(second.with_name("20990101T000000-abcd"))
    check_refused(workspace, moved)


def test_a_lost_public_key_is_said_and_the_next_training_brings_it_back(
    workspace: Workspace, second: Path
) -> None:
    (workspace.secrets / "signing.pub").unlink()
    with pytest.raises(BundleError, match=r"signing\.pub is missing"):
        read(second, workspace.secrets)
    signing_key(workspace.secrets)
    read(second, workspace.secrets)


def test_the_signing_key_is_for_its_owner_alone_and_made_once(tmp_path: Path) -> None:
    first, again = signing_key(tmp_path), signing_key(tmp_path)
    assert first.private_bytes_raw() == again.private_bytes_raw()
    assert (tmp_path / "signing.key").stat().st_mode & 0o077 == 0
