from . import (
    logistics_message_api,
    logistics_api_key,
    logistics_api_key_end,
    logistics_api_use,
)
