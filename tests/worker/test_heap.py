"""What a long-lived process asks of the C library."""

import platform
import subprocess
import sys

import pytest

#: Twelve threads that have memory at the same time; then the heaps of the process are counted.
THREADS = """
import ctypes, sys, threading
from worker.heap import share_heaps
if sys.argv[2] == "share":
    share_heaps()
together = threading.Barrier(12)
def hold():
    held = bytearray(100_000)
    together.wait(60)
threads = [threading.Thread(target=hold) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
library = ctypes.CDLL(None)
library.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(library.fopen(sys.argv[1].encode(), b"w"))
library.malloc_info(0, file)
library.fclose(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps are counted by glibc")
def test_many_threads_share_few_heaps(tmp_path):
    def heaps(how: str) -> int:
        file = tmp_path / how
        subprocess.run([sys.executable, "-c", THREADS, str(file), how], check=True)
        return file.read_text().count("<heap nr=")

    assert heaps("share") <= 2 < heaps("do not")


def test_a_system_without_such_a_setting_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    from worker import heap

    monkeypatch.setattr(heap.ctypes, "CDLL", lambda _name: object())
    heap.share_heaps()
