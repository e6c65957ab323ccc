from . import logistics_scorecard, logistics_scorecard_count
