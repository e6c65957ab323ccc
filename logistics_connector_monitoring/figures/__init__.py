from . import risk
