from . import test_charges, test_charges_page
