"""The inbox as a machine that anything may happen to: messages come twice, in another order, are
corrected and withdrawn, and the process dies before it has committed. Whatever happened, what is
left is what the set of facts says, and each effect was done once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from odoo.addons.logistics_connector_base.core.canonical import Instant, ParsedEvent, Place
from odoo.addons.logistics_connector_base.core.corrections import (
    ACTIVE,
    RETRACTED,
    SUPERSEDED,
    Statement,
    standing,
)
from odoo.addons.logistics_connector_base.core.fold import FoldEvent, fold
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_base.core.taxonomy import CodeRule

RULES = {
    code: CodeRule(code, state)
    for code, state in (
        ("LBL_CREATED", "booked"),
        ("PUP_PICKED_UP", "picked_up"),
        ("MOV_IN_TRANSIT", "in_transit"),
        ("DLV_OUT", "out_for_delivery"),
        ("DLV_ATTEMPTED", "delivery_attempted"),
        ("DLV_DELIVERED", "delivered"),
        ("RET_RETURNED", "returned"),
    )
} | {"TRK_INFO": CodeRule("TRK_INFO"), "EXC_RETRACTED": CodeRule("EXC_RETRACTED")}
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
CODES = sorted(RULES.keys() - {"EXC_RETRACTED"})


class Ledger:
    """The effects ledger: a key can be claimed once, as the unique constraint has it."""

    def __init__(self):
        self.done = []

    def settle(self, delivered):
        """Note the delivery, or take the note back: the rule of ``_note_delivery``."""
        is_noted = len(self.done) % 2 == 1
        if delivered != is_noted:
            self.claim("noted" if delivered else "withdrawn", len(self.done))

    def claim(self, kind, turn):
        assert (kind, turn) not in self.done
        self.done.append((kind, turn))


class Inbox:
    """What is committed: facts by fingerprint, and the effects of each fold."""

    def __init__(self):
        self.facts = {}
        self.ledger = Ledger()
        self.view = fold([], RULES)

    def receive(self, events, dies=False):
        """One batch: all or nothing. A process that dies leaves no trace of it."""
        if dies:
            return
        for event in events:
            self.facts.setdefault(event_fingerprint(event), event)
        self.view = project(self.facts.values())
        self.ledger.settle(bool(self.view.delivered_at))


def project(events):
    """The view of a set of facts, from nothing but the facts."""
    events = list(events)
    verdicts = standing(statement(event) for event in events)
    return fold(
        (
            FoldEvent(
                fingerprint=event_fingerprint(event),
                code=event.code,
                classifier=event.classifier,
                occurred_at=event.occurred.utc,
                active=verdicts[event_fingerprint(event)] == ACTIVE,
                recorded_at=event.recorded.utc,
                source_id=event.source_id,
            )
            for event in events
        ),
        RULES,
    )


def statement(event):
    return Statement(
        fingerprint=event_fingerprint(event),
        issuer=event.issuer,
        source_id=event.source_id,
        revision=event.revision,
        retracts=event.retracts,
        corrects=event.corrects,
        recorded_at=event.recorded.utc,
    )


class AnythingMayHappen(RuleBasedStateMachine):
    """``said``: what the partner has stated so far. Some of it is on its way still."""

    said = Bundle("said")

    @initialize()
    def begin(self):
        self.inbox = Inbox()
        self.numbers = iter(range(1, 10_000))
        self.road = []  # sent and not arrived

    def _state(self, code, hours, **values):
        number = next(self.numbers)
        event = ParsedEvent(
            issuer="acme",
            shipment_key="A1",
            references=(),
            raw_code=code,
            code=code,
            occurred=Instant(START + timedelta(hours=hours)),
            recorded=Instant(START + timedelta(days=30, minutes=number)),
            place=Place(city="Utrecht"),
            **{"source_id": f"e{number}", "revision": "1", **values},
        )
        self.road.append(event)
        return event

    # -- what the partner does ----------------------------------------------------------------

    @rule(target=said, code=st.sampled_from(CODES), hours=st.integers(0, 12))
    def scan(self, code, hours):
        return self._state(code, hours)

    @rule(target=said, code=st.sampled_from(CODES), hours=st.integers(0, 12))
    def scan_without_id(self, code, hours):
        """Known by its content: the same scan, told again, is the same fact."""
        return self._state(code, hours, source_id="", revision="")

    @rule(target=said, wrong=said, code=st.sampled_from(CODES), hours=st.integers(0, 12))
    def revise(self, wrong, code, hours):
        """The same event once more, with a later revision (DCSA)."""
        if not wrong.source_id:
            return wrong
        later = str(int(wrong.revision) + 1)
        return self._state(code, hours, source_id=wrong.source_id, revision=later)

    @rule(target=said, wrong=said, code=st.sampled_from(CODES), hours=st.integers(0, 12))
    def correct(self, wrong, code, hours):
        """Another event takes its place."""
        return self._state(code, hours, corrects=wrong.source_id)

    @rule(target=said, wrong=said)
    def retract(self, wrong):
        return self._state("EXC_RETRACTED", 0, retracts=wrong.source_id)

    # -- what the world does ------------------------------------------------------------------

    @rule(data=st.data())
    def arrive(self, data):
        """Any of what is on its way, in any order, as one batch."""
        if self.road:
            some = data.draw(st.lists(st.sampled_from(range(len(self.road))), max_size=4))
            self._deliver(sorted(set(some), key=some.index))

    @rule(event=said, text=st.text(max_size=5))
    def duplicate(self, event, text):
        """Told again by another channel, in other words."""
        self.road.append(replace(event, raw_text=text, pointer=text))

    @rule(event=said)
    def replay(self, event):
        """Told and worked at once, before all that is on its way."""
        self.inbox.receive([event])

    @rule(event=said)
    def crash(self, event):
        before = (dict(self.inbox.facts), self.inbox.view, list(self.inbox.ledger.done))
        self.inbox.receive([event], dies=True)
        assert before == (self.inbox.facts, self.inbox.view, self.inbox.ledger.done)
        self.road.append(event)  # it was not acknowledged, or is claimed again

    def _deliver(self, indexes):
        batch = [self.road[index] for index in indexes]
        self.road = [event for index, event in enumerate(self.road) if index not in indexes]
        self.inbox.receive(batch)

    def teardown(self):
        if not hasattr(self, "inbox"):
            return
        self._deliver(list(range(len(self.road))))
        self.the_view_is_the_fold_of_the_set()
        self.each_effect_is_done_once()
        self.inbox.receive(list(self.inbox.facts.values()))
        self.each_effect_is_done_once()

    # -- what is true at any time -------------------------------------------------------------

    @invariant()
    def the_view_is_the_fold_of_the_set(self):
        facts = list(self.inbox.facts.values())
        assert self.inbox.view == project(sorted(facts, key=event_fingerprint))
        assert self.inbox.view == project(reversed(facts))
        assert self.inbox.view == project([*facts, *facts])

    @invariant()
    def each_effect_is_done_once(self):
        done = self.inbox.ledger.done
        assert len(set(done)) == len(done)
        # A compensation follows each note that was withdrawn, exactly one, and none comes first.
        kinds = [kind for kind, _turn in done]
        assert kinds == ["noted", "withdrawn"] * (len(done) // 2) + ["noted"] * (len(done) % 2)
        assert (len(done) % 2 == 1) == bool(self.inbox.view.delivered_at)

    @invariant()
    def what_was_withdrawn_does_not_count(self):
        facts = self.inbox.facts
        verdicts = standing(map(statement, facts.values()))
        newest = {}
        for event in facts.values():
            if event.source_id:
                version = int(event.revision)
                newest[event.source_id] = max(version, newest.get(event.source_id, 0))
        for print_, event in facts.items():
            if event.source_id and int(event.revision) < newest[event.source_id]:
                assert verdicts[print_] in (SUPERSEDED, RETRACTED)
            if not event.retracts or event.retracts == event.source_id:
                continue
            if int(event.revision) == newest[event.source_id]:
                for other, told in facts.items():
                    # Revised after it was withdrawn, it may count again.
                    was_there = told.recorded.utc <= event.recorded.utc
                    if told.source_id == event.retracts and was_there:
                        assert verdicts[other] == RETRACTED

    @invariant()
    def a_fact_is_kept_once(self):
        contents = {
            (event.source_id, event.revision) if event.source_id else (event.code, event.occurred)
            for event in self.inbox.facts.values()
        }
        assert len(contents) == len(self.inbox.facts)


TestAnythingMayHappen = AnythingMayHappen.TestCase
TestAnythingMayHappen.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
