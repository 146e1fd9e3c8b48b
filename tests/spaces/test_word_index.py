"""Words are found in whatever form; the closest way to read one that finds something is taken."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.spaces.word_index import BODY, CLOSE, EXACT, PREFIX, STEM, WordIndex, folded


def found(index: WordIndex, word: str) -> dict[int, float]:
    """What the first way that finds something finds, by text."""
    for strength in index.ways(word):
        if strength.any():
            return {int(i): round(float(strength[i]), 4) for i in np.flatnonzero(strength)}
    return {}


def index_of(*heads: str, bodies: tuple[str, ...] = ()) -> WordIndex:
    return WordIndex(heads, bodies or ("",) * len(heads))


def test_a_word_is_found_by_itself_and_by_its_stem() -> None:
    index = index_of("Black dress", "Two dresses", "Dressing table", "Blouse")
    assert found(index, "dress") == {0: EXACT, 1: pytest.approx(STEM), 2: pytest.approx(STEM)}
    assert found(index, "dresses") == {0: pytest.approx(STEM), 1: EXACT, 2: pytest.approx(STEM)}
    assert found(index, "vase") == {}


def test_what_a_long_text_says_counts_less_than_a_name() -> None:
    index = index_of("Blouse", "Dress", bodies=("like our dress", ""))
    assert found(index, "dress") == {0: pytest.approx(BODY), 1: EXACT}


def test_accents_and_umlauts_are_read_as_people_type_them() -> None:
    index = index_of("Grüne Tröja", "Kaffeemühle aus Kupfer", "Straße", "Crème brûlée", "ガラス")
    for word in ("grune", "gruene"):
        assert set(found(index, word)) == {0}, word
    assert list(found(index, folded("MÜHLE"))) == [], "no part of a longer word but its beginning"
    assert set(found(index, "kaffeemuehle")) == {1}
    assert found(index, folded("straße")) == found(index, "strasse") == {2: EXACT}
    assert found(index, "creme") == {3: EXACT}
    assert found(index, "ガラ") == {4: EXACT}
    assert folded("ガラス 한국어") == "ガラス 한국어", "marks of other scripts are letters"


def test_the_beginning_of_a_word_and_a_letter_off_are_the_last_ways() -> None:
    index = index_of("Bikini top", "Swimsuit", "Vase")
    assert found(index, "biki") == {0: pytest.approx(PREFIX)}
    assert found(index, "swimsiut") == {1: pytest.approx(CLOSE)}
    assert found(index, "bi") == {}
    assert found(index, "vase") == {2: EXACT}


@pytest.mark.parametrize(
    ("texts", "language", "one", "other"),
    [
        (("Vase für die Küche und den Tisch", "Lampe mit Fuß"), "german", "lampen", "lampe"),
        (("Le vase et la lampe pour les fleurs", "Une fleur"), "french", "fleurs", "fleur"),
        (("El jarrón de la casa con flores", "Una flor"), "spanish", "flores", "flor"),
        (("The vases of the house", "A vase"), "english", "vases", "vase"),
        (("Blue", "Red"), "english", "blues", "blue"),
        (("Grüner Stuhl", "Stuhl rot"), "german", "roter", "rot"),
        (("Niño", "Vaso"), "spanish", "vasos", "vaso"),
    ],
)
def test_the_language_is_that_of_the_texts(texts, language, one, other) -> None:
    index = index_of(*texts)
    assert index.language == language
    both = [set(found(index, word)) for word in (one, other)]
    assert both[0] == both[1]
    assert both[0]


def test_nothing_to_search_is_no_error() -> None:
    assert found(index_of(), "vase") == {}
    assert found(index_of("", ""), "vase") == {}


def test_a_word_whose_stem_begins_otherwise_is_found_by_itself() -> None:
    index = index_of("Grey skies", "Blue sky", "Lying figure", "Big lie")
    assert found(index, "skies") == {0: EXACT, 1: pytest.approx(STEM)}
    assert found(index, "sky") == {0: pytest.approx(STEM), 1: EXACT}
    assert found(index, "lying") == {2: EXACT, 3: pytest.approx(STEM)}
