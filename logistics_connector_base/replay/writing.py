"""Writing what messages say today: new facts are appended, known ones get today's reading."""

from odoo.tools import SQL

from ..core.identity import normalise_number
from ..inbox.contenders import Contenders
from ..inbox.writing import Writer

# What of a stored fact follows from the mapping of its code.
MEANING = ("code_id", "reason_id", "reason_stated", "mapping_id", "classifier", "is_unmapped")
# What the fingerprint leaves out, as the message that told it first words it.
WORDS = (
    "occurred_offset",
    "zone_assumed",
    "recorded_at",
    "estimated_delivery_at",
    "city",
    "state_name",
    "country_code",
    "stop_sequence",
    "tracking_number",
    "shipment_key",
)
# Of these nothing comes back once it was erased on a person's request.
PERSONAL = ("raw_text", "place_name", "zip", "latitude", "longitude")
# Left alone where a person has decided about the time.
DOUBTFUL = ("is_implausible",)
STANDING_RIVALS = """
SELECT e.id FROM logistics_event e
JOIN logistics_connection c ON c.id = e.connection_id
WHERE e.issuer = %s AND e.source_id = %s AND COALESCE(e.revision, '') = %s
      AND c.company_id = %s AND COALESCE(c.partner_id, 0) = %s
      AND e.unsaid_by_id IS NULL AND e.is_disputed IS NOT TRUE AND e.id <> ALL(%s)
      AND e.fingerprint <> %s
"""


class RepeatWriter(Writer):
    """Writes items of messages that were worked before.

    After :meth:`append`: ``touched`` are ids of events that are new, came back, found their
    shipment or mean something else; ``unmapped`` those whose code nobody knows since; ``mapped``
    those whose code is known since; ``timed`` those whose time is plausible since.
    """

    def __init__(self, env, items, now, meanings, told):
        super().__init__(env, items, now, meanings)
        self.told = told
        self.touched, self.unmapped, self.mapped, self.timed = set(), set(), set(), set()
        self.new = {}

    def append(self):
        self.fading = self._fading()
        return super().append()

    def _fading(self):
        """Ids of events that nobody tells after this."""
        prints = {item.fingerprint for item in self.items}
        contents = {(item.fingerprint, item.content) for item in self.items}
        fading = set()
        for event_id in self.told.alone():
            print_ = self.told.readings[event_id].fingerprint
            content = self.told.contents[event_id]
            # Under one id and revision another content: a fact of its own, see Contenders.
            revised = self.told.readings[event_id].source_id and (
                self.told.readings[event_id].revision
            )
            if print_ not in prints or (revised and content and (print_, content) not in contents):
                fading.add(event_id)
        return fading

    def _find_contenders(self):
        """A message does not contradict what only it said before."""
        Contenders(self.env, self.items).find()
        prints = {item.fingerprint for item in self.items}
        faded = {self.told.readings[event_id].fingerprint for event_id in self.fading}
        for item in self.items:
            if not item.is_disputed or (item.rival in prints and item.rival not in faded):
                continue
            connection = item.message.connection_id
            self.env.cr.execute(
                STANDING_RIVALS,
                (
                    item.parsed.issuer,
                    item.parsed.source_id,
                    item.parsed.revision or "",
                    item.message.company_id.id,
                    connection.partner_id.id or 0,
                    list(self.fading),
                    item.fingerprint,
                ),
            )
            if not self.env.cr.fetchone():
                item.is_disputed, item.rival = False, None

    def _keep_tellings(self, rows, new, known):
        self.new = new
        kept = super()._keep_tellings(rows, new, known)
        self.touched |= set(new.values())
        self.touched |= {first.id for first in known.values() if first.unsaid_by_id}
        self._keep_new_shipments(known)
        self._correct(rows, known)
        return kept

    def _settle_meanings(self, new):
        """Once it is known who tells what no more: see the batch."""

    def _keep_new_shipments(self, known):
        """Events that waited and have found their shipment."""
        for item in self.items:
            first = known.get(item.fingerprint)
            if first and not first.shipment_id and item.shipment_id:
                self.touched.add(first.id)

    def _correct(self, rows, known):
        """Bring known events in line with what their message says today."""
        told = {}
        for item in self.items:
            first = known.get(item.fingerprint)
            if first:
                told.setdefault(first.id, {}).setdefault(item.message.id, item)
        stored = self._stored([first.id for first in known.values()])
        names = (*MEANING, *WORDS, *PERSONAL, *DOUBTFUL)
        for print_, first in known.items():
            tellers = told[first.id]
            item, columns = tellers.get(self._owner(first, tellers)), names
            if item is None:  # only others tell it now: the code means the same, words are its own
                item, columns = next(iter(tellers.values())), MEANING
            wanted = self._row_of(item, rows[print_])
            self._write_changed(stored[first.id], wanted, columns)

    def _owner(self, first, tellers):
        """The message whose words a known event has: the one that told it first or, where that one
        tells it no more, the one that comes after it.

        :param tellers: ids of the messages worked now that tell it, in their order
        """
        if first.unsaid_by_id:
            return next(iter(tellers))
        if first.message_id in tellers or first.message_id not in self.told.by_message:
            return first.message_id
        read = set(self.told.by_message)
        return min((self.told.tellers.get(first.id, set()) - read) | set(tellers))

    def _row_of(self, item, row):
        if row["message_id"] == item.message.id:
            return row
        codes = self.env["logistics.event.code"]._ids_by_code()
        return self._row(item, codes, {item.shipment_id: (row["company_id"], row["warehouse_id"])})

    def _stored(self, ids):
        names = (*MEANING, *WORDS, *PERSONAL, *DOUBTFUL)
        self.env.cr.execute(
            SQL(
                "SELECT id, erased_at, decision, stated_at, %s FROM logistics_event "
                "WHERE id = ANY(%s)",
                SQL(", ").join(map(SQL.identifier, names)),
                ids,
            )
        )
        return {row["id"]: row for row in self.env.cr.dictfetchall()}

    def _write_changed(self, stored, wanted, columns):
        if stored["reason_stated"] and not wanted["reason_stated"] and columns == MEANING:
            wanted = {**wanted, "reason_id": stored["reason_id"], "reason_stated": True}
        changed = {
            name: wanted[name] if wanted[name] is not None else False
            for name in columns
            if _plain(wanted[name]) != _plain(stored[name])
            and not (name in PERSONAL and stored["erased_at"])
            and not (name in DOUBTFUL and stored["decision"])
            and not (name == "recorded_at" and wanted[name] is None)
        }
        if not changed:
            return
        self.env["logistics.event"].browse(stored["id"]).write(changed)
        self.touched.add(stored["id"])
        if "is_unmapped" in changed:
            (self.unmapped if changed["is_unmapped"] else self.mapped).add(stored["id"])
        if "is_implausible" in changed and not changed["is_implausible"]:
            self.timed.add(stored["id"])

    def inherit(self, item, old):
        """Give a new event what hangs on the one in whose place it came: the shipment that somebody
        linked, and what a person decided.

        :param old: the logistics.event that its message does not tell any more
        :return: whether a decision was taken over
        """
        event = self.env["logistics.event"].browse(item.event_id)
        same = normalise_number(old.tracking_number or "") == normalise_number(item.number or "")
        if same and old.shipment_id and not item.shipment_id and not event.shipment_id:
            item.shipment_id = old.shipment_id.id
            event._attach_rows(old.shipment_id)
        if not old.decision or event.decision:
            return False
        values = {
            "decision": old.decision,
            "decided_by_id": old.decided_by_id.id,
            "decided_at": old.decided_at,
            "decision_note": old.decision_note,
            "is_disputed": False,
        }
        if old.decision == "accepted":
            values["is_implausible"] = old.is_implausible
        if old.stated_at:
            values |= {"stated_at": event.occurred_at, "occurred_at": old.occurred_at}
        event.write(values)
        return True


def _plain(value):
    """A value in the way in which two are compared: what is empty, or nought, is nothing."""
    if value and not isinstance(value, int | str) and not hasattr(value, "isoformat"):
        value = round(float(value), 7)
    return value or None
