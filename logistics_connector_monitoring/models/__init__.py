from . import logistics_connection_health, logistics_database_upkeep, logistics_event
