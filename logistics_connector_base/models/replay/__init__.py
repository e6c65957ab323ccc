from . import (
    logistics_replay,
    logistics_replay_plan,
    logistics_replay_summary,
    logistics_replay_play,
    logistics_replay_run,
    logistics_replay_message,
    logistics_replay_line,
    logistics_replay_entries,
    logistics_replay_coverage,
)
