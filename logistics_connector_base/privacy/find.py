"""Where a person is named, in the tables of some companies."""

from dataclasses import dataclass, field

from odoo.tools import SQL

from .slices import BODIES, NOTES, TEXTS, Slices

# What is worked or sent yet needs its body.
BUSY = ("received", "processing", "scheduled", "pending", "sending", "doubt")


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
        self.slices = Slices(self.env, self.companies, subject)
        self.partners = (
            self.env["res.partner"].search([("id", "child_of", partner.ids)])
            if partner
            else self.env["res.partner"]
        )

    def find(self, progress):
        """Whatever of the hits still names the person, and what belongs to the partner.

        :param dict progress: of a search that looked at everything
        :rtype: Found
        """
        named = {model: self._still_named(model, progress) for model in (*TEXTS, NOTES)}
        own = self._by_partner("logistics.shipment")
        shipments = own | named["logistics.shipment"]
        stops = self._by_partner("logistics.shipment.stop") | named["logistics.shipment.stop"]
        events = named["logistics.event"] | own.event_ids
        parts = self._hits(BODIES, progress)
        messages = self.env["logistics.message"].browse(sorted(parts)) | named["logistics.message"]
        found = Found(
            shipments=shipments,
            events=events,
            references=named["logistics.shipment.reference"],
            stops=stops,
            exceptions=named["logistics.exception"],
            messages=messages,
            notes=named[NOTES],
            documents=self._documents(shipments | events.shipment_id),
            parts=parts,
        )
        self._set_aside(found)
        return found

    def _still_named(self, model, progress):
        return self.env[model].browse(sorted(self._hits(model, progress)))

    def _hits(self, source, progress):
        ids = progress["hits"].get(source)
        if not ids:
            return {}
        name = SQL.identifier("message_id" if source == BODIES else "id")
        return self.slices.named(source, SQL("%s = ANY(%s)", name, ids))

    def _by_partner(self, model):
        if not self.partners:
            return self.env[model]
        return self.env[model].search(
            [("partner_id", "in", self.partners.ids), ("company_id", "in", self.companies)]
        )

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
        found.busy = found.messages.filtered(lambda message: message.state in BUSY)

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
