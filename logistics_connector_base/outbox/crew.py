"""Whoever makes the calls of one job (senders of flows, askers of polls), each in a thread."""

import contextlib
import logging
import threading

_logger = logging.getLogger(__name__)

MOST_MEMBERS = 32


class Crew:
    """The senders of one job."""

    def __init__(self):
        self.members = {}
        self.sent = 0
        self._done = threading.Event()

    @property
    def has_room(self):
        return len(self.members) < MOST_MEMBERS

    def has(self, slot):
        return slot in self.members

    def start(self, sender):
        slot = sender.slot
        thread = threading.Thread(
            target=self._run, args=(sender,), name=f"logistics.sender.{slot}", daemon=True
        )
        self.members[slot] = (thread, sender)
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
                del self.members[slot]
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
