from odoo import fields, models
from odoo.addons.logistics_connector_base.core.jsonsafe import clean_text

from ...core import release as core

# What an answer means for the shipment, where its own message has not said so.
EVENTS = {"accepted": "ORD_RELEASE_ACK", "rejected": "ORD_RELEASE_REJ"}


class LogisticsRelease(models.Model):
    """What the warehouse answers. It may come in any order, twice, and by several ways: in the
    answer to the call, by an acknowledgement, by an advice."""

    _inherit = "logistics.release"

    def _take_accepted(self, version=None, words="", at=None):
        """The warehouse works it. As superuser, as all of these.

        :param version: of what it speaks; None: of the last that it was told
        :param str words: its own
        :param datetime at: naive UTC, when it said so; None: now
        :return: whether that was new
        """
        return self._take("accepted", version, words, at)

    def _take_rejected(self, version=None, words="", at=None):
        """The warehouse does not work it: bad data, no stock, an address that it cannot serve."""
        return self._take("rejected", version, words, at)

    def _take_cancelled(self, version=None, words="", at=None):
        """The warehouse will not work it (any more)."""
        return self._take("cancelled", version, words, at)

    def _take_too_late(self, version=None, words="", at=None):
        """It was too late to change, or to call off, what the warehouse works."""
        return self._take("too_late", version, words, at)

    def _take_closed(self):
        """The transfer is done. What waits to be told is taken back: the goods have moved."""
        for release in self.filtered(lambda one: one.state not in core.OVER):
            release._withdraw()
            release.write({"state": core.CLOSED, "reasons": False, "leaves_at": False})
            release._settle(self.env._("The transfer was done."))
        return True

    def _take(self, answer, version, words, at):
        self.ensure_one()
        row = self._version_spoken_of(answer, version)
        at = at or fields.Datetime.now()
        words = clean_text(words or "", 500)
        if row and row.answer and self._is_stale(row, answer, at):
            return False
        if row:
            row.write({"answer": answer, "answered_at": at, "words": words})
        asked = self.version_ids.filtered(lambda one: one.type == "cancel")
        is_latest = not version or version >= self._told().version
        state = core.answered(
            self.state, answer, is_latest, bool(asked), "cancelled" in asked.mapped("answer")
        )
        before, self.state = self.state, state
        if state != before or answer in ("accepted", "rejected"):
            self._follow_answer(answer, before, is_latest, words, at)
        return True

    def _is_stale(self, row, answer, at):
        """Whether an answer is known, or older than the one that is: the order in which answers
        reach us decides nothing."""
        if row.answer == answer:
            return True
        return row.answer == "cancelled" if row.type == "cancel" else at < row.answered_at

    def _version_spoken_of(self, answer, version):
        """The row that an answer settles: a cancellation by what was asked last."""
        rows = self.version_ids.filtered(lambda row: not row.is_withdrawn).sorted("id")
        asked = rows.filtered(lambda row: row.type == "cancel")
        if asked and answer in ("cancelled", "too_late"):
            return asked[-1]
        rows -= asked
        return rows.filtered(lambda row: row.version == version)[-1:] if version else rows[-1:]

    def _follow_answer(self, answer, before, is_latest, words, at):
        shipment = self.shipment_id
        if is_latest and shipment and answer in EVENTS and self.state in (answer, before):
            self._note_event(EVENTS[answer], words, at)
        if answer == "accepted" and self.state == core.ACCEPTED:
            self._settle(self.env._("The warehouse accepted it."))
        elif self.state == core.CANCELLED:
            self._settle(self.env._("The warehouse cancelled it."))
        elif self.state == core.REJECTED and before != core.REJECTED:
            what = (
                self.env._("The warehouse cancelled it by itself: %s", words or "-")
                if answer == "cancelled"
                else self.env._("The warehouse rejected it: %s", words or "-")
            )
            self._report("release_refused", what)
        elif self.state == core.TOO_LATE and before != core.TOO_LATE:
            self._report("release_too_late", self._both_sides(words))

    def _note_event(self, code, words, at):
        """A fact of the shipment that no message of the warehouse has told as one: the detectors
        look there."""
        told = self.version_ids.filtered(lambda row: row.type != "cancel")[:1].told_at
        known = self.shipment_id.event_ids.filtered(
            lambda event: (
                event.code == code
                and event.standing == "active"
                and (not told or not event.received_at or event.received_at >= told)
            )
        )
        if not known:
            self.shipment_id._record_own_event(code, at, words or self.picking_id.name)

    def _both_sides(self, words):
        """What Odoo has, and what the warehouse says, for whoever has to bring them together."""
        picking = self.picking_id
        ours = (
            self.env._("Odoo: %s was cancelled.", picking.name)
            if picking.state == "cancel"
            else self.env._("Odoo: %s was changed after it was released.", picking.name)
        )
        theirs = self.env._("Warehouse: too late, it is worked. %s", words or "").strip()
        return f"{ours}\n{theirs}"
