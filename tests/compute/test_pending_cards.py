import asyncio
import contextlib
import time

import pytest

from app.compute.engine import Card
from app.compute.errors import OverloadedError
from app.compute.local.queue import JobQueue, PendingCards

pytestmark = pytest.mark.anyio


def overloaded():
    return OverloadedError(1)


def admitted(pending, *cards, workers=2, others_wait=False):
    """How many of ``cards`` are let in, one after another; they stay."""
    count = 0
    for card in cards:
        with contextlib.suppress(OverloadedError), pending.admitted(card, workers, overloaded, others_wait=others_wait):
            count += 1
    return count


def cards(client, count, **facts):
    return [Card(client, **facts) for _ in range(count)]


async def test_places_are_counted_by_cards_and_further_jobs_of_one_that_is_in_are_never_refused():
    pending = PendingCards(queue=2, seconds=20)
    first, *others = cards("a", 5)
    assert admitted(pending, first, *others) == 4
    assert admitted(pending, first, first, first) == 3
    assert admitted(pending, others[-1]) == 0
    first.end()
    assert admitted(pending, others[-1]) == 1
    assert len(pending) == 4


async def test_a_card_keeps_its_place_between_its_jobs_and_until_the_last_of_them_has_ended():
    pending, card = PendingCards(queue=0, seconds=20), Card("a")
    with pending.admitted(card, 1, overloaded):
        card.end()
        assert admitted(pending, Card("b"), workers=1) == 0
    assert admitted(pending, Card("b"), workers=1) == 1


async def test_what_one_client_has_beyond_its_share_takes_no_room_from_others():
    pending = PendingCards(queue=24, seconds=1000)
    assert admitted(pending, *cards("greedy", 60)) == 26
    for number in range(18):
        assert admitted(pending, Card(str(number)), others_wait=True) == 1
    assert admitted(pending, Card("one more"), others_wait=True) == 0


async def test_a_share_binds_only_while_somebody_else_waits():
    pending = PendingCards(queue=24, seconds=1000)
    assert admitted(pending, *cards("greedy", 60), others_wait=True) == 8
    assert admitted(pending, *cards("greedy", 60)) == 18


async def test_no_more_cards_are_let_in_than_can_be_done_in_time_at_the_pace_measured():
    pending = PendingCards(queue=100, seconds=20)
    assert admitted(pending, *cards("a", 100, seconds=4.0)) == 11
    slow = PendingCards(queue=100, seconds=20)
    for _ in range(50):
        card = Card("a", seconds=4.0)
        admitted(slow, card)
        card.spent = 8.0
        card.end()
    assert 5 <= admitted(slow, *cards("a", 100, seconds=4.0)) <= 6
    assert 20 <= slow.until_done(2) <= 30


async def test_what_a_client_has_waiting_does_not_make_the_time_too_short_for_another():
    pending = PendingCards(queue=24, seconds=20)
    assert admitted(pending, *cards("greedy", 60, seconds=4.0)) == 11
    assert admitted(pending, *cards("polite", 10, seconds=4.0), others_wait=True) == 5
    assert admitted(pending, *cards("quick", 10, seconds=0.1), others_wait=True) == 8


async def test_one_card_is_always_let_in_however_long_it_takes():
    assert admitted(PendingCards(queue=0, seconds=1), Card("a", weight=9, seconds=60), workers=1) == 1


async def test_draining_ends_with_the_last_job_and_admits_nobody():
    pending = PendingCards(queue=2, seconds=20)
    with pending.admitted(Card("a"), 2, overloaded):
        draining = asyncio.create_task(pending.drain(60))
        await asyncio.sleep(0)
        assert not draining.done()
        assert admitted(pending, Card("b")) == 0
    await asyncio.wait_for(draining, 5)


async def test_draining_is_given_up_after_a_while():
    pending, begun = PendingCards(queue=2, seconds=20), time.monotonic()
    with pending.admitted(Card("a"), 2, overloaded):
        await pending.drain(0.05)
    assert 0.04 <= time.monotonic() - begun < 5


class Waiting:
    """A queue with one worker, and the order in which its jobs are called."""

    def __init__(self):
        self.queue, self.names = JobQueue(), {}

    def join(self, name, card, **how):
        ticket = self.queue.join(card, **how)
        self.names[ticket] = name, card
        return ticket

    def order(self):
        called = []
        while self.queue.call("worker"):
            (ticket,) = [one for one in self.names if one.done() and not one.cancelled()]
            name, card = self.names.pop(ticket)
            called.append(name)
            self.queue.done(card)
        return "".join(called)


async def test_clients_take_turns():
    waiting = Waiting()
    for name in "aaaa":
        waiting.join(name, Card("a", seconds=4))
    for name in "bb":
        waiting.join(name, Card("b", seconds=4))
    waiting.join("c", Card("c", seconds=4))
    assert waiting.order() == "abcabaa"


async def test_whoever_has_nothing_running_goes_before_who_has():
    waiting = Waiting()
    waiting.join("a", Card("a"))
    assert waiting.queue.call("worker")
    waiting.join("b", Card("a"))
    waiting.join("c", Card("c"))
    waiting.names = {ticket: named for ticket, named in waiting.names.items() if not ticket.done()}
    assert waiting.order() == "cb"


async def test_begun_cards_come_before_quick_ones_and_these_before_slow_ones():
    waiting = Waiting()
    waiting.join("slow", Card("a", seconds=4))
    waiting.join("quick ", Card("b", seconds=0.1))
    waiting.join("begun ", Card("c", seconds=4, begun=True))
    waiting.join("again ", Card("c", seconds=4), again=True)
    assert waiting.order() == "again begun quick slow"


async def test_what_a_card_asked_for_in_one_go_comes_first_once_it_has_begun_and_no_worker_is_held_back_for_it():
    waiting, both = Waiting(), Card("a", seconds=4)
    waiting.join("1", both)
    waiting.join("2", both)
    waiting.join("other ", Card("b", seconds=4))
    assert not waiting.queue.hurry
    assert waiting.queue.call("worker")
    assert waiting.queue.hurry
    waiting.names = {ticket: named for ticket, named in waiting.names.items() if not ticket.done()}
    assert waiting.order() == "2other "


async def test_everybody_hears_how_many_come_first_and_may_leave():
    waiting = Waiting()
    tickets = [waiting.join(name, Card(name, seconds=4)) for name in "aaabbc"]
    assert [waiting.queue.ahead(ticket) for ticket in tickets] == [0, 3, 5, 1, 4, 2]
    waiting.queue.leave(tickets[0])
    waiting.names.pop(tickets[0])
    assert waiting.queue.others_wait("a")
    assert waiting.order() == "bcaba"
    assert not waiting.queue.others_wait("z")


async def test_a_closed_queue_sends_everybody_away():
    queue = JobQueue()
    waiting = queue.join(Card("a"))
    queue.close(OverloadedError(3))
    for ticket in (waiting, queue.join(Card("b"))):
        with pytest.raises(OverloadedError):
            await ticket
    assert len(queue) == 0
