"""Nothing here runs the files of a deployment; so they are held to the code."""

import re
from pathlib import Path

import dagster as dg
import pytest
import yaml

from analytics_pipeline.cli.main import main as command_line
from analytics_pipeline.settings import environment_names

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
OURS = re.compile(r"\b(?:ANALYTICS|CREATORS|META|TIKTOK)_[A-Z_]*[A-Z]\b")


def _documents(name):
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


def _kinds(*names):
    return {
        (document["kind"], document["metadata"]["name"]): document
        for name in names
        for document in _documents(f"kubernetes/{name}")
    }


MANIFESTS = _kinds("workers.yaml", "service.yaml", "settings.example.yaml")
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
COMPOSE = _documents("compose.yaml")[0]
HOME = re.search(r"ANALYTICS_HOME=(\S+)", CONTAINERFILE)[1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_variable_that_a_file_names_exists(path):
    named = set(OURS.findall(path.read_text()))

    assert named - set(environment_names()) == set()


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.yaml")), ids=lambda p: p.name)
def test_every_file_is_yaml(path):
    documents = list(yaml.safe_load_all(path.read_text()))

    assert documents
    assert all(isinstance(document, dict) for document in documents)


def test_settings_are_variables_and_every_part_gets_them():
    config = MANIFESTS["ConfigMap", "analytics-pipeline"]["data"]
    secret = MANIFESTS["Secret", "analytics-pipeline"]["stringData"]
    example = re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.M)

    assert set(config) | set(secret) <= set(environment_names())
    assert set(example) - {"POSTGRES_PASSWORD"} <= set(environment_names())
    assert all(isinstance(value, str) for value in (config | secret).values())
    for kind, name in (("StatefulSet", "worker"), ("Deployment", "service")):
        (container,) = _pod(MANIFESTS[kind, f"analytics-{name}"])["containers"]
        assert container["envFrom"] == [
            {"configMapRef": {"name": "analytics-pipeline"}},
            {"secretRef": {"name": "analytics-pipeline"}},
        ]


def _pod(document):
    return document["spec"]["template"]["spec"]


@pytest.mark.parametrize("kind", ["StatefulSet", "Deployment"])
def test_nothing_runs_as_root_and_what_was_answered_outlives_a_pod(kind):
    (document,) = [found for (what, _), found in MANIFESTS.items() if what == kind]
    pod = _pod(document)
    (container,) = pod["containers"]
    (mount,) = container["volumeMounts"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"USER {pod['securityContext']['runAsUser']}:" in CONTAINERFILE
    assert mount["mountPath"] == HOME
    claimed = document["spec"].get("volumeClaimTemplates") or [
        volume for volume in pod["volumes"] if "persistentVolumeClaim" in volume
    ]
    names = [item.get("metadata", item)["name"] for item in claimed]
    assert names == [mount["name"]]


def test_the_image_is_made_of_what_there_is_and_tells_its_health():
    copied = re.findall(r"^COPY (?:--chown=\S+ )?([^-].*) \S+$", CONTAINERFILE, re.M)

    sources = [source for line in copied for source in line.split()]
    assert len(sources) >= 6
    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert "HEALTHCHECK" in CONTAINERFILE
    assert "/readyz" in CONTAINERFILE


def test_commands_that_are_started_exist():
    known = set(command_line.list_commands(None))
    started = [service.get("command", []) for service in COMPOSE["services"].values()]
    for document in MANIFESTS.values():
        if document["kind"] in {"StatefulSet", "Deployment"}:
            started += [item["command"] for item in _pod(document)["containers"]]
    ours = [command for command in started if command[:1] == ["analytics-pipeline"]]

    assert len(ours) == 4
    assert {command[1] for command in ours} <= known


def test_compose_gives_every_part_that_writes_a_volume_and_a_check():
    services = COMPOSE["services"]

    for name in ("daemon", "service", "worker"):
        (volume,) = services[name]["volumes"]
        assert volume.split(":")[1] == HOME
    for name, service in services.items():
        # The service has the image's own.
        assert "healthcheck" in service or name == "service"
    assert set(services["worker"]["depends_on"]) == {"postgres", "redis"}


def test_the_instance_of_several_machines_differs_only_where_it_says(
    database_url, monkeypatch
):
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", database_url)
    here = yaml.safe_load((ROOT / "dagster.yaml").read_text())
    there = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())

    assert {name for name in there if there[name] != here.get(name)} == {
        "compute_logs",
        "run_monitoring",
        "run_retries",
    }
    assert set(here) <= set(there)
    with dg.DagsterInstance.from_config(str(DEPLOY)) as instance:
        assert instance.run_retries_enabled
        assert instance.run_monitoring_enabled


def test_the_chart_is_told_what_the_instance_is_told():
    (values,) = _documents("kubernetes/values.yaml")
    there = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())
    daemon = values["dagsterDaemon"]

    pools = values["additionalInstanceConfig"]["concurrency"]["pools"]
    assert pools == there["concurrency"]["pools"]
    assert daemon["runRetries"]["maxRetries"] == there["run_retries"]["max_retries"]
    manager = values["computeLogManager"]["config"]["customComputeLogManager"]
    assert manager["class"] == there["compute_logs"]["class"]
    (code,) = values["dagster-user-deployments"]["deployments"]
    assert code["dagsterApiGrpcArgs"][-1] == "analytics_pipeline.definitions"
    images = {
        part["image"]["repository"]
        for part in (code, daemon, values["dagsterWebserver"])
    }
    assert images == {"registry.example/analytics-pipeline"}
