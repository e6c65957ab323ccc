from odoo import api, models
from odoo.tools import SQL

from .shipment import LIVE_STATES

# Two that may be meant by one number; what was called off or has arrived is not meant any more.
PAIRS = """
SELECT newer.shipment_id AS subject, concat_ws('|', newer.company_id, newer.value_key) AS key,
       GREATEST(newer.create_date, older.create_date) AS since,
       LEAST(%(end_of_newer)s, %(end_of_older)s) AS until,
       newer.company_id, NULL::integer AS connection_id
FROM logistics_shipment_reference newer
JOIN logistics_shipment s ON s.id = newer.shipment_id
%(older)s
     AND older.company_id = newer.company_id AND older.shipment_id < newer.shipment_id
     AND older.type IN %(types)s
     AND (COALESCE(older.issuer, '') IN ('', newer.issuer) OR COALESCE(newer.issuer, '') = '')
JOIN logistics_shipment o ON o.id = older.shipment_id
WHERE newer.type IN %(types)s AND newer.value_key <> '' AND %(companies)s AND %(allowed)s
      AND %(which)s
      AND NOT COALESCE(newer.valid_to < newer.valid_from, FALSE)
      AND NOT COALESCE(older.valid_to < older.valid_from, FALSE)
      AND NOT COALESCE(newer.valid_to < older.valid_from, FALSE)
      AND NOT COALESCE(older.valid_to < newer.valid_from, FALSE)
"""
OLDER = SQL("JOIN logistics_shipment_reference older ON older.value_key = newer.value_key")
# Of a few, one by one: their numbers are found by an index instead of reading all numbers.
OLDER_OF_FEW = SQL(
    """
    JOIN LATERAL (
        SELECT * FROM logistics_shipment_reference r WHERE r.value_key = newer.value_key OFFSET 0
    ) older ON TRUE
    """
)
END = """
(SELECT min(e.received_at) FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
 WHERE e.shipment_id = %s AND e.classifier = 'actual' AND e.standing = 'active'
       AND c.state IN ('delivered', 'returned', 'lost', 'destroyed', 'cancelled'))
"""
TYPES = ("tracking", "sscc", "waybill")


class DuplicateTracking(models.AbstractModel):
    """Two shipments that are both under way have one number: whose are its events?"""

    _name = "logistics.condition.duplicate_tracking"
    _inherit = "logistics.condition.shipment"
    _description = "One tracking number on two shipments"
    _scopes = frozenset()

    @api.model
    def _estimate(self):
        return self.env._("Numbers that were corrected since then are not counted.")

    @api.model
    def _spells(self, question):
        live = SQL("%s", list(LIVE_STATES))
        which = SQL("TRUE")
        if question.is_now:
            which = SQL(
                "s.state = ANY(%(live)s) AND o.state = ANY(%(live)s) AND s.id > %(after)s "
                "AND (%(last)s IS NULL OR s.id <= %(last)s)",
                live=live,
                after=question.after,
                last=question.last,
            )
        return SQL(
            PAIRS,
            end_of_newer=SQL(END, SQL("newer.shipment_id")),
            end_of_older=SQL(END, SQL("older.shipment_id")),
            older=OLDER_OF_FEW if question.is_now else OLDER,
            types=TYPES,
            companies=question.is_company(SQL("newer.company_id")),
            # Who may not see one of the two does not learn of it from the other.
            allowed=SQL(
                "%s AND %s",
                question.is_allowed(SQL("newer.shipment_id")),
                question.is_allowed(SQL("older.shipment_id")),
            ),
            which=SQL("%s AND %s", question.is_sampled(SQL("newer.shipment_id")), which),
        )

    @api.model
    def _facts(self, subject):
        references = self.env["logistics.shipment.reference"].search(
            [
                ("value_key", "in", subject.reference_ids.mapped("value_key")),
                ("type", "in", TYPES),
                ("company_id", "=", subject.company_id.id),
                ("shipment_id.state", "in", LIVE_STATES),
            ],
            limit=20,
        )
        twice = {}
        for reference in references:
            twice.setdefault(reference.value_key, {})[reference.shipment_id.name] = True
        return [
            self.env._("%(number)s: %(shipments)s", number=number, shipments=", ".join(names))
            for number, names in twice.items()
            if len(names) > 1
        ]

    @api.model
    def _healed_words(self, subject):
        return self.env._("The number stands on one shipment only, or one of them is over.")
