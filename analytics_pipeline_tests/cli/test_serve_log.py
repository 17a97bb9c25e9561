"""What `analytics-pipeline serve` writes while it serves: never what was sent."""

import signal
import socket
import time

import pytest
import requests

from analytics_pipeline_tests.api.serving import CONFIGURED, SECRETS

SENT = ("invitation-in-the-path", "code-in-the-query", "token-in-the-body")
_PATIENCE_SECONDS = 60


@pytest.fixture
def serving(shell):
    """The command at work, telling as much as it can; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shell.variables |= CONFIGURED
    process = shell.start("serve", "--port", str(port), "--verbose")
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(f"{url}/healthz", timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.05)
    yield process, url
    process.kill()
    process.wait()
    process.stdout.close()


def test_it_logs_no_address_no_body_and_no_secret(serving):
    process, url = serving
    path, query, body = SENT

    for method, address in (
        ("GET", f"/connect/{path}?code={query}"),
        ("GET", f"/oauth/meta/callback?state={path}&code={query}"),
        ("GET", f"/webhooks/meta?hub.mode=subscribe&hub.verify_token={query}"),
        ("POST", "/webhooks/meta"),
        ("POST", f"/meta/data-deletion?{query}"),
        ("POST", f"/api/v1/invitations?access_token={query}"),
        ("POST", f"/{path}/%ff"),
    ):
        form = {"signed_request": body}
        headers = {"X-API-Key": body, "X-Hub-Signature-256": body}
        answer = requests.request(
            method, url + address, data=form, headers=headers, timeout=30
        )
        assert 400 <= answer.status_code < 500, (address, answer.text)
    process.send_signal(signal.SIGINT)
    written, _ = process.communicate(timeout=_PATIENCE_SECONDS)

    assert process.returncode == 0
    assert "Aborted" not in written
    assert "serving on http://127.0.0.1" in written
    assert "without a valid signature" in written, "refusals are told"
    for secret in (*SENT, *SECRETS):
        assert secret not in written
