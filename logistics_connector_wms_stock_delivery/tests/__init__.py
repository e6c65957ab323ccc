from . import test_shipping_method
