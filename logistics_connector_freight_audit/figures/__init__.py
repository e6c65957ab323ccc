from . import unbilled, spend
