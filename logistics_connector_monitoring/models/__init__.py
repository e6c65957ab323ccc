from . import logistics_connection_health, logistics_event, logistics_message
