from . import logistics_figure_subject, logistics_figure_subjects, res_company_zone
