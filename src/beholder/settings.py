"""The settings of a workspace: `beholder.toml`, then `BEHOLDER_*`, then flags.

Read once at the edge (command line, service); inner code takes the values it needs.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from beholder.errors import SettingsError

Positive = Annotated[int, Meta(ge=1)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]

PREFIX = "BEHOLDER_"  # of variables: what begins like this is a setting, or a mistake
PASSPHRASE = "BEHOLDER_PASSPHRASE"  # of backups of keys; it stands in no file of settings
EVENT_WEIGHTS = {
    "view": 0.3,
    "click": 0.5,
    "like": 1.0,
    "dislike": 1.0,
    "save": 1.0,
    "hide": 0.3,
    "cart": 0.8,
    "purchase": 1.0,
    "rating": 1.0,
    "watch": 0.7,
    "share": 1.0,
    "satisfaction": 1.0,
    "review": 0.5,
}

REST = "rest"  # in `serve.repeat`: all kinds that are not named
Again = Literal["never", "always"] | Annotated[int, Meta(ge=1, le=36_500)]

Outcome = Literal["click", "conversion", "watch", "rating"]

Augmentation = Literal["flip", "crop", "colour", "erase", "mix"]

OUT_OF_STOCK = [
    "stock <= 0",
    "in_stock = false",
    "sold_out(availability)",
]


class StoreSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where items and events live."""

    url: str = ""
    keys_url: str = ""


class BehaviourSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What an event means."""

    weights: dict[str, Annotated[float, Meta(ge=0.0, le=100.0)]] = msgspec.field(
        default_factory=lambda: dict(EVENT_WEIGHTS)
    )
    rating_threshold: float = 3.5
    history_limit: Annotated[int, Meta(ge=1, le=10_000)] = 200
    daily_cap: Positive = 1000
    makes_items: bool = False

    @property
    def like(self) -> float:
        """Weight of a like: an event that counts as much makes a dislike good."""
        return self.weights.get("like", 0.0)


class EncodeSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How pictures become vectors."""

    encoders: list[str] = msgspec.field(default_factory=lambda: ["efficientnet-lite0", "colour"])
    workers: Annotated[int, Meta(ge=0, le=256)] = 0


class MediaSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Limits on pictures from outside."""

    max_bytes: Positive = 20 * 2**20
    max_pixels: Positive = 50_000_000
    max_side: Positive = 16_384
    seconds: Annotated[float, Meta(gt=0.0, le=600.0)] = 10.0
    memory: Positive = 2 * 2**30


class TrainSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How models are chosen and fitted."""

    models: list[str] = msgspec.field(default_factory=list)
    modules: list[str] = msgspec.field(default_factory=list)
    augment: list[Augmentation] = msgspec.field(default_factory=list)
    budget: str = "10m"
    seed: Annotated[int, Meta(ge=0)] = 7
    keep_bundles: Positive = 5


class ServeSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How the service listens and what it refuses."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 5000
    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    cors_origins: list[str] = msgspec.field(default_factory=list)
    trusted_proxies: list[str] = msgspec.field(default_factory=list)
    local_only_open: bool = False
    insecure_http: bool = False
    max_body: Positive = 2**20
    max_events: Positive = 1000
    visitor_events: Annotated[int, Meta(ge=0)] = 1000
    max_in_flight: Positive = 256
    compress: bool = True
    root_path: Annotated[
        str, Meta(pattern=r"^(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*$", max_length=200)
    ] = ""
    read_seconds: Annotated[float, Meta(gt=0.0, le=600.0)] = 10.0
    max_queue: Positive = 4096
    diversity: Share = 0.0
    near: Annotated[float, Meta(gt=0.0, le=2.0)] = 2.0
    one_variant: bool = False
    ranker: bool = True
    value: dict[Outcome, Annotated[float, Meta(ge=0.0, le=1e6)]] = msgspec.field(
        default_factory=dict
    )
    repeat: dict[str, Again] = msgspec.field(default_factory=dict)
    log_answers: Share = 1.0
    explore: Share = 0.0
    explore_pool: Literal["fresh", "rare"] = "fresh"
    train_every: str = ""
    train_when: Annotated[int, Meta(ge=0)] = 0


class PagesSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How pages tell what items say."""

    currency: Annotated[str, Meta(max_length=40)] = ""
    address: Annotated[
        str, Meta(pattern=r"^(https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?)?$", max_length=300)
    ] = ""
    card_attributes: Annotated[list[str], Meta(max_length=2)] = msgspec.field(default_factory=list)
    facets: Annotated[list[str], Meta(max_length=12)] = msgspec.field(default_factory=list)
    variants: Literal["one", "all"] = "one"


Days = Annotated[int, Meta(ge=1, le=36_500)]


class PrivacySettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What may be kept about people, and for how long."""

    profiling_default: bool = True
    retention_days: Days = 180
    answers_days: Days = 30
    gpc: bool = True
    encrypt_events: bool = False


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All settings of a workspace."""

    title: str = "Beholder"
    store: StoreSettings = msgspec.field(default_factory=StoreSettings)
    behaviour: BehaviourSettings = msgspec.field(default_factory=BehaviourSettings)
    media: MediaSettings = msgspec.field(default_factory=MediaSettings)
    encode: EncodeSettings = msgspec.field(default_factory=EncodeSettings)
    train: TrainSettings = msgspec.field(default_factory=TrainSettings)
    serve: ServeSettings = msgspec.field(default_factory=ServeSettings)
    pages: PagesSettings = msgspec.field(default_factory=PagesSettings)
    privacy: PrivacySettings = msgspec.field(default_factory=PrivacySettings)
    # What is in a rule is checked where rules are read: beholder.rules.standing.
    rules: list[dict[str, Any]] = msgspec.field(default_factory=list)
    out_of_stock: list[str] = msgspec.field(default_factory=lambda: list(OUT_OF_STOCK))
    facets: dict[str, Literal["string", "number", "boolean", "list"]] = msgspec.field(
        default_factory=dict
    )


def names() -> list[str]:
    """Return every setting as `section.key`, sorted."""
    found = []
    for top in msgspec.structs.fields(Settings):
        if isinstance(top.type, type) and issubclass(top.type, msgspec.Struct):
            found += [f"{top.name}.{inner.name}" for inner in msgspec.structs.fields(top.type)]
        else:
            found.append(top.name)
    return sorted(found)


def load(
    path: Path | None,
    environ: Mapping[str, str] = os.environ,
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """Read the settings from a file, the environment and flags, later ones winning.

    Parameters
    ----------
    path
        A `beholder.toml`, or None for defaults alone.
    environ
        `BEHOLDER_SERVE_PORT=5001` sets `serve.port`; values are read as TOML, else as text.
    flags
        `{"serve.port": 5001}`; None values are skipped.

    Raises
    ------
    SettingsError
        For an unknown key or variable (with the nearest known name) or a value out of range.
    """
    tree: dict[str, Any] = {}
    if path is not None:
        try:
            tree = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            tree = {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SettingsError(
                f"{path.name} is not valid TOML: {error}", remedy="mend the line named"
            ) from error
    known = names()
    _refuse_unknown(tree, known)
    variables = {PREFIX + name.replace(".", "_").upper(): name for name in known}
    _refuse_variables(environ, variables)
    for variable, name in variables.items():
        if variable in environ:
            _put(tree, name, _toml_value(environ[variable], name))
    for name, value in (flags or {}).items():
        if value is not None:
            _put(tree, name, value)
    _refuse_unknown(tree, known)
    weights = tree.get("behaviour", {}).get("weights")
    if isinstance(weights, dict):
        _refuse_kinds(weights)
        tree["behaviour"]["weights"] = {**EVENT_WEIGHTS, **weights}
    repeat = tree.get("serve", {}).get("repeat")
    if isinstance(repeat, dict):
        _refuse_kinds({kind: rule for kind, rule in repeat.items() if kind != REST})
    try:
        return msgspec.convert(tree, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"a setting has a wrong value: {error}", remedy="see docs/settings.md"
        ) from error


def _put(tree: dict[str, Any], name: str, value: Any) -> None:
    *sections, key = name.split(".")
    for section in sections:
        tree = tree.setdefault(section, {})
    tree[key] = value


def _toml_value(text: str, name: str) -> Any:
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return text if isinstance(_default(name), str) and not isinstance(value, str) else value


def _default(name: str) -> Any:
    value: Any = Settings()
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _refuse_unknown(tree: Mapping[str, Any], known: list[str]) -> None:
    sections = {name.split(".")[0] for name in known if "." in name}
    given = []
    for key, value in tree.items():
        nested = isinstance(value, dict) and key in sections
        given += [f"{key}.{inner}" for inner in value] if nested else [key]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "docs/settings.md lists them all"
            raise SettingsError(f"there is no setting {name!r}", remedy=hint)


def _refuse_variables(environ: Mapping[str, str], variables: Mapping[str, str]) -> None:
    own = [variable.removeprefix(PREFIX) for variable in variables]
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in (*variables, PASSPHRASE):
            near = difflib.get_close_matches(variable.removeprefix(PREFIX), own, n=1)
            hint = (
                f"did you mean {PREFIX}{near[0]}?" if near else "docs/settings.md lists them all."
            )
            raise SettingsError(
                f"the environment has {variable}, and there is no such setting",
                remedy=f"{hint} If it is meant for something else, unset it here",
            )


def _refuse_kinds(by_kind: Mapping[str, Any]) -> None:
    for kind in by_kind:
        if kind not in EVENT_WEIGHTS:
            near = difflib.get_close_matches(kind, EVENT_WEIGHTS, n=1)
            hint = f"did you mean {near[0]}?" if near else "one of " + ", ".join(EVENT_WEIGHTS)
            raise SettingsError(f"there is no kind of event {kind!r}", remedy=hint)
