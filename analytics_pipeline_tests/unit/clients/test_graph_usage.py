"""The Graph API's usage headers, as they are and as they should not be."""

from datetime import timedelta

import pytest

from analytics_pipeline.clients.budget import Usage
from analytics_pipeline.clients.graph_usage import platform_usage, use_case_usage
from analytics_pipeline_tests.unit.clients.talking import received

PLATFORM, USE_CASE = "x-app-usage", "x-business-use-case-usage"


def entry(calls=1, cpu=0, total=0, minutes=0):
    return (
        f'{{"type":"instagram","call_count":{calls},"total_cputime":{cpu},'
        f'"total_time":{total},"estimated_time_to_regain_access":{minutes}}}'
    )


@pytest.mark.parametrize(
    ("header", "percent"),
    [
        ('{"call_count":28,"total_time":25,"total_cputime":26}', 28),
        ('{"call_count":8,"total_time":95,"total_cputime":26}', 95),
        ('{"call_count":8,"total_time":5,"total_cputime":96}', 96),
        ('{"call_count":9.67}', 9.67),
        ('{"total_time":0}', 0),
    ],
    ids=["calls", "time", "cpu", "fraction", "zero"],
)
def test_the_highest_of_the_percentages_counts(header, percent):
    answer = received("{}", headers={PLATFORM: header})
    assert platform_usage(answer) == Usage(percent)


def test_each_budget_is_read_from_its_own_header():
    headers = {PLATFORM: '{"call_count":95}', USE_CASE: f'{{"1":[{entry(3)}]}}'}
    answer = received("{}", headers=headers)
    assert platform_usage(answer) == Usage(95)
    assert use_case_usage(answer) == Usage(3)


@pytest.mark.parametrize("read", [platform_usage, use_case_usage])
def test_absence_of_the_header_means_nothing(read):
    assert read(received("{}")) is None


def test_the_time_to_wait_is_in_minutes():
    header = f'{{"178414":[{entry(calls=100, minutes=12)}]}}'
    found = use_case_usage(received("{}", headers={USE_CASE: header}))
    assert found == Usage(100, timedelta(minutes=12))


@pytest.mark.parametrize("full_first", [True, False], ids=["first", "last"])
def test_a_repeated_key_hides_nothing(full_first):
    entries = [entry(calls=100, minutes=30), entry(calls=1)]
    full, idle = entries if full_first else entries[::-1]
    header = f'{{"178414":[{full}],"178414":[{idle}]}}'
    found = use_case_usage(received("{}", headers={USE_CASE: header}))
    assert found == Usage(100, timedelta(minutes=30))


def test_of_several_accounts_the_fullest_counts():
    header = f'{{"1":[{entry(5)},{entry(cpu=70)}],"2":[{entry(total=20)}]}}'
    assert use_case_usage(received("{}", headers={USE_CASE: header})) == Usage(70)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "junk",
        '{"call_count":',
        "[]",
        "5",
        "null",
        '{"call_count":"28"}',
        '{"call_count":true}',
        '{"call_count":null}',
        '{"total_cpu_time":28}',
        '{"call_count":NaN}',
        f'{{"call_count":{"9" * 400}}}',
        "[" * 100_000,
    ],
    ids=lambda header: header[:24],
)
def test_junk_in_the_header_means_nothing(header):
    assert platform_usage(received("{}", headers={PLATFORM: header})) is None


@pytest.mark.parametrize(
    ("minutes", "regain"),
    [
        (0, None),
        (-5, None),
        (1e300, timedelta(days=1)),
        ("1e400", timedelta(days=1)),
        (2_000, timedelta(days=1)),
        ('"12"', None),
    ],
    ids=str,
)
def test_an_odd_time_to_wait_does_no_harm(minutes, regain):
    header = f'{{"1":[{entry(100, minutes=minutes)}]}}'
    found = use_case_usage(received("{}", headers={USE_CASE: header}))
    assert found == Usage(100, regain)
