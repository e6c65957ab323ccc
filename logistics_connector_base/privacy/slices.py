"""Looking for a person in slices of tables, so that no statement and no transaction takes long, and
whoever is interrupted goes on where the last committed slice ended."""

import time
from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from ..core.subject import excerpts

BODIES = "bodies"
NOTES = "mail.message"
# A slice: some 20 µs are needed for a short text, or for a kilobyte of a body.
MOST_ROWS = 20_000
MOST_BODIES = 5_000
MOST_BYTES = 16 * 1024**2
# Looked at again before what was found is used: ids are given before they are committed, so some
# may have come in below the last one that was looked at.
REWIND = 10_000
# Longer than any transaction that writes one of these texts; times are those of its beginning.
MARGIN = timedelta(minutes=10)
# Texts of records that a person may be named in: model → columns. All have a company.
TEXTS = {
    "logistics.event": ("signed_by", "raw_text", "place_name"),
    "logistics.shipment": ("signed_by",),
    "logistics.shipment.reference": ("value",),
    "logistics.shipment.stop": ("name",),
    "logistics.exception": ("name", "detail", "outcome", "previous_outcome", "reference"),
    "logistics.message": ("error_text",),
}
# Records whose chatter may quote a partner's words: model → those of some companies.
NOTED = {
    "logistics.shipment": "SELECT id FROM logistics_shipment WHERE company_id = ANY(%s)",
    "logistics.exception": "SELECT id FROM logistics_exception WHERE company_id = ANY(%s)",
    "stock.picking": "SELECT r.picking_id FROM logistics_shipment_picking_rel r "
    "JOIN logistics_shipment s ON s.id = r.shipment_id WHERE s.company_id = ANY(%s)",
}
SOURCES = (BODIES, *TEXTS, NOTES)
# These do not know when they were last written. Bodies never are again; for events see _go_back;
# few messages have an error text, and all that do are looked at again.
UNDATED = (BODIES, "logistics.event", "logistics.message")


def beginning(companies):
    """How far a search is that has not begun; fit for JSON.

    ``last``: source → the last id that was looked at; ``hits``: source → ids that name the person;
    ``ended``: sources that were looked at to their end; ``bodies``: number of those looked at;
    ``worked``: hits among the messages that were worked before events were looked at.
    """
    return {
        "companies": companies.ids,
        "since": fields.Datetime.to_string(fields.Datetime.now()),
        "last": {},
        "hits": {},
        "ended": [],
        "worked": [],
        "bodies": 0,
    }


class Slices:
    """Looks for a person in the tables of some companies.

    :param env: a superuser's environment
    :param list companies: ids
    :param Subject subject: whoever is empty is found nowhere
    """

    def __init__(self, env, companies, subject):
        self.env = env
        self.companies = companies
        self.subject = subject

    def look(self, progress, seconds):
        """Look at more slices, at least at one; ``progress`` is changed in place.

        :return: whether all was looked at
        """
        until = time.monotonic() + seconds
        for source in SOURCES if self.subject else ():
            while source not in progress["ended"]:
                self._look_at_one(source, progress)
                if time.monotonic() >= until and len(progress["ended"]) < len(SOURCES):
                    return False
        return True

    def again(self, progress):
        """Prepare to look at what came in or was changed since ``progress`` was ended."""
        progress["ended"] = []
        for source, last in progress["last"].items():
            progress["last"][source] = max(0, last - REWIND)
        progress["last"]["logistics.message"] = 0
        if not self.subject:
            return
        since = fields.Datetime.to_datetime(progress["since"]) - MARGIN
        for source in set(SOURCES) - set(UNDATED):
            changed = SQL("write_date >= %s", since)
            self._add(progress, source, self.named(source, changed))

    def count_bodies(self):
        """How many bodies there are to look at."""
        query = SQL(
            "SELECT count(*) FROM logistics_message_body b JOIN logistics_message m "
            "ON m.id = b.message_id WHERE m.company_id = ANY(%s)",
            self.companies,
        )
        return self.env.execute_query(query)[0][0] if self.subject else 0

    def named(self, source, condition):
        """Those of the rows under an SQL condition that name the person: id → excerpts of bodies,
        None for others."""
        if source == BODIES:
            return self._named_bodies(condition)
        rows = self._named_notes(condition) if source == NOTES else self._named(source, condition)
        return {
            row[0]: None for row in rows if any(self.subject.is_in(text or "") for text in row[1:])
        }

    # -- one slice ----------------------------------------------------------------------------

    def _look_at_one(self, source, progress):
        after = progress["last"].get(source, 0)
        last, number = self._window(source, after)
        if last:
            window = SQL(
                "%(id)s > %(after)s AND %(id)s <= %(last)s",
                id=SQL.identifier("message_id" if source == BODIES else "id"),
                after=after,
                last=last,
            )
            self._add(progress, source, self.named(source, window))
            progress["last"][source] = last
            if source == BODIES:
                progress["bodies"] += number
            return
        progress["ended"].append(source)
        if source == BODIES:
            self._go_back(progress)

    def _window(self, source, after):
        """The last id of the next slice (None: there is no more), and how many rows it has."""
        if source == BODIES:
            return self._window_of_bodies(after)
        if source == NOTES:
            limits = SQL("model = ANY(%s)", list(NOTED))
        else:
            self.env[source].flush_model()
            limits = SQL("company_id = ANY(%s)", self.companies)
            if source == "logistics.message":
                limits = SQL("%s AND error_text IS NOT NULL", limits)
        return self.env.execute_query(
            SQL(
                "SELECT max(id), count(*) FROM "
                "(SELECT id FROM %s WHERE id > %s AND %s ORDER BY id LIMIT %s) s",
                SQL.identifier(self.env[source]._table),
                after,
                limits,
                MOST_ROWS,
            )
        )[0]

    def _window_of_bodies(self, after):
        rows = self.env.execute_query(
            SQL(
                "SELECT b.message_id, coalesce(octet_length(b.content), 0) "
                "FROM logistics_message_body b JOIN logistics_message m ON m.id = b.message_id "
                "WHERE b.message_id > %s AND m.company_id = ANY(%s) "
                "ORDER BY b.message_id LIMIT %s",
                after,
                self.companies,
                MOST_BODIES,
            )
        )
        last, number, size = None, 0, 0
        for message_id, length in rows:
            size += length
            if number and size > MOST_BYTES:
                break
            last, number = message_id, number + 1
        return last, number

    def _add(self, progress, source, ids):
        progress["hits"][source] = sorted({*progress["hits"].get(source, ()), *ids})

    def _go_back(self, progress):
        """A message that names the person and was worked since may have put the name into an event
        that was there before: events are looked at from their beginning then."""
        worked = self.env.execute_query(
            SQL(
                "SELECT id FROM logistics_message WHERE id = ANY(%s) AND id <> ALL(%s) "
                "AND state IN ('processed', 'duplicate')",
                progress["hits"].get(BODIES, []),
                progress["worked"],
            )
        )
        if worked:
            progress["last"]["logistics.event"] = 0
            progress["worked"] += [row[0] for row in worked]

    # -- texts --------------------------------------------------------------------------------

    def _sought(self):
        """The person, as SQL that does not say who it is: no statement that takes long or fails
        brings the name into a log, Odoo's or PostgreSQL's."""
        pattern = "|".join(f"(?:{anchor})" for anchor in self.subject.anchors())
        self.env.cr.execute("SELECT set_config('logistics.sought', %s, true)", (pattern,))
        return SQL("(SELECT current_setting('logistics.sought'))")

    def _named(self, model, condition):
        records = self.env[model]
        records.flush_model()
        return self.env.execute_query(
            SQL(
                "SELECT id, %(columns)s FROM %(table)s "
                "WHERE %(condition)s AND company_id = ANY(%(companies)s) "
                "AND encode(convert_to(concat_ws(' ', %(columns)s), 'UTF8'), 'escape') "
                "~* %(sought)s",
                columns=SQL(", ").join(map(SQL.identifier, TEXTS[model])),
                table=SQL.identifier(records._table),
                condition=condition,
                companies=self.companies,
                sought=self._sought(),
            )
        )

    def _named_notes(self, condition):
        self.env[NOTES].flush_model()
        own = SQL(" OR ").join(
            SQL("n.model = %s AND n.res_id IN (%s)", model, SQL(records, self.companies))
            for model, records in NOTED.items()
        )
        return self.env.execute_query(
            SQL(
                "WITH n AS MATERIALIZED (SELECT id, model, res_id, body FROM mail_message "
                "WHERE %s AND model = ANY(%s) "
                "AND encode(convert_to(coalesce(body, ''), 'UTF8'), 'escape') ~* %s) "
                "SELECT n.id, n.body FROM n WHERE %s",
                condition,
                list(NOTED),
                self._sought(),
                own,
            )
        )

    def _named_bodies(self, condition):
        sought = self._sought()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT b.message_id, b.content, b.headers::text
                FROM logistics_message_body b
                JOIN logistics_message m ON m.id = b.message_id
                WHERE %s AND m.company_id = ANY(%s) AND b.content IS NOT NULL
                      AND (encode(b.content, 'escape') ~* %s OR b.headers::text ~* %s)
                """,
                condition,
                self.companies,
                sought,
                sought,
            )
        )
        parts = {}
        for message_id, content, headers in rows:
            named = excerpts(bytes(content), self.subject)
            if self.subject.is_in(headers or ""):
                named.append({"headers": headers})
            if named:
                parts[message_id] = named
        return parts
