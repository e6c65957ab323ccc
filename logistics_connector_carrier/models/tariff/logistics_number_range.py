from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from psycopg2.errors import SerializationFailure

from ...core import numbers as core

TRIES = 5
MOST = 2_000_000_000  # of an integer column
# To wait for a row ends, in Odoo's isolation, with an error for all who waited; one waits for a
# table before the transaction has looked at anything. It is in nobody's way but other drawers'.
QUEUE = "LOCK TABLE logistics_number_range IN SHARE UPDATE EXCLUSIVE MODE"
NEXT = """
SELECT id, given, capacity, warn_left, prefix, suffix, number_from, check_method
FROM logistics_number_range
WHERE connection_id = %s AND active AND given < capacity
ORDER BY sequence, id FOR NO KEY UPDATE
"""


class LogisticsNumberRange(models.Model):
    """Numbers that a carrier without an interface lets us give to parcels. Each is given once."""

    _name = "logistics.number.range"
    _description = "Range of Parcel Numbers"
    _order = "connection_id, sequence, id"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    name = fields.Char(compute="_compute_name")
    sequence = fields.Integer(default=10, help="The first that has numbers left is used.")
    active = fields.Boolean(default=True)
    connection_id = fields.Many2one(
        "logistics.connection", "Carrier's account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    prefix = fields.Char(default="", help="Before each number, such as RR.")
    suffix = fields.Char(default="", help="After each number, such as DE.")
    number_from = fields.Char(
        "From", required=True, help="With the zeros in front, without check digit: 00400000."
    )
    number_to = fields.Char("To", required=True, help="The last one, included.")
    check_method = fields.Selection(
        [
            ("none", "None"),
            ("s10", "Post (UPU S10, modulo 11)"),
            ("gs1", "GS1 (modulo 10, weights 3 and 1)"),
            ("mod10", "Identcode (modulo 10, weights 4 and 9)"),
            ("mod7", "Modulo 7"),
        ],
        "Check digit",
        required=True,
        default="none",
    )
    given = fields.Integer(required=True, default=0, readonly=True, copy=False)
    capacity = fields.Integer(compute="_compute_capacity", store=True)
    left = fields.Integer(compute="_compute_left")
    next_number = fields.Char("Next", compute="_compute_left")
    warn_left = fields.Integer(
        "Warn below", default=200, help="Whoever is responsible gets a task when fewer are left."
    )
    user_id = fields.Many2one("res.users", "Responsible", default=lambda self: self.env.user)

    _given_check = models.Constraint(
        "CHECK(given >= 0 AND given <= capacity)", "More numbers were given than it has."
    )

    @api.depends("prefix", "suffix", "number_from", "number_to")
    def _compute_name(self):
        for one in self:
            ends = (f"{one.prefix or ''}{end or '?'}" for end in (one.number_from, one.number_to))
            one.name = "–".join(ends) + (one.suffix or "")

    @api.depends("number_from", "number_to")
    def _compute_capacity(self):
        for one in self:
            first, last = one.number_from or "", one.number_to or ""
            is_range = first.isdecimal() and last.isdecimal()
            one.capacity = min(max(int(last) - int(first) + 1, 0), MOST) if is_range else 0

    @api.depends("given", "capacity", "prefix", "suffix", "number_from", "check_method")
    def _compute_left(self):
        for one in self:
            one.left = one.capacity - one.given
            one.next_number = one._number(one.given) if one.left > 0 else False

    def _number(self, offset):
        try:
            serial = core.serial_of(self.number_from, offset)
            return core.number_of(self.prefix or "", serial, self.check_method, self.suffix or "")
        except (ValueError, OverflowError):
            return False

    @api.constrains("number_from", "number_to", "prefix", "suffix", "check_method")
    def _check_range(self):
        for one in self:
            first, last = one.number_from, one.number_to
            if not (first.isdecimal() and last.isdecimal() and first.isascii() and last.isascii()):
                raise ValidationError(self.env._("“From” and “To” are digits only."))
            if len(first) != len(last) or last < first:
                raise ValidationError(
                    self.env._(
                        "“%(first)s” and “%(last)s” are no range: both have the same number of "
                        "digits, and the last is not before the first.",
                        first=first,
                        last=last,
                    )
                )
            if one.check_method == "s10" and len(first) != core.S10_DIGITS:
                raise ValidationError(
                    self.env._("A number of the post (S10) has eight digits before the check.")
                )
            one._check_overlap()

    def _check_overlap(self):
        others = self.with_context(active_test=False).search(
            [("connection_id", "=", self.connection_id.id), ("id", "!=", self.id)]
        )
        ours = (self.prefix or "", self.suffix or "", len(self.number_from))
        for other in others:
            theirs = (other.prefix or "", other.suffix or "", len(other.number_from))
            is_apart = other.number_to < self.number_from or other.number_from > self.number_to
            if ours == theirs and not is_apart:
                raise ValidationError(
                    self.env._("Numbers of this range are in “%s” as well.", other.name)
                )

    def write(self, vals):
        fixed = {"connection_id", "prefix", "suffix", "number_from", "check_method"} & set(vals)
        for one in self:
            changed = any(vals[name] != one._plain(name) for name in fixed)
            if one.given and changed:
                raise UserError(
                    self.env._("Numbers of “%s” were given already: make a new range.", one.name)
                )
        if "given" in vals:
            raise UserError(self.env._("Which numbers were given is counted by itself."))
        return super().write(vals)

    def _plain(self, name):
        value = self[name]
        return value.id if name == "connection_id" else value

    @api.ondelete(at_uninstall=False)
    def _unlink_except_given(self):
        if any(one.given for one in self):
            raise UserError(
                self.env._("Numbers of this range were given. Archive it: none is given again.")
            )

    # -- giving -------------------------------------------------------------------------------

    @api.model
    def _draw(self, connection, count):
        """Numbers for so many parcels, in a transaction of its own: what is given stays given, also
        when the booking is rolled back, and nobody waits for another one's booking.

        :param connection: the ``logistics.connection``
        :return: list of numbers
        :raises UserError: there are not enough left
        """
        self.flush_model()
        numbers, spent = self._take_apart(connection.id, count)
        self.invalidate_model(["given"])
        if len(numbers) < count:
            raise UserError(self._none_left(connection))
        for range_id, left, warn_left in spent:
            if left < warn_left:
                self.sudo().browse(range_id)._warn(left)
        return numbers

    def _take_apart(self, connection_id, count):
        for attempt in range(1, TRIES + 1):
            try:
                with self.env.registry.cursor() as cr:
                    return _take(cr, connection_id, count)
            except SerializationFailure:
                # Somebody has just changed a range.
                if attempt == TRIES:
                    raise
        return [], []

    @api.model
    def _none_left(self, connection):
        return self.env._(
            "“%s” has no parcel numbers left. An administrator adds a range of numbers to the "
            "account.",
            connection.name,
        )

    def _warn(self, left):
        """A task for whoever is responsible, once."""
        connection = self.connection_id
        summary = self.env._("Few parcel numbers left: %s", self.name)
        if connection.activity_ids.filtered(lambda one: one.summary == summary):
            return
        connection.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=self.env._(
                "%s numbers are left. Ask the carrier for a new range, and add it.", left
            ),
            user_id=(self.user_id or connection.create_uid).id,
        )


def _take(cr, connection_id, count):
    """Lock the ranges that have numbers, and take from the first ones: (numbers, [(range, left,
    limit of warning)]). Too few: none is taken.
    """
    cr.execute(QUEUE)
    cr.execute(NEXT, (connection_id,))
    numbers, spent = [], []
    for row in cr.fetchall():
        range_id, given, capacity, warn_left, prefix, suffix, first, check = row
        part = min(count - len(numbers), capacity - given)
        numbers += [
            core.number_of(prefix or "", core.serial_of(first, given + n), check, suffix or "")
            for n in range(part)
        ]
        spent.append((range_id, capacity - given - part, warn_left or 0, part))
        if len(numbers) == count:
            break
    if len(numbers) < count:
        return [], []
    for range_id, _left, _warn_left, part in spent:
        cr.execute(
            "UPDATE logistics_number_range SET given = given + %s WHERE id = %s", (part, range_id)
        )
    return numbers, [one[:3] for one in spent]
