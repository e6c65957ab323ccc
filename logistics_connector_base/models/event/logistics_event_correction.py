from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from ...core.corrections import PART, judge, names_of
from .event_statement import ELSEWHERE, STATEMENT_COLUMNS, has_identity, statement


class LogisticsEvent(models.Model):
    """Corrections: what overrules an event, and what a person decided about it. The partner's own
    statement is never changed, but for the time that a person put in the place of an impossible
    one; what the partner wrote stays beside it."""

    _inherit = "logistics.event"

    source_base = fields.Char(
        readonly=True, help="The partner's event id without the part that this event stands for."
    )
    content_key = fields.Char(
        readonly=True, help="Digest of what the partner stated: tells a repetition from a conflict."
    )
    is_disputed = fields.Boolean(
        readonly=True, help="Came under the id of another content; a person decides."
    )
    overruled_by_id = fields.Many2one(
        "logistics.event",
        "Overruled by",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The correction or withdrawal because of which this event does not count.",
    )
    decision = fields.Selection(
        [
            ("accepted", "Counts"),
            ("apart", "Counts beside the other"),
            ("dismissed", "Does not count"),
        ],
        readonly=True,
        help="What a person decided. It holds whatever is received or worked again.",
    )
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True, ondelete="set null")
    decided_at = fields.Datetime(readonly=True)
    decision_note = fields.Char(readonly=True, string="Reason of the decision")
    stated_at = fields.Datetime(
        "Time as stated", readonly=True, help="The partner's own time, where a person put another."
    )

    verdict_text = fields.Char("Why", compute="_compute_verdict_text")

    _source_base = models.Index("(issuer, source_base) WHERE source_base <> ''")
    _retracts = models.Index("(issuer, retracts) WHERE retracts <> ''")
    _corrects = models.Index("(issuer, corrects) WHERE corrects <> ''")

    # -- the set that a verdict is made of ----------------------------------------------------

    @api.model
    def _rows_elsewhere(self, rows):
        """What else is said about the partners' events of ``rows``: revisions and withdrawals that
        lie on other shipments, or wait for one, and what those correct.

        :param list[dict] rows: with the columns of a statement
        :return: list of dicts with the same columns, without those of ``rows``
        """
        known, found, fresh = {row["id"] for row in rows}, [], rows
        for _step in range(2):  # a withdrawal, and a later revision of that withdrawal
            fresh = [row for row in self._rows_naming(fresh) if row["id"] not in known]
            known |= {row["id"] for row in fresh}
            found += fresh
        return found

    def _rows_naming(self, rows):
        """Events with an id of ``rows``, or with an id that ``rows`` name, or naming theirs."""
        concerned = [row for row in rows if has_identity(row)]
        if not concerned:
            return []
        names = {name for row in concerned for name in names_of(row["source_id"] or "")}
        named = {row[name] for row in concerned for name in ("retracts", "corrects") if row[name]}
        bases = {next(names_of(name)) for name in names | named}
        self.flush_model()
        issuers = sorted({row["issuer"] for row in concerned})
        self.env.cr.execute(
            SQL(ELSEWHERE, issuers, sorted(bases), sorted(names | named), sorted(names | named))
        )
        return self.env.cr.dictfetchall()

    @api.model
    def _write_standings(self, rows, related):
        """Bring the stored standing of ``rows`` up to date.

        :return: fingerprint → standing
        """
        verdicts = judge(map(statement, [*rows, *related]))
        ids = {row["fingerprint"]: row["id"] for row in (*rows, *related)}
        settled = []
        for row in rows:
            verdict = verdicts[row["fingerprint"]]
            by = ids.get(verdict.by)
            if (row["standing"], row["overruled_by_id"]) != (verdict.standing, by):
                self.browse(row["id"]).write(
                    {"standing": verdict.standing, "overruled_by_id": by or False}
                )
                if verdict.standing in ("superseded", "retracted"):
                    settled.append(row)
        reread = {row["id"] for row in settled if row["unsaid_by_id"]}
        corrected = {row["id"] for row in settled} - reread
        self._resolve_settled(corrected, self.env._("The partner corrected or withdrew it."))
        self._resolve_settled(reread, self.env._("Its message was read anew, and says otherwise."))
        return {print_: verdict.standing for print_, verdict in verdicts.items()}

    def _resolve_settled(self, ids, outcome):
        if ids:
            self.env["logistics.exception"]._resolve_keys(
                [f"{kind}:{number}" for kind in ("time", "event-conflict") for number in ids],
                outcome,
            )

    def _corrected_shipments(self):
        """The shipments on which these events correct something, their own not included."""
        rows = self._statement_rows() if self else []
        related = self._rows_elsewhere(rows)
        own = {row["shipment_id"] for row in rows}
        return self.env["logistics.shipment"].browse(
            {row["shipment_id"] for row in related if row["shipment_id"]} - own
        )

    def _statement_rows(self):
        self.flush_model()
        self.env.cr.execute(
            SQL(
                f"SELECT {STATEMENT_COLUMNS} FROM logistics_event e "
                "LEFT JOIN logistics_connection conn ON conn.id = e.connection_id "
                "WHERE e.id = ANY(%s)",
                self.ids,
            )
        )
        return self.env.cr.dictfetchall()

    @api.depends("standing", "overruled_by_id", "decision", "decision_note", "decided_at")
    @api.depends_context("lang", "tz")
    def _compute_verdict_text(self):
        for event in self:
            event.verdict_text = event._verdict_text()

    def _verdict_text(self):
        """Why an event does not count, or counts otherwise than stated: by whom, when, for what
        reason. "" where there is nothing to say."""
        self.ensure_one()
        event, env = self.sudo(), self.env
        by = event.overruled_by_id
        if event.standing in ("retracted", "superseded") and by:
            values = {
                "who": by.connection_id.sudo().name or by.provider,
                "when": _when(env, by.received_at),
            }
            if event.standing == "retracted":
                text = env._("Withdrawn by %(who)s, %(when)s", **values)
            else:
                text = env._("Replaced by a later report of %(who)s, %(when)s", **values)
            reason = by._masked_text() if event.standing == "retracted" else ""
            return f"{text}: {reason}" if reason else text
        if event.standing == "superseded" and event.unsaid_by_id:
            return event._unsaid_text()
        if not event.decided_at:
            return ""
        values = {
            "who": event.decided_by_id.name or "",
            "when": _when(env, event.decided_at),
        }
        if event.decision == "dismissed":
            text = env._("Set aside by %(who)s, %(when)s", **values)
        elif event.decision == "apart":
            text = env._("%(who)s found both reports true, %(when)s", **values)
        elif event.occurred_at != event.stated_at and event.stated_at:
            stated = event._local_time_of(event.stated_at)
            text = env._(
                "Time set by %(who)s, %(when)s; reported as %(stated)s", stated=stated, **values
            )
        else:
            text = env._("Accepted by %(who)s, %(when)s", **values)
        return f"{text}: {event.decision_note}" if event.decision_note else text

    # -- what people decide -------------------------------------------------------------------

    def _decide(self, decision, note="", **values):
        """Keep a person's decision about these events, and fold what it concerns.

        :param str decision: accepted, apart or dismissed
        :param values: more fields to write, such as a corrected ``occurred_at``
        """
        events = self.sudo()
        shipments = events.shipment_id | events._corrected_shipments()
        shipments._lock()
        for event in events:
            kept = {}
            if "occurred_at" in values and not event.stated_at:
                kept["stated_at"] = event.occurred_at
            event.write(
                {
                    "decision": decision,
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "decision_note": note,
                    "is_disputed": False,
                    **kept,
                    **values,
                }
            )
        shipments._refold()
        # Those that wait for a shipment are folded with none; their standing is known all the same.
        for event in events.filtered(lambda e: not e.shipment_id):
            rows = event._statement_rows()
            event._write_standings(rows, event._rows_elsewhere(rows))

    def _with_parts(self):
        """These events and the parts that came with them, such as the scan's document."""
        events = self
        for event in self.filtered("source_id"):
            parts = self.search(
                [
                    ("issuer", "=", event.issuer),
                    ("message_id", "=", event.message_id.id),
                    ("source_base", "=", next(names_of(event.source_id))),
                ]
            )
            start = f"{event.source_id}{PART}"
            events |= parts.filtered(
                lambda part, start=start, revision=event.revision: (
                    part.source_id.startswith(start) and part.revision == revision
                )
            )
        return events

    def _rivals(self):
        """The events that count under the partner's id of this one, instead of it."""
        self.ensure_one()
        if not self.source_id:
            return self.browse()
        return self.search(
            [
                ("issuer", "=", self.issuer),
                ("source_id", "=", self.source_id),
                ("revision", "in", [self.revision] if self.revision else ["", False]),
                ("connection_id.company_id", "=", self.sudo().connection_id.company_id.id),
                ("id", "!=", self.id),
                ("is_disputed", "=", False),
                ("unsaid_by_id", "=", False),
            ],
            order="id",
        )

    def _rivals_decided(self):
        """Of a conflict that was decided: the others under the same id, whatever came of them."""
        self.ensure_one()
        if not self.source_id:
            return self.browse()
        same = self.search(
            [
                ("issuer", "=", self.issuer),
                ("source_id", "=", self.source_id),
                ("id", "<", self.id),
            ],
            order="id",
        )
        return same.filtered(lambda event: event.revision == self.revision)

    def _settle_conflict(self, choice, note=""):
        """Decide between this event and the one that came first under its id.

        :param str choice: "keep" the first, "take" this one, or "both" are true
        """
        self.ensure_one()
        event = self.sudo()
        if not event.is_disputed:
            raise UserError(self.env._("This conflict was decided already."))
        rivals = event._rivals().filtered(lambda rival: rival.decision != "dismissed")
        mine, others = event._with_parts(), rivals._with_parts()
        user = self.env.user
        if choice == "keep":
            mine.with_user(user)._decide("dismissed", note)
        elif choice == "take":
            others.with_user(user)._decide("dismissed", note)
            mine.with_user(user)._decide("accepted", note)
        else:
            mine.with_user(user)._decide("apart", note)


def _when(env, moment):
    return format_datetime(env, moment, dt_format="medium") if moment else ""
