from . import logistics_sum_result, logistics_sum_gap, logistics_exception
