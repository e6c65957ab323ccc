from . import condition, shipment, pickup, silence, promise, delivery, customs, connection
from . import quality, number, order
