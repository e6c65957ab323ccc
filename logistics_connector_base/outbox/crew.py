"""Whoever makes the calls of one job (senders of flows, askers of polls), each in a thread, and who
of them has a room.

Rooms are few: whoever works needs the processor and a connection to the database. Who waits for a
slow partner needs neither, so such a one keeps no other out; and where all rooms are taken by
flows that have much to send, each has a turn and then makes room.
"""

import contextlib
import logging
import threading
import time

_logger = logging.getLogger(__name__)

MOST_AT_WORK = 32
MOST_MEMBERS = 96  # with those who wait for an answer
SPARE = 8  # of the rooms, which only the first sender of a flow takes
SLOW = 0.5  # seconds of one call, from which on it is waiting and not working
TURN = 1.0  # seconds after which a flow makes room for one that has no sender


class Crew:
    """Those of one job. :param clock: of seconds, for tests"""

    def __init__(self, clock=time.monotonic):
        self.members = {}
        self.sent = 0
        self._clock = clock
        self._since, self._leaving = {}, set()
        self._done = threading.Event()

    def has(self, slot):
        return slot in self.members

    def serves(self, flow_id):
        """Whether a sender of this flow is here."""
        return any(slot[0] == flow_id for slot in self.members)

    @property
    def has_spare_room(self):
        """Whether a flow may have one more sender."""
        return len(self.members) < MOST_AT_WORK - SPARE

    @property
    def has_room(self):
        """Whether one more flow may have a sender."""
        at_work = sum(not self._waits(sender) for _thread, sender in self.members.values())
        return at_work < MOST_AT_WORK and len(self.members) < MOST_MEMBERS

    @property
    def is_held_up(self):
        """Whether somebody waits for a slow answer: the job cannot end before."""
        return any(self._waits(sender) for _thread, sender in self.members.values())

    def _waits(self, sender):
        since = getattr(sender, "calling_since", None)
        return since is not None and self._clock() - since > SLOW

    def make_room(self, count):
        """Let ``count`` members end after the call that they are at: first those whose flow keeps
        another sender, then those who are here longest. Nobody before the turn is over."""
        now = self._clock()
        flows = [slot[0] for slot in self.members if slot not in self._leaving]
        over = sorted(
            (flows.count(slot[0]) == 1, self._since[slot], slot)
            for slot in self.members
            if slot not in self._leaving and now - self._since[slot] >= TURN
        )
        for _is_last, _since, slot in over[: max(0, count - len(self._leaving))]:
            self._leaving.add(slot)
            self.members[slot][1].deadline = 0.0

    def start(self, sender):
        slot = sender.slot
        thread = threading.Thread(
            target=self._run, args=(sender,), name=f"logistics.sender.{slot}", daemon=True
        )
        self.members[slot] = (thread, sender)
        self._since[slot] = self._clock()
        thread.start()

    def _run(self, sender):
        try:
            sender.run()
        except Exception as error:
            # The messages stay as they are: the next sender of this slot takes them back.
            _logger.exception("the sender %s broke off", sender.slot)
            with contextlib.suppress(Exception):
                sender.pause_after(error)
        finally:
            self._done.set()

    def ended(self):
        """Take out the slots whose senders have ended."""
        self._done.clear()
        for slot, (thread, sender) in list(self.members.items()):
            if not thread.is_alive():
                del self.members[slot], self._since[slot]
                self._leaving.discard(slot)
                self.sent += sender.sent
                yield slot

    def halt(self):
        """Wait until all have made the call that they are at, and no other one."""
        for _thread, sender in self.members.values():
            sender.deadline = 0.0
        for thread, _sender in self.members.values():
            thread.join()

    def wait(self, seconds=0.1):
        """Until a sender ends, but not for long: new messages may have come."""
        self._done.wait(seconds)
