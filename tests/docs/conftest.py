import pathlib
from collections.abc import Iterator

import pilling
import pytest
from blocks import ROOT
from pilling.testing.fake_services import FakeOpenAi, FakePublicData
from workspace import Workspace, furnish


@pytest.fixture(scope="session")
def sample_database(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("sample") / "pilling.db"
    with pilling.Engine(path) as engine:
        engine.import_medicines(ROOT / "examples" / "data" / "medicines.jsonl")
        engine.import_pharmacies(ROOT / "examples" / "data" / "pharmacies.csv")
    return path


@pytest.fixture
def workspace(tmp_path: pathlib.Path, sample_database: pathlib.Path) -> Iterator[Workspace]:
    with FakePublicData() as public_data, FakeOpenAi() as openai:
        yield furnish(tmp_path, sample_database, public_data.url, openai.base_url)
