"""What shops say of an item that is not for sale, or not to be seen: counted, for it is shown."""

from __future__ import annotations

from beholder import numbers_in_text
from beholder.catalogue.consent_words import says_yes
from beholder.unicode import plain

# Names of columns, `is_` before them or not: a no says so; a yes; one of these words; a moment.
NO = (
    "active enabled published visible available online aktiv aktiviert veroffentlicht sichtbar "
    "verfugbar actif publie activo publicado attivo pubblicato ativo"
)
YES = (
    "deleted archived hidden discontinued disabled removed trashed withdrawn unpublished geloscht "
    "archiviert versteckt deaktiviert supprime eliminado eliminato"
)
STATUS = (
    "status state poststatus productstatus itemstatus listingstatus availability visibility "
    "visibilityincatalog catalogvisibility"
)
OFF = (
    "archived deleted disabled discontinued draft ended expired hidden inactive offline paused "
    "pending private removed sold suspended trash trashed unpublished withdrawn "
    "notvisibleindividually archiviert deaktiviert entwurf geloscht inaktiv versteckt brouillon "
    "inactif supprime borrador inactivo eliminado bozza inattivo 下架 草稿"
)
SINCE = "deletedat archivedat discontinuedat removedat unpublishedat"
NOTHING = frozenset({"", "null", "none", "nan", "nat", "n", "na", "undefined", "never"})  # plain
SHOWN = (
    "rows whose {column} is {value}: their items are shown like all others (leave them out, hide "
    "them with `beholder item hide`, or ban them by a rule)"
)


def withdrawn(column: str, value: object) -> str:
    """Return what a row says so by, in words; empty: it does not."""
    told = str(value).strip().casefold().removesuffix(".0")
    name, word = plain(column), plain(told)
    column_of = _COLUMNS.get(name) or _COLUMNS.get(name.removeprefix("is"))
    off = (
        (column_of == "no" and _said(told) is False)
        or (column_of == "yes" and _said(told) is True)
        or (column_of == "status" and word in _OFF)
        or (column_of == "since" and _is_moment(told))
    )
    return (
        SHOWN.format(column=column, value="there" if column_of == "since" else told) if off else ""
    )


def _is_moment(told: str) -> bool:
    """Whether a cell has more than words, zeros or marks for nothing: `\\N`, 0000-00-00, `-`."""
    word = plain(told)
    return bool(word.strip("0")) and word not in NOTHING and _said(told) is not False


def _said(told: str) -> bool | None:
    """Return whether a cell says yes; None: neither. Of numbers those above nothing do."""
    number = numbers_in_text.number(told)
    return says_yes(told) if number is None else number > 0


_COLUMNS = {
    name: kind
    for kind, names in (("no", NO), ("yes", YES), ("status", STATUS), ("since", SINCE))
    for name in names.split()
}
_OFF = frozenset(OFF.split())
