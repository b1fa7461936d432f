import pytest

from tests.support.compute.dask_cluster import dask_engines, dask_scheduler
from tests.support.compute.engines import local_engine


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    with dask_scheduler(tmp_path_factory.mktemp("scheduler")) as server:
        yield server


@pytest.fixture(params=["local", "dask"])
def open_engine(request):
    return local_engine if request.param == "local" else dask_engines(request.getfixturevalue("scheduler"))
