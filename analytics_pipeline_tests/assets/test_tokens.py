"""The job that keeps tokens alive, as Dagster runs and records it."""

import pytest

from analytics_pipeline_tests.agency import FAST

REVOKED = "tiktok-112"


@pytest.fixture
def ran(agency):
    job = FAST.resolve_job_def("tokens_job")
    return agency, job.execute_in_process(instance=agency.instance)


def test_the_run_tells_numbers_and_the_check_names_who_must_log_in_again(ran):
    agency, result = ran
    (made,) = result.asset_materializations_for_node("connections")
    told = {name: value.value for name, value in made.metadata.items()}
    (check,) = result.get_asset_check_evaluations()

    assert result.success
    assert told["tokens_looked_at"] == 6
    assert told["tokens_renewed"] == 1
    assert told["tokens_reconnect_required"] == 1
    assert (told["alerts"], told["alerts_raised"], told["alerts_posted"]) == (1, 1, 0)
    assert all(isinstance(value, int) for name, value in told.items() if "s_" in name)

    assert not check.passed
    assert check.severity.value == "ERROR"
    table = check.metadata["connections"].value
    assert REVOKED in table
    assert "analytics-pipeline invite 112" in table

    events = str([entry.event_specific_data for entry in result.all_events])
    messages = " ".join(entry.message or "" for entry in result.all_events)
    with agency.warehouse.begin() as connection:
        stored = connection.exec_driver_sql("TABLE connections").mappings().all()
    secrets = [value for row in stored for name, value in row.items() if "_enc" in name]
    for secret in filter(None, secrets):
        assert secret not in events
    assert "tiktok-103" not in events + messages
    grant = agency.sandbox.state.tiktok_tokens.current(3)
    assert grant.access_token not in events + messages
