from . import test_landed_costs, test_landed_rights
