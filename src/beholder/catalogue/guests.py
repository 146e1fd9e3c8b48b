"""Guests of a shop: `customer_id` 0 is whoever has no account, and not one customer.

Where another column has addresses, a guest is whom it names. Else it is only said that all guests
are one person.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from beholder.catalogue.ids import Coded, coded, once
from beholder.catalogue.mapping import first_match
from beholder.catalogue.readers.interface import Batch
from beholder.unicode import plain

GUEST = ("0", "0.0", "00")  # the second is how programs write it where others have none
ACCOUNTS = frozenset(
    {
        "customerid", "customer", "customeruserid", "customeruser", "kundenid", "kundennummer",
        "kundennr", "kdnr", "kunde", "userid",
    }
)  # fmt: skip
ADDRESSES = ("billing_email", "email_billing", "customer_email", "buyer_email", "email",
             "email_address", "e_mail_adresse")  # fmt: skip
SAID = "0 in {column} is no account: {rows} of guests, who are whom {address} names"
ONE = (
    "{rows} of {column} 0, more than of anybody else: if these are guests, all of them are one "
    "person here. Add a column of who they are (billing_email), or take the rows out"
)


class Guests:
    """Counts the rows of guests of one file, batch after batch."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._column = mapping.get("user", "")
        self._is_of_accounts = plain(self._column) in ACCOUNTS
        self._address = ""
        self._rows = self._most = 0  # of guests, and of anybody else at most

    def take(self, batch: Batch, users: Coded) -> None:
        """Count the guests among the users of a batch, as the file names them."""
        if not self._is_of_accounts:
            return  # of another column 0 is a person as any
        self._address = address_of(batch, self._column) or ""
        ids = users.ids.to_pylist()
        counts = np.bincount(users.rows, minlength=len(ids))
        rows = dict(zip(ids, counts.tolist(), strict=True))
        self._rows += sum(rows.pop(guest, 0) for guest in GUEST)
        rows.pop(None, None)
        self._most += max(rows.values(), default=0)

    @property
    def said(self) -> list[str]:
        """Say how many rows are of guests, and whom they are."""
        rows = "1 row is" if self._rows == 1 else f"{self._rows:,} rows are"
        if not self._rows or not self._address:
            return []
        return [SAID.format(column=self._column, rows=rows, address=self._address)]

    @property
    def doubts(self) -> list[str]:
        """Say where all guests may be one person."""
        rows = "1 row is" if self._rows == 1 else f"{self._rows:,} rows are"
        if self._address or not 0 < self._most < self._rows:
            return []
        return [ONE.format(rows=rows, column=self._column)]


def address_of(batch: Batch, user: str) -> str | None:
    """Return the column that has the addresses of guests; None: there is none."""
    if plain(user) not in ACCOUNTS:
        return None
    return first_match([name for name in batch.columns if name and name != user], ADDRESSES)


def named(users: Coded, batch: Batch, user: str) -> Coded:
    """Return the users of a batch, with guests by their addresses where a column has these."""
    column = address_of(batch, user)
    guest = _of_guests(users)
    if column is None or not guest.any():
        return users
    others = coded(batch.columns[column])
    ids = pa.concat_arrays([users.ids, others.ids])
    return once(Coded(ids, np.where(guest, others.rows + len(users.ids), users.rows)))


def _of_guests(users: Coded) -> NDArray[np.bool_]:
    """Return which rows are of guests, bool (n,)."""
    here = pc.is_in(users.ids, pa.array(GUEST, users.ids.type)).to_numpy(zero_copy_only=False)
    return np.asarray(here[users.rows], bool)
