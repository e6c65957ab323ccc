from . import condition, shipment, pickup, silence, promise, delivery, attempts, customs
from . import connection, quality, number, order
