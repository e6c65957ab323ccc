"""Where a person is named, in the tables of some companies."""

from dataclasses import dataclass, field

from odoo.tools import SQL

from ..core.subject import excerpts

# Bodies read by one statement, so that none holds a snapshot for long.
SLICE = 20_000
# Texts of records that a person may be named in: model → columns. All have a company.
TEXTS = {
    "logistics.shipment": ("signed_by",),
    "logistics.event": ("signed_by", "raw_text", "place_name"),
    "logistics.shipment.reference": ("value",),
    "logistics.shipment.stop": ("name",),
    "logistics.exception": ("name", "detail", "outcome", "reference"),
    "logistics.message": ("error_text",),
}
# Records whose chatter may quote a partner's words: model → its company by SQL.
NOTED = {
    "logistics.shipment": "SELECT id FROM logistics_shipment WHERE company_id = ANY(%s)",
    "logistics.exception": "SELECT id FROM logistics_exception WHERE company_id = ANY(%s)",
    "stock.picking": "SELECT r.picking_id FROM logistics_shipment_picking_rel r "
    "JOIN logistics_shipment s ON s.id = r.shipment_id WHERE s.company_id = ANY(%s)",
}


@dataclass(slots=True)
class Found:
    """Recordsets (superuser), by what they are; ``parts``: message id → excerpts that name the
    person. ``held`` (records under legal hold) and ``busy`` (messages that are not worked yet) are
    among them, and are not erased."""

    shipments: object  # of which the person is the consignee
    events: object
    references: object
    stops: object
    exceptions: object
    messages: object
    notes: object
    documents: object
    parts: dict = field(default_factory=dict)
    held: dict = field(default_factory=dict)
    busy: object = None

    def counts(self):
        """How many records of each kind, in the order of the screen."""
        kinds = (
            "shipments",
            "events",
            "messages",
            "references",
            "stops",
            "exceptions",
            "notes",
            "documents",
        )
        return {kind: len(getattr(self, kind)) for kind in kinds}


class Finder:
    """Finds what the tables of ``companies`` hold of a person.

    :param env: any environment; everything is read as superuser, within the companies
    :param Subject subject: names, addresses and numbers; may be empty where a partner is given
    :param partner: res.partner or an empty recordset; its own contacts are meant, too
    """

    def __init__(self, env, companies, subject, partner):
        self.env = env(su=True, context={**env.context, "active_test": False})
        self.companies = companies.ids
        self.subject = subject
        self.partners = (
            self.env["res.partner"].search([("id", "child_of", partner.ids)])
            if partner
            else self.env["res.partner"]
        )

    def find(self):
        """:rtype: Found"""
        named = {model: self._by_text(model, columns) for model, columns in TEXTS.items()}
        shipments = self._by_partner("logistics.shipment") | named["logistics.shipment"]
        stops = self._by_partner("logistics.shipment.stop") | named["logistics.shipment.stop"]
        own = self._by_partner("logistics.shipment")
        events = named["logistics.event"] | own.event_ids
        parts = self._bodies()
        messages = self.env["logistics.message"].browse(sorted(parts)) | named["logistics.message"]
        touched = shipments | events.shipment_id
        found = Found(
            shipments=shipments,
            events=events,
            references=named["logistics.shipment.reference"],
            stops=stops,
            exceptions=named["logistics.exception"],
            messages=messages,
            notes=self._notes(),
            documents=self._documents(touched),
            parts=parts,
        )
        self._set_aside(found)
        return found

    def _by_partner(self, model):
        if not self.partners:
            return self.env[model]
        return self.env[model].search(
            [("partner_id", "in", self.partners.ids), ("company_id", "in", self.companies)]
        )

    def _pattern(self):
        return "|".join(f"(?:{anchor})" for anchor in self.subject.anchors())

    def _by_text(self, model, columns):
        """Records of which a text names the person."""
        records = self.env[model]
        if not self.subject:
            return records
        records.flush_model([*columns, "company_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %(columns)s FROM %(table)s WHERE company_id = ANY(%(companies)s) "
                "AND encode(convert_to(concat_ws(' ', %(columns)s), 'UTF8'), 'escape') "
                "~* %(pattern)s",
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                table=SQL.identifier(records._table),
                companies=self.companies,
                pattern=self._pattern(),
            )
        )
        return records.browse(
            row[0] for row in rows if any(self.subject.is_in(text or "") for text in row[1:])
        )

    def _bodies(self):
        """Messages whose body or headers name the person: id → the parts that do."""
        if not self.subject:
            return {}
        self.env.cr.execute("SELECT max(message_id) FROM logistics_message_body")
        last = self.env.cr.fetchone()[0] or 0
        parts = {}
        for first in range(0, last + 1, SLICE):
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT b.message_id, b.content, b.headers::text
                    FROM logistics_message_body b
                    JOIN logistics_message m ON m.id = b.message_id
                    WHERE b.message_id >= %s AND b.message_id < %s AND m.company_id = ANY(%s)
                          AND b.content IS NOT NULL
                          AND (encode(b.content, 'escape') ~* %s OR b.headers::text ~* %s)
                    """,
                    first,
                    first + SLICE,
                    self.companies,
                    self._pattern(),
                    self._pattern(),
                )
            )
            for message_id, content, headers in rows:
                named = excerpts(bytes(content), self.subject)
                if self.subject.is_in(headers or ""):
                    named.append({"headers": headers})
                if named:
                    parts[message_id] = named
        return parts

    def _notes(self):
        """Messages in the chatter that name the person."""
        if not self.subject:
            return self.env["mail.message"]
        ids = []
        for model, records in NOTED.items():
            rows = self.env.execute_query(
                SQL(
                    "SELECT id, body FROM mail_message WHERE model = %s AND res_id IN (%s) "
                    "AND encode(convert_to(coalesce(body, ''), 'UTF8'), 'escape') ~* %s",
                    model,
                    SQL(records, self.companies),
                    self._pattern(),
                )
            )
            ids += [row[0] for row in rows if self.subject.is_in(row[1])]
        return self.env["mail.message"].browse(ids)

    def _documents(self, shipments):
        """Documents that came with events of these shipments, wherever they are filed."""
        return self.env["ir.attachment"].search(
            [
                ("logistics_personal", "=", True),
                "|",
                "&",
                ("res_model", "=", "logistics.shipment"),
                ("res_id", "in", shipments.ids),
                "&",
                ("res_model", "=", "stock.picking"),
                ("res_id", "in", shipments.picking_ids.ids),
            ]
        )

    def _set_aside(self, found):
        """Take out what must not be erased: legal holds (GDPR art. 17(3)(e)), messages in work."""
        shipments = found.shipments | found.events.shipment_id | found.stops.shipment_id
        shipments |= found.references.shipment_id
        held = shipments.filtered("retention_hold")
        held_events = found.events.filtered(
            lambda event: event.shipment_id in held or event.connection_id.retention_hold
        )
        held_messages = found.messages.filtered(
            lambda message: (
                message.connection_id.retention_hold
                or any(event.shipment_id.retention_hold for event in message.event_ids)
            )
        )
        held_documents = found.documents.filtered(
            lambda document: (
                (document.res_model == "logistics.shipment" and document.res_id in held.ids)
                or (
                    document.res_model == "stock.picking"
                    and document.res_id in held.picking_ids.ids
                )
            )
        )
        held_exceptions = found.exceptions.filtered(
            lambda exception: (
                exception.shipment_id.retention_hold or exception.connection_id.retention_hold
            )
        )
        found.held = {
            "shipments": found.shipments & held,
            "events": held_events,
            "messages": held_messages,
            "references": found.references.filtered(lambda r: r.shipment_id in held),
            "stops": found.stops.filtered(lambda s: s.shipment_id in held),
            "documents": held_documents,
            "exceptions": held_exceptions,
            "notes": found.notes.filtered(lambda note: self._is_held_note(note, held_exceptions)),
        }
        found.busy = found.messages.filtered(
            lambda message: message.state in ("received", "processing")
        )

    def _is_held_note(self, note, held_exceptions):
        """Whether a note in the chatter is about something under legal hold."""
        record = self.env[note.model].browse(note.res_id)
        if note.model == "logistics.exception":
            return (
                record in held_exceptions
                or record.shipment_id.retention_hold
                or record.connection_id.retention_hold
            )
        if note.model == "stock.picking":
            return any(record.shipment_ids.mapped("retention_hold"))
        return record.retention_hold
