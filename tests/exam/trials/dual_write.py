"""Trial 23: what Odoo has committed and what the partner has worked are two things. Senders die
between the call and the commit, the database refuses to write down what is done, and business
transactions are rolled back."""

import contextlib
import os
import time
from pathlib import Path

from ...simulators.receiver import OK, Answer
from ..outgoing import OutgoingField
from ..tree import Mutant, Patch
from ..trial import Trial
from .partner_misbehaviour import ASK_AS_SAFE, SENDER

BATCH = 10  # of the refused and the rolled back

# What a sequence gave is not rolled back with the transaction that asked: it counts refusals.
REFUSE = """
CREATE SEQUENCE exam_refusals;
CREATE FUNCTION exam_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('exam_refusals') %% 3 <> 0 THEN
        RAISE EXCEPTION 'exam: refused' USING ERRCODE = '40001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exam_refuse BEFORE UPDATE ON logistics_message FOR EACH ROW
    WHEN (OLD.state = 'sending' AND NEW.state IN ('delivered', 'scheduled', 'rejected', 'doubt')
          AND NEW.flow_id = {flow}) EXECUTE FUNCTION exam_refuse();
"""
ACCEPT = """
DROP TRIGGER IF EXISTS exam_refuse ON logistics_message; DROP FUNCTION IF EXISTS exam_refuse();
DROP SEQUENCE IF EXISTS exam_refusals;
"""
ROLLED_BACK = """
flow = env["logistics.flow"].browse({flow})
for mark in {marks!r}:
    env["logistics.outbox"]._enqueue(flow, {{"mark": mark}}, key=mark)
env.cr.rollback()
"""

CALL = """                result = self._call(messenger, waiting.pop(0))
                self.sent += 1
                if not self._settle(result):
                    break
"""
RECORDED_FIRST = Mutant(
    "a message is written down as delivered before it is sent",
    (
        Patch(
            SENDER,
            CALL,
            "                taken = waiting.pop(0)\n"
            "                done = outcomes.Outcome(outcomes.DELIVERED, status=200)\n"
            "                first = [records.Result(taken, done, 0.0)]\n"
            "                self._record(lambda env: records.delivered(env, self.plan, first))\n"
            "                self._call(messenger, taken)\n"
            "                self.sent += 1\n",
        ),
    ),
    finds=("lost",),
)
CALLED_AGAIN = Mutant(
    "the call is made in the transaction that writes it down",
    (
        Patch(
            SENDER,
            CALL,
            "                taken = waiting.pop(0)\n\n"
            "                def both(env, taken=taken):\n"
            "                    result = self._call(messenger, taken)\n"
            "                    if result.outcome.kind != outcomes.DELIVERED:\n"
            "                        return records.failed(env, self.plan, result)\n"
            "                    records.delivered(env, self.plan, [result])\n"
            "                    return True\n\n"
            "                self.sent += 1\n"
            "                if not self._record(both):\n"
            "                    break\n",
        ),
    ),
    finds=("calls for",),
)
THROWN_AWAY = Mutant(
    "what a dead sender had is thrown away",
    (
        Patch(
            "logistics_connector_base/outbox/claims.py",
            "    SET state = CASE WHEN %(is_safe)s THEN 'pending' ELSE 'doubt' END, lane = NULL,\n",
            "    SET state = 'cancelled', lane = NULL,\n",
        ),
    ),
    finds=("unfinished",),
)
SENT_BEFORE_COMMIT = Mutant(
    "a message is sent in the transaction that writes it",
    (
        Patch(
            "logistics_connector_base/models/flow/logistics_outbox.py",
            "        self._wake_after_commit()\n        return messages.browse(row[0])\n",
            "        made = plan.make(flow)\n"
            '        headers = {"Idempotency-Key": messages.browse(row[0]).receipt}\n'
            "        try:\n"
            "            made.make_client().request(made.method, made.url, headers, body=content)\n"
            "        except Exception:\n"
            "            pass\n"
            "        self._wake_after_commit()\n        return messages.browse(row[0])\n",
        ),
    ),
    finds=("rolled back",),
)


class DualWrite(Trial):
    number = 23
    title = "Dual write"
    passes_when = (
        "every message arrives, under one id; one call where it was refused; 0 rolled back"
    )
    # ``wave``: messages that wait at once, each of which kills whoever sends it first.
    load = {"kills": 100, "wave": 10, "refused": 200, "rolled_back": 200, "patience": 300}
    short_load = {"kills": 6, "wave": 3, "refused": 12, "rolled_back": 10, "patience": 25}
    mutants = (RECORDED_FIRST, CALLED_AGAIN, THROWN_AWAY, SENT_BEFORE_COMMIT, ASK_AS_SAFE)

    def run(self, arena, seed, kills, wave, refused, rolled_back, patience):
        with OutgoingField(arena, self.number, seed) as field:
            self.field, self.killed = field, []
            desk = field.desk()
            connection_id = field.connection("dual write")

            def flow(code, **values):
                return field.flow(
                    connection_id,
                    f"{desk.url}/{code}",
                    code,
                    **{
                        "retry_schedule": "1s",
                        "breaker_limit": 0,
                        "is_ordered": False,
                        "timeout": 3,
                        **values,
                    },
                )

            ask = {"repeat": "ask", "ask_url": f"{desk.url}/asked/{{id}}"}
            safe, asks = flow("safe"), flow("ask", **ask)
            took = [
                self._kill(
                    desk, (safe, asks)[start // wave % 2], range(start, start + wave), patience
                )
                for start in range(0, kills, wave)
            ]
            never, plain = flow("never", repeat="never"), flow("plain")
            refusals = self._refusals(desk, never, refused, patience)
            gone, kept = self._rollbacks(plain, rolled_back, patience)
            verdict = field.judge(once_only=(asks, never))
            calls = desk.by_mark()
            verdict.expect(
                len(self.killed) == kills, f"{len(self.killed)} senders were killed, not {kills}"
            )
            wrong = {
                mark: len(calls[mark])
                for mark, written in field.written.items()
                if written.flow_id == never and len(calls[mark]) != (2 if "503" in mark else 1)
            }
            verdict.expect(
                not wrong,
                f"{sum(wrong.values())} calls for {len(wrong)} messages that were refused",
            )
            verdict.expect(refusals >= refused, f"only {refusals} transactions were refused")
            came = [mark for mark in gone if mark in calls]
            verdict.expect(not came, f"{len(came)} messages came that were rolled back")
            missing = [mark for mark in kept if len(calls[mark]) != 1]
            verdict.expect(not missing, f"{len(missing)} committed messages came not once")
            verdict.figures |= {
                "killed": len(self.killed),
                "asked": sum(call.method == "GET" for call in desk.calls),
                "came_again": sum(len(c) - 1 for m, c in calls.items() if "kills" in m),
                "refused_40001": refusals,
                "rolled_back": len(gone),
                "longest_wave_s": round(max(took), 1),
            }
        return verdict

    # -- a: between the call and the commit ---------------------------------------------------

    def _kill(self, desk, flow_id, numbers, patience):
        """Whoever brings one of these messages first is killed, before it was worked or after; the
        seconds until all are settled."""
        desk.manner = self._killing
        begin = time.monotonic()
        ids = self.field.write(flow_id, [(f"kills {number}", None) for number in numbers])
        self.field.wait_settled(ids, patience)
        return time.monotonic() - begin

    def _killing(self, call, mark, tries):
        if tries:
            return OK
        server = self.field.arena.server
        pid = client_process(call.client_port, server.child_pids())
        if pid:
            with contextlib.suppress(ProcessLookupError):
                server.kill9(pid)
                self.killed.append(pid)
                self.field.ledger.note(killed=pid, mark=mark)
        return Answer(503, reset=True, works=bool(int(mark.split()[1]) % 2))

    # -- b: the database does not take what came of it -----------------------------------------

    def _refusals(self, desk, flow_id, count, patience):
        """Two of three transactions that write down a result are refused; how many were."""
        field, database = self.field, self.field.arena.database
        desk.manner = lambda call, mark, tries: Answer(503) if "503" in mark and not tries else OK
        database.rows(REFUSE.replace("%%", "%").format(flow=flow_id))
        try:
            marks = [f"refused {'503' if n % 4 == 3 else 'well'} {n}" for n in range(count)]
            for start in range(0, count, BATCH):
                field.write(flow_id, [(mark, None) for mark in marks[start : start + BATCH]])
            field.wait_settled(timeout=patience)
            asked = database.value("SELECT last_value FROM exam_refusals")
        finally:
            database.rows(ACCEPT)
        return asked - asked // 3

    # -- c: the business transaction ----------------------------------------------------------

    def _rollbacks(self, flow_id, count, patience):
        """Every other transaction is rolled back; the marks of these and of the others."""
        gone, kept = [], []
        for start in range(0, count, BATCH):
            marks = [f"plain {n}" for n in range(start, min(start + BATCH, count))]
            bad, good = [f"{mark} rolled back" for mark in marks], marks
            self.field.inside.run(ROLLED_BACK.format(flow=flow_id, marks=bad))
            self.field.write(flow_id, [(mark, None) for mark in good])
            gone, kept = gone + bad, kept + good
        self.field.wait_settled(timeout=patience)
        return gone, kept


def client_process(port, pids):
    """Which of these processes has the local port open."""
    wanted = f"0100007F:{port:04X}"
    inodes = {
        f"socket:[{line.split()[9]}]"
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1] == wanted
    }
    for pid in pids:
        with contextlib.suppress(OSError):
            for entry in os.scandir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    if os.readlink(entry.path) in inodes:
                        return pid
    return None
