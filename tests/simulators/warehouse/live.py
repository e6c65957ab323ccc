"""The 3PL of ``./dev up``: it works by itself, can be taken down, and is there again tomorrow.

    python -m tests.simulators.warehouse.live [PORT] [--state FILE] [--pace SECONDS]

Beside what :mod:`.server` takes:

``POST /_down/<seconds>``  its system answers 503 for so long
``POST /lose``             {"sku", "quantity"}: goods are gone, and nobody has seen it;
                           ``/find``: all of them are found again
``POST /snapshot``         it tells what lies there
"""

import argparse
import contextlib
import pickle
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from ..receiver import OK, Answer
from .building import Key
from .post import Manners
from .server import WarehouseServer, answer
from .staff import AGREED

#: Most orders are worked as they were asked for; now and then something is to be looked at.
HABITS = replace(
    AGREED,
    picking={"full": 12, "short": 1, "later": 2},
    receiving={"full": 8, "short": 1, "later": 1},
    adjust=0.03,
    count=0.02,
    snapshot=0.05,
    appointments=1.0,
)


class LiveWarehouse(WarehouseServer):
    """
    :param Path state: where it writes down what it has; None: it forgets
    :param float pace: seconds that an hour of its work takes; 0: it works when it is told
    """

    def __init__(self, port=0, state=None, pace=0.0):
        super().__init__(habits=HABITS, manners=Manners({0: 4, 1: 1}), port=port)
        self._state, self._pace, self._down_until = state, pace, 0.0
        self._lost = Counter()
        self._saving, self._ticking = threading.Lock(), threading.Lock()
        self._ends = threading.Event()
        if state and state.exists():
            self._restore(pickle.loads(state.read_bytes()))

    def __enter__(self):
        if self._pace:
            threading.Thread(target=self._run, daemon=True).start()
        return super().__enter__()

    def __exit__(self, *exc_info):
        self._ends.set()
        super().__exit__(*exc_info)

    def _run(self):
        while not self._ends.wait(self._pace):
            if self.partner.url and time.monotonic() >= self._down_until:
                self.tick()
                self._save()

    def tick(self, hours=1):
        """Work for so many hours, one round of post at a time."""
        with self._ticking:
            super().tick(hours)

    # -- HTTP ---------------------------------------------------------------------------------

    def _behave(self, call, number):
        place, _slash, value = call.path.lstrip("/").partition("/")
        if place == "_down" and value.replace(".", "", 1).isdigit():
            self._down_until = time.monotonic() + float(value)
            return OK
        if time.monotonic() < self._down_until:
            return Answer(503, body=b"down for maintenance")
        done = self._act(place, call) or super()._behave(call, number)
        self._save()  # before it is acknowledged
        return done

    def _act(self, place, call):
        with self._work:
            if place == "lose":
                self._lose(Key(call.data["sku"]), Decimal(str(call.data["quantity"])))
            elif place == "find":
                for key, many in list(self._lost.items()):
                    self._lose(key, -many)
            elif place == "snapshot":
                self.staff.snapshot()
            else:
                return None
        return answer(200, {})

    def _lose(self, key, many):
        self.building.stock[key] = self.building.stock.get(key, Decimal(0)) - many
        self._lost[key] += many

    # -- what it writes down ------------------------------------------------------------------

    def _save(self):
        if not self._state:
            return
        with self._saving, self._work:
            kept = {
                "building": {**vars(self.building), "_clock": None},
                "post": {**vars(self.post), "send": None},
                "told": self._told,
                "answers": self._answers,
                "lost": self._lost,
                "partner": (self.partner.url, self.partner.secret),
            }
            new = self._state.with_suffix(".new")
            new.write_bytes(pickle.dumps(kept))
            new.replace(self._state)

    def _restore(self, kept):
        vars(self.building).update(kept["building"], _clock=self.building._clock)
        vars(self.post).update(kept["post"], send=self.post.send)
        self._told, self._answers, self._lost = kept["told"], kept["answers"], kept["lost"]
        self.partner.url, self.partner.secret = kept["partner"]


def main(arguments=None):
    """Serve until the process is ended; the port is printed first."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.warehouse.live")
    parser.add_argument("port", type=int, nargs="?", default=0)
    parser.add_argument("--state", type=Path, help="where it writes down what it has")
    parser.add_argument("--pace", type=float, default=0.0, help="seconds for an hour of its work")
    options = parser.parse_args(arguments)
    with (
        LiveWarehouse(options.port, options.state, options.pace) as warehouse,
        contextlib.suppress(KeyboardInterrupt),
    ):
        print(warehouse.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    sys.exit(main())
