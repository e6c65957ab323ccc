"""What people may say of a case, and what only the workbench says: over RPC, as whoever."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.service.model import get_public_method
from odoo.tests import TransactionCase, tagged

from .desks import DeskCommon

# Said again here on purpose: whoever lets people write more, says so twice.
PEOPLE_WRITE = {"user_id", "team_id", "severity", "state", "cause_id"}
PEOPLE_OPEN_WITH = {
    *("name", "type_id", "detail", "reference", "shipment_id", "connection_id"),
    *("severity", "user_id", "team_id"),
}
# Kept of a case, and written by nobody but the workbench, whatever their group.
HISTORY = ("step", "pause", "escalation")
KINDS = {"char": "x", "text": "x", "boolean": True, "json": {"a": 1}, "selection": "x"}


@tagged("post_install", "-at_install")
class TestExceptionGuard(DeskCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.make_user("guard_admin", "logistics_connector_base.group_logistics_admin")
        cls.shipment = cls.env["logistics.shipment"].create({"issuer": "ups"})
        cls.kind = cls.env.ref("logistics_connector_base.exception_type_delivery_exception")
        cls.elsewhere_worker = cls.make_user("guard_elsewhere", cls.USER, cls.elsewhere)

    def everybody(self):
        return self.worker, self.manager, self.admin

    def value(self, field, case):
        """Some value other than what is there."""
        if field.type in ("integer", "float", "monetary"):
            return (case.sudo()[field.name] or 0) + 7
        if field.type in ("datetime", "date"):
            return "2001-01-01"
        if field.type == "many2one":
            return 1
        if field.type in ("one2many", "many2many"):
            return [(5, 0, 0)]
        return KINDS[field.type]

    def stored(self):
        """All that can be told of a case, and kept."""
        fields_ = self.env["logistics.exception"]._fields
        return {
            name: field
            for name, field in fields_.items()
            if name not in MAGIC_COLUMNS and (field.store or field.inverse)
        }

    def test_no_field_is_written_that_is_not_for_people(self):
        case = self.report("a")
        guarded = set(self.stored()) - PEOPLE_WRITE
        self.assertLess({"key", "occurrence_count", "company_id", "closed_at"}, guarded)
        for user in self.everybody():
            for name in sorted(guarded):
                values = {name: self.value(self.stored()[name], case)}
                with self.subTest(name, user=user.login), self.assertRaises(AccessError):
                    case.with_user(user).write(values)

    def test_no_case_is_opened_with_what_is_not_for_people(self):
        case = self.report("a")
        said = {"name": "By hand", "type_id": self.kind.id}
        for name in sorted(set(self.stored()) - PEOPLE_OPEN_WITH):
            values = {**said, name: self.value(self.stored()[name], case)}
            for user in self.everybody():
                with self.subTest(name, user=user.login), self.assertRaises(AccessError):
                    self.env["logistics.exception"].with_user(user).create(values)

    def test_the_sentence_names_what_was_refused(self):
        case = self.report("a").with_user(self.worker)
        with self.assertRaisesRegex(AccessError, "Seen.*use the buttons"):
            case.write({"occurrence_count": 99, "severity": "major"})
        self.assertEqual((case.occurrence_count, case.severity_by_hand), (1, False))

    def test_nobody_writes_what_is_kept_of_a_case(self):
        case = self.report("a")
        for name in HISTORY:
            model = self.env[f"logistics.exception.{name}"]
            for user in self.everybody():
                for operation in ("create", "write", "unlink"):
                    with self.subTest(name, user=user.login, operation=operation):
                        self.assertFalse(model.with_user(user).has_access(operation))
        with self.assertRaises(AccessError):
            case.with_user(self.worker).unlink()
        with self.assertRaises(AccessError):
            case.with_user(self.worker).copy()

    def test_what_ends_a_case_without_a_cause_is_no_method_for_rpc(self):
        case = self.report("a").with_user(self.worker)
        for name in ("action_resolve", "_close", "_put"):
            with self.subTest(name), self.assertRaises(AccessError):
                get_public_method(case, name)

    # -- what people do -----------------------------------------------------------------------

    def test_what_people_write(self):
        team = self.make_team("Night shift")
        case = self.report("a").with_user(self.worker)
        case.write({"user_id": self.other_worker.id, "team_id": team.id, "severity": "critical"})
        self.assertEqual((case.state, case.user_id), ("assigned", self.other_worker))
        self.assertEqual((case.team_id, case.severity_by_hand), (team, True))
        case.message_post(body="Called the carrier")
        case.activity_schedule("mail.mail_activity_data_todo", user_id=self.worker.id)
        case.user_id = False
        self.assertEqual(case.state, "new")

    def test_only_who_can_work_it_gets_it(self):
        case = self.report("a").with_user(self.worker)
        outsider = self.make_user("guard_outsider", "base.group_user")
        scope = self.env["logistics.scope"].create(
            {"name": "None of it", "country_ids": [(6, 0, self.env.ref("base.at").ids)]}
        )
        scope.user_ids = self.other_worker
        for user, words in (
            (self.elsewhere_worker, "company"),
            (outsider, "exceptions"),
            (self.other_worker, "sees a part"),
        ):
            with self.subTest(user.login), self.assertRaisesRegex(UserError, words):
                case.user_id = user
        self.assertFalse(case.user_id)

    def test_a_closed_case_keeps_its_owner_and_its_cause_can_be_corrected(self):
        case = self.report("a").with_user(self.worker)
        cause = self.env.ref("logistics_connector_base.exception_cause_weather")
        with self.assertRaisesRegex(UserError, "when it is closed"):
            case.cause_id = cause
        case.action_resolve()
        for values in ({"user_id": self.worker.id}, {"severity": "info"}, {"state": "new"}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "closed already"):
                case.write(values)
        case.cause_id = cause
        self.assertEqual(case.cause_party, "weather")
        with self.assertRaisesRegex(UserError, "keeps a cause"):
            case.cause_id = False

    def test_columns_are_changed_as_the_buttons_do(self):
        case = self.report("a").with_user(self.worker)
        case.state = "assigned"
        self.assertEqual(case.user_id, self.worker)
        case.state = "in_progress"
        self.assertTrue(case.responded_at)
        case.state = "waiting"
        self.assertEqual((case.waiting_for, len(case.pause_ids)), ("other", 1))
        case.state = "new"
        self.assertFalse(case.user_id or case.waiting_for)
        for state in ("resolved", "dismissed", "duplicate"):
            with self.subTest(state), self.assertRaisesRegex(UserError, "Resolve, Dismiss"):
                case.state = state
        self.assertTrue(case.is_open)

    def test_a_case_opened_by_hand_has_what_every_case_has(self):
        cases = self.env["logistics.exception"].with_user(self.worker)
        self.env["ir.default"].sudo().set(
            "logistics.exception", "occurrence_count", 99, user_id=self.worker.id
        )
        said = {"name": "Pallet in the rain", "type_id": self.kind.id}
        trick = {"default_state": "resolved", "default_reopen_count": 7}
        case = cases.with_context(**trick).create({**said, "shipment_id": self.shipment.id})
        self.assertEqual((case.state, case.occurrence_count, case.reopen_count), ("new", 1, 0))
        self.assertEqual((case.company_id, case.severity), (self.company, self.kind.severity))
        self.assertTrue(case.key.startswith("hand:") and case.opened_at and case.is_open)
        self.assertEqual(case.create_uid, self.worker)
        mine = cases.create({**said, "user_id": self.worker.id, "severity": "critical"})
        self.assertEqual((mine.state, mine.severity), ("assigned", "critical"))
        self.assertTrue(mine.severity_by_hand)

    def test_by_hand_nothing_is_opened_for_others_or_without_a_kind(self):
        cases = self.env["logistics.exception"].with_user(self.worker)
        theirs = self.shipment.copy({"company_id": self.elsewhere.id})
        said = {"name": "n", "type_id": self.kind.id}
        with self.assertRaises(AccessError):
            cases.create({**said, "shipment_id": theirs.id})
        with self.assertRaisesRegex(UserError, "does not work for the company"):
            cases.create({**said, "user_id": self.elsewhere_worker.id})
        conflict = self.env.ref("logistics_connector_base.exception_type_message_conflict")
        for values in ({"name": "n"}, {"name": "n", "type_id": conflict.id}):
            with self.assertRaisesRegex(UserError, "what kind of trouble"):
                cases.create(values)

    def test_a_done_step_is_one_of_this_playbook(self):
        """A letter's window brings its step along; whoever makes that up is not believed."""
        case = self.report("a").with_user(self.worker)
        other = self.env["logistics.playbook.step"].search([("type_id", "!=", self.kind.id)])[:1]
        case.with_context(logistics_step_id=other.id, logistics_exception_id=case.id).message_post(
            body="I did it"
        )
        self.assertFalse(case.step_trace_ids)

    def test_a_duplicate_is_separated_not_reopened(self):
        first, second = self.report("a", shipment_id=self.shipment.id), self.report("b")
        second.shipment_id = self.shipment
        second.with_user(self.worker)._merge_into(first.with_user(self.worker))
        with self.assertRaisesRegex(UserError, "separate it"):
            second.with_user(self.worker).action_reopen()
        second.with_user(self.worker).action_unmerge()
        self.assertTrue(second.is_open)
        self.assertEqual((first.occurrence_count, second.occurrence_count), (1, 1))

    def test_what_is_closed_by_a_person_says_so(self):
        case = self.report("a").with_user(self.worker)
        case.action_resolve()
        self.assertEqual(case.closed_by_id, self.worker)
        self.assertLessEqual(case.closed_at, fields.Datetime.now())
