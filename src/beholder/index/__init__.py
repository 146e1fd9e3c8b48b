"""Finding the best of many: by vectors, exactly or nearly, and by scores."""

from beholder.index.choose import index_over, load_index, save_index
from beholder.index.exact import Exact
from beholder.index.interface import Found, Index
from beholder.index.ivf import IVF

__all__ = ["IVF", "Exact", "Found", "Index", "index_over", "load_index", "save_index"]
