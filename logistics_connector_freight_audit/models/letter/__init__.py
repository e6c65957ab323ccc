from . import (
    logistics_freight_letter,
    logistics_freight_letter_part,
    logistics_freight_letter_open,
    logistics_freight_letter_desk,
    logistics_freight_carrier_sender,
    logistics_freight_file_mail,
    res_company,
    res_config_settings,
)
