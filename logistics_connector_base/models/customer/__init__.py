from . import (
    logistics_shipment_public,
    logistics_shipment_tracking_page,
    logistics_shipment_customer,
    logistics_shipment_customer_view,
    res_company_customer,
    res_partner_delivery_news,
    logistics_notice_rule,
    logistics_customer_notice,
    logistics_customer_notice_send,
    res_config_settings_customer,
    sale_order_customer,
    portal_fields,
)
