"""Names of months in the languages that headings are known in, in full and as they are cut short.

English, German, French, Spanish, Italian, Portuguese and Dutch; no two months share a name.
"""

from __future__ import annotations

from beholder.unicode import plain

_NAMES = (
    "january jan januar jänner jaenner janvier janv enero ene gennaio gen janeiro januari",
    "february feb februar februari février fevr févr febrero febbraio fevereiro fev",
    "march mar märz mär maerz mrz mars marzo março maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug août agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre diciembre dic dicembre dezembro",
)
_MONTHS = {plain(name): i for i, names in enumerate(_NAMES, start=1) for name in names.split()}


def month_of(name: str) -> int | None:
    """Return the month, from 1 on, that a name means; None: it means none."""
    return _MONTHS.get(plain(name))
