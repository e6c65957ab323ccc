"""Work that takes too long is interrupted in its own thread, and nothing else is."""

import threading
import time

import pytest
from odoo.addons.logistics_connector_base.inbox.watchdog import TimeExceeded, Watchdog


def endless():
    while True:
        pass


def deaf():
    """Swallows what an interruption usually is."""
    while True:
        try:
            endless()
        except Exception:
            continue


@pytest.mark.parametrize("work", [endless, deaf])
def test_an_endless_loop_is_ended(work):
    with Watchdog() as watchdog, pytest.raises(TimeExceeded), watchdog.limit(0.1):
        work()


def test_in_a_thread_that_is_not_the_main_one():
    ended = []

    def job():
        with Watchdog() as watchdog:
            try:
                with watchdog.limit(0.1):
                    endless()
            except TimeExceeded:
                ended.append(True)

    thread = threading.Thread(target=job, daemon=True)
    thread.start()
    thread.join(30)
    assert ended


def test_even_where_it_is_swallowed_once():
    with Watchdog() as watchdog, pytest.raises(TimeExceeded), watchdog.limit(0.1):
        try:
            endless()
        except BaseException:
            endless()


def test_after_the_limit_nothing_arrives():
    with Watchdog() as watchdog:
        for _turn in range(3):
            with pytest.raises(TimeExceeded), watchdog.limit(0.05):
                endless()
            until = time.monotonic() + 0.5
            while time.monotonic() < until:
                pass  # a late one would arrive here


def test_an_inner_limit_does_not_lengthen_the_outer_one():
    with (
        Watchdog() as watchdog,
        pytest.raises(TimeExceeded),
        watchdog.limit(0.1),
        watchdog.limit(3600),
    ):
        endless()


def test_an_outer_limit_holds_again_after_an_inner_one():
    with Watchdog() as watchdog, pytest.raises(TimeExceeded), watchdog.limit(0.5):
        with pytest.raises(TimeExceeded), watchdog.limit(0.05):
            endless()
        endless()


def test_quick_work_is_left_alone():
    with Watchdog() as watchdog:
        for number in range(10_000):
            with watchdog.limit(60):
                assert number >= 0
