from . import (
    logistics_fuel_index,
    logistics_tariff,
    logistics_tariff_line,
    logistics_tariff_area,
    logistics_tariff_price,
    logistics_tariff_surcharge,
    logistics_tariff_try,
    logistics_number_range,
    logistics_provider_own,
    logistics_connection_own,
    logistics_booking_own,
    stock_picking_own,
)
