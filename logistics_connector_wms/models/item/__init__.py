from . import logistics_item_code
