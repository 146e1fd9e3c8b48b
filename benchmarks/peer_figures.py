"""What peers are known to reach when they are tuned, by NDCG@10: below it, a run is not fair.

Measured on other splits of the same sets, with 3,000 cases at most: the figures have errors, too.
"""

from __future__ import annotations

LAST, BASKET, COLD = "leave-last-out", "next-basket", "cold-items"
SHOP, FILMS = "hm-fashion", "movielens-posters"

ERROR = 0.003  # standard error of each

KNOWN = {
    (SHOP, LAST, "implicit/BM25"): 0.1147,
    (SHOP, LAST, "cornac/EASE"): 0.1125,
    (SHOP, LAST, "implicit/ALS"): 0.107,
    (SHOP, LAST, "implicit/TF-IDF"): 0.079,
    (SHOP, LAST, "implicit/BPR"): 0.077,
    (SHOP, LAST, "cornac/VBPR"): 0.058,
    (SHOP, LAST, "rectools/SASRec"): 0.051,
    (FILMS, LAST, "cornac/EASE"): 0.0506,
    (FILMS, LAST, "rectools/SASRec"): 0.0488,
    (FILMS, LAST, "implicit/ALS"): 0.0475,
    (FILMS, LAST, "implicit/BM25"): 0.0457,
    (FILMS, LAST, "implicit/cosine"): 0.042,
    (FILMS, LAST, "implicit/BPR"): 0.042,
    (FILMS, LAST, "cornac/VBPR"): 0.035,
    (SHOP, BASKET, "implicit/BM25"): 0.041,
    (FILMS, BASKET, "implicit/ALS"): 0.052,
    (SHOP, COLD, "cornac/VBPR"): 0.068,
    (FILMS, COLD, "cornac/VBPR"): 0.022,
}
