from collections.abc import Callable

import pytest

from app.charts.chart import MIDDLE, NARROW, WIDE, Canvas, Chart, beside
from tests.support.drawings import DRAWINGS


@pytest.fixture(params=[WIDE, MIDDLE, beside(WIDE), NARROW], ids=["wide", "middle", "beside", "narrow"])
def canvas(request) -> Canvas:
    return request.param


@pytest.fixture(params=DRAWINGS, ids=lambda drawing: drawing.__name__)
def draw(request) -> Callable[[Canvas], Chart]:
    return request.param
