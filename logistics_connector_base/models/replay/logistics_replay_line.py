from odoo import api, fields, models
from odoo.tools import format_datetime

from ...core.replay_difference import ADDED, CHANGED, REREAD, VANISHED, Row

# Fields of an event that are one thing to people.
TIME = ("occurred", "offset", "precision", "assumed")
PLACE = ("city", "country")
# How it is kept, and nothing to read.
UNSHOWN = {"read_as", "event", "raw_code", "raw_sub_code", "type", "shipment_key"}
DATES = (
    "picked_up_at",
    "delivered_at",
    "estimated_delivery_at",
    "estimated_delivery_from_at",
    "last_event_at",
    "estimate",
)


class LogisticsReplayLine(models.Model):
    """One difference that a replay makes: what was, and what will be or is."""

    _name = "logistics.replay.line"
    _description = "Difference of a Replay"
    _log_access = False
    _order = "replay_id desc, portion, id"

    replay_id = fields.Many2one(
        "logistics.replay", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    portion = fields.Integer(readonly=True)
    kind = fields.Selection(
        [
            ("event", "Event"),
            ("shipment", "Shipment"),
            ("exception", "Exception"),
            ("message", "Message"),
        ],
        required=True,
        readonly=True,
    )
    change = fields.Selection(
        [
            (REREAD, "Read otherwise"),
            (ADDED, "New"),
            (CHANGED, "Changed"),
            (VANISHED, "Gone"),
        ],
        required=True,
        readonly=True,
    )
    key = fields.Char(required=True, readonly=True)
    instead_of = fields.Char(readonly=True)
    shipment_id = fields.Many2one("logistics.shipment", readonly=True, ondelete="set null")
    data = fields.Json(required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [
            ("previewed", "Previewed"),
            ("applied", "Applied as previewed"),
            ("unforeseen", "Applied, not previewed"),
            ("missing", "Previewed, did not come"),
        ],
        required=True,
        readonly=True,
    )
    subject = fields.Text("What", compute="_compute_words")
    before = fields.Text("Was", compute="_compute_words")
    after = fields.Text("Becomes", compute="_compute_words")

    _by_portion = models.Index("(replay_id, portion, kind)")

    def _row(self):
        """The difference as the core has it."""
        return Row(
            self.kind,
            self.key,
            self.change,
            self.data.get("before"),
            self.data.get("after"),
            self.instead_of or "",
        )

    @api.depends("data")
    @api.depends_context("lang", "tz")
    def _compute_words(self):
        for line in self:
            row = line._row()
            shown = [name for name in row.fields if name not in UNSHOWN]
            line.subject = line._subject(row)
            line.before = line._words(row.before, shown)
            line.after = line._words(row.after, shown)
            if row.kind == "exception":
                name = (row.after or row.before)["name"]
                is_new = row.change == ADDED
                line.before = "" if is_new else name
                line.after = name if is_new else self.env._("Resolved")

    def _subject(self, row):
        facts = row.after or row.before
        if row.kind == "event":
            raw = " / ".join(filter(None, (facts["raw_code"], facts["raw_sub_code"])))
            code = self._code_names().get(facts["code"], facts["code"])
            words = " · ".join(filter(None, (code, raw)))
            return "\n".join(filter(None, (facts["number"], words)))
        if row.kind == "shipment":
            return self.shipment_id.sudo().display_name or self.env._("A shipment that is gone")
        if row.kind == "message":
            message = self.env["logistics.message"].sudo().browse(int(row.key)).exists()
            return self.env._("Message %s", message.receipt or row.key)
        types = self.env["logistics.exception.type"].sudo()
        return types.search([("code", "=", facts["type"])], limit=1).name or facts["type"]

    # -- in words -----------------------------------------------------------------------------

    def _words(self, facts, names):
        """What stands in some fields, a line each."""
        if facts is None:
            return ""
        lines, seen = [], set()
        for name in sorted(names, key=_rank):
            label, value = self._shown(facts, name)
            if label not in seen:
                seen.add(label)
                lines.append(f"{label}: {value}")
        return "\n".join(lines)

    def _shown(self, facts, name):
        """The label of a field, and its value, as people read them."""
        env = self.env
        if self.kind == "event":
            if name in TIME:
                return env._("Time"), self._time(facts)
            if name in PLACE:
                return env._("Place"), ", ".join(filter(None, map(facts.get, PLACE))) or "–"
            special = {
                "code": (env._("Event"), self._code_names),
                "reason": (env._("Reason"), self._reason_names),
            }
            if name in special:
                label, names = special[name]
                return label, names().get(facts[name], facts[name]) or "–"
            labels = {
                "number": env._("Number"),
                "shipment": env._("Shipment"),
                "unmapped": env._("Unknown code"),
                "implausible": env._("Impossible time"),
                "decision": env._("Decision"),
                "waits_for": env._("Waits for"),
                "estimate": env._("Expected delivery"),
                "details": env._("Its words, street or signature"),
            }
            fields_of = {"classifier": "classifier", "standing": "standing", "decision": "decision"}
            if name in fields_of:
                field = env["logistics.event"]._fields[name]
                labels.setdefault(name, field._description_string(env))
                if name == "standing":
                    labels[name] = env._("Counts")
                options = dict(field._description_selection(env))
                return labels[name], options.get(facts[name], facts[name]) or "–"
            if name == "shipment":
                shipment = env["logistics.shipment"].sudo().browse(facts[name] or 0).exists()
                return labels[name], shipment.name or env._("none, it waits")
            if name == "details":
                return labels[name], env._("others")
            return labels.get(name, name), self._plain(name, facts[name])
        if name == "last_code":
            return env._("Last event"), self._code_names().get(facts[name]) or "–"
        model = {"shipment": "logistics.shipment", "message": "logistics.message"}.get(self.kind)
        field = model and env[model]._fields.get(name)
        if not field:
            return env._("Signed by") if name == "signed" else name, self._plain(name, facts[name])
        value = facts[name]
        if field.type == "selection":
            value = dict(field._description_selection(env)).get(value, value)
        return field._description_string(env), self._plain(name, value)

    def _plain(self, name, value):
        if isinstance(value, bool):
            return self.env._("yes") if value else self.env._("no")
        if value and name in DATES:
            return format_datetime(self.env, fields.Datetime.to_datetime(value))
        return "–" if value in (None, "") else str(value)

    def _time(self, facts):
        """The time as the place's clock showed it."""
        if not facts["occurred"]:
            return "–"
        event = self.env["logistics.event"].new(
            {
                "occurred_offset": facts["offset"],
                "occurred_precision": facts["precision"],
                "zone_assumed": facts["assumed"],
            }
        )
        return event._local_time_of(fields.Datetime.to_datetime(facts["occurred"]))

    def _code_names(self):
        codes = self.env["logistics.event.code"].sudo()
        return {code: codes.browse(key).name for code, key in codes._ids_by_code().items()}

    def _reason_names(self):
        reasons = self.env["logistics.event.reason"].sudo()
        return {code: reasons.browse(key).name for code, key in reasons._ids_by_code().items()}


def _rank(name):
    """The order in which people ask."""
    order = ("code", "state", "occurred", "offset", "city", "shipment", "standing")
    return (order.index(name) if name in order else len(order), name)


class LogisticsReplay(models.Model):
    _inherit = "logistics.replay"

    def _keep_lines(self, portion, rows):
        """Keep the differences of a portion. Where they were previewed, say which came as shown,
        which otherwise."""
        if self.state == "previewing":
            self._create_lines(portion, rows, "previewed")
            return
        expected = {}
        lines = self.env["logistics.replay.line"].search(
            [("replay_id", "=", self.id), ("portion", "=", portion), ("state", "=", "previewed")]
        )
        for line in lines:
            expected.setdefault(line.digest, []).append(line.id)
        applied, unforeseen = [], []
        for row in rows:
            known = expected.get(row.digest)
            if known:
                applied.append(known.pop())
            else:
                unforeseen.append(row)
        model = self.env["logistics.replay.line"]
        model.browse(applied).write({"state": "applied"})
        missing = lines - model.browse(applied)
        if not self._next_in(portion):
            missing.write({"state": "missing"})
        # Without a dry run nothing was foreseen.
        state = "unforeseen" if self.previewed_at else "applied"
        self._create_lines(portion, unforeseen, state)

    def _next_in(self, portion):
        """Whether some of a portion failed, and may be applied later."""
        return self.env["logistics.replay.message"].search_count(
            [
                ("replay_id", "=", self.id),
                ("portion", "=", portion),
                ("state", "in", ("previewed", "failed")),
            ],
            limit=1,
        )

    def _create_lines(self, portion, rows, state):
        shipments = (
            self.env["logistics.shipment"]
            .browse({number for row in rows if (number := _shipment_of(row))})
            .exists()
        )
        companies = {shipment.id: shipment.company_id.id for shipment in shipments}
        self.env["logistics.replay.line"].create(
            [
                {
                    "replay_id": self.id,
                    "company_id": companies.get(_shipment_of(row), self.company_id.id),
                    "portion": portion,
                    "kind": row.kind,
                    "change": row.change,
                    "key": row.key,
                    "instead_of": row.instead_of,
                    "shipment_id": _shipment_of(row) if _shipment_of(row) in companies else False,
                    "data": {"before": row.before, "after": row.after},
                    "digest": row.digest,
                    "state": state,
                }
                for row in sorted(rows, key=_order)
            ]
        )


def _order(row):
    """Shipment by shipment: what becomes of it, then its events by their times."""
    facts = row.after or row.before
    kinds = ("shipment", "event", "exception", "message")
    when = str(facts.get("occurred") or "")
    return (_shipment_of(row) or float("inf"), kinds.index(row.kind), when, row.key)


def _shipment_of(row):
    """The id of the shipment that a row is about, None where there is none."""
    if row.kind == "shipment":
        return int(row.key)
    return (row.after or {}).get("shipment") or (row.before or {}).get("shipment")
