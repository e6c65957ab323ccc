from odoo import api, models
from odoo.tools import SQL

from ..core.taxonomy import PROOF_OF_PICKUP, STATES
from ..models.shipment.logistics_shipment import FINAL_STATES
from .question import SLACK

BATCH = 20_000
# Not over yet. "Returning" comes after the delivery, and is not over.
LIVE_STATES = tuple(state for state in STATES if state not in FINAL_STATES)
# The carrier has it.
MOVING_STATES = tuple(
    state for state in (*sorted(PROOF_OF_PICKUP), "at_customs") if state in LIVE_STATES
)
# The connection of a shipment is the one that told of it last; before the first message, the
# carrier's own.
CANDIDATES = """
SELECT s.id, s.company_id, s.issuer, s.service, s.state, s.ship_date, s.promised_delivery_at,
       s.estimated_delivery_at, s.delivered_at, s.warehouse_id,
       COALESCE(told.id, own.id) AS connection_id,
       op.country_id AS origin_country,
       upper(translate(COALESCE(op.zip, ''), ' -', '')) AS origin_zip,
       dp.country_id AS destination_country,
       upper(translate(COALESCE(dp.zip, ''), ' -', '')) AS destination_zip
FROM logistics_shipment s
LEFT JOIN logistics_event le ON le.id = s.last_event_id
LEFT JOIN logistics_connection told ON told.id = le.connection_id
     AND told.provider_id NOT IN (SELECT id FROM logistics_provider WHERE code = 'byhand')
LEFT JOIN (
    SELECT DISTINCT ON (p.code, served.company_id) p.code, served.company_id, c.id
    FROM logistics_connection c JOIN logistics_provider p ON p.id = c.provider_id
    CROSS JOIN LATERAL (
        SELECT c.company_id UNION
        SELECT r.res_company_id FROM logistics_connection_res_company_rel r
        WHERE r.logistics_connection_id = c.id) served
    WHERE c.active AND c.state IN ('parallel', 'live')
    ORDER BY p.code, served.company_id, c.id
) own ON own.code = s.issuer AND own.company_id = s.company_id
LEFT JOIN stock_warehouse w ON w.id = s.warehouse_id
LEFT JOIN res_partner op ON op.id = w.partner_id
LEFT JOIN res_partner dp ON dp.id = s.partner_id
WHERE %(companies)s AND %(allowed)s AND %(sampled)s AND %(which)s
"""
# What became known when (the time of receipt), from the events that count.
STORY = """
SELECT min(e.received_at) FILTER (WHERE c.state IN ('booked', 'manifested')) AS labelled,
       min(e.received_at) FILTER (WHERE c.state = ANY(%(moving)s)) AS picked,
       min(e.occurred_at) FILTER (WHERE c.state = ANY(%(moving)s)) AS picked_at,
       min(e.received_at) FILTER (WHERE c.state = 'delivered') AS delivered,
       min(e.occurred_at) FILTER (WHERE c.state = 'delivered') AS delivered_at,
       min(e.received_at) FILTER (WHERE c.state = 'returning') AS returning,
       min(e.received_at) FILTER (WHERE c.state IN ('delivered', 'returned', 'lost', 'destroyed'))
           AS arrived,
       min(e.received_at) FILTER (WHERE c.state IN ('returned', 'lost', 'destroyed')) AS gone,
       min(e.received_at) FILTER (WHERE c.state = 'cancelled') AS called_off,
       min(e.occurred_at) FILTER (WHERE c.state = 'cancelled') AS called_off_at,
       min(e.received_at) FILTER (WHERE c.state = 'available_for_pickup') AS available,
       count(*) FILTER (WHERE c.state = 'delivery_attempted') AS attempts,
       min(e.received_at) FILTER (WHERE c.flag_set LIKE '%%pod_received%%') AS proven
FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
WHERE e.shipment_id = s.id AND e.classifier = 'actual' AND e.standing = 'active'
      AND COALESCE(e.retracts, '') = ''
"""
# The first time that a state became known, after a moment.
NEXT = """
(SELECT min(e.received_at) FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
 WHERE e.shipment_id = s.id AND e.classifier = 'actual' AND e.standing = 'active'
       AND c.state = ANY(%s) AND e.received_at > %s)
"""
# Its life's end, as it became known: what was called off after the pick-up was not.
OVER = SQL(
    "LEAST(story.arrived, CASE WHEN story.picked IS NULL OR story.called_off < story.picked "
    "THEN story.called_off END)"
)


class ShipmentCondition(models.AbstractModel):
    """What is true of shipments. An heir says since when and until when in SQL over ``s`` (the
    shipment) and ``story`` (what became known of it when)."""

    _name = "logistics.condition.shipment"
    _inherit = "logistics.condition"
    _description = "Condition of a Shipment"
    _half = "logistics.condition.shipment"
    _subject = "logistics.shipment"
    _scopes = frozenset(("connection", "service", "lane"))
    _can_sample = True

    # States in which it can hold now; the others are not looked at.
    _live_states = LIVE_STATES
    # Days after its last event in which it can hold, too, for what holds after the end.
    _reach_days = 0
    # It is about deliveries of the last ``_reach_days``: an index finds them by their time.
    _is_after_delivery = False

    @api.model
    def _key(self):
        """SQL, what is one case."""
        return SQL("s.id::text")

    @api.model
    def _since(self, question):
        """SQL, naive UTC; NULL: never."""
        raise NotImplementedError

    @api.model
    def _until(self, question):
        """SQL, naive UTC; NULL: still."""
        return OVER

    @api.model
    def _where(self, question):
        """SQL, for whom it can hold at all."""
        return SQL("TRUE")

    @api.model
    def _more(self, question):
        """SQL, what else is joined."""
        return SQL("")

    @api.model
    def _holds_now(self, question):
        """SQL over ``s``, what is known of a holder today: only for a run."""
        return SQL("TRUE")

    @api.model
    def _candidates(self, question):
        if question.is_now and self._is_after_delivery:
            which = SQL(
                "s.state = ANY(%s) AND s.delivered_at >= %s - %s * interval '1 day' AND (%s)",
                list(self._live_states),
                question.first - SLACK,
                self._reach_days,
                self._holds_now(question),
            )
        elif question.is_now:
            which = SQL(
                "s.state = ANY(%s) AND s.id > %s AND (%s IS NULL OR s.id <= %s) AND (%s)",
                list(self._live_states),
                question.after,
                question.last,
                question.last,
                self._holds_now(question),
            )
        else:
            day = SQL("interval '1 day'")
            which = SQL(
                "(s.state <> ALL(%s) OR s.last_event_at >= %s - %s * %s)",
                list(FINAL_STATES),
                question.first - SLACK,
                self._reach_days,
                day,
            )
        return SQL(
            CANDIDATES,
            companies=question.is_company(SQL("s.company_id")),
            allowed=question.is_allowed(SQL("s.id")),
            sampled=question.is_sampled(SQL("s.id")),
            which=which,
        )

    @api.model
    def _story(self):
        return SQL(STORY, moving=sorted(PROOF_OF_PICKUP))

    @api.model
    def _spells(self, question):
        return SQL(
            """
            SELECT s.id AS subject, %(key)s AS key, %(since)s AS since, %(until)s AS until,
                   s.company_id, s.connection_id
            FROM (%(candidates)s) s CROSS JOIN LATERAL (%(story)s) story %(more)s
            WHERE %(where)s
            """,
            key=self._key(),
            since=self._since(question),
            until=self._until(question),
            candidates=self._candidates(question),
            story=self._story(),
            more=self._more(question),
            where=self._where(question),
        )

    @api.model
    def _ask_holding(self, question):
        """In batches by id: no one statement reads all shipments that are on their way."""
        if self._is_after_delivery:
            return super()._ask_holding(question)
        rows, after = [], 0
        while True:
            ((last, count),) = self.env.execute_query(
                SQL(
                    "SELECT max(id), count(*) FROM (SELECT id FROM logistics_shipment "
                    "WHERE state = ANY(%s) AND id > %s ORDER BY id LIMIT %s) ids",
                    list(self._live_states),
                    after,
                    BATCH,
                )
            )
            if not count:
                return rows
            rows += super()._ask_holding(question.batch(after, last))
            if count < BATCH:
                return rows
            after = last

    # -- words --------------------------------------------------------------------------------

    @api.model
    def _about(self, subject):
        return {
            "shipment_id": subject.id,
            "warehouse_id": subject.warehouse_id.id,
            "provider": subject.issuer,
        }

    @api.model
    def _facts(self, subject):
        labels = dict(subject._fields["state"]._description_selection(self.env))
        facts = [self.env._("State: %s", labels[subject.state])]
        if subject.last_event_id:
            facts.append(
                self.env._(
                    "Last scan: %(event)s, %(when)s",
                    event=subject.last_event_id.code_id.name,
                    when=subject.last_event_id.occurred_local,
                )
            )
        if subject.promised_delivery_at:
            facts.append(self.env._("Promised: %s (UTC)", subject.promised_delivery_at))
        return facts

    @api.model
    def _healed_words(self, subject):
        """What came, in the words of the shipment's state today."""
        if not subject:
            return self.env._("It does not hold any more.")
        labels = dict(subject._fields["state"]._description_selection(self.env))
        if subject.last_event_id:
            return self.env._(
                "%(state)s. Last scan: %(event)s, %(when)s",
                state=labels[subject.state],
                event=subject.last_event_id.code_id.name,
                when=subject.last_event_id.occurred_local,
            )
        return self.env._("It does not hold any more: %s", labels[subject.state])


class DeliveredCondition(models.AbstractModel):
    """What is true of shipments some time after their delivery."""

    _name = "logistics.condition.delivered"
    _inherit = "logistics.condition.shipment"
    _description = "Condition of a Delivered Shipment"
    _half = "logistics.condition.delivered"
    _live_states = ("delivered",)
    _reach_days = 90
    _is_after_delivery = True
