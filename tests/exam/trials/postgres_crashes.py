"""Trial 4: PostgreSQL crashes and stays away, and Odoo's processes die meanwhile."""

import random
import time

from ...simulators import CanonicalPartner
from ...support.connections import connect
from .. import mutants
from ..arena import Field
from ..private_arena import PrivateArena, Systemd
from ..prober import Prober, complaints
from ..tree import Mutant, Patch
from ..trial import Trial
from ..verdict import latency_figures
from .worker_kills import Pace, measure_capacity

UP_AGAIN = 30  # seconds after PostgreSQL is back
#: As a partner would: for some minutes.
PATIENT = (0, 0.3, 0.7, 1, *(2,) * 60)

NO_GATE = Mutant(
    "Odoo answers for itself while there is no database",
    (
        Patch(
            "logistics_connector_base/__init__.py",
            "gate.install()\n",
            "assert gate\n",
        ),
    ),
    finds=("answers while there was no database",),
)
ACK_WHATEVER_HAPPENS = Mutant(
    "what cannot be filed is acknowledged all the same",
    (
        Patch(
            "logistics_connector_base/controllers/intake.py",
            "            nonces.forget()\n            return answers.unavailable()\n",
            '            return request.make_json_response({"receipt": "0" * 32}, status=202)\n',
        ),
        *mutants.ACK_BEFORE_COMMIT.patches,
    ),
    finds=("lost",),
)


class PostgresCrashes(Trial):
    number = 4
    title = "PostgreSQL crash"
    passes_when = (
        "verdict clean; while PostgreSQL is away 503 with Retry-After or no answer, nothing else; "
        "up again unaided"
    )
    load = {"crashes": 5, "away": 10, "between": 20, "kill_in": 2}
    short_load = {"crashes": 1, "away": 3, "between": 1, "kill_in": 1}
    mutants = (NO_GATE, ACK_WHATEVER_HAPPENS)
    arena = PrivateArena
    own_server = True

    def run(self, arena, seed, crashes, away, between, kill_in, patience=300):
        """``kill_in``: the number of the crash in which a process of Odoo dies, too."""
        field = Field(arena, self.number, seed)
        for partner in field.partners:
            partner.schedule = PATIENT
        rng = random.Random(seed)
        probe = CanonicalPartner(ledger=field.ledger)
        probe_id = connect(arena.rpc, probe, f"exam {self.number} {seed} probe {rng.random()}")
        field.connection_ids.append(probe_id)
        rate = 0.3 * measure_capacity(field)
        total = int(rate * (crashes * (away + between) + 5))
        jobs, _shipments = field.jobs(total)
        windows, slowest = [], 0.0
        with (
            Systemd(arena.server) as systemd,
            Prober(field, probe) as prober,
            Pace(field, jobs, rate) as pace,
        ):
            for number in range(1, crashes + 1):
                pace.wait_until(time.monotonic() + max(1, between))
                arena.cluster.stop_immediate()
                down = time.monotonic()
                field.ledger.note(postgres="stopped")
                if number == kill_in:
                    pace.wait_until(down + away / 3)
                    self._kill_one(arena.server, rng, field)
                pace.wait_until(down + away)
                windows.append((down, time.monotonic()))
                arena.cluster.start()
                up = time.monotonic()
                field.ledger.note(postgres="started")
                slowest = max(slowest, self._wait_up(prober, up, patience) - up)
            pace.wait_until(time.monotonic() + 1)
            # The rest is sent as fast as it goes: who waits for the last one sees them all.
            pace.hurry()
        restarts = systemd.restarts
        arena.server.wait_ready()
        drained = field.drain(patience)
        verdict = field.judge(interrupted=True)
        seen = [one for begin, end in windows for one in prober.between(begin, end)]
        wrong = complaints(seen, allow_none=True)
        verdict.expect(not wrong, f"answers while there was no database: {wrong[:3]}")
        answered = sum(one.answer.status == 503 for one in seen)
        verdict.expect(answered, f"nobody asked while PostgreSQL was away ({len(seen)} tries)")
        verdict.expect(slowest < UP_AGAIN, f"up again only after {slowest:.0f} s")
        missing = {job.key for job in jobs} - field.ledger.acknowledged()
        verdict.expect(not missing, f"{len(missing)} messages were never acknowledged")
        verdict.figures |= latency_figures(field.ledger.latencies()) | {
            "asked_while_away": len(seen),
            "answered_503": answered,
            "master_restarts": restarts,
            "up_again_s": round(slowest, 1),
            "drained_after_s": round(drained, 1),
        }
        return verdict

    @staticmethod
    def _kill_one(server, rng, field):
        children = server.child_pids() if server.running() else []
        if children:
            pid = rng.choice(children)
            try:
                server.kill9(pid)
            except ProcessLookupError:
                return
            field.ledger.note(killed=pid)

    @staticmethod
    def _wait_up(prober, up, patience):
        """When the first message was taken after PostgreSQL came back (monotonic)."""
        give_up = up + min(patience, 90)
        while time.monotonic() < give_up:
            if moment := prober.first_ok(up):
                return moment
            time.sleep(0.05)
        return give_up
