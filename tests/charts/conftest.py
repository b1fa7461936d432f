from collections.abc import Callable

import pytest

from app.charts.chart import NARROW, WIDE, Canvas, Chart
from tests.support.drawings import DRAWINGS


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def canvas(request) -> Canvas:
    return request.param


@pytest.fixture(params=DRAWINGS, ids=lambda drawing: drawing.__name__)
def draw(request) -> Callable[[Canvas], Chart]:
    return request.param
