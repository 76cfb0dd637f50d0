import io

import olefile
import pytest

from worker.errors import InternalError
from xl_addin.template.vba.compound_file import compound_file

# Sizes around every border: empty, a mini sector (64), the mini limit (4096), a sector (512).
SIZES = [0, 1, 63, 64, 65, 511, 512, 4095, 4096, 4097, 70_000]


def content(size: int) -> bytes:
    return bytes(number % 251 for number in range(size))


def read_back(data: bytes) -> dict[str, bytes]:
    with olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_POTENTIAL) as file:
        return {"/".join(path): file.openstream(path).read() for path in file.listdir()}


@pytest.mark.parametrize("size", SIZES)
def test_a_single_stream_comes_back(size):
    assert read_back(compound_file({"One": content(size)})) == {"One": content(size)}


def test_streams_of_all_sizes_and_a_storage_come_back():
    inner = {f"Stream{size}": content(size) for size in SIZES}
    found = read_back(compound_file({"Above": b"x", "Inside": inner}))
    assert found == {"Above": b"x", **{f"Inside/{name}": data for name, data in inner.items()}}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 9, 40])
def test_every_one_of_many_streams_is_found_by_name(count):
    streams = {f"S{number}" * (1 + number % 3): bytes([number]) for number in range(count)}
    with olefile.OleFileIO(io.BytesIO(compound_file(streams))) as file:
        for name, data in streams.items():
            assert file.openstream(name).read() == data


def test_an_empty_storage_is_a_file_without_streams():
    assert read_back(compound_file({})) == {}


def test_a_file_needing_several_fat_sectors_comes_back():
    data = content(400_000)
    assert read_back(compound_file({"Large": data, "Small": b"x"}))["Large"] == data


def test_the_order_of_the_streams_given_does_not_matter():
    assert compound_file({"A": b"1", "B": b"2"}) == compound_file({"B": b"2", "A": b"1"})


@pytest.mark.parametrize("name", ["", "x" * 32])
def test_a_name_that_does_not_fit_is_refused(name):
    with pytest.raises(InternalError, match="1 to 31 characters"):
        compound_file({name: b""})


def test_a_file_beyond_the_header_s_table_is_refused():
    with pytest.raises(InternalError, match=r"6\.8 MB"):
        compound_file({"Huge": bytes(7_200_000)})
