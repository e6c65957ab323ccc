"""Dates what the generator sent today as if it had come when it happened. For eyes only: a partner
cannot do that, so it is done in the database, and only to the rows of the generated orders."""

from ..support.database import Database

#: Minutes after the scan at which carriers' messages usually come.
LAG = "make_interval(mins => 2 + (e.id %% 9)::int)"


def age(database, reference_mark):
    """Backdate events, messages and exceptions of the orders whose reference begins so."""
    with Database(database).connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMP TABLE aged AS
            SELECT e.id, e.message_id, e.occurred_at + {LAG} AS at
            FROM logistics_event e
            JOIN logistics_shipment_sale_order_rel r ON r.shipment_id = e.shipment_id
            JOIN sale_order o ON o.id = r.sale_order_id
            WHERE o.client_order_ref LIKE %s AND e.message_id IS NOT NULL
                  AND e.occurred_at < e.received_at
            """,
            (f"{reference_mark}%",),
        )
        cursor.execute(
            "UPDATE logistics_event e SET received_at = a.at, processed_at = a.at + interval '1 s'"
            " FROM aged a WHERE a.id = e.id"
        )
        cursor.execute(
            "UPDATE logistics_message m SET received_at = a.at, claimed_at = a.at,"
            " processed_at = a.at + interval '1 s'"
            " FROM (SELECT message_id, max(at) AS at FROM aged GROUP BY message_id) a"
            " WHERE a.message_id = m.id AND m.state = 'processed'"
        )
        cursor.execute(
            "UPDATE logistics_exception x SET first_seen_at = a.at, last_seen_at = a.at,"
            " opened_at = a.at, create_date = a.at FROM aged a WHERE a.id = x.event_id"
        )
