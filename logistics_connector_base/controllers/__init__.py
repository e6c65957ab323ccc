from . import api, intake, portal, track
