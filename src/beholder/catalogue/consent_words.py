"""Words of a file that say yes or no to a use of what people did, in eight languages."""

from __future__ import annotations

import re
import unicodedata

YES = (
    "yes y true t 1 1.0 on granted given allowed allow accepted agreed consented opt-in opted-in "
    "ja j wahr an zugestimmt eingewilligt einverstanden erteilt erlaubt akzeptiert "
    "oui vrai accepté accordé autorisé sí si sì s verdadero aceptado concedido autorizado "
    "vero accettato concesso autorizzato sim verdadeiro aceito aceite waar akkoord toegestaan "
    "是 同意 已同意 允许 真"
)
NO = (
    "no n false f 0 0.0 off denied declined refused rejected withdrawn revoked disallowed "
    "opt-out opted-out nein falsch aus abgelehnt verweigert widerrufen "
    "non faux refusé rejeté retiré falso rechazado denegado revocado "
    "rifiutato negato revocato não nao recusado negado nee neen onwaar geweigerd ingetrokken "
    "否 不 不同意 拒绝 已拒绝 假"
)
READABLE = (
    "yes/no, ja/nein, oui/non, sí/no, sim/não, ja/nee, 是/否, true/false, 1/0, on/off, "
    "opt-in/opt-out, granted/denied, accepted/declined, allowed/refused"
)


def says_yes(text: str) -> bool | None:
    """Return whether a cell says yes; None: it says neither."""
    return _SAYS.get(_plain(text))


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", text).casefold())


_SAYS = {_plain(word): said for words, said in ((YES, True), (NO, False)) for word in words.split()}
