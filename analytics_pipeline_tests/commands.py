"""Running `analytics-pipeline` as people do: in a process of its own.

`run` forks it from a process that has done the imports (`warm.py`); `start` and
`run_afresh` start the installed command.
"""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from analytics_pipeline_tests.warm import warm_commands

_COMMAND = Path(sys.executable).with_name("analytics-pipeline")


@dataclass
class CommandLine:
    """A shell with an environment of its own.

    Attributes:
        folder: Where it stands.
        variables: Beside PATH and HOME.
    """

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return warm_commands().run(arguments, self.folder, self.environment())

    def run_afresh(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the installed command to its end, imports and all."""
        return subprocess.run(
            [str(_COMMAND), *arguments],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            [str(_COMMAND), *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        """Return the variables a command gets."""
        kept = {
            name: os.environ[name]
            for name in ("PATH", "HOME", "LANG")
            if name in os.environ
        }
        return kept | self.variables
