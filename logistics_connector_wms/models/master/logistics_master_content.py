from datetime import UTC

from odoo import api, models

from ...core import master as core
from ..stock_picking_release import _address


class LogisticsMasterRecord(models.Model):
    """What a 3PL is told of a product, a lot, a customer (schemas/master-1.0.json)."""

    _inherit = "logistics.master.record"

    @api.model
    def _contents(self, connection, kind, ids):
        """What is said of records now. As superuser.

        Units and codes are named as releases name them; what a product is called is said in the
        language of the partner, whoever looks.

        :return: dict, id → (code, content); content None for what is not to be used any more
        """
        if kind == core.ITEM:
            return self._item_contents(connection, ids)
        if kind == core.LOT:
            return self._lot_contents(connection, ids)
        return self._customer_contents(connection, ids)

    @api.model
    def _digest_of(self, kind, content):
        """A customer's cannot be found by trying addresses."""
        key = b""
        if kind == core.CUSTOMER:
            secret = self.env["ir.config_parameter"].sudo().get_param("database.secret") or ""
            key = secret.encode()
        return core.digest(content, key) if content is not None else ""

    # -- items --------------------------------------------------------------------------------

    def _item_contents(self, connection, ids):
        products = self.env["product.product"].with_context(lang=None).browse(ids).exists()
        served = connection._served_companies()
        lang = connection.partner_id.lang or connection.company_id.partner_id.lang
        codes = self._partner_codes(connection, products)
        return {
            product.id: (
                _code(product),
                self._item_content(product, lang, codes.get(product.id))
                if self._is_item(product, served)
                else None,
            )
            for product in products
        }

    @api.model
    def _troubles(self, connection, contents):
        """Why items are not told: two products with one reference would be one to the partner.

        :param contents: as of :meth:`_contents`
        :return: dict, id → words
        """
        codes = {code for code, content in contents.values() if content is not None}
        companies = [False, *connection._served_companies().ids]
        groups = self.env["product.product"]._read_group(
            [
                ("default_code", "in", list(codes)),
                ("type", "=", "consu"),
                ("company_id", "in", companies),
            ],
            ["default_code"],
            having=[("__count", ">", 1)],
        )
        shared = {code for (code,) in groups}
        return {
            number: self.env._("Another product has the reference “%s”, too.", code)
            for number, (code, content) in contents.items()
            if content is not None and code in shared
        }

    def _is_item(self, product, served):
        is_ours = not product.company_id or product.company_id in served
        return product.active and product.type == "consu" and is_ours

    def _item_content(self, product, lang, their_codes):
        named = product.with_context(lang=lang, display_default_code=False)
        return core.without_nothing(
            {
                "product": _code(product),
                "name": named.display_name,
                "barcode": product.barcode,
                "unit": product.uom_id.name,
                "units": core.units(self._units(product)),
                "tracking": product.tracking,
                "expires": bool(
                    "use_expiration_date" in product._fields and product.use_expiration_date
                ),
                "weight_kg": self._in_kg(product),
                "volume_m3": self._in_m3(product),
                "category": product.categ_id.with_context(lang=lang).complete_name,
                "their_codes": their_codes,
            }
        )

    def _units(self, product):
        """The units in which it may be released: its own, its packagings, its suppliers'."""
        own = product.uom_id
        packagings = product.product_uom_ids
        found = own | product.uom_ids | packagings.uom_id | product.seller_ids.product_uom_id
        for uom in found:
            if uom._has_common_reference(own):
                barcodes = packagings.filtered(lambda one, uom=uom: one.uom_id == uom)
                factor = uom._compute_quantity(1.0, own, round=False)
                yield core.Unit(uom.name, factor, tuple(barcodes.mapped("barcode")))

    def _in_kg(self, product):
        system = product.product_tmpl_id._get_weight_uom_id_from_ir_config_parameter()
        kilogram = self.env.ref("uom.product_uom_kgm")
        return float(f"{system._compute_quantity(product.weight, kilogram, round=False):.9g}")

    def _in_m3(self, product):
        system = product.product_tmpl_id._get_volume_uom_id_from_ir_config_parameter()
        cubic_metre = self.env.ref("uom.product_uom_cubic_meter")
        return float(f"{system._compute_quantity(product.volume, cubic_metre, round=False):.9g}")

    def _partner_codes(self, connection, products):
        """How the partner calls them, where somebody has said so: product id → codes."""
        found = {}
        codes = self.env["logistics.item.code"].with_context(lang=None)
        domain = [("connection_id", "=", connection.id), ("product_id", "in", products.ids)]
        for code in codes.search(domain, order="code, unit, id"):
            row = {"code": code.code, "unit": code.unit, "our_unit": code.uom_id.name}
            found.setdefault(code.product_id.id, []).append(core.without_nothing(row))
        return found

    # -- lots ---------------------------------------------------------------------------------

    def _lot_contents(self, connection, ids):
        lots = self.env["stock.lot"].with_context(lang=None).browse(ids).exists()
        served = connection._served_companies()
        return {
            lot.id: (
                lot.name,
                self._lot_content(lot) if self._is_item(lot.product_id, served) else None,
            )
            for lot in lots
        }

    def _lot_content(self, lot):
        # Both are there with Odoo's addon for expiry dates only.
        dates = {"expires_at": "expiration_date", "best_before": "use_date"}
        found = {
            name: lot[field].replace(tzinfo=UTC).isoformat()
            for name, field in dates.items()
            if field in lot._fields and lot[field]
        }
        return {"product": _code(lot.product_id), "lot": lot.name, **found}

    # -- customers ----------------------------------------------------------------------------

    def _customer_contents(self, connection, ids):
        partners = self.env["res.partner"].with_context(lang=None).browse(ids).exists()
        wanted = set(self._wanted_customers(connection, partners.ids))
        return {
            partner.id: (
                "",
                (_address(partner) or {}) if partner.active and partner.id in wanted else None,
            )
            for partner in partners
        }


def _code(product):
    """As releases name it."""
    return product.default_code or product.barcode or f"#{product.id}"
