"""A Singer tap piped into target-postgres; as installed, or with COPY and batches."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

TUNED = {"use_copy": True, "batch_size_rows": 50_000}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--twin", required=True)
    parser.add_argument("--accounts", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--work", required=True, help="folder for the configurations")
    parser.add_argument("--tuned", action="store_true")
    given = parser.parse_args()
    work, here = Path(given.work), Path(__file__).parent
    work.mkdir(exist_ok=True)
    asked = {"twin": given.twin, "accounts": given.accounts}
    target = {"sqlalchemy_url": given.database, "default_target_schema": "peer"}
    target |= TUNED if given.tuned else {}
    (work / "tap.json").write_text(json.dumps(asked), encoding="utf-8")
    (work / "target.json").write_text(json.dumps(target), encoding="utf-8")
    command = [sys.executable, here / "tap.py", "--config", work / "tap.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as tap:
        target_postgres = Path(sys.executable).parent / "target-postgres"
        loaded = subprocess.run(
            [target_postgres, "--config", work / "target.json"],
            stdin=tap.stdout,
            stdout=subprocess.DEVNULL,
            check=False,
        )
    sys.exit(tap.returncode or loaded.returncode)


if __name__ == "__main__":
    main()
