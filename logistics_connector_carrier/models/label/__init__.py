from . import (
    logistics_label_batch,
    logistics_label_batch_ask,
    logistics_label_batch_line,
    logistics_booking_labels,
    logistics_booking_parcel_labels,
    stock_picking_labels,
)
