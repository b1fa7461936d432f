"""What work costs, told in a way that a busy machine and other threads change little."""

import time
from collections.abc import Callable


def thread_cost(do: Callable[[], object]) -> float:
    """Seconds of this thread's processor time that the cheapest of five calls takes."""
    costs = []
    for _ in range(5):
        begun = time.thread_time()
        do()
        costs.append(time.thread_time() - begun)
    return min(costs)
