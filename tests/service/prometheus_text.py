"""A strict reader of the text format of Prometheus: what does not follow it is an error."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
HELP = re.compile(rf"# HELP ({NAME}) \S.*")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram)")
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)")
SUFFIXES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
Labels = tuple[tuple[str, str], ...]


class Numbers:
    """All numbers of a page: `numbers("name_total", code="usage")`."""

    def __init__(self, page: str) -> None:
        self.found: dict[tuple[str, Labels], float] = {}
        self.kinds: dict[str, str] = {}
        assert page.endswith("\n")
        assert "\n\n" not in page
        helped = family = ""
        for line in page[:-1].split("\n"):
            if help_ := HELP.fullmatch(line):
                helped = help_[1]
            elif kind := TYPE.fullmatch(line):
                family = kind[1]
                assert helped == family
                assert family not in self.kinds, f"{family} stands in two places"
                self.kinds[family] = kind[2]
                assert family.endswith("_total") == (kind[2] == "counter")
            else:
                self._add(family, line)
        self._check_histograms()

    def __call__(self, name: str, **labels: str) -> float:
        return self.found.get((name, tuple(sorted(labels.items()))), 0.0)

    def sum(self, name: str) -> float:
        return sum(value for (own, _), value in self.found.items() if own == name)

    def _add(self, family: str, line: str) -> None:
        sample = SAMPLE.fullmatch(line)
        assert sample is not None, f"no sample: {line}"
        allowed = {family + suffix for suffix in SUFFIXES[self.kinds[family]]}
        assert sample[1] in allowed, f"{line} is not of {family}"
        pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', sample[2] or "")
        labels = tuple(sorted(pairs))
        assert len(dict(labels)) == len(labels)
        assert (sample[1], labels) not in self.found, f"twice: {line}"
        self.found[sample[1], labels] = float(sample[3])

    def _check_histograms(self) -> None:
        buckets: dict[tuple[str, Labels], list[tuple[float, float]]] = defaultdict(list)
        for (name, labels), value in self.found.items():
            if name.endswith("_bucket"):
                rest = tuple(pair for pair in labels if pair[0] != "le")
                end = dict(labels)["le"].replace("+Inf", "inf")
                buckets[name.removesuffix("_bucket"), rest].append((float(end), value))
        for (name, labels), found in buckets.items():
            assert [end for end, _ in found] == sorted(end for end, _ in found)
            assert all(less <= more for (_, less), (_, more) in pairwise(found))
            assert found[-1] == (float("inf"), self.found[f"{name}_count", labels])
            assert (f"{name}_sum", labels) in self.found
