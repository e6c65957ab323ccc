from odoo import models
from odoo.tools import SQL

# Storage parameters of the tables that are written with each message.
#
# Autovacuum begins, by default, when a fifth of a table is dead: with a million messages that are
# 200,000 dead versions, and the small partial indexes of what waits hold an entry for each; every
# look for waiting messages steps over them. Two in a hundred keeps them short whatever the size.
# What is free on a page lets a new version lie beside the old one (HOT), where no indexed column
# changed: no index is written then, and the old version goes without vacuum. That is so for the
# counter of copies, and for shipments whose state stays while scans come in; not for messages,
# whose state is in each of their indexes.
VACUUM = {
    "autovacuum_vacuum_scale_factor": 0.02,
    "autovacuum_vacuum_threshold": 2000,
    "autovacuum_analyze_scale_factor": 0.02,
    "autovacuum_analyze_threshold": 2000,
}
HOT_TABLES = {
    "logistics_message": VACUUM,
    "logistics_message_key": {**VACUUM, "fillfactor": 90},
    "logistics_parked_reference": VACUUM,
    "logistics_poll_shipment": VACUUM,
    "logistics_shipment": {**VACUUM, "fillfactor": 80},
}


class LogisticsHotTables(models.AbstractModel):
    """How the busiest tables are stored. Set with each installation and upgrade; what an
    administrator sets on other tables, or by other parameters, stays."""

    _name = "logistics.hot.tables"
    _description = "Storage of the Busiest Tables"

    def init(self):
        for table, parameters in HOT_TABLES.items():
            settings = SQL(", ").join(
                SQL("%s = %s", SQL.identifier(name), SQL(str(value)))
                for name, value in parameters.items()
            )
            self.env.cr.execute(SQL("ALTER TABLE %s SET (%s)", SQL.identifier(table), settings))
