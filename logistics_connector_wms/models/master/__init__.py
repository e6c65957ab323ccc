from . import (
    logistics_connection_master,
    logistics_master_record,
    logistics_master_content,
    logistics_master_look,
    logistics_master_sync,
    logistics_master_tell,
    logistics_message_master,
    logistics_release_master,
    product_master,
    stock_warehouse_master,
)
