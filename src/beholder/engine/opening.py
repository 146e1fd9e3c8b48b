"""An engine over a workspace: its promoted bundle, its store, and what its settings ask for."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from beholder.bundle.opened import Promotions, open_bundle
from beholder.bundle.parts import Parts
from beholder.bundle.promote import current
from beholder.bundle.signature import PRIVATE
from beholder.encoders.given_picture import GivenPictures
from beholder.engine.engine import Engine
from beholder.engine.explore import Exploration, Explorer
from beholder.engine.pipeline import Pipeline
from beholder.engine.repeat import lasting
from beholder.engine.rerank import Dial
from beholder.engine.slate import Stage
from beholder.engine.stages import STAGES, UNRANKED
from beholder.engine.standing import StandingRules
from beholder.engine.value import by_value
from beholder.engine.vectors import looking, vectors_for
from beholder.rules.live import LiveRules
from beholder.secret_files import read_secret
from beholder.settings import Settings
from beholder.store.store import Store
from beholder.workspace import Workspace


def open_engine(
    folder: str | Path, bundle: str | None = None, stages: Sequence[Stage] | None = None
) -> Engine:
    """Open a bundle of a workspace with its store; see `beholder.open`.

    Parameters
    ----------
    bundle
        Its name, and no other will be answered from; None: the promoted one, whichever it is.
    """
    workspace = Workspace.open(folder)
    promotions = None if bundle else Promotions(workspace)
    name, parts = open_bundle(workspace, bundle or current(workspace))
    engine = engine_of(workspace, parts, name, Store.open(workspace), promotions)
    if stages is not None:
        engine.pipeline.stages = tuple(stages)
    return engine


def engine_of(
    workspace: Workspace,
    parts: Parts,
    name: str,
    store: Store,
    promotions: Promotions | None = None,
    patience: float = math.inf,
) -> Engine:
    """Return an engine over opened parts and an open store; see `Engine` for the others."""
    settings: Settings = workspace.settings
    return Engine(
        parts,
        bundle=name,
        store=store,
        vectors_of=vectors_for(workspace, parts),
        behaviour=settings.behaviour,
        page_key=_page_key(workspace),
        pipeline=pipeline_of(workspace),
        looking=GivenPictures(workspace, looking(workspace, parts)),
        promotions=promotions,
        lasts=lasting(settings.serve.repeat),
        patience=patience,
        root=settings.serve.root_path,
    )


def pipeline_of(workspace: Workspace, generator: np.random.Generator | None = None) -> Pipeline:
    """Return what answers pass through, as the settings have it.

    Parameters
    ----------
    generator
        Of what exploration draws; None: one that nobody can foresee.

    Raises
    ------
    SettingsError
        If the standing rules are broken.
    """
    serve = workspace.settings.serve
    usual = STAGES if serve.ranker else UNRANKED
    value = by_value(serve.value, serve.ranker)
    exploration = Exploration(serve.explore_pool, serve.explore)
    return Pipeline(
        usual if value is None else (value, *UNRANKED),
        dial=Dial(serve.diversity, serve.near, serve.one_variant),
        rules=StandingRules(rules_of(workspace)),
        explorer=Explorer(exploration, generator) if serve.explore else None,
    )


def rules_of(workspace: Workspace) -> LiveRules:
    """Return the standing rules of a workspace.

    Raises
    ------
    SettingsError
        If they are broken.
    """
    return LiveRules(workspace.toml)


def _page_key(workspace: Workspace) -> bytes:
    secret = read_secret(workspace.secrets / PRIVATE, "restore it, or delete it and train again")
    return hashlib.blake2b(b"page cursors", key=secret, digest_size=32).digest()
