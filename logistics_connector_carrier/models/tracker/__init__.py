from . import delivery_carrier, logistics_tracker
