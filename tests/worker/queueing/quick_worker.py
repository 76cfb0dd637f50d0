"""A worker process with the patience of tests: python -m tests.worker.queueing.quick_worker cpu.

The queue `local` is the job file of this machine; every other name is a queue of the server.
"""

import sys

from worker.queueing.broker import rq_worker
from worker.queueing.local import local_worker
from worker.queueing.patience import Patience
from worker.settings import load_settings

#: A minute in two seconds. Long enough for a machine that is slow and busy.
QUICK = Patience(beat=0.2, silence=3, idle=4, colleagues=0, stranded=1.5, clean_up=3, look=0.1)

if __name__ == "__main__":
    if sys.argv[1] == "local":
        raise SystemExit(local_worker.serve(load_settings(), QUICK))
    raise SystemExit(rq_worker.main(sys.argv[1], QUICK))
