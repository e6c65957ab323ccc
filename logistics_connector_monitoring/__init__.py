from . import controllers, figures, models
