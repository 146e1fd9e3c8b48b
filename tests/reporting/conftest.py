from __future__ import annotations

import pytest
from reported_shop import Shop, reported_shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return reported_shop(tmp_path_factory.mktemp("reported"))
