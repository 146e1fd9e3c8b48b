"""The key that signs bundles: only what this workspace made is served."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from beholder.durable import write_file
from beholder.errors import BundleError
from beholder.secret_files import read_secret

PRIVATE, PUBLIC = "signing.key", "signing.pub"


def signing_key(secrets: Path) -> Ed25519PrivateKey:
    """Return the Ed25519 key of a workspace, made at its first use."""
    path = secrets / PRIVATE
    if not path.exists():
        write_file(path, Ed25519PrivateKey.generate().private_bytes_raw(), mode=0o600)
    lost = "restore it, or delete it and train again"
    key = Ed25519PrivateKey.from_private_bytes(read_secret(path, lost))
    public = key.public_key().public_bytes_raw()
    if not (secrets / PUBLIC).exists() or (secrets / PUBLIC).read_bytes() != public:
        write_file(secrets / PUBLIC, public)  # lost, or the power went between the two
    return key


def verify(secrets: Path, signature: bytes, message: bytes, bundle: str) -> None:
    """Check a signature.

    Raises
    ------
    BundleError
        If there is no public key, or the signature is of another one.
    """
    path = secrets / PUBLIC
    if not path.exists():
        raise BundleError(
            f"bundle {bundle} cannot be checked: secrets/{PUBLIC} is missing",
            remedy="restore it, or train again",
        )
    try:
        Ed25519PublicKey.from_public_bytes(path.read_bytes()).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise BundleError(
            f"bundle {bundle} was not signed by this workspace",
            remedy="serve another one with `beholder bundle promote`, or train again",
        ) from error
