import pytz
from odoo import fields, models
from odoo.exceptions import UserError

from ...core import pickup as core
from ...core.pickup_checks import problems
from ...engine import pickup_reader
from ...engine.pickup_desk import cancel_message, pickup_message
from .logistics_pickup import ALIVE, EDITABLE


class LogisticsPickup(models.Model):
    """What people do: order it, change it, call it off, decide a doubt."""

    _inherit = "logistics.pickup"

    # -- order --------------------------------------------------------------------------------

    def action_order(self):
        """Have the carrier told, after the commit.

        :raises UserError: the carrier would refuse it; with what is to be mended
        """
        self.check_access("write")
        for pickup in self:
            if pickup.state not in EDITABLE:
                raise UserError(self.env._("%s was ordered already.", pickup.name))
            pickup.sudo()._order_van()
        return True

    def _order_van(self):
        self.ensure_one()
        request = self._request()
        found = self._problems_of(request)
        if found:
            raise UserError("\n".join(found))
        other = self._other_van()
        if other and not self.is_extra:
            state = dict(self._fields["state"]._description_selection(self.env))[other.state]
            raise UserError(
                self.env._(
                    "%(name)s (%(state)s) is for the same day and address. If you want two vans, "
                    "tick “One more that day”.",
                    name=other.name,
                    state=state,
                )
            )
        closing = core.instant_of(request.day, request.closing, request.zone)
        last = self.message_id
        self.write(
            {
                "state": "asked",
                "problem": False,
                "typed_number": False,
                "user_id": self.env.uid,
            }
        )
        self.message_id = self.env["logistics.outbox"]._enqueue(
            self.connection_id._pickup_flow("pickup"),
            pickup_message(request),
            key=self.name,
            once=f"pickup:{self.name}:{last.id or 0}",
            record=self,
            priority=10,
            expires=closing.astimezone(pytz.utc).replace(tzinfo=None),
        )

    def _problems_of(self, request):
        problem = self.connection_id._pickup_problem()
        if problem:
            return [problem]
        rules = pickup_reader.rules_of(self.connection_id.booking_carrier)
        now = fields.Datetime.now().replace(tzinfo=pytz.utc)
        return [one.in_words(self.env._) for one in problems(request, rules, now)]

    def _other_van(self):
        return self.search(
            [
                ("id", "!=", self.id),
                ("connection_id", "=", self.connection_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("day", "=", self.day),
                ("kind", "=", self.kind),
                ("state", "in", ALIVE),
            ],
            limit=1,
        )

    def _request(self):
        """What the carrier is asked for, as it stands. As superuser.

        :rtype: PickupRequest
        """
        parcels = self.booking_ids.parcel_ids
        numbers = [number for number in parcels.mapped("tracking_number") if number]
        heaviest = max(parcels.mapped("weight"), default=0.0)
        return core.PickupRequest(
            reference=self.name,
            day=self.day.isoformat(),
            ready=_clock(self.from_time),
            closing=_clock(self.to_time),
            zone=self.tz,
            address=self.partner_id._booking_party(),
            loads=self._loads(),
            heaviest=heaviest or (self.weight / self.parcel_count if self.parcel_count else 0.0),
            kind=self.kind or "",
            place=(self.place or "").strip(),
            note=(self.note or "").strip(),
            number=numbers[0] if numbers else "",
        )

    def _loads(self):
        """By service and country; where a person counts otherwise, all by the first service."""
        if self.parcel_count < 1:
            return ()
        home = self.partner_id.country_id.code or ""
        parcels = self.booking_ids.parcel_ids
        sums = {}
        for parcel in parcels:
            booking = parcel.booking_id
            country = booking.picking_id.partner_id.country_id.code or home
            count, weight = sums.get((booking.service or "", country), (0, 0.0))
            sums[booking.service or "", country] = (count + 1, weight + parcel.weight)
        is_counted = len(parcels) == self.parcel_count
        if not is_counted or abs(sum(parcels.mapped("weight")) - self.weight) > 0.0005:
            service, country = next(iter(sums), ("", home))
            return (core.Load(service, country, self.parcel_count, round(self.weight, 3)),)
        return tuple(
            core.Load(service, country, count, round(weight, 3))
            for (service, country), (count, weight) in sums.items()
        )

    # -- call off, change ---------------------------------------------------------------------

    def action_cancel(self):
        """Call it off. What has not left never leaves.

        :raises UserError: it is not known yet whether it was ordered, or how it is called off
        """
        self.check_access("write")
        for pickup in self.sudo():
            pickup._call_off_van()
        return True

    def _call_off_van(self):
        self.ensure_one()
        if self.state in EDITABLE or (self.state == "asked" and self.message_id._recall()):
            self.state = "cancelled"
            return
        if self.state in ("asked", "doubt"):
            raise UserError(
                self.env._(
                    "Nobody knows yet whether %s was ordered. Cancel it when that is known.",
                    self.name,
                )
            )
        if self.state != "confirmed":
            return
        connection = self.connection_id
        if not connection._offers_pickup_cancel() or not self.number:
            raise UserError(
                self.env._(
                    "%s can be cancelled on the carrier's site or by telephone only; then press "
                    "“Cancelled by hand”.",
                    self.name,
                )
            )
        cancel = core.PickupCancel(
            number=self.number,
            day=self.day.isoformat(),
            name=self.env.user.name,
            extra=self.extra or {},
        )
        last = self.cancel_message_id
        self.write({"state": "cancel_asked", "problem": False})
        self.cancel_message_id = self.env["logistics.outbox"]._enqueue(
            connection._pickup_flow("pickup_cancel"),
            cancel_message(cancel),
            key=self.name,
            once=f"pickup_cancel:{self.name}:{last.id or 0}",
            record=self,
            correlation_id=self.message_id.correlation_id,
            priority=10,
        )

    def action_change(self):
        """Call it off, and draft another one in its place: carriers change nothing.

        :return: the action that opens the draft
        """
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("asked", "confirmed"):
            raise UserError(self.env._("%s need not be called off to be changed.", self.name))
        draft = self.copy()
        draft.sudo().replaces_id = self
        self.action_cancel()
        return draft._open()

    def action_cancelled_by_hand(self):
        """A person has called it off on the carrier's site."""
        self.check_access("write")
        for pickup in self.sudo():
            if pickup.state != "confirmed":
                raise UserError(self.env._("%s is not confirmed.", pickup.name))
            pickup.write({"state": "cancelled", "problem": False})
            pickup._message_log(
                body=self.env._("%s has called it off with the carrier.", self.env.user.name)
            )
        return True

    # -- decide a doubt -----------------------------------------------------------------------

    def action_was_ordered(self):
        """A person has seen on the carrier's site that it was ordered, under the typed number."""
        self.check_access("write")
        for pickup in self.sudo():
            if pickup.number or pickup.state not in ("doubt", "confirmed"):
                raise UserError(self.env._("%s is not in doubt.", pickup.name))
            number = (pickup.typed_number or "").strip()
            if not number:
                raise UserError(
                    self.env._("Type the confirmation number that the carrier's site shows.")
                )
            if pickup.state == "doubt":
                pickup._settle("delivered", self.env._("Was ordered, says %s", self.env.user.name))
            pickup.write({"state": "confirmed", "number": number, "problem": False})
        return True

    def action_was_not_ordered(self):
        """A person has seen that the carrier has no such order. It may be ordered again."""
        self.check_access("write")
        for pickup in self.sudo():
            if pickup.state != "doubt":
                raise UserError(self.env._("%s is not in doubt.", pickup.name))
            text = self.env._("Was not ordered, says %s", self.env.user.name)
            pickup._settle("dismissed", text)
            pickup.write({"state": "failed", "problem": text})
        return True

    def _settle(self, state, note):
        """Decide the message, unless an answer comes just now. As superuser."""
        message = self.message_id
        message.flush_recordset()
        self.env.cr.execute(
            "UPDATE logistics_message SET state = %s, next_try_at = NULL,"
            " processed_at = now() AT TIME ZONE 'UTC' WHERE id = ("
            "SELECT id FROM logistics_message WHERE id = %s AND state = 'doubt'"
            " FOR UPDATE SKIP LOCKED)",
            (state, message.id),
        )
        if not self.env.cr.rowcount:
            raise UserError(
                self.env._("%s is being looked up just now. Look again in a moment.", self.name)
            )
        message.invalidate_recordset()
        message._note_decision(note)
        message._resolve_outgoing()
        self.env["logistics.outbox"]._wake_after_commit()
        self._message_log(body=note)


def _clock(hours):
    minutes = min(round(hours * 60), 24 * 60 - 1)
    return f"{minutes // 60:02}:{minutes % 60:02}"
