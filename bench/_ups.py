"""UPS as the benchmark of polls asks it: every number has its label and its first scan.

python -m bench._ups: prints its port, and serves until it is ended.
"""

import threading
from datetime import timedelta

from tests.simulators.feed import UpsTracking
from tests.simulators.journey import LOUISVILLE, Parcel, journey, now


class Stories(dict):
    """The same two scans of whatever number."""

    def __init__(self):
        super().__init__()
        self.steps = journey("moving", now() - timedelta(days=1), LOUISVILLE, LOUISVILLE)[:2]

    def __contains__(self, number):
        return True

    def __getitem__(self, number):
        return Parcel(number), self.steps


def main():
    partner = UpsTracking()
    partner.stories = Stories()
    with partner:
        print(partner.server.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
