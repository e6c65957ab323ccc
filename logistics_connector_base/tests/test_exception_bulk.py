"""Many cases at once: what applies is done, the rest is told; nothing is half done."""

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .desks import DeskCommon
from .outgoing import OutgoingCommon


@tagged("post_install", "-at_install")
class TestExceptionBulk(DeskCommon, OutgoingCommon):
    @classmethod
    def make_user(cls, login, *groups, company=None, **values):
        return DeskCommon.make_user.__func__(cls, login, groups[0], company, **values)

    def told(self, action):
        self.assertEqual(action["tag"], "display_notification")
        return action["params"]["message"]

    def waiting(self, number="1ZWAIT"):
        """A case with an incoming message behind it."""
        scan = self.scan("MOV_ARRIVED", number=number)
        self.receive(self.make_connection(name=number), self.message(scan))
        return self.exceptions("unknown_shipment").filtered(lambda c: c.reference == number)

    def failed(self):
        """A case with an outgoing message behind it."""
        message = self.enqueue(self.make_flow())
        self.put(message, state="dead")
        message._report_outgoing("message_not_sent", "no answer")
        return self.exceptions("message_not_sent")

    def test_assigning_leaves_out_what_is_closed(self):
        cases = self.report("a") | self.report("b")
        cases[0]._close("resolved", "done")
        team = self.make_team("Desk", self.other_worker)
        action = cases.with_user(self.worker).action_bulk_assign()
        wizard = self.env[action["res_model"]].with_user(self.worker)
        with Form(wizard.with_context(**action["context"])) as form:
            form.user_id = self.other_worker
            form.team_id = team
        told = self.told(form.record.action_assign())
        self.assertIn("Done: 1.", told)
        self.assertIn("closed already", told)
        self.assertEqual((cases[1].user_id, cases[1].team_id), (self.other_worker, team))
        self.assertEqual(cases[1].state, "assigned")
        self.assertFalse(cases[0].user_id)

    def test_nobody_gets_a_case_of_a_company_they_do_not_work_for(self):
        far = self.report("f", company_id=self.elsewhere.id)
        near = self.report("n")
        cases = (
            (far | near)
            .with_user(self.manager)
            .with_context(allowed_company_ids=(self.company | self.elsewhere).ids)
        )
        wizard = (
            self.env["logistics.exception.assign"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=(self.company | self.elsewhere).ids)
            .create({"exception_ids": [(6, 0, cases.ids)], "user_id": self.worker.id})
        )
        self.assertIn("Not done: 1", self.told(wizard.action_assign()))
        self.assertFalse(far.user_id)
        self.assertEqual(near.user_id, self.worker)

    def test_taking_them_over_from_an_owner_to_nobody(self):
        case = self.report("a")
        case.user_id = self.worker
        wizard = self.env["logistics.exception.assign"].with_user(self.worker)
        wizard = wizard.create({"exception_ids": [(6, 0, case.ids)], "is_unowned": True})
        wizard.action_assign()
        self.assertEqual((case.user_id.id, case.state), (False, "new"))

    def test_retry_and_resend_each_do_their_part_of_a_mixed_selection(self):
        waiting, failed, bare = self.waiting(), self.failed(), self.report("a")
        cases = (waiting | failed | bare).with_user(self.worker)
        told = self.told(cases.action_bulk_retry())
        self.assertIn("Done: 1.", told)
        self.assertIn("Not done: 2. There is no message behind it", told)
        self.assertEqual(waiting.message_id.state, "received")
        self.assertEqual(failed.message_id.state, "dead", "what goes out is not retried by it")
        told = self.told(cases.action_bulk_resend())
        self.assertIn("Done: 1.", told)
        self.assertEqual(failed.message_id.state, "pending")
        self.assertFalse(failed.is_open)
        told = self.told(cases.action_bulk_resend())
        self.assertIn("Done: 0.", told)
        self.assertIn("closed already", told)

    def test_a_case_of_which_one_message_cannot_be_worked_is_left_whole(self):
        waiting = self.waiting()
        second = self.waiting("1ZSECOND")
        waiting.message_id.state = "processing"
        told = self.told((waiting | second).with_user(self.worker).action_bulk_retry())
        self.assertIn("Done: 1.", told)
        self.assertIn("is in work", told)
        self.assertEqual(waiting.message_id.state, "processing")
        self.assertNotIn("Worked again", " ".join(waiting.message_ids.mapped("body")))

    def test_asking_the_carrier_is_a_managers_and_says_who_cannot_be_asked(self):
        shipment = self.make_shipment("1ZASK")
        cases = self.report("a", shipment_id=shipment.id) | self.report("b")
        told = self.told(cases.with_user(self.worker).action_bulk_ask())
        self.assertIn("Done: 0.", told)
        self.assertIn("Only managers", told)
        told = self.told(cases.with_user(self.manager).action_bulk_ask())
        self.assertIn("no connection that could be asked", told)
        self.assertIn("no shipment behind it", told)

    def test_unknown_codes_are_mapped_together(self):
        connection = self.make_connection(name="codes")
        self.make_shipment("1ZMAP", issuer="ups")
        for code in ("SRT7", "SRT8"):
            scan = self.scan(code, number="1ZMAP")
            self.receive(connection, self.message(scan))
        cases = self.exceptions("unmapped_code")
        self.assertEqual(len(cases), 2)
        action = (cases | self.report("a")).with_user(self.manager).action_bulk_map()
        wizard = self.env[action["res_model"]].with_user(self.manager)
        with Form(wizard.with_context(**action["context"])) as form:
            self.assertIn("SRT8", form.codes)
            self.assertEqual(form.event_count, 2)
            form.code_id = self.env["logistics.event.code"].search([("code", "=", "MOV_DEPARTED")])
        self.stage_here()
        form.record.action_map()
        self.assertEqual(set(cases.mapped("state")), {"resolved"})

    def test_a_users_rights_hold_in_bulk_as_well(self):
        stranger = self.make_user("desk_stranger", self.USER, company=self.elsewhere)
        case = self.report("a")
        with self.assertRaises(AccessError):
            case.with_user(stranger).action_bulk_take()
        self.assertFalse(case.user_id)
