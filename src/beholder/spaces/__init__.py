"""Comparable vectors of each modality, and the one similarity over all of them."""

from beholder.spaces.content import fit_spaces, load_spaces, save_spaces
from beholder.spaces.interface import Space
from beholder.spaces.modality import Modality
from beholder.spaces.neighbours import OneModality, seconds_to_compare, similar_rows
from beholder.spaces.number_space import NumberSpace
from beholder.spaces.similarity import Similarity
from beholder.spaces.vector_space import VectorSpace
from beholder.spaces.word_space import WordSpace

__all__ = [
    "Modality",
    "NumberSpace",
    "OneModality",
    "Similarity",
    "Space",
    "VectorSpace",
    "WordSpace",
    "fit_spaces",
    "load_spaces",
    "save_spaces",
    "seconds_to_compare",
    "similar_rows",
]
