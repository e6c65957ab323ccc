from . import number
