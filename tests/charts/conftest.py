from collections.abc import Callable

import pytest

from app.charts.chart import LARGE, MIDDLE, NARROW, WIDE, Canvas, Chart, beside_column
from tests.support.drawings import DRAWINGS

ROOMS = {"large": LARGE, "wide": WIDE, "beside": beside_column(LARGE), "middle": MIDDLE, "narrow": NARROW}


@pytest.fixture(params=ROOMS.values(), ids=ROOMS)
def canvas(request) -> Canvas:
    return request.param


@pytest.fixture(params=DRAWINGS, ids=lambda drawing: drawing.__name__)
def draw(request) -> Callable[[Canvas], Chart]:
    return request.param
