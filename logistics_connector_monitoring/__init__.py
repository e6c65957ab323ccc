from . import controllers, figures, metrics, models
