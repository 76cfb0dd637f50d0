"""Bytes on their way through the server: compressed, and never too many."""

from __future__ import annotations

import zlib

from worker.errors import InputError

#: Bytes that one request or one large result may have, compressed.
MOST_BYTES = 16 * 2**20

#: Bytes that it may grow to: a small record that was forged must not fill the memory.
MOST_UNPACKED = 64 * MOST_BYTES


def pack(data: bytes, what: str) -> bytes:
    """Return data compressed.

    :raises InputError: if they are too many to travel.
    """
    packed = zlib.compress(data, 1)
    if len(packed) > MOST_BYTES:
        raise InputError(
            f"The {what} has {len(packed) / 2**20:.0f} MB.",
            f"At most {MOST_BYTES // 2**20} MB travel through the queue.",
            "Run it in parts: fewer questions, passages or texts at a time.",
        )
    return packed


def unpack(packed: bytes) -> bytes:
    """Return what was packed.

    :raises InputError: if it was not packed here.
    """
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(packed, MOST_UNPACKED)
        if unpacker.eof:
            return data
    except zlib.error:
        pass
    raise unreadable_record("It is damaged, too large, or was not written by BONSAI.")


def unreadable_record(why: str) -> InputError:
    """Return the error of a record on the server that is not as BONSAI writes it."""
    return InputError("A record on the Redis server cannot be read.", why, "Run the job again.")
