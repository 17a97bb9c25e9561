"""One filled warehouse for the tests of a module."""

import pytest

from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline_tests.conftest import new_database
from analytics_pipeline_tests.unit.reports.world import fill, report


@pytest.fixture(scope="module")
def warehouse_of_module(postgres_socket, migrated_template):
    """An empty warehouse."""
    with new_database(postgres_socket, migrated_template) as url:
        settings = load_settings({"ANALYTICS_DATABASE_URL": url})
        with Warehouse.open(settings) as warehouse:
            yield warehouse


@pytest.fixture(scope="module")
def filled(warehouse_of_module):
    with warehouse_of_module.begin() as connection:
        fill(connection)
    return warehouse_of_module


@pytest.fixture(scope="module")
def newest(filled):
    """The report of everything that is known."""
    return report(filled)
