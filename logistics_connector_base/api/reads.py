"""What a caller may see, read in few statements a page.

Whose it is, is part of each statement: the company's, and of a key for certain connections only
what these have touched. A shipment is theirs when one of their events lies on it; an order when one
of its shipments is.
"""

from ..core.api import shapes
from ..core.api.paging import Place
from ..core.identity import normalise_number
from .changes import POSITION_AT
from .queries import (
    CHANGES,
    EARLIEST,
    EVENT,
    EVENT_CHANGES,
    EVENT_JOINS,
    FEED,
    LATEST,
    ORDER,
    ORDER_JOIN,
    OWN,
    OWN_EVENT,
    OWN_ORDER,
    PARTS,
    RECEIPTS,
    SHIPMENT,
    TOLD_BY,
)

# Rows that are looked at for one page: a list in which little fits costs no more than another. A
# page then holds fewer than asked for, and says that there is more.
SCAN = 2000


class Page:
    """Rows of one page, where it ends, and whether there is more. ``place`` None: nowhere to go on
    from."""

    __slots__ = ("items", "more", "place")

    def __init__(self, items, place, more):
        self.items, self.place, self.more = items, place, more


class Reader:
    """Reads for one caller, on a cursor that need not write."""

    def __init__(self, cr, caller):
        self.cr, self.caller = cr, caller
        self.scope = {
            "company": caller.company_id,
            "connections": list(caller.connection_ids),
            "everything": caller.everything,
            "scan": SCAN,
        }

    # -- where a list begins ------------------------------------------------------------------

    def place_at(self, moment):
        """The place behind which all lies that was not to be seen before a moment (naive UTC)."""
        self.cr.execute(POSITION_AT, (moment,))
        row = self.cr.fetchone()
        return Place(row[0] - 1, 2**31) if row and row[0] else Place()

    # -- shipments ----------------------------------------------------------------------------

    def shipments(self, place, limit, state=None, connection=None):
        """A page of the shipments that changed behind a place."""
        wanted = [LATEST, "s.company_id = %(company)s", OWN]
        if state:
            wanted.append("s.state = %(state)s")
        if connection:
            wanted.append(TOLD_BY)
        page = self._feed(
            CHANGES,
            f"page.position, {SHIPMENT} FROM logistics_shipment s",
            ["s.id = page.record_id", *wanted],
            place,
            limit,
            {"kind": "shipment", "state": state, "connection": connection},
        )
        page.items = self._shipments(page.items)
        return page

    def search_shipments(self, place, limit, references, state=None, connection=None):
        """Shipments by their numbers, as they are at this moment.

        :param references: pairs of kinds (a tuple) and number; all must fit
        """
        wanted = ["s.company_id = %(company)s", OWN, "s.id > %(number)s"]
        values = {"state": state, "connection": connection, "number": place.number}
        if state:
            wanted.append("s.state = %(state)s")
        if connection:
            wanted.append(TOLD_BY)
        for index, (kinds, number) in enumerate(references):
            wanted.append(
                "s.id IN (SELECT r.shipment_id FROM logistics_shipment_reference r "
                f"WHERE r.value_key = %(value{index})s AND r.type = ANY(%(kinds{index})s))"
            )
            values |= {f"value{index}": normalise_number(number), f"kinds{index}": list(kinds)}
        rows = self._rows(
            f"SELECT {SHIPMENT} FROM logistics_shipment s WHERE {' AND '.join(wanted)} "
            "ORDER BY s.id LIMIT %(rows)s",
            rows=limit + 1,
            **values,
        )
        more, rows = len(rows) > limit, rows[:limit]
        return Page(self._shipments(rows), Place(0, rows[-1]["id"]) if more else None, more)

    def shipment(self, public_id):
        """One shipment, None where the caller sees none of that id."""
        row = self._own_shipment(public_id)
        return row and self._shipments([row])[0]

    def _own_shipment(self, public_id):
        rows = self._rows(
            f"SELECT {SHIPMENT} FROM logistics_shipment s "
            f"WHERE s.public_id = %(public_id)s AND s.company_id = %(company)s AND {OWN}",
            public_id=public_id,
        )
        return rows[0] if rows else None

    def _shipments(self, rows):
        ids = [row["id"] for row in rows]
        if not ids:
            return []
        parts = {name: _grouped(self._rows(query, ids=ids)) for name, query in PARTS.items()}
        return [
            shapes.shipment(
                row,
                parts["references"].get(row["id"], ()),
                parts["packages"].get(row["id"], ()),
                parts["stops"].get(row["id"], ()),
                [order["name"] for order in parts["orders"].get(row["id"], ())],
                self.caller.sees_personal,
            )
            for row in rows
        ]

    # -- events -------------------------------------------------------------------------------

    def events(self, place, limit, connection=None):
        """A page of the events that changed behind a place."""
        wanted = [OWN_EVENT]
        if connection:
            wanted.append("conn.name = %(connection)s")
        page = self._feed(
            EVENT_CHANGES,
            f"{EVENT} FROM logistics_event e {EVENT_JOINS}",
            ["e.id = page.record_id", *wanted],
            place,
            limit,
            {"connection": connection},
        )
        page.items = [shapes.event(row, self.caller.sees_personal) for row in page.items]
        return page

    def shipment_events(self, public_id, place, limit):
        """The events of one shipment as they are at this moment; None where the caller sees no
        shipment of that id."""
        shipment = self._own_shipment(public_id)
        if shipment is None:
            return None
        rows = self._rows(
            f"SELECT {EVENT} FROM logistics_event e {EVENT_JOINS} "
            "WHERE e.shipment_id = %(shipment)s AND (e.change_position, e.id) > "
            f"(%(position)s, %(number)s) AND {OWN_EVENT} "
            "ORDER BY e.change_position, e.id LIMIT %(rows)s",
            shipment=shipment["id"],
            position=place.position,
            number=place.number,
            rows=limit + 1,
        )
        more, rows = len(rows) > limit, rows[:limit]
        end = Place(rows[-1]["position"], rows[-1]["id"]) if more else None
        return Page([shapes.event(row, self.caller.sees_personal) for row in rows], end, more)

    # -- orders -------------------------------------------------------------------------------

    def orders(self, place, limit, state=None):
        """A page of the orders whose business state changed behind a place."""
        wanted = [
            LATEST,
            "o.company_id = %(company)s",
            OWN_ORDER,
        ]
        if state:
            wanted.append("b.state = %(state)s")
        page = self._feed(
            CHANGES,
            f"page.position, {ORDER} FROM sale_order o {ORDER_JOIN}",
            ["o.id = page.record_id", *wanted],
            place,
            limit,
            {"kind": "order", "state": state},
        )
        page.items = self._orders(page.items)
        return page

    def order(self, name):
        """One order by its name, None where the caller sees none."""
        rows = self._rows(
            f"SELECT {ORDER} FROM sale_order o {ORDER_JOIN} "
            f"WHERE o.company_id = %(company)s AND o.name = %(name)s AND {OWN_ORDER} "
            "ORDER BY o.id DESC LIMIT 1",
            name=name,
        )
        return self._orders(rows)[0] if rows else None

    def _orders(self, rows):
        ids = [row["id"] for row in rows]
        if not ids:
            return []
        links = _grouped(
            self._rows(
                f"SELECT r.sale_order_id AS shipment_id, s.public_id, s.name, {OWN} AS is_own "
                "FROM logistics_shipment_sale_order_rel r JOIN logistics_shipment s "
                "ON s.id = r.shipment_id WHERE r.sale_order_id = ANY(%(ids)s) "
                "AND s.company_id = %(company)s ORDER BY s.id",
                ids=ids,
            )
        )
        found = []
        for row in rows:
            shipments = links.get(row["id"], ())
            own = [shipment for shipment in shipments if shipment["is_own"]]
            found.append(shapes.order(row, own, partly_hidden=len(own) < len(shipments)))
        return found

    # -- receipts -----------------------------------------------------------------------------

    def receipts(self, place, limit, connection=None, since=None):
        """A page of the messages that came in, newest first."""
        after = 0
        if since:
            self.cr.execute(EARLIEST, (since,))
            row = self.cr.fetchone()
            after = row[0] if row else 2**31 - 1
        rows = self._rows(
            RECEIPTS,
            before=place.number or 2**31 - 1,
            after=after,
            since=since,
            connection=connection,
            rows=limit + 1,
        )
        more, rows = len(rows) > limit, rows[:limit]
        items = [shapes.receipt(row) for row in rows]
        return Page(items, Place(0, rows[-1]["id"]) if more else None, more)

    # -- how --------------------------------------------------------------------------------

    def _feed(self, scan, select, wanted, place, limit, values):
        """The rows behind a place that fit, where the page ends, and whether more may come."""
        query = FEED.format(scan=scan, select=select, wanted=" AND ".join(wanted))
        rows = self._rows(
            query, position=place.position, number=place.number, rows=limit + 1, **values
        )
        edge = rows[0]
        rows = [row for row in rows if row["id"] is not None]
        if len(rows) > limit:
            rows = rows[:limit]
            return Page(rows, Place(rows[-1]["position"], rows[-1]["id"]), True)
        if edge["scanned"]:
            place = Place(edge["edge_position"], edge["edge_number"])
        return Page(rows, place, edge["scanned"] == SCAN)

    def _rows(self, query, **values):
        # All names and clauses are constants of this module; what came from outside is a value.
        # pylint: disable-next=sql-injection
        self.cr.execute(query, {**self.scope, **values})
        return self.cr.dictfetchall()


def _grouped(rows):
    found = {}
    for row in rows:
        found.setdefault(row["shipment_id"], []).append(row)
    return found
