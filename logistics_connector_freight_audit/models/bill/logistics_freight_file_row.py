import json

from odoo import api, fields, models


class LogisticsFreightFileRow(models.Model):
    """One row of a file as it stood there. Each is accounted for: it holds charges, is empty, or is
    set aside with a reason."""

    _name = "logistics.freight.file.row"
    _description = "Row of a File of Freight Bills"
    _order = "file_id, number"
    _logistics_scope = "logistics.replay"  # over shipments of all kinds
    _rec_name = "number"
    _log_access = False

    file_id = fields.Many2one(
        "logistics.freight.file", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    bill_id = fields.Many2one(
        "logistics.freight.bill", readonly=True, index="btree_not_null", ondelete="set null"
    )
    number = fields.Integer("Row", readonly=True)
    raw = fields.Text("As it stood there", readonly=True, help="The cells, as JSON.")
    cells = fields.Char("Content", compute="_compute_cells")
    aside_code = fields.Char(readonly=True)
    aside_values = fields.Json(readonly=True)
    aside_reason = fields.Char("Set aside because", compute="_compute_aside_reason")
    aside_amount = fields.Float("Amount at least", digits=(16, 4), readonly=True)
    is_amount_known = fields.Boolean(readonly=True)
    is_settled = fields.Boolean(
        "Settled", readonly=True, help="A person has looked at it and taken care of it."
    )
    flags = fields.Char(readonly=True)

    _place = models.UniqueIndex("(file_id, number)")
    _asides = models.Index("(file_id, number) WHERE aside_code IS NOT NULL")

    @api.depends("raw")
    def _compute_cells(self):
        for row in self:
            row.cells = " · ".join(cell for cell in json.loads(row.raw or "[]") if cell.strip())

    @api.depends("aside_code", "aside_values")
    def _compute_aside_reason(self):
        words = self._aside_words()
        for row in self:
            text = words.get(row.aside_code, row.aside_code)
            row.aside_reason = text % (row.aside_values or {}) if row.aside_code else False

    def _aside_words(self):
        """Why rows are set aside, in the user's language (core.bill.REASONS)."""
        return {
            "amount": self.env._("“%(value)s” in the column %(column)s is not an amount."),
            "amount_missing": self.env._("The row tells no amount (column %(column)s)."),
            "date": self.env._("“%(value)s” in the column %(column)s is not a date."),
            "date_order": self.env._(
                "“%(value)s” may begin with the day or the month. Say which, and read again."
            ),
            "number_missing": self.env._("The row does not say which bill it belongs to."),
            "cells": self.env._("The row has %(count)s cells, and %(expected)s were expected."),
            "currency": self.env._("“%(value)s” is not in %(currency)s, the currency of the bill."),
            "shifted": self.env._(
                "The columns of this row seem shifted: “%(value)s” stands where %(column)s belongs."
            ),
            "quote": self.env._("A quotation mark in line %(first)s is not closed."),
            "unreadable": self.env._("From line %(first)s on, the file cannot be read."),
            "parts": self.env._(
                "The charges of the row make %(parts)s, but the row says %(told)s."
            ),
            "line_type": self.env._("“%(value)s” is a kind of line that is not known."),
            "total_line": self.env._("A total that the file tells, not a charge."),
            "known": self.env._("Bill %(number)s was imported before, with “%(file)s”."),
        }

    def action_settle(self):
        self.filtered("aside_code").sudo().is_settled = True

    def action_open_again(self):
        self.sudo().is_settled = False
