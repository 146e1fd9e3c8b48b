"""The list of a bundle's files with their checksums, and where the bundle came from."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beholder.bundle import signature
from beholder.errors import BundleError

FORMAT = 2  # 1, of version 0.1, had another layout of matrices
LARGEST = 2**20  # bytes of a manifest
ALLOWED = {".safetensors", ".json", ".arrow", ".onnx"}


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What a bundle is.

    Attributes
    ----------
    made_from
        Fingerprint of the data, seed, and the newest event (milliseconds since 1970).
    files
        SHA-256 in hexadecimal by path inside the bundle.
    ranker
        Whether one puts the first candidates in order, and why, in words; unset in bundles of
        versions that had none, so that their signatures hold.
    outcomes
        Whether outcomes of what is seen are foreseen, and why; unset as above.
    """

    format: int
    version: str
    name: str
    created: str
    n_items: int
    n_users: int
    n_pairs: int
    data: str
    seed: int
    newest_event: int
    files: dict[str, str]
    signature: str = ""
    ranker: str | msgspec.UnsetType = msgspec.UNSET
    outcomes: str | msgspec.UnsetType = msgspec.UNSET

    def message(self) -> bytes:
        """Return what is signed: everything but the signature."""
        unsigned = msgspec.structs.replace(self, signature="")
        return msgspec.json.encode(unsigned, order="sorted")

    def signed(self, key: Ed25519PrivateKey) -> Manifest:
        """Return this manifest with a signature."""
        made = base64.b64encode(key.sign(self.message())).decode()
        return msgspec.structs.replace(self, signature=made)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, but of the manifest itself.

    Raises
    ------
    BundleError
        For a link, or a file that may not be in a bundle.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.suffix in ALLOWED):
            raise BundleError(
                f"{name} may not be in a bundle",
                remedy="only safetensors, Arrow, JSON and ONNX may",
            )
        if path.is_file() and name != "manifest.json":
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def read(folder: Path, secrets: Path) -> Manifest:
    """Read and check a manifest and every file it names.

    Raises
    ------
    BundleError
        If anything is missing, cut, changed, foreign or of another format.
    """
    name = folder.name
    remedy = "serve another one with `beholder bundle promote`, or train again"
    path = folder / "manifest.json"
    try:
        if path.stat().st_size > LARGEST:
            raise BundleError(f"the manifest of {name} is over 1 MiB", remedy=remedy)
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        mark = base64.b64decode(manifest.signature, validate=True)
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise BundleError(f"bundle {name} has no readable manifest", remedy=remedy) from error
    if manifest.format != FORMAT:
        raise BundleError(
            f"bundle {name} has format {manifest.format}, this version reads {FORMAT}",
            remedy="`beholder upgrade DIR` brings the workspace forward, or train again",
        )
    signature.verify(secrets, mark, manifest.message(), name)
    if manifest.name != name:
        raise BundleError(f"the folder {name} holds bundle {manifest.name}", remedy=remedy)
    found = digests(folder)
    if found.keys() != manifest.files.keys():
        odd = sorted(found.keys() ^ manifest.files.keys())[0]
        raise BundleError(f"bundle {name} has a missing or foreign file: {odd}", remedy=remedy)
    for file, digest in manifest.files.items():
        if found[file] != digest:
            raise BundleError(f"{file} of bundle {name} was cut or changed", remedy=remedy)
    return manifest
