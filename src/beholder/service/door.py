"""Who calls: told apart by key, token, cookie, and the address by which they came."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from beholder.errors import AccessError, KeyNeededError
from beholder.service import tokens, visitor
from beholder.service.access import MAY, Caller, Kind
from beholder.service.keys import SCOPES, Key, KeyFile
from beholder.service.visitor import Visitor

FOR_VISITORS = frozenset({"recommend", "events"})  # scopes of a key that makes tokens of users


class Door:
    """Tells callers apart.

    Parameters
    ----------
    here
        Who somebody is that asks from this machine; None: not told from others.
    """

    def __init__(self, keys: KeyFile, secret: bytes, here: Kind | None) -> None:
        self.keys, self.secret, self.here = keys, secret, here

    def caller(self, headers: dict[bytes, bytes], *, direct: bool) -> Caller:
        """Return who has sent these headers.

        Parameters
        ----------
        direct
            Whether nothing shows a proxy on the way.

        Raises
        ------
        KeyNeededError
            For a key or token that is not known, or too old.
        AccessError
            For a publishable key, or a token of one, from elsewhere than a page of its origins.
        """
        who = _visitor(self.secret, headers.get(b"cookie"))
        bearer = headers.get(b"authorization")
        if bearer is not None:
            return self._with_key(bearer, who, headers.get(b"origin"))
        if self.here is not None and direct and _by_loopback_name(headers):
            return Caller(self.here, MAY[self.here], who)
        kind: Kind = "nobody" if who is None else "visitor"
        pictures = frozenset({"media"} if self.keys.origins else ())
        return Caller(kind, MAY[kind] | pictures, who)

    def _with_key(self, bearer: bytes, who: Visitor | None, origin: bytes | None) -> Caller:
        scheme, _, text = bearer.decode("latin-1").partition(" ")
        text = text.strip() if scheme.lower() == "bearer" else ""
        if text.startswith(tokens.PREFIX):
            return self._with_token(text, origin)
        key = self.keys.find(text)
        if key is None:
            raise KeyNeededError(
                "this key is not known: mistyped, revoked, or of another workspace",
                remedy="`beholder key add DIR --scope NAME` makes another",
            )
        if key.origins:
            _check_origin(key, origin)
            return Caller("site", MAY["site"], key=key)
        scopes = frozenset(SCOPES if "operator" in key.scopes else key.scopes)
        more = frozenset({"visitors"} if scopes >= FOR_VISITORS else ())
        return Caller("key", MAY["key"] | scopes | more, who)

    def _with_token(self, text: str, origin: bytes | None) -> Caller:
        token = tokens.read(self.secret, text)
        key = None if token is None else self.keys.published(token.key)
        if token is None or key is None:
            raise KeyNeededError(
                "this token is not known, or too old", remedy="POST /v1/visitors gives another"
            )
        _check_origin(key, origin)
        who = Visitor(token.session, stale=False)
        return Caller("token", MAY["token"], who, token.user, key)


def _check_origin(key: Key, origin: bytes | None) -> None:
    if origin is None:
        raise AccessError(
            "this works from pages in browsers alone, and no Origin was sent",
            remedy="ask from your server, with a secret key",
        )
    if origin.decode("latin-1") not in key.origins:
        raise AccessError(
            "this key does not work for pages of this origin",
            remedy="`beholder key add --publishable --origin ORIGIN` makes one that does",
        )


@lru_cache(maxsize=256)  # most ask by the same name
def is_loopback(host: str) -> bool:
    """Return whether a name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _by_loopback_name(headers: dict[bytes, bytes]) -> bool:
    """Return whether this machine was asked by a name of its own.

    A page elsewhere can make its own name lead to 127.0.0.1; the browser then still sends that
    name.
    """
    host = headers.get(b"host", b"").decode("latin-1")
    return host in ("127.0.0.1", "localhost") or is_loopback(_without_port(host))


def _without_port(host: str) -> str:
    if host.startswith("["):
        address, _, rest = host[1:].partition("]")
        return address if not rest or rest.startswith(":") else host
    return host.rsplit(":", 1)[0] if host.count(":") == 1 else host


def _visitor(secret: bytes, cookies: bytes | None) -> Visitor | None:
    if cookies is None:
        return None
    start = visitor.COOKIE + "="
    for part in cookies.decode("latin-1").split(";"):
        pair = part.strip()
        if pair.startswith(start):
            return visitor.read(secret, pair.removeprefix(start))
    return None
