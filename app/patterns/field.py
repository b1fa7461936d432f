"""Windows as Gramian Angular Fields, images in which every price is compared with every other.

NUMBA_DISABLE_JIT has to be set before this module is imported, or pyts compiles for twenty seconds.
"""

import numpy as np
from pyts.image import GramianAngularField

from app.forecasting.forecast import Floats
from app.patterns.candlesticks import SIDE, Fields


def fields(windows: Floats) -> Fields:
    """The images of windows (k, 52), each scaled by its own lowest and highest price (Wang & Oates 2015)."""
    flat = windows.min(axis=1) == windows.max(axis=1)
    images = np.zeros((len(windows), SIDE, SIDE))
    if not flat.all():
        images[~flat] = GramianAngularField(method="difference", sample_range=(-1, 1)).fit_transform(windows[~flat])
    return Fields(images, flat)
