"""What a warehouse is told of a transfer, and when."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_wms.core import release as core
from odoo.addons.logistics_connector_wms.core.release import Address, Facts, Reason

laws = settings(deadline=None, max_examples=200)
ANSWERS = ("accepted", "rejected", "cancelled", "too_late")

# -- changes --------------------------------------------------------------------------------------


class Story:
    """A transfer, a warehouse that may or may not have heard, and all that was told."""

    def __init__(self):
        self.state, self.version, self.told, self.sent = core.HELD, 0, "", []
        self.is_asked = self.is_certain = self.is_worked = self.has_left = False

    def change(self, wanted):
        step = core.step(
            self.state, wanted, self.told, bool(self.told), self.is_worked, self.has_left
        )
        if step in (core.RELEASE, core.REPLACE):
            self.version += 1
            self.sent.append((self.version, step, wanted, self.state, self.told))
            self.told, self.state = wanted, core.QUEUED
        elif step == core.CANCEL:
            self.sent.append((self.version, step, "", self.state, self.told))
            self.is_asked, self.state = True, core.CANCEL_ASKED
        elif step == core.WITHDRAW:
            self.state = core.CANCELLED
        return step

    def answer(self, answer, is_latest):
        if self.is_asked and answer == "cancelled":
            self.is_certain = True
        self.state = core.answered(self.state, answer, is_latest, self.is_asked, self.is_certain)


deeds = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.sampled_from(["A", "B", "C", ""])),
        st.tuples(st.just("answer"), st.tuples(st.sampled_from(ANSWERS), st.booleans())),
        st.tuples(st.sampled_from(["work", "leave", "close"]), st.none()),
    ),
    max_size=25,
)


@laws
@given(deeds)
def test_whatever_happens_nothing_is_told_twice_or_too_late(deeds):
    story, over = Story(), None
    for deed, value in deeds:
        before = len(story.sent)
        if deed == "change":
            story.change(value)
        elif deed == "answer":
            story.answer(*value)
        elif deed == "work":
            story.is_worked = True
        elif deed == "leave":
            story.has_left = True
        else:
            story.state = core.CLOSED
        if over:
            assert len(story.sent) == before, f"told after {over}"
        if story.state in (core.TOO_LATE, core.CLOSED, core.CANCELLED):
            over = over or story.state
    releases = [row for row in story.sent if row[1] != core.CANCEL]
    assert [row[0] for row in releases] == list(range(1, len(releases) + 1)), "versions count up"
    for _version, _step, content, _state, told in releases:
        assert content != told, "the same content is no new version"
    assert sum(row[1] == core.CANCEL for row in story.sent) <= 1
    assert story.state in core.STATES


@laws
@given(st.sampled_from(core.STATES), st.booleans(), st.booleans(), st.booleans())
def test_the_same_content_is_never_told_again(state, is_known, is_worked, has_left):
    assert core.step(state, "A", "A", is_known, is_worked, has_left) == core.NOTHING


@laws
@given(st.permutations(["accepted", "cancelled", "too_late"]), st.booleans())
def test_answers_to_a_cancellation_mean_the_same_in_any_order(answers, is_accepted):
    story = Story()
    story.change("A")
    if is_accepted:
        story.answer("accepted", True)
    story.change("")
    for answer in answers:
        story.answer(answer, True)
    assert story.state == core.CANCELLED, "that it does not go out is certain"


def test_a_request_that_was_only_received_may_still_be_too_late():
    assert core.answered(core.CANCELLED, "too_late", True, True, False) == core.TOO_LATE


@pytest.mark.parametrize(
    ("state", "wanted", "facts", "step"),
    [
        (core.HELD, "A", {}, core.RELEASE),
        (core.SENT, "B", {"is_known": True}, core.REPLACE),
        (core.ACCEPTED, "B", {"is_known": True}, core.REPLACE),
        (core.ACCEPTED, "B", {"is_known": True, "is_worked": True}, core.CLASH),
        (core.QUEUED, "B", {}, core.RELEASE),  # taken back: it had not left
        (core.REJECTED, "B", {"is_known": True}, core.RELEASE),
        (core.REJECTED, "", {"is_known": True}, core.WITHDRAW),
        (core.HELD, "", {}, core.WITHDRAW),
        (core.SENT, "", {"is_known": True}, core.CANCEL),
        (core.ACCEPTED, "", {"is_known": True, "is_worked": True}, core.CANCEL),
        (core.ACCEPTED, "", {"is_known": True, "has_left": True}, core.CLASH),
        (core.CANCEL_ASKED, "", {"is_known": True}, core.NOTHING),
        (core.TOO_LATE, "B", {"is_known": True}, core.CLASH),
        (core.CLOSED, "B", {"is_known": True}, core.NOTHING),
    ],
)
def test_what_a_change_means(state, wanted, facts, step):
    assert core.step(state, wanted, "A" if facts else "", **facts) == step


@pytest.mark.parametrize(
    ("state", "answer", "is_latest", "after"),
    [
        (core.SENT, "accepted", True, core.ACCEPTED),
        (core.SENT, "accepted", False, core.SENT),
        (core.ACCEPTED, "rejected", True, core.REJECTED),
        (core.ACCEPTED, "cancelled", True, core.REJECTED),
        (core.SENT, "too_late", True, core.TOO_LATE),
        (core.TOO_LATE, "accepted", True, core.TOO_LATE),
        (core.CLOSED, "rejected", True, core.CLOSED),
    ],
)
def test_what_an_answer_means(state, answer, is_latest, after):
    assert core.answered(state, answer, is_latest) == after


def test_a_new_name_of_a_product_is_no_new_order():
    line = {"line": 1, "product": "LAMP", "name": "Lamp", "quantity": 3.0}
    told = core.digest({"lines": [line]})
    assert core.digest({"lines": [{**line, "name": "Nice lamp"}]}) == told
    assert core.digest({"lines": [{**line, "quantity": 2.0}]}) != told
    assert core.digest({"lines": [line], "note": "Ring twice"}) != told


# -- gates ----------------------------------------------------------------------------------------

HOME = Address(street="Main 1", city="Rotterdam", zip="3011", country="NL", phone="+31 10")


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (Facts(), []),
        (Facts(hold="wait"), [Reason("hold", ("wait",))]),
        (Facts(stock="some", lines=[(3, 1), (2, 0)]), []),
        (Facts(stock="some", lines=[(3, 0)]), [Reason("stock", (0, 1))]),
        (Facts(stock="all", lines=[(3, 3), (2, 1)]), [Reason("stock", (1, 2))]),
        (Facts(stock="some", lines=[]), [Reason("stock", (0, 0))]),
        (Facts(address=HOME, wants_phone=True), []),
        (
            Facts(address=Address(city="Rotterdam", country="NL")),
            [Reason("address", ("street", "zip"))],
        ),
        (Facts(address=Address(street="1 Way", city="Doha", country="QA", needs_zip=False)), []),
        (
            Facts(address=Address("Main 1", "Rotterdam", "3011", "NL", "  "), wants_phone=True),
            [Reason("address", ("phone",))],
        ),
        (Facts(order_lines=[(1, 1), (2, 0)]), [Reason("incomplete", (1, 2))]),
        (Facts(owed=100.0, limit=100.0), []),
        (Facts(owed=100.5, limit=100.0), [Reason("credit", (100.5, 100.0))]),
    ],
)
def test_gates(facts, found):
    assert core.reasons(facts) == found


def test_a_person_opens_all_gates_but_that_of_goods_that_are_not_there():
    facts = Facts(
        stock="all", lines=[(3, 1)], address=Address(), order_lines=[(1, 0)], owed=2, limit=1
    )
    assert core.reasons(facts, is_forced=True) == []
    assert core.reasons(Facts(stock="some", lines=[(3, 0)]), is_forced=True)


# -- cut-off --------------------------------------------------------------------------------------

ZONE = "Europe/Amsterdam"


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text):
    return utc(f"{text} 07:00"), utc(f"{text} 15:00")  # nine to five in winter


WEEK = [day(f"2026-11-{number}") for number in (19, 20, 23, 24)]  # Thursday, Friday, Monday


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-11-19 14:59", "2026-11-19 14:59"),  # 15:59 there
        ("2026-11-19 15:00", "2026-11-19 15:00"),
        ("2026-11-19 15:01", "2026-11-20 07:00"),
        ("2026-11-19 05:00", "2026-11-19 05:00"),  # before they begin
        ("2026-11-20 16:00", "2026-11-23 07:00"),  # over the weekend
        ("2026-11-21 09:00", "2026-11-23 07:00"),  # no working day
        ("2026-11-19 23:30", "2026-11-19 23:30"),  # 00:30 of Friday there: before its cut-off
    ],
)
def test_the_cut_off_is_meant_in_the_warehouse_s_zone(now, leaves):
    assert core.departure(utc(now), time(16), ZONE, WEEK) == utc(leaves)


def test_without_a_calendar_each_day_counts():
    assert core.departure(utc("2026-11-21 15:01"), time(16), ZONE) == utc("2026-11-21 23:00")
    assert core.departure(utc("2026-11-21 14:00"), time(16), ZONE) == utc("2026-11-21 14:00")


def test_without_a_cut_off_it_leaves_at_once():
    assert core.departure(utc("2026-11-21 23:00"), None, ZONE, []) == utc("2026-11-21 23:00")


@laws
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.times(),
    st.sampled_from([ZONE, "America/New_York", "Asia/Kolkata", "Pacific/Apia"]),
)
def test_it_never_leaves_before_it_is_ready_and_at_most_a_day_later(now, cut_off, zone):
    leaves = core.departure(now, cut_off, zone)
    assert now <= leaves
    assert (leaves - now).total_seconds() <= 25 * 3600
