from . import api, golden, intake, news, portal, track
