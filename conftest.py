"""For all tests: what has to be right before pytest-odoo starts Odoo."""

import os

# pytest-odoo takes these for the database's host, port, user and password; a shell sets USER.
for _name in ("HOST", "PORT", "USER", "PASSWORD"):
    os.environ.pop(_name, None)
