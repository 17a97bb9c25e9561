"""`analytics-pipeline erase`: planned, confirmed, done, and not undone by an import."""

import re


def test_a_creator_is_erased_and_stays_erased(collected):
    planned = collected.run("erase", "101", "--platform", "instagram", "--plan")
    refused = collected.run("erase", "101")
    done = collected.run("erase", "101", "--platform", "instagram", "--yes")
    imported = collected.run("connections", "import", "accounts.csv")

    assert planned.returncode == 0
    assert re.search(r"accounts\W+1\W", planned.stdout)
    assert re.search(r"landing objects\W+1\W", planned.stdout)
    # Nobody is there to say yes.
    assert refused.returncode == 1
    assert done.stderr.startswith(planned.stdout), "nothing had changed before"
    assert done.returncode == 0
    assert re.search(r"instagram: .*\d+ posts", done.stdout)
    assert re.search(r"confirmation code: [\w-]{32} \(done\)", done.stdout)
    assert imported.returncode == 3
    assert "its owner asked to be forgotten" in imported.stderr
    assert "1 refused" in imported.stdout


def test_a_creator_nobody_knows_is_told(shell):
    done = shell.run("erase", "4711", "--yes")

    assert done.returncode == 1
    assert "nothing is known of a creator '4711'" in done.stderr
