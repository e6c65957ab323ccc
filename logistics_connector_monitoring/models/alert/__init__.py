from . import logistics_metric, logistics_alert_rule, logistics_alert, logistics_alert_telling
