from odoo import api, models

CONTRACT = "logistics.sum"


class LogisticsSum(models.AbstractModel):
    """The contract of sums that must agree. Inherit it (``_inherit = "logistics.sum"``, own
    ``_name``); nothing else has to know.

    Whatever comes in stands somewhere: two tables, or two addons, count the same thing. Each night
    both sides are added up; where they differ, the rows are shown to a person. It needs no addon
    that runs it.
    """

    _name = "logistics.sum"
    _description = "Sums That Must Agree"

    # Model of the rows that may be at fault.
    _subject = None
    _sequence = 100
    # Days before today that are looked at.
    _days = 35
    # Digits of its numbers: 0 where things are counted, 2 where it is money.
    _digits = 0

    # -- what an heir says ----------------------------------------------------------------------

    @api.model
    def _title(self):
        """Its ``_description``, in the reader's language."""
        return self.env["ir.model"].sudo()._get(self._name).name

    @api.model
    def _statement(self):
        """What must be equal, in the words of the trade."""
        raise NotImplementedError

    @api.model
    def _parts(self):
        """The numbers of both sides in order, as ``core.sums.Part``."""
        raise NotImplementedError

    @api.model
    def _numbers(self, since):
        """Both sides, counted.

        :param datetime since: naive UTC; what is older is not looked at
        :return: SQL, a SELECT of ``company_id``, ``part`` (code), ``number``
        """
        raise NotImplementedError

    @api.model
    def _gaps(self, since):
        """The rows at fault.

        :return: SQL, a SELECT of ``id``, ``company_id``, ``why`` (a key of :meth:`_reasons`)
        """
        raise NotImplementedError

    @api.model
    def _reasons(self):
        """Why a row is at fault: code → words."""
        raise NotImplementedError

    # -- what they share ------------------------------------------------------------------------

    @api.model
    def _code(self):
        return self._name.removeprefix("logistics.sum.")

    @api.model
    def _sums(self):
        """Every registered sum: code → model, in their order."""
        names = self.env.registry.descendants([CONTRACT], "_inherit")
        found = sorted(
            (self.env[name] for name in names if name != CONTRACT),
            key=lambda one: (one._sequence, one._name),
        )
        return {one._code(): one for one in found}

    @api.model
    def _counted(self, since):
        """Both sides: (company id, part, number) as superuser, of one snapshot of the database."""
        self.env.flush_all()
        return self.env.execute_query(self._numbers(since))

    @api.model
    def _gap_rows(self, since):
        """The rows at fault: (id, company id, why)."""
        self.env.flush_all()
        return self.env.execute_query(self._gaps(since))
