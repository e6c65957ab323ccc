"""Trial 22: one partner is down for long, with much to tell it, and may then be called only so
often; two others are well."""

import itertools
import threading
import time

from ...simulators.receiver import OK, Answer
from ...support.polling import TimedOut, wait_for
from ..outgoing import OutgoingField
from ..tree import Mutant, Patch
from ..trial import Trial
from ..verdict import percentile
from .partner_misbehaviour import SENDER

A_MINUTE = 600  # calls: ten a second
PER_SECOND = A_MINUTE / 60
BURST = 1  # a tenth of a second of its rate
JITTER = 3  # calls: this process is not always there in time to note when they came
LIMIT = 5  # failures in a row that pause the flow
KEYS = 5  # messages about one order

# Written in the transaction that it is about: when is in the message.
TICK = """
import time
ids = {{}}
for flow_id, mark in {messages!r}:
    flow = env["logistics.flow"].browse(flow_id)
    value = {{"mark": mark, "at": time.time()}}
    ids[env["logistics.outbox"]._enqueue(flow, value, key=mark).id] = (flow_id, value)
result = list(ids.items())
"""

NO_BREAKER = Mutant(
    "a partner that is down is called on and on",
    (
        Patch(
            "logistics_connector_base/core/breaker.py",
            "        if not rules.limit or failures < rules.limit:\n",
            "        if failures:\n",
        ),
    ),
    finds=("while it was down",),
)
NO_LIMIT = Mutant(
    "a partner's limit is not kept",
    (Patch(SENDER, "        rate = self.plan.rate\n", "        rate = None\n"),),
    finds=("calls within",),
)
NO_ORDER = Mutant(
    "nobody waits for the message before",
    (
        Patch(
            "logistics_connector_base/outbox/claims.py",
            "      AND (NOT %(is_ordered)s OR m.business_key IS NULL OR NOT EXISTS (\n",
            "      AND (%(is_ordered)s OR m.business_key IS NULL OR NOT EXISTS (\n",
        ),
    ),
    finds=("order",),
)
CASE_EACH = Mutant(
    "each pause of an outage is a case of its own",
    (
        Patch(
            "logistics_connector_base/models/flow/logistics_breaker.py",
            '                        "key": key,\n',
            '                        "key": f"{key}:{fields.Datetime.now()}",\n',
        ),
    ),
    finds=("exceptions",),
)


class BreakerAndRate(Trial):
    number = 22
    title = "Breaker and rate limit"
    passes_when = "one probe a pause, others as before, then at most 10 calls/s; 1 exception"
    # ``lag``: p95 of the others while one is down, in terms of that before.
    load = {
        "queued": 5000,
        "before": 60,
        "down": 600,
        "pause": 5,
        "longest": 60,
        "every": 0.5,
        "lag": 2,
        "patience": 900,
    }
    short_load = {
        "queued": 60,
        "before": 2,
        "down": 8,
        "pause": 1,
        "longest": 2,
        "every": 0.5,
        "lag": None,
        "patience": 90,
    }
    mutants = (NO_BREAKER, NO_LIMIT, NO_ORDER, CASE_EACH)

    def run(self, arena, seed, queued, before, down, pause, longest, every, lag, patience):
        with OutgoingField(arena, self.number, seed) as field:
            desks = {name: field.desk(name) for name in "ABC"}
            flows = {}
            for name, desk in desks.items():
                values = {"send_rate": A_MINUTE} if name == "A" else {}
                flows[name] = field.flow(
                    field.connection(name, **values),
                    f"{desk.url}/orders",
                    f"{name}",
                    retry_schedule="1s 2s 5s",
                    breaker_limit=LIMIT,
                    breaker_pause=pause,
                    breaker_longest=longest,
                    timeout=2,
                )
            is_down = threading.Event()
            desks["A"].manner = lambda call, mark, tries: (
                self._down(field) if is_down.is_set() else self._stumbling(mark, tries)
            )
            self._flow(field, flows, "before", before, every)
            is_down.set()
            for start in range(0, queued, 500):
                numbers = range(start, min(start + 500, queued))
                # The messages of an order lie far apart, as they do in life.
                orders = max(1, queued // KEYS)
                field.write(flows["A"], [(f"A {n}", f"S{n % orders}") for n in numbers])
            self._flow(field, flows, "meanwhile", down, every)
            back = time.time()
            is_down.clear()
            field.wait_settled(timeout=queued / PER_SECOND + longest + patience)
            drained = time.time() - back
            with_case = self._wait_closed(field, flows["A"])
            verdict = field.judge()
            self._check_probes(verdict, desks["A"], back, pause, longest, lag)
            self._check_rate(verdict, desks["A"])
            self._check_order(verdict, desks["A"], queued)
            found = field.exceptions()
            verdict.expect(
                len(found) == 1 and with_case, f"exceptions: {found[:3]}, not one that was closed"
            )
            delivered = verdict.counts["acknowledged"]
            verdict.expect(
                delivered == len(field.written), f"{delivered} of {len(field.written)} delivered"
            )
            rest, trouble = (self._lags(desks, part) for part in ("before", "meanwhile"))
            verdict.figures |= {
                "down_for_s": down,
                "lag_p95_before_ms": round(percentile(rest, 0.95) * 1000),
                "lag_p95_ms": round(percentile(trouble, 0.95) * 1000),
                "drained_after_s": round(drained, 1),
            }
            if lag:
                worst = lag * percentile(rest, 0.95)
                verdict.expect(
                    percentile(trouble, 0.95) <= worst,
                    f"lag p95 of the others {verdict.figures['lag_p95_ms']} ms while one is down, "
                    f"{verdict.figures['lag_p95_before_ms']} ms before",
                )
        return verdict

    @staticmethod
    def _down(field):
        """However a partner is down: it says so, resets, or says nothing."""
        return field.rng.choice(
            (Answer(503), Answer(502), Answer(503, reset=True), Answer(503, delay=2.5))
        )

    @staticmethod
    def _stumbling(mark, tries):
        """Well again, but for one message of 13 at its first try: those behind it have to wait. Not
        of ten: it would be all messages of the same orders, and a second outage in the end."""
        return Answer(503) if int(mark.split()[1]) % 13 == 3 and not tries else OK

    @staticmethod
    def _flow(field, flows, part, seconds, every):
        """Messages for B and C at a steady pace, one transaction each time."""
        begin = time.monotonic()
        for tick in range(int(seconds / every)):
            time.sleep(max(0.0, begin + tick * every - time.monotonic()))
            messages = [(flows[name], f"{name} {part} {tick}") for name in "BC"]
            found = field.inside.run(TICK.format(messages=messages))
            for number, (flow_id, value) in found:
                field.remember(flow_id, {number: value})

    @staticmethod
    def _lags(desks, part):
        """Ascending seconds from written to arrived."""
        return sorted(
            calls[0].at - calls[0].data["at"]
            for name in "BC"
            for mark, calls in desks[name].by_mark().items()
            if mark.split()[1] == part
        )

    @staticmethod
    def _wait_closed(field, flow_id):
        """The outage's exception closes itself."""

        def look():
            return [
                key
                for _kind, key, is_open in field.exceptions()
                if key == f"breaker:{flow_id}" and not is_open
            ]

        try:
            return wait_for(look, 10)
        except TimedOut:
            return []

    @staticmethod
    def _check_probes(verdict, desk, back, pause, longest, timely):
        """While it is down: so many calls as pause the flow, then one at the end of each pause."""
        calls = [call.at for call in desk.told() if call.at < back]
        gaps = [b - a for a, b in itertools.pairwise(calls[LIMIT - 1 :])]
        pauses = [min(pause * 2**n, longest) for n in range(len(gaps))]
        early = [(round(g, 2), p) for g, p in zip(gaps, pauses, strict=True) if g < p - 0.1]
        verdict.expect(
            gaps and not early,
            f"{len(calls)} calls while it was down, {len(early)} too early, e.g. {early[:3]}",
        )
        if timely:
            late = [(g, p) for g, p in zip(gaps, pauses, strict=True) if g > p + 10]
            verdict.expect(not late, f"{len(late)} probes came late, e.g. {late[:3]}")
        verdict.figures |= {"probes": len(gaps)}

    @staticmethod
    def _check_rate(verdict, desk):
        """In no window, wherever it begins, more than the rate and the burst."""
        calls = [call.at for call in desk.told()]
        for window in (1, 10, 60):
            end, most = 0, 0
            for begin, at in enumerate(calls):
                while end < len(calls) and calls[end] < at + window:
                    end += 1
                most = max(most, end - begin)
            allowed = BURST + PER_SECOND * window
            verdict.expect(
                most <= allowed + JITTER, f"{most} calls within {window} s, at most {allowed:g}"
            )
            verdict.figures[f"most_calls_in_{window}_s"] = most

    @staticmethod
    def _check_order(verdict, desk, queued):
        """Of each order, the messages were worked as they were written."""
        told = {}
        for call in list(desk.worked):
            number = int(call.data["mark"].split()[1])
            told.setdefault(number % max(1, queued // KEYS), []).append(number)
        wrong = [numbers for numbers in told.values() if numbers != sorted(set(numbers))]
        verdict.expect(not wrong, f"order: {len(wrong)} are out of it, e.g. {wrong[:2]}")
