"""Which process a run is in, for runs that no daemon watches over."""

import socket
from collections.abc import Mapping

HOST_TAG = "analytics/host"
_PID_TAG = "analytics/pid"
_STARTED_TAG = "analytics/process_started"


def process_tags() -> dict[str, str]:
    """Return the tags of a run in this process."""
    import psutil

    process = psutil.Process()
    return {
        _PID_TAG: str(process.pid),
        HOST_TAG: socket.gethostname(),
        _STARTED_TAG: str(int(process.create_time())),
    }


def was_killed(tags: Mapping[str, str]) -> bool:
    """Tell whether a run's process was on this machine and is there no more.

    Args:
        tags: Of a run that has not ended.

    Returns:
        False where nothing is known of the process.
    """
    import psutil

    if tags.get(HOST_TAG) != socket.gethostname():
        return False
    try:
        process = psutil.Process(int(tags[_PID_TAG]))
        return str(int(process.create_time())) != tags[_STARTED_TAG]
    except (psutil.Error, KeyError, ValueError):
        return True
