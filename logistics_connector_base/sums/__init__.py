from . import contract
from . import message, shipment
