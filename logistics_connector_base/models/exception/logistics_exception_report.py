from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Advisory lock of those who write exceptions ("LOGIEXC").
DETECTORS_LOCK = 0x4C4F4749455843
# The newest case of each trouble that is closed; an open one is found by its own index.
LAST_CLOSED = """
SELECT DISTINCT ON (key) id FROM logistics_exception
WHERE key = ANY(%s) AND is_open IS NOT TRUE
ORDER BY key, closed_at DESC NULLS LAST, id DESC
"""


class LogisticsException(models.Model):
    """What detectors do: report a trouble, and say that it has healed. The same trouble is one
    case: while it is open it is counted, and what comes back soon opens that case again."""

    _inherit = "logistics.exception"

    opened_at = fields.Datetime(
        readonly=True,
        default=fields.Datetime.now,
        help="When it was opened, or opened again: its age counts from here.",
    )
    reopen_count = fields.Integer("Came back", readonly=True, aggregator="sum")
    previous_outcome = fields.Char(
        "How it ended before", readonly=True, help="What was said when it was closed last."
    )

    # Where a trouble that is not open is looked for.
    _closed_key = models.Index("(key, closed_at DESC) WHERE is_open IS NOT TRUE")

    @api.model
    def _report(self, troubles):
        """Open exceptions, or count those that are open already. For detectors; call as superuser.

        A case that was resolved less than its type's ``reopen_days`` ago is opened again. What a
        person dismissed is never opened again by itself: whoever dismissed it said that this case
        needs no work, and if the trouble comes back, that is another case.

        :param list[dict] troubles: ``type`` (code), ``key``, ``name``, ``company_id`` and any of
            the fields ``connection_id``, ``message_id``, ``event_id``, ``shipment_id``, ``detail``,
            ``provider``, ``raw_code``, ``raw_sub_code``, ``reference``, ``warehouse_id``,
            ``severity`` (how grave it is at normal urgency, where the type's own is not meant).
            Equal keys in one call are counted together.
        :return: the open exceptions, in no particular order
        """
        if not troubles:
            return self.browse()
        self._one_at_a_time()
        grouped = {}
        for trouble in troubles:
            grouped.setdefault(trouble["key"], []).append(trouble)
        now = fields.Datetime.now()
        types = {t.code: t for t in self.env["logistics.exception.type"].search([])}
        quiet = self.with_context(tracking_disable=True)
        known = quiet._known(grouped, types, now)
        values = []
        for key, group in grouped.items():
            if key in known:
                known[key]._seen_again(len(group), group[-1], now)
                continue
            first = dict(group[0])
            kind = types[first.pop("type")]
            values.append(
                {
                    **first,
                    "type_id": kind.id,
                    "severity": first.get("severity") or kind.severity,
                    "base_severity": first.get("severity"),
                    "occurrence_count": len(group),
                    "first_seen_at": now,
                    "last_seen_at": now,
                    "opened_at": now,
                }
            )
        # Detectors create with tracking off: a chatter row costs more than the exception itself.
        created = quiet.with_context(mail_create_nolog=True).create(self._judged(values, types))
        counted = quiet.browse({case.id for case in known.values()})
        counted._refresh_severity()
        return (created | counted).with_context(tracking_disable=False)

    @api.model
    def _known(self, grouped, types, now):
        """The cases on which these troubles count; closed ones that are still theirs are opened.

        :param dict grouped: key → list of troubles
        :return: key → case
        """
        cases = self.search([("key", "in", list(grouped)), ("is_open", "=", True)])
        known = {case.key: case for case in cases}
        missing = [key for key in grouped if key not in known]
        if not missing:
            return known
        self.flush_model(["key", "is_open", "closed_at"])
        rows = self.env.execute_query(SQL(LAST_CLOSED, missing))
        for case in self.browse(row[0] for row in rows):
            trouble = grouped[case.key][-1]
            counts_on = case._counts_on(trouble, types[trouble["type"]], now)
            if counts_on:
                known[case.key] = counts_on
        return known

    def _counts_on(self, trouble, kind, now):
        """The open case on which a trouble counts whose newest case is this closed one; where it
        was closed a short time ago, that is this one again. None: a new case.

        :param dict trouble: as it was reported last
        :param kind: its exception type
        """
        self.ensure_one()
        if self.state != "resolved" or self.type_id != kind:
            return None
        since = self.closed_at and now - self.closed_at
        if since is None or since > timedelta(days=kind.reopen_days):
            return None
        self._open_again(trouble, now)
        return self

    def _open_again(self, trouble, now):
        """Opened again because it came back; it is its owner's as before. What is read and decided
        is what happened now."""
        self.ensure_one()
        keep = ("type", "key", "company_id", "severity")
        told = {name: value for name, value in trouble.items() if name not in keep}
        self._put(
            {
                **(told if trouble["key"] == self.key else {}),
                **self._reopening_values(),
                "opened_at": now,
                "reopen_count": self.reopen_count + 1,
            }
        )

    def _seen_again(self, count, trouble, now):
        """Count what was reported once more.

        :param int count: how often
        :param dict trouble: as it was reported last
        """
        self.ensure_one()
        values = {"occurrence_count": self.occurrence_count + count, "last_seen_at": now}
        given = trouble.get("severity")
        if given and given != self.base_severity and trouble["key"] == self.key:
            values["base_severity"] = given
        self._put(values)

    @api.model
    def _resolve_keys(self, keys, outcome, events=None):
        """Resolve the open exceptions of troubles that have healed.

        :param str outcome: how, in words
        :param dict events: key → id of the event by which it healed, where it was one
        :return: the exceptions that were open
        """
        healed = self.search([("key", "in", list(keys)), ("is_open", "=", True)])
        if healed:
            self._one_at_a_time()
            healed._heal(outcome, events or {})
        return healed

    def _heal(self, outcome, events):
        """Close cases whose trouble is over.

        :param dict events: as for :meth:`_resolve_keys`
        """
        by_event = {}
        for case in self:
            event_id = events.get(case.key)
            by_event[event_id] = by_event.get(event_id, self.browse()) | case
        for event_id, cases in by_event.items():
            cases._close("resolved", outcome, event_id=event_id)

    @api.model
    def _one_at_a_time(self):
        """Until the transaction ends, no other detector opens, counts or closes exceptions: two
        that meet the same trouble at once count it twice in one case, and open no second one."""
        self.env.cr.execute("SELECT pg_advisory_xact_lock(%s)", (DETECTORS_LOCK,))
        self.invalidate_model(["occurrence_count", "is_open", "state"])
