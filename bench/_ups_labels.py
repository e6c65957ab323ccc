"""UPS as the benchmark of labels books with it: all labels are one drawing, made once.

python -m bench._ups_labels: prints its port, and serves until it is ended. ``GET /bench/last`` is
the last booking that it was asked for, as it came.
"""

import functools
import threading

from tests.simulators.carriers import ups
from tests.simulators.receiver import Answer


class Ups(ups.UpsServer):
    last = b"{}"

    def login(self, call):
        if call.path == "/bench/last":
            return Answer(200, {"Content-Type": "application/json"}, self.last)
        return super().login(call)

    def act(self, call):
        if call.path.endswith("/ship"):
            self.last = call.body
        return super().act(call)


def main():
    drawn = functools.cache(lambda form: draw(form, "1Z", ("UPS", "Ground")))
    draw, ups.label = ups.label, lambda form, number, lines: drawn(form)
    with Ups() as server:
        print(server.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
