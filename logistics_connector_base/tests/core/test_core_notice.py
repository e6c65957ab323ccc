"""Telling customers: never at night, never twice, never late, never what does not hold."""

import random
import unittest
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.addons.logistics_connector_base.core import customer, notice

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
POLICY = notice.Policy(timedelta(hours=24), ZoneInfo("Europe/Madrid"), 21 * 60, 8 * 60, 3)
FACTS = notice.Facts("delivered", "delivered", NOW - timedelta(hours=1), NOW)
ZONES = ("Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


def decide(policy=POLICY, now=NOW, **facts):
    return notice.decide(replace(FACTS, **facts), policy, now)


class TestNotice(unittest.TestCase):
    def test_each_reason_not_to_send(self):
        self.assertEqual(decide(), notice.Verdict(notice.SEND))
        for reason, facts in (
            ("off", {"is_on": False}),
            ("erased", {"is_erased": True}),
            ("nobody", {"has_recipient": False}),
            ("no_address", {"has_address": False}),
            ("no_consent", {"consents": False}),
            ("blocked", {"is_blocked": True}),
            ("told", {"told": frozenset({"delivered"})}),
            ("overtaken", {"stands_at": "out_for_delivery"}),
            ("too_old", {"happened_at": NOW - timedelta(hours=25)}),
            ("too_many", {"sent_today": 3}),
        ):
            self.assertIn(reason, notice.REASONS)
            self.assertEqual(decide(**facts), notice.Verdict(notice.DROP, reason))

    def test_a_later_milestone_silences_the_earlier_ones(self):
        self.assertEqual(
            decide(milestone="shipped", stands_at="shipped", told=frozenset({"delayed"})).reason,
            "told",
        )
        self.assertEqual(decide(told=frozenset({"shipped", "out_for_delivery"})).what, notice.SEND)

    def test_it_waits_for_its_time_and_for_the_morning(self):
        later = NOW + timedelta(minutes=7)
        self.assertEqual(decide(due_at=later), notice.Verdict(notice.WAIT, at=later))
        night = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)  # 23:30 in Madrid
        verdict = decide(now=night, happened_at=night)
        self.assertEqual(verdict.at, datetime(2026, 3, 11, 7, 0, tzinfo=UTC))
        # What would be too old by then is not kept for the morning.
        old = night - timedelta(hours=20)
        self.assertEqual(decide(now=night, happened_at=old).reason, "too_old")

    def test_the_morning_after_the_clocks_were_changed(self):
        for evening, morning in (
            (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
            (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
        ):
            self.assertEqual(notice.end_of_quiet(evening, POLICY), morning)
        # An end that the clock skips: 02:30 on the day of summer time.
        skipped = replace(POLICY, quiet_to=150)
        at = notice.end_of_quiet(datetime(2026, 3, 29, 0, 0, tzinfo=UTC), skipped)
        self.assertFalse(notice.is_quiet(at, skipped))

    def test_whatever_happens_nobody_is_woken_told_twice_or_told_old_news(self):
        chance = random.Random(11)
        sent = 0
        for _try in range(4000):
            policy = notice.Policy(
                timedelta(hours=chance.randrange(1, 72)),
                ZoneInfo(chance.choice(ZONES)),
                chance.randrange(1440),
                chance.randrange(1440),
                chance.randrange(4),
            )
            start = datetime(2026, chance.choice((3, 4, 10, 11)), 1, tzinfo=UTC)
            now = start + timedelta(minutes=chance.randrange(31 * 1440))
            facts = replace(
                FACTS,
                milestone=chance.choice(notice.MILESTONES),
                stands_at=chance.choice(notice.MILESTONES),
                happened_at=now - timedelta(hours=chance.randrange(80)),
                due_at=now + timedelta(minutes=chance.randrange(-60, 20)),
                told=frozenset(chance.sample(notice.MILESTONES, chance.randrange(2))),
                sent_today=chance.randrange(4),
            )
            if chance.random() < 0.7:
                facts = replace(facts, stands_at=facts.milestone)
            for _round in range(5):
                verdict = notice.decide(facts, policy, now)
                if verdict.what != notice.WAIT:
                    break
                self.assertGreater(verdict.at, now, "it gets on")
                now = verdict.at
            self.assertNotEqual(verdict.what, notice.WAIT, "it comes to an end")
            if verdict.what == notice.SEND:
                sent += 1
                self.assertFalse(notice.is_quiet(now, policy))
                self.assertNotIn(facts.milestone, facts.told)
                self.assertLessEqual(now - facts.happened_at, policy.max_age)
                self.assertGreaterEqual(now, facts.due_at)
                self.assertEqual(facts.stands_at, facts.milestone)
        self.assertGreater(sent, 200)

    def test_milestones_of_stages(self):
        self.assertEqual(notice.milestone(customer.PREPARING), "")
        self.assertEqual(notice.milestone(customer.PARTLY), "")
        self.assertEqual(notice.milestone(customer.PROBLEM), "")
        self.assertEqual(notice.milestone(customer.SHIPPED, is_delayed=True), "delayed")
        self.assertEqual(notice.milestone(customer.OUT, is_delayed=True), "out_for_delivery")
        self.assertEqual(notice.milestone(customer.RETURNED), "returned")
