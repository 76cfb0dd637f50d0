"""A worker process with the patience of tests: python -m tests.worker.queueing.quick_worker cpu.

The queue `local` is the job file of this machine; every other name is a queue of the server. A
number after it is by how many seconds the clock on the wall of this worker is wrong.
"""

import sys
import time
from datetime import UTC, datetime, timedelta

from worker.queueing.broker import rq_worker
from worker.queueing.local import local_worker
from worker.queueing.patience import Patience

#: A minute in two seconds. Long enough for a machine that is slow and busy.
QUICK = Patience(beat=0.2, silence=3, idle=4, colleagues=0, stranded=1.5, clean_up=3, look=0.1)


def set_clock(seconds: float) -> None:
    """Let this process believe that it is so much later, in whatever part of it."""
    true_time = time.time
    time.time = lambda: true_time() + seconds

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=seconds)

    for module in [module for name, module in sys.modules.items() if name.startswith("rq.")]:
        if hasattr(module, "now"):
            module.now = now
        if hasattr(module, "current_timestamp"):
            module.current_timestamp = lambda: int(now().timestamp())


if __name__ == "__main__":
    if len(sys.argv) > 2:
        set_clock(float(sys.argv[2]))
    if sys.argv[1] == "local":
        raise SystemExit(local_worker.main(QUICK))
    raise SystemExit(rq_worker.main(sys.argv[1], QUICK))
