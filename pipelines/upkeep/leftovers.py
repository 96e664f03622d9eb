"""What killed processes left in the home: half-written files and folders that nobody will go on with.

Belongs here: where they can be, and removing them. Whoever writes such a file also removes his own when he comes again; but that may be never,
as with a rebuild that somebody gave up, and some carry the number of their process in their name.
"""

import shutil
from pathlib import Path

from pipelines.landing.compact import WRITING
from pipelines.settings import Settings
from pipelines.upkeep.beside import FOLDER


def leftovers(settings: Settings) -> list[Path]:
    """All of them; also those that a running process is writing, so that who asks looks at the locks first."""
    found: list[Path] = []
    for folder in (settings.landing, settings.vault):
        found += [*folder.glob(".writing-*"), *folder.glob("*/.writing-*")]
    found += settings.releases.glob(".writing-*")
    for pattern in (".writing-*", f"{WRITING}*", FOLDER):
        found += settings.build_dir.glob(pattern)
    return sorted(found)


def clear(settings: Settings) -> list[Path]:
    """Removes them. The caller holds the night's lock and the write lane: nobody else is writing one."""
    found = leftovers(settings)
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return found
