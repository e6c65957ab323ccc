"""Connections with messages of a known age and fate."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

USER = "logistics_connector_base.group_logistics_user"


class HealthData:
    """Mixin for tests of the health page and the metrics."""

    @classmethod
    def make_connections(cls):
        cls.now = fields.Datetime.now()
        cls.company = cls.env["res.company"].create({"name": "Northern Shop"})
        cls.other_company = cls.env["res.company"].create({"name": "Southern Shop"})
        # On whatever clock the server's people live: days of the tests are those of UTC.
        (cls.company | cls.other_company).partner_id.tz = "UTC"
        cls.provider = cls.env.ref("logistics_connector_base.provider_canonical")
        cls.connection = cls.make_connection("Example Parcel", cls.company)
        cls.silent = cls.make_connection('Silent "quoted"\nCarrier', cls.company)
        cls.foreign = cls.make_connection("Foreign", cls.other_company)
        cls.clerk = new_test_user(
            cls.env, "clerk", USER, company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)]
        )

    @classmethod
    def make_connection(cls, name, company):
        return cls.env["logistics.connection"].create(
            {
                "name": name,
                "provider_id": cls.provider.id,
                "company_id": company.id,
                "state": "live",
            }
        )

    @classmethod
    def message(cls, state, connection=None, **ago):
        """A message received ``timedelta(**ago)`` ago."""
        connection = connection or cls.connection
        count = cls.env["logistics.message"].search_count([])
        return cls.env["logistics.message"].create(
            {
                "connection_id": connection.id,
                "company_id": connection.company_id.id,
                "direction": "in",
                "channel": "webhook",
                "state": state,
                "provider": "canonical",
                "receipt": f"receipt-{count}",
                "correlation_id": f"correlation-{count}",
                "digest": f"digest-{count}",
                "received_at": cls.now - timedelta(**ago),
            }
        )

    @classmethod
    def event(cls, seconds, connection=None, **ago):
        """An event that was in Odoo ``seconds`` after it was received."""
        connection = connection or cls.connection
        received = cls.now - timedelta(**ago)
        count = cls.env["logistics.event"].search_count([])
        return cls.env["logistics.event"].create(
            {
                "fingerprint": f"print-{count}",
                "company_id": connection.company_id.id,
                "connection_id": connection.id,
                "provider": "canonical",
                "issuer": "canonical",
                "code_id": cls.env["logistics.event.code"]._ids_by_code()["TRK_INFO"],
                "classifier": "actual",
                "received_at": received,
                "processed_at": received + timedelta(seconds=seconds),
                "standing": "active",
            }
        )

    @classmethod
    def trouble(cls, key, connection=None):
        connection = connection or cls.connection
        return cls.env["logistics.exception"]._report(
            [
                {
                    "type": "parse_failure",
                    "key": key,
                    "name": key,
                    "company_id": connection.company_id.id,
                    "connection_id": connection.id,
                }
            ]
        )
