"""Which executor `collect_job` has: its own process, or Celery's workers.

Workers run `analytics-pipeline worker`. Both sides make their Celery application from
the same settings here, so they cannot disagree.
Concept: https://docs.dagster.io/deployment/execution/celery
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import dagster as dg

from analytics_pipeline.settings import ConfigurationError, Settings, load_settings

if TYPE_CHECKING:
    from celery import Celery

_TASK = "analytics_pipeline.execution.tasks:WatchedTask"
_RESULTS_KEPT_SECONDS = 7 * 24 * 3600


def choose_executor(settings: Settings) -> dg.ExecutorDefinition:
    """Return what executes the steps of a run.

    Args:
        settings: Name the broker, if there is one.

    Returns:
        The executor; nothing is connected yet.

    Raises:
        ConfigurationError: There is a broker, but not the software to talk to it.
    """
    if settings.broker_url is None:
        return dg.in_process_executor
    if find_spec("dagster_celery") is None:
        msg = (
            "ANALYTICS_BROKER_URL is set, but dagster-celery is not installed: "
            "pip install 'analytics-pipeline[celery]'"
        )
        raise ConfigurationError(msg)
    return _celery_executor()


def _celery_executor() -> dg.ExecutorDefinition:
    from dagster_celery import celery_executor
    from dagster_celery.executor import CeleryExecutor

    class WatchedExecutor(CeleryExecutor):
        """dagster-celery's executor, with steps that survive their worker."""

        def app_args(self) -> dict[str, Any]:
            """Return what the Celery application is made of."""
            return {**super().app_args(), "task_cls": _TASK}

    def on_workers(context: dg.InitExecutorContext) -> dg.Executor:
        given: Any = celery_executor.executor_creation_fn
        connection = celery_connection(load_settings())
        return WatchedExecutor(retries=given(context).retries, **connection)

    return dg.ExecutorDefinition(
        name="celery",
        config_schema=celery_executor.config_schema,
        requirements=dg.multiple_process_executor_requirements(),
        executor_creation_fn=on_workers,
        description="Sends each step to the workers that listen to the broker.",
    )


def celery_connection(settings: Settings) -> dict[str, Any]:
    """Return how to talk to the broker, for the run and the workers alike.

    Args:
        settings: Name it.

    Returns:
        What `CeleryExecutor` takes.

    Raises:
        ConfigurationError: There is no broker.
    """
    if settings.broker_url is None:
        msg = "ANALYTICS_BROKER_URL is not set; it is needed to run steps on workers"
        raise ConfigurationError(msg)
    if settings.result_url is None:
        from analytics_pipeline.warehouse.engine import DAGSTER_SCHEMA, database_url

        url = database_url(settings).update_query_dict(
            {"options": f"-c search_path={DAGSTER_SCHEMA}"}
        )
        results = f"db+{url.render_as_string(hide_password=False)}"
    else:
        results = settings.result_url.get_secret_value()
    return {
        "broker": settings.broker_url.get_secret_value(),
        "backend": results,
        "config_source": {
            # A worker holds only messages of steps that it is at work on: others lose
            # nothing when it dies.
            "task_acks_late": True,
            "worker_prefetch_multiplier": 1,
            "broker_connection_retry_on_startup": True,
            "result_expires": _RESULTS_KEPT_SECONDS,
        },
    }


def make_worker_app(settings: Settings) -> "Celery":
    """Return the Celery application of a worker.

    Args:
        settings: Name the broker.

    Returns:
        It knows how to run steps; nothing is connected yet.
    """
    from dagster_celery.executor import CeleryExecutor
    from dagster_celery.make_app import make_app
    from dagster_celery.tasks import create_task

    executor = CeleryExecutor.for_cli(**celery_connection(settings))
    app = make_app(executor.app_args() | {"task_cls": _TASK})
    create_task(app)
    return app
