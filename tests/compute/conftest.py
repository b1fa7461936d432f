import pytest

from tests.compute.caches import MemoryCaches, RedisCaches
from tests.compute.engines import local_engine
from tests.compute.fleet import dask_engines, dask_scheduler
from tests.redis import redis_server


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


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
async def caches(request, anyio_backend):
    opened = MemoryCaches() if request.param == "memory" else RedisCaches(request.getfixturevalue("redis").url)
    yield opened
    await opened.close()
