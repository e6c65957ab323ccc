from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsEffect(models.Model):
    """The ledger of law 5: what events brought about outside their own tables, each once.

    A row is claimed in the transaction that does the effect. Replay finds the row and does nothing.
    """

    _name = "logistics.effect"
    _description = "Logistics Effect"
    _log_access = False
    _order = "id desc"
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    shipment_id = fields.Many2one(
        "logistics.shipment", readonly=True, index=True, ondelete="cascade"
    )
    event_id = fields.Many2one(
        "logistics.event", readonly=True, ondelete="set null", index="btree_not_null"
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    done_at = fields.Datetime(required=True, readonly=True)

    _key_uniq = models.Constraint("UNIQUE(key)", "This effect was done already.")

    @api.model
    def _claim(self, kind, key, shipment, event=None):
        """Claim an effect for this transaction.

        :param str kind: what is done, such as "file_document"
        :param str key: what makes it one effect, such as shipment and content digest
        :return: the new row, or an empty recordset when the effect was done before
        """
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO logistics_effect
                    (key, kind, company_id, shipment_id, event_id, done_at)
                VALUES (%s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (key) DO NOTHING RETURNING id
                """,
                f"{kind}:{key}",
                kind,
                shipment.company_id.id,
                shipment.id,
                event.id if event else None,
            )
        )
        return self.browse([row[0] for row in rows])
