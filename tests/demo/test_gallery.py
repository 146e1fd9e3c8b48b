from __future__ import annotations

import hashlib
import io
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from beholder.demo.families import FAMILIES
from beholder.demo.gallery import Factors, jpeg, paint
from beholder.demo.palettes import PALETTES, rgb
from beholder.demo.patterns import PATTERN_NAMES_ZH, PATTERNS, swatch
from beholder.demo.textures import TEXTURES, lay


@pytest.fixture(scope="module")
def small() -> list[tuple[Image.Image, Factors]]:
    return [paint(index, seed=7, width=96) for index in range(240)]


def test_the_same_seed_and_index_give_the_same_bytes():
    first, second = jpeg(paint(17, seed=7, width=120)[0]), jpeg(paint(17, seed=7, width=120)[0])
    assert first == second


def test_another_seed_gives_another_picture():
    digests = {hashlib.sha256(jpeg(paint(17, seed, width=96)[0])).digest() for seed in range(6)}
    assert len(digests) == 6


def test_no_two_pictures_are_the_same(small):
    digests = {hashlib.sha256(image.tobytes()).digest() for image, _ in small}
    assert len(digests) == len(small)


def test_the_factors_do_not_depend_on_the_width(small):
    for index in range(0, 240, 9):
        _, large = paint(index, seed=7, width=160)
        _, little = small[index]
        same = ("family", "palette", "pattern", "texture", "variant")
        assert [getattr(large, name) for name in same] == [getattr(little, name) for name in same]


def test_the_size_is_what_the_factors_say_and_within_the_formats(small):
    for image, factors in small:
        assert image.size == (factors.width, factors.height)
        assert image.mode == "RGB"
        assert 0.75 <= factors.height / factors.width <= 1.67


def test_every_stretch_holds_all_families_and_palettes_equally(small):
    factors = [f for _, f in small]
    families = Counter(f.family for f in factors)
    palettes = Counter(f.palette for f in factors)
    assert families == dict.fromkeys(FAMILIES, 240 // 12)
    assert palettes == dict.fromkeys(PALETTES, 240 // 16)
    assert {f.texture for f in factors} == set(TEXTURES)
    assert {f.pattern for f in factors} == set(PATTERNS)


def test_family_and_palette_are_dealt_independently():
    pairs = Counter(
        (f.family, f.palette) for f in (paint(index, 3, width=64)[1] for index in range(480))
    )
    # 480 draws on 192 cells: 2.5 a cell; dealt in step, only 48 cells would be filled.
    assert len(pairs) > 150
    assert max(pairs.values()) <= 10


def test_a_family_without_patterns_is_always_plain(small):
    for _, factors in small:
        if not FAMILIES[factors.family].patterned:
            assert factors.pattern == "plain"


@pytest.mark.parametrize("name", FAMILIES)
def test_every_variant_of_a_family_has_a_name_in_both_languages(name, small):
    seen = {f.variant for _, f in small if f.family == name}
    assert seen <= set(FAMILIES[name].nouns)
    for factors in (f for _, f in small if f.family == name):
        assert factors.title.isascii()
        assert factors.title_zh
        assert not factors.title_zh.isascii()


def nearest_neighbour_hits(vectors: np.ndarray, labels: list[str]) -> float:
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    nearest = likeness.argmax(axis=1)
    return float(np.mean([labels[i] == labels[j] for i, j in enumerate(nearest)]))


def unit(rows: list[np.ndarray]) -> np.ndarray:
    vectors = np.array(rows, dtype=float)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_palette_and_family_can_be_told_from_pixels_alone(small):
    bins, shapes = [], []
    for image, _ in small:
        pixels = np.asarray(image.resize((48, 48))).reshape(-1, 3).astype(int) // 32
        codes = pixels @ np.array([64, 8, 1])
        bins.append(np.sqrt(np.bincount(codes, minlength=512)))
        grey = np.asarray(image.convert("L").resize((64, 64)), dtype=float)
        shapes.append(np.abs(np.fft.rfft2(grey - grey.mean()))[:24, :24].ravel() ** 0.5)
    # By chance: 0.06 and 0.08.
    assert nearest_neighbour_hits(unit(bins), [f.palette for _, f in small]) > 0.6
    assert nearest_neighbour_hits(unit(shapes), [f.family for _, f in small]) > 0.5


@pytest.mark.parametrize("name", [name for name in PATTERNS if name != "plain"])
def test_a_pattern_shows_both_its_colours(name):
    rng = np.random.default_rng(5)
    cloth = swatch((160, 160), rgb("#ffffff"), name, (rgb("#ff0000"), rgb("#0000ff")), 24, rng)
    assert cloth.size == (160, 160)
    colours = {colour for _, colour in cloth.getcolors(maxcolors=100_000)}
    assert {(255, 0, 0), (0, 0, 255)} <= colours


def test_plain_cloth_stays_as_it_is():
    cloth = swatch((9, 9), (1, 2, 3), "plain", ((9, 9, 9), (8, 8, 8)), 5, np.random.default_rng(0))
    assert cloth.getcolors() == [(81, (1, 2, 3))]


@pytest.mark.parametrize("name", TEXTURES)
def test_a_texture_changes_light_and_not_hue(name):
    grey = Image.new("RGB", (200, 1100), (128, 128, 128))
    pixels = np.asarray(lay(grey, name, np.random.default_rng(1))).astype(int)
    assert pixels.shape == (1100, 200, 3)
    assert np.ptp(pixels, axis=2).max() == 0
    middle = pixels[450:650, 60:140, 0]
    assert middle.mean() == pytest.approx(128, abs=3)
    assert 0 < middle.std() < 12


def test_all_patterns_have_a_chinese_name():
    assert set(PATTERN_NAMES_ZH) == set(PATTERNS)


def test_the_file_is_a_jpeg_that_others_can_read(small):
    image, _ = small[0]
    with Image.open(io.BytesIO(jpeg(image))) as read:
        assert read.format == "JPEG"
        assert read.size == image.size
