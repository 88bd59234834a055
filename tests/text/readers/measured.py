"""Read one file in a process of its own and say what it cost: `python -m tests.text.readers.measured FILE`."""

import json
import resource
import sys
import time
from pathlib import Path

from assistant.records import Failure
from assistant.text.readers import read_paths


def main(path: str) -> None:
    import lxml.html  # noqa: F401
    import trafilatura  # noqa: F401  (a page loads these; they are no cost of the file)

    began = time.monotonic()
    items = list(read_paths([path]))
    seconds = time.monotonic() - began
    # VmHWM is this program's own peak; that of `getrusage` begins with the peak of the process it was forked from.
    own = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    failures = [item.error for item in items if isinstance(item, Failure)]
    said = {"seconds": seconds, "mb": peak / 1024, "n_read": len(items) - len(failures), "failures": failures[:3]}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1])
