from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError

UNKNOWN_PRODUCT, AMBIGUOUS_PRODUCT, UNKNOWN_UNIT = (
    "unknown_product",
    "ambiguous_product",
    "unknown_unit",
)


class Goods(NamedTuple):
    """What a partner's words mean: ids of product.product and uom.uom, or ``trouble``: why not."""

    product_id: int = 0
    uom_id: int = 0
    trouble: str = ""


class LogisticsItemCode(models.Model):
    """How a partner calls one of our products, or one of its units, where it does not use our
    internal reference or barcode, or counts in units of its own."""

    _name = "logistics.item.code"
    _description = "Partner's Item Code"
    _order = "connection_id, code, unit, id"
    _rec_name = "code"
    _check_company_auto = True
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    code = fields.Char(
        "Their code", required=True, help="As it stands in their messages, capitals included."
    )
    unit = fields.Char(
        "Their unit",
        help="As it stands in their messages, such as “CS”. Empty: whatever unit they name, and "
        "where they name none.",
    )
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="cascade", check_company=True
    )
    uom_id = fields.Many2one(
        "uom.uom",
        "Our unit",
        compute="_compute_uom_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        ondelete="restrict",
        help="One of their units is one of these: a case of twelve, for instance.",
    )

    _code_uniq = models.UniqueIndex(
        "(connection_id, code, COALESCE(unit, ''))", "This code of the partner is there already."
    )

    @api.depends("product_id")
    def _compute_uom_id(self):
        for code in self:
            if not code.uom_id:
                code.uom_id = code.product_id.uom_id

    @api.constrains("product_id", "uom_id")
    def _check_uom(self):
        for code in self.filtered("uom_id"):
            if not code.uom_id._has_common_reference(code.product_id.uom_id):
                raise ValidationError(
                    self.env._(
                        "%(product)s is kept in %(unit)s: “%(other)s” cannot be converted to that.",
                        product=code.product_id.display_name,
                        unit=code.product_id.uom_id.name,
                        other=code.uom_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        codes = super().create(vals_list)
        codes._wake_waiting()
        return codes

    def write(self, vals):
        result = super().write(vals)
        self._wake_waiting()
        return result

    def _wake_waiting(self):
        """What could not be understood before may be by now."""
        self.env["logistics.advice.desk"].sudo()._wake_waiting(self.connection_id)

    @api.model
    def _understand(self, connection, words):
        """What a partner means by its words for goods, all asked for at once. As superuser.

        By its own code, our internal reference, our barcode (a packaging's names the unit as well),
        or the number that a release gives to a product that has none of these ("#12").

        :param words: iterable of (product, barcode, unit), "" for what was not said
        :return: dict, words → :class:`Goods`; a unit that is not said is the product's own
        """
        words = set(words)
        products = self._by_number({name for name, _barcode, _unit in words if name}, connection)
        barcodes, packagings = self._by_barcode(
            {barcode or name for name, barcode, _unit in words}, connection
        )
        codes = self.search([("connection_id", "=", connection.id)])
        codes = {(code.code, code.unit or ""): code for code in codes}
        found = {}
        for name, barcode, unit in words:
            code = codes.get((name, unit)) or codes.get((name, ""))
            if code:
                found[name, barcode, unit] = Goods(code.product_id.id, code.uom_id.id)
                continue
            packaging = packagings.get(barcode) or packagings.get(name)
            meant = products.get(name) or barcodes.get(name) or self.env["product.product"]
            # A reference and a barcode that name different products name none.
            other = barcodes.get(barcode) or (packaging and packaging.product_id) or meant
            if other != meant:  # else it stays one of many that are read together
                meant |= other
            if not meant:
                found[name, barcode, unit] = Goods(trouble=UNKNOWN_PRODUCT)
            elif len(meant) > 1:
                found[name, barcode, unit] = Goods(trouble=AMBIGUOUS_PRODUCT)
            else:
                found[name, barcode, unit] = self._in_unit(meant, unit, packaging)
        return found

    @api.model
    def _in_unit(self, product, unit, packaging):
        if not unit:
            # The barcode of a case is on the case: it is counted in cases.
            own = packaging.uom_id if packaging and packaging.product_id == product else None
            # By the template: what is related is computed for each product by itself.
            return Goods(product.id, (own or product.product_tmpl_id.uom_id).id)
        units = product.uom_id | product.uom_ids | product.uom_id.search([("name", "=", unit)])
        for uom in units:
            if uom.name == unit and uom._has_common_reference(product.uom_id):
                return Goods(product.id, uom.id)
        return Goods(product.id, trouble=UNKNOWN_UNIT)

    @api.model
    def _by_number(self, names, connection):
        """Products by internal reference, and by the number that a release gave them."""
        found = self._products([("default_code", "in", list(names))], connection).grouped(
            "default_code"
        )
        numbers = {int(name[1:]): name for name in names if name[:1] == "#" and name[1:].isdigit()}
        for product in self._products([("id", "in", list(numbers))], connection):
            found[numbers[product.id]] = product
        return found

    @api.model
    def _by_barcode(self, barcodes, connection):
        barcodes = [barcode for barcode in barcodes if barcode]
        products = self._products([("barcode", "in", barcodes)], connection).grouped("barcode")
        packagings = self.env["product.uom"].search([("barcode", "in", barcodes)])
        served = connection._served_companies()
        packagings = packagings.filtered(lambda one: not one.company_id or one.company_id in served)
        return products, {packaging.barcode: packaging for packaging in packagings}

    @api.model
    def _names(self, connection, products):
        """How a partner calls our products, where it has names of its own. As superuser.

        :return: dict, product → (its code, our unit in which it counts)
        """
        found = {}
        # What it says without a unit says most: a code for cases alone is taken where there is
        # no other.
        for code in self.search(
            [("connection_id", "=", connection.id), ("product_id", "in", products.ids)]
        ).sorted(lambda one: (bool(one.unit), one.id)):
            found.setdefault(code.product_id, (code.code, code.uom_id))
        return found

    @api.model
    def _products(self, domain, connection):
        companies = [False, *connection._served_companies().ids]
        # A snapshot speaks of tens of thousands: nothing is read of them but what is looked at.
        products = self.env["product.product"].search_fetch(
            [*domain, ("company_id", "in", companies)],
            ["default_code", "barcode", "product_tmpl_id"],
        )
        products.product_tmpl_id.fetch(["uom_id", "is_storable", "tracking"])
        return products
