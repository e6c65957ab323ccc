"""Trial 16: messages that break whoever reads them. They are put away; the others go on."""

import contextlib
import itertools

from ...simulators.grim import CAUSES, DEEDS, GrimPost
from ...support.connections import connect
from ...support.polling import TimedOut, wait_for
from ...support.rpc import RpcError
from .. import mutants
from ..arena import Job
from ..inbox_field import InboxField
from ..tree import Mutant, Patch
from ..trial import Trial
from .worker_kills import Pace

TRIES_NOT_COUNTED = Mutant(
    "the try is not counted when a message is claimed",
    (
        Patch(
            mutants.CLAIMS,
            "SET state = 'processing', tries = 1, lane",
            "SET state = 'processing', tries = 0, lane",
        ),
        Patch(
            mutants.CLAIMS,
            "SET state = 'processing', tries = tries + 1, lane",
            "SET state = 'processing', tries = tries, lane",
        ),
    ),
    finds=("poison", "in progress"),
)
NO_WATCHDOG = Mutant(
    "nothing interrupts an endless loop",
    (
        Patch(
            "logistics_connector_base/inbox/watchdog.py",
            "                    _raise_in(self._target, TimeExceeded)\n",
            "                    pass\n",
        ),
    ),
    finds=("poison", "in progress"),
)
DEAD_LANES_KEEP = Mutant(
    "what a dead drain had in work stays with it",
    (
        Patch(
            mutants.INBOX,
            "    def _take_back(self, lane):\n",
            "    def _take_back(self, lane):\n        return\n\n    def _taken_back(self, lane):\n",
        ),
    ),
    finds=("poison", "in progress"),
)


class Poison(Trial):
    number = 16
    title = "Poison"
    passes_when = "poison before a person with its cause after five tries; others' lag ≤ 2 ×"
    # Of three lanes one may be at what was tried before, one at a poison that is new.
    server = {"addons": (GrimPost.addon,), "workers": 4}
    lanes = 3
    load = {"seconds": 100, "rate": 20, "share": 0.01, "message_seconds": 3, "lag": 2}
    # One of each kind, and no look at the clock: others use the machine as well.
    short_load = {
        "seconds": 4,
        "rate": 15,
        "share": 0.07,
        "message_seconds": 1,
        "lag": None,
        "patience": 60,
    }
    mutants = (TRIES_NOT_COUNTED, NO_WATCHDOG, DEAD_LANES_KEEP)

    def run(self, arena, seed, seconds, rate, share, message_seconds, lag, patience=300):
        field = InboxField(arena, self.number, seed)
        grim = GrimPost(ledger=field.ledger)
        grim_id = connect(arena.rpc, grim, f"exam {self.number} {seed} {field.rng.random()}")
        field.connection_ids.append(grim_id)
        good_ids = field.connection_ids[:-1]
        for name, value in (("message_seconds", message_seconds), ("lanes", self.lanes)):
            arena.rpc("ir.config_parameter", "set_param", f"logistics.inbox_{name}", str(value))
        count = int(rate * seconds)
        self._send(field, field.jobs(count)[0], rate)
        field.drain(patience)
        before = field.lags(good_ids)
        last = field.last_message()
        poisons = self._poisons(field, grim, max(len(DEEDS), round(count * share)))
        self._send(field, spread(field.jobs(count)[0], [job for job, _deed in poisons]), rate)
        self._settle(field, grim_id, patience)
        arena.rpc("ir.config_parameter", "set_param", "logistics.inbox_lanes", "2")
        during = field.lags(good_ids, last)
        verdict = field.judge(interrupted=True)
        causes = field.causes(grim_id)
        wrong = {
            f"{deed}: {causes.get(job.key)}"
            for job, deed in poisons
            if causes.get(job.key) != ("dead", CAUSES[deed], 5)
        }
        verdict.expect(not wrong, f"poison is not where it belongs: {sorted(wrong)}")
        stuck = 2 * count - len(before) - len(during)
        verdict.expect(not stuck, f"{stuck} other messages were not worked")
        verdict.figures |= field.lag_figures(before, during)
        verdict.figures["poison"] = len(poisons)
        if lag:
            verdict.expect(*field.lag_within(before, during, lag))
        return verdict

    @staticmethod
    def _send(field, jobs, rate):
        with Pace(field, jobs, rate) as pace:
            pace.wait_until(pace.begin + len(jobs) / rate + 1)

    @staticmethod
    def _poisons(field, grim, count):
        """``count`` messages that break their reader, each kind as often: (job, deed)."""
        found = []
        for deed in itertools.islice(itertools.cycle(DEEDS), count):
            body = grim.poison(grim.number(field.rng), deed)
            found.append((Job(grim, body, "", ()), deed))
        return found

    @staticmethod
    def _settle(field, grim_id, patience):
        """Wait until nothing is in progress. What is to be tried again later is tried at once: the
        clock is turned forward for it, as nobody waits for minutes here, and the sweep, that looks
        at the clock once a minute, is run by hand."""
        rpc = field.arena.rpc
        sweep = rpc("ir.cron", "search", [("name", "=", "Logistics: sweep the inbox")])

        def settled():
            field.arena.database.rows(
                "UPDATE logistics_message SET next_try_at = NULL"
                " WHERE connection_id = %s AND state = 'received' AND next_try_at IS NOT NULL",
                grim_id,
            )
            with contextlib.suppress(RpcError):  # it runs by itself at this moment
                rpc("ir.cron", "method_direct_trigger", sweep)
            return not field.in_progress()

        try:
            wait_for(settled, patience, interval=0.5)
        except TimedOut:
            pass  # the verdict tells what is unfinished


def spread(jobs, others):
    """``others`` among ``jobs``, at even distances."""
    every = len(jobs) // len(others)
    mixed = []
    for index, job in enumerate(jobs):
        mixed.append(job)
        if index % every == every // 2 and others:
            mixed.append(others.pop(0))
    return mixed + others
