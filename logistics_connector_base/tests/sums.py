"""How sums come out, for tests of each addon's."""

from datetime import datetime

from ..core.sums import totals

EVER = datetime(2000, 1, 1)


class SumsMixin:
    """Of the company of the test."""

    def sum_of(self, code):
        """(difference, {id of a row at fault: why}) of a sum."""
        one = self.env["logistics.sum"].sudo()._sums()[code]
        found = totals(one._parts(), one._counted(EVER)).get(self.company.id)
        gaps = one._gap_rows(EVER)
        reasons = one._reasons()
        self.assertTrue(one._statement())
        self.assertLessEqual({why for _id, _company, why in gaps}, set(reasons))
        return (
            float(found.difference) if found else None,
            {row_id: why for row_id, company_id, why in gaps if company_id == self.company.id},
        )

    def numbers_of(self, code):
        """Part → number of a sum."""
        one = self.env["logistics.sum"].sudo()._sums()[code]
        return {
            name: float(number)
            for name, number in totals(one._parts(), one._counted(EVER))[self.company.id].numbers
            if number
        }
