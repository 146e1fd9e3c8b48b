"""Files that are no table as they are: workbooks and archives, known by how they begin.

What they are called says little: a workbook is often saved as `items.csv`.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from beholder.errors import DataError

ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PACKED = {
    ZIP: "a ZIP file", b"PK\x05\x06": "a ZIP file", b"BZh91AY": "bzip2",
    b"\x28\xb5\x2f\xfd": "Zstandard", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z", b"Rar!\x1a": "RAR",
}  # fmt: skip
INSIDE = {"xl/workbook.xml": "Excel", "xl/workbook.bin": "Excel", "Index/Document.iwa": "Numbers"}
SPREADSHEETS = {
    ".xlsx": "Excel", ".xlsm": "Excel", ".xlsb": "Excel", ".xls": "Excel",
    ".ods": "OpenDocument", ".numbers": "Numbers",
}  # fmt: skip


def check_packed(path: Path) -> None:
    """Refuse a workbook or an archive.

    Raises
    ------
    DataError
        With what it is, and what to do.
    """
    with path.open("rb") as file:
        start = file.read(8)
    program = SPREADSHEETS.get(path.suffix.lower())
    if program is None and start.startswith(ZIP):
        program = _program_of(path)
    if program is not None or start.startswith(OLD_OFFICE):
        raise DataError(
            f"{path.name} is a workbook of {program or 'Excel'}", remedy="save it as CSV, UTF-8"
        )
    for mark, name in PACKED.items():
        if start.startswith(mark):
            raise DataError(f"{path.name} is {name}", remedy="unpack it")


def _program_of(path: Path) -> str | None:
    """Return whose workbook a ZIP file is; None: it is none."""
    try:
        with zipfile.ZipFile(path) as opened:
            names = set(opened.namelist())
            if "mimetype" in names and b"spreadsheet" in opened.read("mimetype"):
                return "OpenDocument"
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return None
    return next((program for name, program in INSIDE.items() if name in names), None)
