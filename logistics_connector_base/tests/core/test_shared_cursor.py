# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Many threads and few connections: they wait for each other, and leave half to the others."""

import contextlib
import threading
import time
from unittest.mock import patch

import pytest
from odoo.addons.logistics_connector_base.tools import shared_cursor as module
from odoo.tools import config


class Pool:
    """Counts how many have a cursor at once."""

    def __init__(self):
        self.now = self.most = 0
        self.lock = threading.Lock()

    @contextlib.contextmanager
    def cursor(self):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            yield self
        finally:
            with self.lock:
                self.now -= 1


@pytest.mark.parametrize(("size", "places"), [(16, 8), (2, 1), (1, 1)])
def test_half_of_the_pool(size, places):
    pool, done = Pool(), []

    def work(number):
        with module.shared_cursor(pool):
            time.sleep(0.002)
        done.append(number)

    with patch.dict(config.options, {"db_maxconn": size}):
        threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert len(done) == 40
    assert 1 <= pool.most <= places


def test_an_error_gives_the_place_back():
    pool = Pool()
    with patch.dict(config.options, {"db_maxconn": 2}):
        for _again in range(3):
            with pytest.raises(ValueError), module.shared_cursor(pool):
                raise ValueError
    assert pool.now == 0
