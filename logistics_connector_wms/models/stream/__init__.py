from . import logistics_message_gap, logistics_message_stream
