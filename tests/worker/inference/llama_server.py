"""llama.cpp's own HTTP server, with the demonstration model, as a process of its own.

Run as `python -m tests.worker.inference.llama_server MODEL PORT KEY STREAMS`, with an empty key for
a server that wants none; it ends when its standard input does, and so never outlives the tests.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx

#: Prompt and answer of one stream.
CONTEXT_TOKENS = 1024

KEY = "key-of-the-tests"


class LlamaServer:
    """Started within `with`; may be killed and started again on the same port.

    :param ports: the first one that is free is taken; 0 is any.
    """

    def __init__(
        self, model: Path, *, streams: int = 4, key: str = KEY, ports: Sequence[int] = (0,)
    ) -> None:
        self.port = next(filter(None, map(_free, ports)))
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._arguments = [str(model), str(self.port), key, str(streams)]

    def __enter__(self) -> LlamaServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.worker.inference.llama_server", *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not self._answers():
            assert self._process.poll() is None, "the llama.cpp server has ended"
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill -9."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health").is_success
        except httpx.TransportError:
            return False


def _free(port: int) -> int:
    """Return the port, or another one for 0; nothing if it is taken."""
    with socket.socket() as free, suppress(OSError):
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
        return int(free.getsockname()[1])
    return 0


def serve(model: str, port: str, key: str, streams: str) -> None:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.model_alias = {"smollm2"}
    parameters.port = int(port)
    parameters.api_keys = [key] if key else []
    parameters.ui = False
    parameters.n_parallel = int(streams)
    parameters.n_ctx = CONTEXT_TOKENS * int(streams)
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.cache_ram_mib = 0
    parameters.verbosity = 0
    _server = xllamacpp.Server(parameters)
    sys.stdin.read()


if __name__ == "__main__":
    serve(*sys.argv[1:])
