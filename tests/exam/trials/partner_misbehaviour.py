"""Trial 21: partners that answer in every wrong way. Each message ends where it can be seen, and no
partner works anything twice that must not be."""

import itertools
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from ...simulators.receiver import OK, Answer
from ...support.polling import TimedOut, wait_for
from ..outgoing import OutgoingField
from ..tree import Mutant, Patch
from ..trial import Trial

TIMEOUT = 3  # seconds, of all flows
LATE = TIMEOUT + 0.5  # somebody who answers when we have given up
ASKED = 3  # seconds, that Retry-After says
JITTER = 0.2
PACE = 12  # messages a second at most
PAUSES = (2, 4, 6)
SCHEDULE = " ".join(f"{pause}s" for pause in PAUSES)


def _flood():
    return itertools.repeat(b"x" * 65536, 16384)  # a gigabyte


def _in_a_while():
    # Whole seconds, rounded up: never earlier than asked.
    return format_datetime(datetime.now(UTC) + timedelta(seconds=ASKED + 1), usegmt=True)


#: What a partner does instead of working a message and saying so.
BROKEN = {
    "500": lambda: Answer(500),
    "500, worked": lambda: Answer(500, works=True),
    "503": lambda: Answer(503),
    "502": lambda: Answer(502),
    "502, worked": lambda: Answer(502, works=True),
    "303, worked": lambda: Answer(303, {"Location": "/status"}, works=True),
    "reset": lambda: Answer(503, reset=True),
    "reset, worked": lambda: Answer(reset=True),
    "garbage": lambda: Answer(body=b"\x00\xff<<<{"),
    "broken gzip": lambda: Answer(headers={"Content-Encoding": "gzip"}, body=b"\x1f\x8b no"),
    "gigabyte": lambda: Answer(body=_flood()),
    "404": lambda: Answer(404),
}
SLOW = {
    "time-out": lambda: Answer(503, delay=LATE),
    "time-out, worked late": lambda: Answer(delay=LATE),
    "a byte a second": lambda: Answer(body=b"." * 60, drip=True),
}
THROTTLED = {
    "429, seconds": lambda: Answer(429, {"Retry-After": str(ASKED)}),
    "429, date": lambda: Answer(429, {"Retry-After": _in_a_while()}),
    "429": lambda: Answer(429),
}
REJECTED = {"400": lambda: Answer(400), "422": lambda: Answer(422)}
MANNERS = {**BROKEN, **SLOW, **THROTTLED, **REJECTED}

OUTCOME = "logistics_connector_base/core/outcome.py"
SENDER = "logistics_connector_base/outbox/sender.py"
MESSENGER = "logistics_connector_base/outbox/http_messenger.py"
RECORDS = "logistics_connector_base/outbox/records.py"

NEW_ID_EACH_TRY = Mutant(
    "a message gets a new id for each try",
    (
        Patch(
            MESSENGER,
            "plan.id_header] = taken.receipt\n",
            'plan.id_header] = f"{taken.receipt}-{taken.tries}"\n',
        ),
    ),
    finds=("repeated",),
)
REDIRECT_IS_DELIVERED = Mutant(
    "a redirect counts as delivered",
    (Patch(OUTCOME, "    if 200 <= status < 300:\n", "    if 200 <= status < 400:\n"),),
    finds=("lost",),
)
REDIRECT_FOLLOWED = Mutant(
    "redirects are followed",
    (
        Patch(
            "logistics_connector_base/client/client.py",
            "stream=True, allow_redirects=False)",
            "stream=True, allow_redirects=True)",
        ),
    ),
    finds=("redirect",),
)
ASK_AS_SAFE = Mutant(
    "what must not happen twice is sent again without asking",
    (
        Patch(
            "logistics_connector_base/outbox/plan.py",
            '        return self.repeat == "safe"\n',
            '        return self.repeat != "never"\n',
        ),
    ),
    finds=("double",),
)
NO_PAUSES = Mutant(
    "what failed is tried again at once",
    (
        Patch(
            RECORDS,
            "    wait = retry_schedule.pause(plan.pauses, taken.tries, outcome.pause)\n",
            "    wait = 0.0\n",
        ),
    ),
    finds=("schedule",),
)
NO_RETRY_AFTER = Mutant(
    "nobody reads Retry-After",
    (
        Patch(
            OUTCOME,
            '    pause = retry_after(headers.get("Retry-After"), now)\n',
            "    pause = None\n",
        ),
    ),
    finds=("asked to wait",),
)
GONE_IS_TROUBLE = Mutant(
    "an address that is gone is tried again",
    (Patch(OUTCOME, "    if status == 410:\n", "    if status == 9410:\n"),),
    finds=("410",),
)


class PartnerMisbehaviour(Trial):
    number = 21
    title = "Partner misbehaviour"
    passes_when = "each message delivered, rejected or dead, under one id; pauses as scheduled"
    # ``slack``: seconds that a try may come late because others are under way; None: any.
    load = {
        "broken": 1200,
        "slow": 160,
        "throttled": 60,
        "asks": 400,
        "gone": 50,
        "slack": 5,
        "patience": 900,
    }
    short_load = {
        "broken": 28,
        "slow": 6,
        "throttled": 6,
        "asks": 16,
        "gone": 4,
        "slack": None,
        "patience": 60,
    }
    mutants = (
        NEW_ID_EACH_TRY,
        REDIRECT_IS_DELIVERED,
        REDIRECT_FOLLOWED,
        ASK_AS_SAFE,
        NO_PAUSES,
        NO_RETRY_AFTER,
        GONE_IS_TROUBLE,
    )

    def run(self, arena, seed, broken, slow, throttled, asks, gone, slack, patience):
        with OutgoingField(arena, self.number, seed) as field:
            self.field, self.plans = field, {}
            desk, elsewhere = field.desk(), field.desk("elsewhere")
            redirects = {
                str(status): lambda status=status: Answer(
                    status, {"Location": f"{elsewhere.url}/taken"}
                )
                for status in (301, 307)
            }
            self.manners = {**MANNERS, **redirects}
            desk.manner = self._manner
            desk.asked = self._asked
            flows = self._flows(desk)
            self.unwilling = set()
            messages = {
                "broken": self._broken(broken, {**BROKEN, **redirects}),
                "slow": self._plan("slow", slow, SLOW),
                "throttled": self._plan("throttled", throttled, THROTTLED),
                "ask": self._plan("ask", asks, {**BROKEN, **redirects, **SLOW}),
                "gone": [f"gone {n}" for n in range(gone)],
            }
            for mark in messages["gone"]:
                self.plans[mark] = ["410"]
            self.manners["410"] = lambda: Answer(410)
            ids = {kind: self._write(flows[kind], marks) for kind, marks in messages.items()}
            stopped = self._wait_stopped(flows["gone"])
            others = [number for kind, part in ids.items() if kind != "gone" for number in part]
            field.wait_settled(others, patience)
            held = [field.states()[number] for number in ids["gone"]]
            calls = sum(call.path == "/gone" for call in desk.told())
            # A person mends the address: nothing of it is lost.
            self.manners["410"] = lambda: OK
            arena.rpc("logistics.flow", "action_start_again", [flows["gone"]])
            field.wait_settled(ids["gone"], 60)
            verdict = field.judge(once_only=(flows["ask"],))
            verdict.expect(
                stopped and calls == 1 and held == ["pending"] * gone,
                f"410: {calls} calls, stopped: {stopped}, then {sorted(set(held))}",
            )
            followed = len(elsewhere.calls)
            verdict.expect(not followed, f"the redirect's target got {followed} calls")
            self._check_pauses(verdict, desk, slack)
            self._check_asked_pauses(verdict, desk, slack)
            self._check_exceptions(verdict, flows["gone"])
            verdict.figures |= {
                "manners": len(self.manners),
                "asked": sum(call.method == "GET" for call in desk.calls),
                "slack_s": slack,
            }
        return verdict

    # -- what the partner does ----------------------------------------------------------------

    def _flows(self, desk):
        field = self.field
        connection_id = field.connection("misbehaves")
        common = {
            "retry_schedule": SCHEDULE,
            "breaker_limit": 0,
            "is_ordered": False,
            "timeout": TIMEOUT,
        }
        flows = {
            kind: field.flow(connection_id, f"{desk.url}/{kind}", f"{kind}", **{**common, **values})
            for kind, values in {
                "broken": {"senders": 4},
                "slow": {"senders": 8},
                "throttled": {},
                "ask": {
                    "senders": 8,
                    "repeat": "ask",
                    "ask_url": f"{desk.url}/asked/{{id}}",
                    # Questions count as tries; some are not answered.
                    "retry_schedule": "2s 2s 2s 2s 2s 2s",
                },
                "gone": {},
            }.items()
        }
        # Hours at least, says the form; nobody shall wait for one here.
        field.arena.database.rows(
            "UPDATE logistics_flow SET give_up_hours = 0 WHERE id = %s", flows["broken"]
        )
        return flows

    def _plan(self, name, count, manners):
        """Marks of messages that go wrong once or twice, every manner in turn, and then well."""
        names, marks = sorted(manners), []
        for number in range(count):
            mark = f"{name} {number}"
            plan = [names[number % len(names)]]
            if self.field.rng.random() < 0.4:
                plan.append(self.field.rng.choice(names))
            self.plans[mark] = plan
            marks.append(mark)
        return marks

    def _broken(self, count, manners):
        """The same; every tenth is rejected in the end, and every tenth is never taken."""
        marks = self._plan("broken", count, manners)
        for mark in marks[4::10]:
            # Rejected at the first or the second try, and not worked before that.
            before = ["503"] if self.field.rng.random() < 0.5 else []
            self.plans[mark] = [*before, self.field.rng.choice(sorted(REJECTED))]
        for mark in marks[9::10]:
            self.plans[mark] = ["503"] * 99
            self.unwilling.add(mark)
        return marks

    def _write(self, flow_id, marks):
        """At a pace, so that a try is late by the fault of its pause and not of a long line."""
        ids = []
        for start in range(0, len(marks), PACE):
            if start:
                time.sleep(1)
            part = marks[start : start + PACE]
            ids += self.field.write(flow_id, [(mark, None) for mark in part])
        return ids

    def _manner(self, call, mark, tries):
        plan = self.plans[mark]
        return self.manners[plan[tries]]() if tries < len(plan) else OK

    def _asked(self, call):
        """Every fifth question is not answered at first."""
        number = int(call.path[-1], 16) % 5
        first = sum(one.path == call.path for one in list(self.field.desks[0].calls)) == 1
        return Answer(503, works=False) if first and not number else None

    def _wait_stopped(self, flow_id):
        def look():
            return self.field.arena.database.value(
                "SELECT state = 'stopped' FROM logistics_breaker WHERE flow_id = %s", flow_id
            )

        try:
            return wait_for(look, 60)
        except TimedOut:
            return False

    # -- what must have come of it ------------------------------------------------------------

    def _check_pauses(self, verdict, desk, slack):
        """Each try comes after its pause of the schedule, ±20 %; it may come later by ``slack``."""
        early, late, tries = [], [], 0
        for mark, calls in desk.by_mark().items():
            kind = mark.partition(" ")[0]
            pauses = PAUSES if kind in ("broken", "slow") else (min(PAUSES),) * 99
            if kind == "gone":
                continue
            verdict.expect(
                mark not in self.unwilling or len(calls) == len(PAUSES),
                f"schedule: {mark} was tried {len(calls)} times",
            )
            for number, (one, other) in enumerate(itertools.pairwise(calls)):
                if self.plans[mark][number] in THROTTLED:
                    continue
                known_after = TIMEOUT if self.plans[mark][number] in SLOW else 0
                pause = pauses[min(number, len(pauses) - 1)]
                gap, tries = other.at - one.at - known_after, tries + 1
                if gap < pause * (1 - JITTER) - 0.05:
                    early.append(f"{mark} {self.plans[mark][number]}: {gap:.2f} of {pause} s")
                if slack and kind == "broken" and gap > pause * (1 + JITTER) + slack:
                    late.append(f"{mark} {self.plans[mark][number]}: {gap:.2f} of {pause} s")
        verdict.expect(not early, f"schedule: {len(early)} tries came early, e.g. {early[:3]}")
        verdict.expect(not late, f"schedule: {len(late)} tries came late, e.g. {late[:3]}")
        verdict.figures["pauses"] = tries

    def _check_asked_pauses(self, verdict, desk, slack):
        """After a 429 nothing goes the same way until the time that it says."""
        calls = [call for call in desk.told() if call.path == "/throttled"]
        seen, early, late = set(), [], []
        for one, other in itertools.pairwise(calls):
            mark = one.data["mark"]
            plan = self.plans[mark]
            tries = sum(call.data["mark"] == mark for call in calls[: calls.index(one)])
            name = plan[tries] if tries < len(plan) else "OK"
            if name not in THROTTLED:
                continue
            seen.add(name)
            wait = ASKED if name != "429" else min(PAUSES)
            gap = other.at - one.at
            if gap < wait - 0.05:
                early.append(f"{name}: {gap:.2f} of {wait} s")
            if slack and gap > max(wait + 1, max(PAUSES) * (1 + JITTER)) + slack:
                late.append(f"{name}: {gap:.2f} of {wait} s")
        verdict.expect(seen == set(THROTTLED), f"asked to wait only by {seen}")
        verdict.expect(not early, f"asked to wait, and called: {early[:3]}")
        verdict.expect(not late, f"late after we were asked to wait: {late[:3]}")

    def _check_exceptions(self, verdict, gone_id):
        """One for each message that a person has to look at, and one for the flow that stopped."""
        states = self.field.states()
        expected = {f"outgoing:{n}" for n, state in states.items() if state in ("rejected", "dead")}
        found = [key for _kind, key, _open in self.field.exceptions()]
        verdict.expect(
            sorted(found) == sorted({*expected, f"breaker:{gone_id}"}),
            f"exceptions: {len(found)} for {len(expected) + 1} causes,"
            f" e.g. {sorted(set(found) ^ {*expected, f'breaker:{gone_id}'})[:3]}",
        )
        opened = {key for _kind, key, is_open in self.field.exceptions() if is_open}
        verdict.expect(opened == expected, "exceptions: not those are open that wait for a person")
        dead = {w.id for mark, w in self.field.written.items() if mark in self.unwilling}
        wrong = [n for n in states if (states[n] == "dead") != (n in dead)]
        verdict.expect(not wrong, f"dead, or not dead, are the wrong messages: {wrong[:3]}")
