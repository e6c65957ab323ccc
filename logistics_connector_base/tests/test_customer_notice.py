"""Customers are told by e-mail: once, of what holds, when they want it and are awake."""

import ast
from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .customers import CustomerCommon

NOON = datetime(2026, 3, 12, 11, 0)  # UTC; noon in Amsterdam
GROUP = "logistics_connector_base.group_logistics_"


class NoticeCommon(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "logistics_notices": True,
                "logistics_news_default": True,
                "logistics_quiet_from": 21,
                "logistics_quiet_to": 8,
                "logistics_notice_delay": 10,
                "logistics_notices_per_day": 3,
                "logistics_notice_hours": 24,
            }
        )
        cls.shop.tz = "Europe/Amsterdam"

    def setUp(self):
        super().setUp()
        self.clock = self.enterContext(freeze_time(NOON))
        # Jobs, pages and mails of other tests have nothing to do with it.
        self.env["mail.mail"].search([]).unlink()

    def happens(self, code, number="1ZROSA1", minutes_ago=5, **values):
        at = datetime.utcnow() - timedelta(minutes=minutes_ago)
        scan = self.scan(code, f"{at:%Y-%m-%dT%H:%M:%S}Z", number, **values)
        self.receive(self.connection, self.message(scan), at=datetime.utcnow())
        return scan

    def pass_time(self, **span):
        """Later, after the cron has run."""
        self.clock.tick(timedelta(**span))
        self.env["logistics.customer.notice"]._send_some(100)
        self.env.flush_all()

    def told(self, shipment=None):
        rows = (shipment or self.shipment).notice_ids.sorted("id")
        return [(row.milestone, row.reason or row.state) for row in rows]

    def mails(self):
        return self.env["mail.mail"].search([], order="id")


@tagged("post_install", "-at_install")
class TestCustomerNotice(NoticeCommon):
    def test_a_customer_is_told_once_in_plain_words(self):
        self.happens("PUP_PICKED_UP")
        self.assertEqual(self.told(), [("shipped", "waiting")])
        self.pass_time(minutes=5)
        self.assertFalse(self.mails(), "not before the delay is over")
        self.pass_time(minutes=6)
        mail = self.mails()
        self.assertEqual(mail.recipient_ids, self.shop)
        self.assertIn("Your delivery is on its way", mail.subject)
        self.assertIn(self.shipment._tracking_page_path(), mail.body_html)
        headers = ast.literal_eval(mail.headers)
        self.assertEqual(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertIn(f"/delivery-news/{self.shop.id}/", headers["List-Unsubscribe"])
        self.assertEqual(self.told(), [("shipped", "sent")])
        # Another scan of the same stage, and the same one again.
        self.happens("MOV_ARRIVED", minutes_ago=1)
        self.shipment._refold()
        self.pass_time(hours=1)
        self.assertEqual(len(self.mails()), 1)

    def test_the_ledger_knows_what_was_told(self):
        self.happens("PUP_PICKED_UP")
        self.pass_time(minutes=11)
        effect = self.env["logistics.effect"].search([("kind", "=", "tell_customer")])
        self.assertEqual(effect.key, f"tell_customer:{self.shipment.id}:shipped")
        # Whatever becomes of our own row: the ledger remembers.
        self.shipment.notice_ids.unlink()
        self.shipment._note_milestones()
        self.pass_time(minutes=11)
        self.assertEqual(self.told(), [("shipped", "told")])
        self.assertEqual(len(self.mails()), 1)

    def test_what_is_corrected_in_time_was_never_told(self):
        scan = self.happens("DLV_DELIVERED", id="d1")
        self.clock.tick(timedelta(minutes=4))
        withdrawn = {"id": "d2", "retracts": "d1", "shipment": scan["shipment"]}
        self.receive(self.connection, self.message(withdrawn), at=datetime.utcnow())
        self.pass_time(minutes=10)
        self.assertFalse(self.mails())
        self.assertEqual(self.told(), [("delivered", "overtaken")])
        # It comes in truth, later.
        self.happens("DLV_DELIVERED", id="d3", minutes_ago=1)
        self.pass_time(minutes=11)
        self.assertEqual((len(self.mails()), self.told()), (1, [("delivered", "sent")]))
        # Withdrawn after it was told: no second e-mail.
        withdrawn = {"id": "d4", "retracts": "d3", "shipment": scan["shipment"]}
        self.receive(self.connection, self.message(withdrawn), at=datetime.utcnow())
        self.happens("DLV_DELIVERED", id="d5", minutes_ago=0)
        self.pass_time(minutes=30)
        self.assertEqual(len(self.mails()), 1)

    def take_back(self, scan, number):
        withdrawn = {"id": number, "retracts": scan["id"], "shipment": scan["shipment"]}
        self.receive(self.connection, self.message(withdrawn), at=datetime.utcnow())

    def test_a_mistake_that_was_told_is_put_right_once(self):
        self.company.logistics_notices_per_day = 1
        self.happens("PUP_PICKED_UP", minutes_ago=20 * 60)
        self.pass_time(minutes=11)
        self.clock.tick(timedelta(hours=24))
        first = self.happens("DLV_DELIVERED", id="w1")
        self.pass_time(minutes=11)
        self.shipment.partner_id = self.other_shop  # whoever was told before hears of it
        self.take_back(first, "w2")
        self.assertEqual(self.told()[-1], ("corrected", "waiting"))
        self.pass_time(minutes=5)
        self.assertEqual(len(self.mails()), 2, "within the wait it may come back")
        self.pass_time(minutes=6)
        mail = self.mails()[-1]
        self.assertEqual((len(self.mails()), mail.recipient_ids), (3, self.shop))
        self.assertIn("Correction", mail.subject)
        self.assertIn("“Delivered”", mail.body_html)
        self.assertIn("On its way", mail.body_html)
        self.assertIn("/delivery-news/", mail.body_html)
        after = [("shipped", "sent"), ("delivered", "taken_back"), ("corrected", "sent")]
        self.assertEqual(self.told(), after)
        self.shipment._refold()
        self.shipment._note_milestones()
        self.pass_time(hours=1)
        self.assertEqual((len(self.mails()), self.told()), (3, after))
        # It comes true. And is taken back again: nobody is told for and fro.
        self.company.logistics_notices_per_day = 0
        self.shipment.partner_id = self.shop
        second = self.happens("DLV_DELIVERED", id="w3", minutes_ago=0)
        self.pass_time(minutes=11)
        self.assertEqual(len(self.mails()), 4)
        self.assertIn("handed over", self.mails()[-1].body_html)
        self.take_back(second, "w4")
        self.pass_time(minutes=30)
        self.assertEqual(len(self.mails()), 4)

    def test_a_mistake_is_put_right_by_the_rules(self):
        for number, change, expected in (
            ("1ZC1", lambda: self.shop.write({"logistics_news": "no"}), "no_consent"),
            ("1ZC2", lambda: self.happens("EXC_LOST", "1ZC2", minutes_ago=0), "overtaken"),
            ("1ZC3", lambda: self.happens("DLV_DELIVERED", "1ZC3", minutes_ago=0), "overtaken"),
        ):
            with self.subTest(number):
                self.shop.logistics_news = "yes"
                self.company.logistics_notices_per_day = 0
                shipment = self.make_sent(number, partner_id=self.shop.id)
                told = self.happens("DLV_DELIVERED", number, id=f"{number}a")
                self.pass_time(minutes=11)
                self.assertEqual(self.told(shipment), [("delivered", "sent")])
                self.take_back(told, f"{number}b")
                change()
                self.pass_time(minutes=11)
                self.assertEqual(self.told(shipment)[1:], [("corrected", expected)])

    def test_nothing_is_put_right_that_was_not_told(self):
        self.shop.logistics_news = "no"
        told = self.happens("DLV_DELIVERED", id="n1")
        self.pass_time(minutes=11)
        self.shop.logistics_news = "yes"
        self.take_back(told, "n2")
        self.pass_time(minutes=30)
        self.assertEqual((self.told(), len(self.mails())), ([("delivered", "no_consent")], 0))

    def test_only_the_newest_stage_is_told(self):
        self.happens("PUP_PICKED_UP", minutes_ago=9)
        self.happens("DLV_OUT", minutes_ago=5)
        self.pass_time(minutes=11)
        self.assertEqual(self.told(), [("shipped", "overtaken"), ("out_for_delivery", "sent")])
        self.assertEqual(len(self.mails()), 1)

    def test_nobody_is_told_at_night(self):
        self.clock.move_to("2026-03-28 21:30:00")  # 22:30; in this night the clocks are changed
        self.happens("PUP_PICKED_UP")
        self.pass_time(minutes=11)
        self.assertEqual(self.told(), [("shipped", "waiting")])
        self.assertEqual(self.shipment.notice_ids.due_at, datetime(2026, 3, 29, 6, 0))
        self.pass_time(hours=8)
        self.assertEqual(self.told(), [("shipped", "waiting")])
        self.pass_time(minutes=30)
        self.assertEqual(self.told(), [("shipped", "sent")])

    def test_history_is_told_to_nobody(self):
        self.happens("PUP_PICKED_UP", minutes_ago=30 * 60)
        self.pass_time(minutes=11)
        self.assertEqual((self.told(), len(self.mails())), ([], 0))

    def test_who_does_not_want_it_or_cannot_have_it(self):
        other = self.make_sent("1ZNO1", self.make_order(self.other_shop))
        for reason, change in (
            ("no_consent", lambda: self.other_shop.write({"logistics_news": "no"})),
            ("no_address", lambda: self.other_shop.write({"logistics_news": "yes", "email": ""})),
            ("blocked", self._block),
            ("off", lambda: self.company.write({"logistics_notices": False})),
        ):
            with self.subTest(reason):
                other.notice_ids.unlink()
                self.company.logistics_notices = True
                self.happens("PUP_PICKED_UP", "1ZNO1")
                other._note_milestones()
                change()
                self.pass_time(minutes=11)
                self.assertEqual(self.told(other), [("shipped", reason)])
        self.assertFalse(self.mails())

    def _block(self):
        self.other_shop.email = "blocked@other.example"
        self.env["mail.blacklist"]._add("blocked@other.example")

    def test_the_company_says_what_silence_means(self):
        self.company.logistics_news_default = False
        self.happens("PUP_PICKED_UP")
        self.pass_time(minutes=11)
        self.assertEqual(self.told(), [("shipped", "no_consent")])
        self.shop.logistics_news = "yes"
        self.happens("DLV_OUT", minutes_ago=0)
        self.pass_time(minutes=11)
        self.assertEqual(self.told()[-1], ("out_for_delivery", "sent"))

    def test_several_shipments_of_an_order_are_one_email(self):
        second = self.make_sent("1ZROSA2", self.order, partner_id=self.shop.id)
        self.happens("PUP_PICKED_UP")
        self.happens("PUP_PICKED_UP", "1ZROSA2")
        self.pass_time(minutes=11)
        mail = self.mails()
        self.assertEqual(len(mail), 1)
        self.assertIn(self.shipment.name, mail.body_html)
        self.assertIn(second.name, mail.body_html)
        self.assertEqual((self.told(), self.told(second)), ([("shipped", "sent")],) * 2)

    def test_not_too_many_a_day(self):
        self.company.logistics_notices_per_day = 1
        self.happens("PUP_PICKED_UP")
        self.pass_time(minutes=11)
        self.happens("DLV_OUT", minutes_ago=0)
        self.pass_time(minutes=11)
        self.assertEqual(self.told()[-1], ("out_for_delivery", "too_many"))
        self.assertEqual(len(self.mails()), 1)

    def test_a_delay_is_told(self):
        self.shipment.promised_delivery_at = NOON
        self.happens("PUP_PICKED_UP")
        self.pass_time(minutes=11)
        self.happens(
            "DLV_ETA",
            minutes_ago=0,
            classifier="estimated",
            estimated_delivery_at="2026-03-14T12:00:00Z",
        )
        self.pass_time(minutes=11)
        self.assertEqual(self.told(), [("shipped", "sent"), ("delayed", "sent")])
        self.assertIn("Expected Sat, Mar 14, 2026", self.mails()[-1].body_html)

    def test_the_hours_of_a_window_are_told(self):
        self.shipment.promised_delivery_at = NOON
        self.happens("PUP_PICKED_UP", minutes_ago=50)
        window = {
            "classifier": "estimated",
            "estimated_delivery_at": "2026-03-14T14:00:00+01:00",
            "estimated_delivery_from_at": "2026-03-14T12:00:00+01:00",
        }
        self.happens("DLV_ETA", minutes_ago=5, **window)
        self.assertEqual(self.shipment.estimated_delivery_from_at, datetime(2026, 3, 14, 11))
        told = "Expected Sat, Mar 14, 2026, 12:00"
        view = self.shipment._customer_view("public")
        self.assertIn(told, view["expectation"].replace("\u202f", " "))
        self.pass_time(minutes=11)
        self.assertIn(told, self.mails()[-1].body_html.replace("\u202f", " "))
        # A newer estimate without a window has none; neither has one that begins after its end.
        for begins in ({}, {"estimated_delivery_from_at": "2026-03-16T12:00:00+01:00"}):
            newer = {**window, "estimated_delivery_at": "2026-03-15T14:00:00+01:00", **begins}
            if not begins:
                del newer["estimated_delivery_from_at"]
            self.clock.tick(timedelta(minutes=10))
            self.happens("DLV_ETA", minutes_ago=1, **newer)
            self.assertFalse(self.shipment.estimated_delivery_from_at)
            words = self.shipment._customer_view("public")["expectation"]
            self.assertEqual(words, "Expected Sun, Mar 15, 2026")

    def test_what_is_internal_is_not_told(self):
        self.happens("EXC_DAMAGE")
        self.happens("EXC_LOST", minutes_ago=1)
        self.happens("DLV_PARTIAL", minutes_ago=0)
        self.pass_time(minutes=11)
        self.assertEqual((self.told(), len(self.mails())), ([], 0))

    @mute_logger(
        "odoo.addons.logistics_connector_base.models.customer.logistics_customer_notice_send"
    )
    def test_a_broken_template_stops_nobody_else(self):
        rule = self.env.ref("logistics_connector_base.notice_rule_shipped")
        # Odoo tries a template when it is saved; this one fails for a real customer only.
        rule.template_id.subject = "{{ 1 // (0 if ctx.get('customer_name') else 1) }}"
        other = self.make_sent("1ZOUT", self.make_order(self.other_shop))
        self.happens("PUP_PICKED_UP")
        self.happens("DLV_OUT", "1ZOUT")
        self.pass_time(minutes=11)
        self.assertEqual(self.told(), [("shipped", "failed")])
        self.assertEqual(self.told(other), [("out_for_delivery", "sent")])

    def test_each_company_has_its_own_words_and_switches(self):
        second = self.env["res.company"].create({"name": "Second", "logistics_notices": True})
        shared = self.env.ref("logistics_connector_base.notice_rule_shipped")
        own = shared.copy({"company_id": second.id, "is_on": False})
        rules = self.env["logistics.notice.rule"]
        self.assertNotIn("shipped", rules._of(second))
        self.assertEqual(rules._of(self.company)["shipped"], shared)
        own.write({"is_on": True, "template_id": shared.template_id.copy({"subject": "Hi"}).id})
        self.assertEqual(rules._of(second)["shipped"].template_id.subject, "Hi")

    def test_only_administrators_change_it_and_nobody_writes_what_was_told(self):
        self.happens("PUP_PICKED_UP")
        user = self.make_user("notice_user", GROUP + "user")
        notice = self.shipment.notice_ids.with_user(user)
        self.assertEqual(notice.milestone, "shipped")
        rule = self.env.ref("logistics_connector_base.notice_rule_shipped")
        for call in (
            lambda: notice.write({"state": "sent"}),
            lambda: rule.with_user(self.make_user("notice_m", GROUP + "manager")).write(
                {"is_on": False}
            ),
            lambda: self.shipment.notice_ids.with_user(self.buyer).read(["state"]),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_who_changed_a_notice_can_be_read(self):
        admin = self.make_user("notice_admin", GROUP + "admin", "mail.group_mail_template_editor")
        rule = self.env.ref("logistics_connector_base.notice_rule_shipped").with_user(admin)
        rule.is_on = False
        self.env.flush_all()
        self.cr.flush()
        note = rule.message_ids[:1]
        self.assertEqual(note.author_id, admin.partner_id)
        value = note.sudo().tracking_value_ids
        self.assertEqual((value.old_value_integer, value.new_value_integer), (1, 0))
        rule.template_id.subject = "Off it goes"
        note = rule.message_ids[:1]
        self.assertEqual(note.author_id, admin.partner_id)
        self.assertIn("words", note.body)
        with self.assertRaises(AccessError):
            rule.unlink()
        own = rule.copy({"company_id": self.company.id, "is_on": True})
        rules = self.env["logistics.notice.rule"]
        self.assertIn("shipped", rules._of(self.company))
        own.active = False
        self.assertNotIn("shipped", rules._of(self.company), "the line of all holds again")
        rule.copy({"company_id": self.company.id})  # one may be made anew

    def erase(self, **values):
        login = f"eraser_{min(values)}"
        admin = self.make_user(login, GROUP + "admin", GROUP + "personal")
        wizard = self.env["logistics.privacy.wizard"].with_user(admin).create(values)
        wizard.action_search()
        wizard.action_ask()
        wizard.word = "ERASE"
        wizard.action_erase()

    def test_an_erased_person_is_not_told_and_not_named(self):
        for values in ({"partner_id": self.shop.id}, {"emails": "ROSA@rosa.example"}):
            with self.subTest(values):
                number, other = f"1ZE{min(values)}".upper(), f"1ZH{min(values)}".upper()
                sent = self.make_sent(number, partner_id=self.shop.id)
                held = self.make_sent(other, partner_id=self.shop.id, retention_hold=True)
                self.happens("PUP_PICKED_UP", other)
                self.pass_time(minutes=11)
                self.happens("PUP_PICKED_UP", number, signed_by="rosa@rosa.example")
                self.pass_time(minutes=11)
                mail = self.mails().filtered(lambda one, s=sent: one.res_id == s.id)
                self.assertIn("Rosa Retail", mail.body_html)
                mail.write({"state": "exception", "failure_reason": "rosa@rosa.example: unknown"})
                note = mail.mail_message_id
                self.erase(**values)
                self.env.invalidate_all()
                self.assertFalse(mail.exists())
                self.assertFalse(note.exists())
                self.assertEqual(self.told(sent), [("shipped", "sent")])
                self.assertFalse(sent.notice_ids.partner_id)
                self.assertEqual(held.notice_ids.partner_id, self.shop, "it is under legal hold")
                ledger = self.env["logistics.effect"].search([("shipment_id", "=", sent.id)])
                self.assertIn("tell_customer", ledger.mapped("kind"))
                for row in ledger.read():
                    self.assertNotIn("rosa", str(row).lower())
                self.happens("DLV_OUT", number, minutes_ago=0)
                self.pass_time(minutes=11)
                self.assertNotIn(("out_for_delivery", "sent"), self.told(sent))


@tagged("post_install", "-at_install")
class TestDeliveryNews(CustomerCommon, HttpCase):
    def test_one_click_leaves_and_looking_does_not(self):
        path = self.shop._delivery_news_url().split("/", 3)[3]
        self.env.flush_all()
        page = self.url_open(f"/{path}")
        self.assertIn("You get an e-mail", page.text)
        self.assertNotIn("Set-Cookie", page.headers)
        self.assertFalse(self.shop.logistics_news)
        self.url_open(f"/{path}", data={"List-Unsubscribe": "One-Click"})
        self.shop.invalidate_recordset()
        self.assertEqual(self.shop.logistics_news, "no")
        page = self.url_open(f"/{path}", data={"choice": "yes"})
        self.assertIn("You get an e-mail", page.text)
        self.shop.invalidate_recordset()
        self.assertEqual(self.shop.logistics_news, "yes")

    @mute_logger("odoo.http")
    def test_a_link_is_one_contacts(self):
        token = self.shop._delivery_news_token()
        self.env.flush_all()
        for path in (f"{self.other_shop.id}/{token}", f"{self.shop.id}/{'0' * 32}", "1/ä"):
            answer = self.url_open(f"/delivery-news/{path}", data={"choice": "no"})
            self.assertEqual(answer.status_code, 404)
        self.other_shop.invalidate_recordset()
        self.assertFalse(self.other_shop.logistics_news)
