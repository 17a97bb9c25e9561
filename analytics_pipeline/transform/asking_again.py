"""How long to wait before an account is asked again: longer each time."""

from datetime import timedelta

_FIRST_PAUSE = timedelta(minutes=15)
_LONGEST_PAUSE = timedelta(hours=4)


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after some tries: 15 minutes, doubling up to 4 hours.

    Examples:
        >>> [str(pause_after(tries)) for tries in (0, 1, 2, 5, 6, 99)]
        ['0:15:00', '0:15:00', '0:30:00', '4:00:00', '4:00:00', '4:00:00']
    """
    pause = _FIRST_PAUSE
    for _ in range(1, tries):
        pause = min(2 * pause, _LONGEST_PAUSE)
    return pause


def pauses_passed(tries: int, elapsed: timedelta) -> int:
    """Return how many pauses have passed since the newest try.

    More than one has where the run that was asked for never got to ask: it may be asked
    for once more after each.

    Args:
        tries: Tries so far.
        elapsed: Time since the newest.

    Returns:
        0 while it is too early to ask again.

    Examples:
        >>> [pauses_passed(1, timedelta(minutes=m)) for m in (14, 15, 44, 45, 104)]
        [0, 1, 1, 2, 2]
    """
    passed = 0
    due = pause_after(tries)
    while elapsed >= due:
        passed += 1
        due += pause_after(tries + passed)
    return passed
