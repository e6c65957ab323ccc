import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..core.jsonsafe import MAX_BYTES, clean_text
from ..core.personal import mask_text
from ..models.personal_access import sees_personal_data


class LogisticsTestBench(models.TransientModel):
    """Shows, step by step, what would become of a message that somebody pastes. Nothing of it
    stays: no message, no event, no e-mail."""

    _name = "logistics.test.bench"
    _description = "Message Test Bench"

    connection_id = fields.Many2one(
        "logistics.connection",
        "As if sent over",
        required=True,
        ondelete="cascade",
        help="Its provider reads the message, with its time zone, for its companies' shipments.",
    )
    provider_id = fields.Many2one(related="connection_id.provider_id")
    message_id = fields.Many2one(
        "logistics.message", readonly=True, help="The bytes of this one are taken."
    )
    payload = fields.Text("Its text", help="As the partner sends it, or would.")
    payload_file = fields.Binary("Or a file", attachment=False)
    payload_name = fields.Char()

    is_done = fields.Boolean(readonly=True)
    is_good = fields.Boolean(readonly=True)
    verdict = fields.Char(readonly=True)
    identity = fields.Char("Known by", readonly=True)
    message_type = fields.Char(readonly=True)
    event_ids = fields.One2many("logistics.test.bench.event", "bench_id", readonly=True)
    change_ids = fields.One2many("logistics.test.bench.change", "bench_id", readonly=True)
    troubles = fields.Text("People would be told", readonly=True)

    def _compute_display_name(self):
        for bench in self:
            bench.display_name = self.env._("Test bench")

    @api.model
    def _bench_of(self, message):
        """Open the bench with the bytes of a message that came."""
        bench = self.create({"connection_id": message.connection_id.id, "message_id": message.id})
        return bench.action_interpret()

    def _content(self):
        """The bytes to work."""
        self.ensure_one()
        if self.message_id:
            self.message_id.check_access("read")
            body = self.message_id.sudo()._read_bodies().get(self.message_id.id)
            if body is None:
                raise UserError(self.env._("The body of this message was deleted."))
            return body
        content = b""
        if self.payload_file:
            content = base64.b64decode(self.payload_file)
        elif self.payload:
            content = self.payload.encode()
        if not content.strip():
            raise UserError(self.env._("Paste a message, or choose a file."))
        if len(content) > MAX_BYTES:
            raise UserError(self.env._("This is larger than any message that would be taken."))
        return content

    def action_interpret(self):
        self.ensure_one()
        self.connection_id.check_access("read")
        found = self.env["logistics.rehearsal"]._rehearse(self.connection_id, self._content())
        names = [("id", found["external_id"]), ("revision", found["revision"])]
        self.write(
            {
                "is_done": True,
                "is_good": found["state"] in ("processed", "parked"),
                "verdict": self._verdict(found),
                "message_type": found["type"],
                "identity": " · ".join(f"{name} {value}" for name, value in names if value)
                or self.env._("its content: the partner gives no id"),
                "troubles": "\n".join(found["troubles"]),
                "event_ids": [(5,), *((0, 0, self._event(event)) for event in found["events"])],
                "change_ids": [(5,), *((0, 0, self._change(row)) for row in found["changes"])],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test bench"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def _verdict(self, found):
        count = len(found["events"])
        words = {
            "processed": self.env._("It is understood: %s events.", count),
            "parked": self.env._(
                "It is understood: %s events. Some wait for a shipment that is not in Odoo.", count
            ),
            "dead": self.env._("It cannot be read: %s", found["error"]),
            "conflict": self.env._("Another content came under its id: a person would decide."),
            "duplicate": self.env._("A copy."),
            "processing": self.env._("Somebody works on its shipment just now. Try again."),
        }
        said = words.get(found["state"], found["state"])
        if found["copy_of"]:
            said += " " + self.env._(
                "It came before (receipt %s): sent again, it would change nothing.",
                found["copy_of"],
            )
        return said

    def _event(self, event):
        names = self.env["logistics.test.bench.event"]._fields
        values = {name: value for name, value in event.items() if name in names}
        text = clean_text(event["raw_text"], 200)
        return values | {"raw_text": text if sees_personal_data(self.env) else mask_text(text)}

    def _change(self, row):
        field = self.env["logistics.shipment"]._fields[row["field"]]
        return {
            "shipment_id": row["shipment_id"],
            "name": field._description_string(self.env),
            "before": self._shown(field, row["before"]),
            "after": self._shown(field, row["after"]),
        }

    def _shown(self, field, value):
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if not value:
            return ""
        if field.type == "datetime":
            return format_datetime(self.env, value)
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        return str(value)
