from . import figure, order, shipment, case
