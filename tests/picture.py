"""python -m tests.picture: makes the README's picture, the Prophet fan of the sample as of a past day."""

import asyncio
import base64
import sys
from datetime import date
from pathlib import Path

from app.charts.chart import WIDE
from app.market.history import history_until
from app.market.sample import SampleSource
from app.panels import prophet

TARGET = Path(__file__).parents[1] / ".github" / "fan.svg"


def main() -> int:
    """Draw the card's chart and write it where the README looks for it."""
    history = history_until(asyncio.run(SampleSource().load("^GSPC")), date(2018, 6, 29))
    chart = prophet.draw(history, prophet.analyse(history, 22, {}), WIDE)["fan"]
    TARGET.write_bytes(base64.b64decode(chart.src.partition(",")[2]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
