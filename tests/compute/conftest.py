import pytest

from app.compute.cache import MemoryCache
from tests.compute.engines import local_engine


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=[local_engine], ids=["local"])
def open_engine(request):
    return request.param


@pytest.fixture(params=[MemoryCache], ids=["memory"])
def open_cache(request):
    return request.param
