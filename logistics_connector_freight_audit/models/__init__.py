from . import logistics_shipment, logistics_shipment_charge
