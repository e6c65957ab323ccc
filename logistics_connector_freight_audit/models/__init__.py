from . import bill, charge, logistics_shipment, logistics_shipment_charge
