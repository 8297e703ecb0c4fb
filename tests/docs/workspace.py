"""The folder in which a page's snippets run: the clone as a reader has it after examples/quickstart.sh, with the sample
in pilling.db, and with fake services in the place of those that need a key."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
import subprocess

from blocks import ROOT

# A stand-in for python3: the distribution's, asking the fake services where the page names none. It is always the
# evening of a Saturday, for at night no pharmacy is open.
PYTHON = """\
#!/bin/sh
for word; do
  shift
  if [ "$word" = --open-now ]; then set -- "$@" --open-at 2026-07-04T20:00; else set -- "$@" "$word"; fi
done
case " $* " in
*" --public-data "*) ;;
*" -m pilling "*"refresh "*) set -- "$@" --public-data {public_data} --base-url {openai} ;;
esac
exec /usr/bin/python3 "$@"
"""

BUILD = pathlib.Path(os.environ.get("PILLING_BUILD") or ROOT / "build" / "release")


@dataclasses.dataclass(frozen=True)
class Workspace:
    folder: pathlib.Path
    public_data: str  # addresses of the fake services
    openai: str

    def environment(self) -> dict[str, str]:
        path = f"{self.folder}/bin:/usr/local/bin:/usr/bin:/bin"
        return {"PATH": path, "PYTHONPATH": str(BUILD / "python"), "PYTHONUTF8": "1", "HOME": str(self.folder)}

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """The command with both its outputs in one."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )


def furnish(folder: pathlib.Path, database: pathlib.Path, public_data: str, openai: str) -> Workspace:
    for name in ("bench", "bindings", "data", "docs", "examples", "include", "tests"):
        (folder / name).symlink_to(ROOT / name)
    for build in ("mine", "quickstart"):
        (folder / "build" / build).mkdir(parents=True)
        (folder / "build" / build / "python").symlink_to(BUILD / "python")
    (folder / "build" / "release").symlink_to(BUILD)
    (folder / "bin").mkdir()
    python = folder / "bin" / "python3"
    python.write_text(PYTHON.format(public_data=public_data, openai=openai), encoding="utf-8")
    python.chmod(0o755)
    shutil.copy(database, folder / "pilling.db")
    return Workspace(folder, public_data, openai)
