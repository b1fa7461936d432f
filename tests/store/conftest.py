import pytest

from tests.support.compute.caches import MemoryCaches, RedisCaches
from tests.support.compute.redis import redis_server


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
async def caches(request, anyio_backend):
    opened = MemoryCaches() if request.param == "memory" else RedisCaches(request.getfixturevalue("redis").url)
    yield opened
    await opened.close()
