"""One job's time at work: a crew of threads for what is due, until nothing is or the slice ends.

Senders of the outbox and askers of polls are both led here.
"""

import time

from .crew import TURN, Crew

SLICE_SECONDS = 10  # as long a job has an HTTP worker; then others have their turn
# A call that hangs keeps the job after its slice: others go on meanwhile, as long as their calls
# are over by then (Odoo ends a worker after limit_time_real, 120 s).
OVERTIME = 100


class Shift:
    """Leads the threads of one job.

    :param session: holds the lane's and the slots' locks (``take(slot)``, ``leave(slot)``)
    :param due: ``due()`` returns ``[(id, count)]``: what has work now, longest unserved first, and
        how many threads it may have
    :param plan: ``plan(id)`` returns what a thread must know, with its ``timeout`` for one call in
        seconds; None when nothing is to be done
    :param member: ``member(plan, number, deadline)`` makes the thread's object, see ``Crew.start``
    """

    def __init__(self, session, due, plan, member, crew=None, clock=time.monotonic):
        self.session, self.due, self.plan, self.member = session, due, plan, member
        self.crew = crew or Crew()
        self._clock = clock

    def work(self):
        """Work until nothing is due, or the slice is over; how many calls were made."""
        crew, over_at = self.crew, self._clock() + SLICE_SECONDS
        try:
            while True:
                for slot in crew.ended():
                    self.session.leave(slot)
                now = self._clock()
                if now < over_at:
                    self._fill_rooms(self.due(), over_at, over_at + OVERTIME)
                elif crew.is_held_up:
                    self._fill_rooms(self.due(), now + TURN, over_at + OVERTIME)
                if not crew.members:  # nothing is due, or others are at it
                    return crew.sent
                crew.wait()
        finally:
            # Where the session was lost, so are the locks: nobody goes on without.
            crew.halt()

    def _fill_rooms(self, due, deadline, end):
        """A thread for each, those first that waited longest; then further ones. Where some find no
        room, others have had their turn. ``end``: when all calls must be over."""
        waiting = 0
        for key, count in due:
            if self.crew.serves(key):
                continue
            if self.crew.has_room:
                self._start(key, count, deadline, end, 1)
            else:
                waiting += 1
        if waiting:
            self.crew.make_room(waiting)
            return
        for key, count in due:
            if count > 1 and self.crew.has_spare_room:
                self._start(key, count, deadline, end, count)

    def _start(self, key, count, deadline, end, most):
        """Start up to ``most`` of its ``count`` threads that are not at work, here or in another
        process."""
        for number in range(count):
            slot = (key, number)
            serves = self.crew.serves(key)
            has_room = self.crew.has_spare_room if serves else self.crew.has_room
            if most <= 0 or not has_room:
                return
            if self.crew.has(slot) or not self.session.take(slot):
                continue
            made = self.plan(key)
            if made is None or deadline + made.timeout > end:
                self.session.leave(slot)
                return
            self.crew.start(self.member(made, number, deadline))
            most -= 1
