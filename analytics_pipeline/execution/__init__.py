"""Where the steps of a run are executed: in its own process, or by Celery's workers."""
