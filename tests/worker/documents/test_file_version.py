from dataclasses import replace

from worker.documents.chunks import Splitting
from worker.documents.file_version import FileVersion, digest_of, whole_version

VERSION = FileVersion("0123456789abcdef", chunks=3, characters=2500)


def test_a_file_of_which_all_chunks_are_stored_is_whole():
    assert whole_version({VERSION.mark: 3}) == VERSION


def test_a_whole_file_keeps_how_it_was_read():
    version = whole_version({VERSION.mark: 3}, "Two pages are pictures.", "read as cp932")
    assert version == replace(VERSION, lost="Two pages are pictures.", read_as="read as cp932")


def test_a_file_of_which_chunks_are_missing_is_not_whole():
    assert whole_version({VERSION.mark: 2}) is None


def test_a_file_with_chunks_of_two_versions_is_not_whole():
    assert whole_version({VERSION.mark: 3, VERSION.mark.replace("0", "1"): 1}) is None


def test_marks_that_nobody_knows_are_of_no_whole_file():
    assert whole_version({"0123456789abcdef": 3}) is None
    assert whole_version({}) is None


def test_other_bytes_or_another_way_of_splitting_give_another_digest():
    ways = [Splitting(1000, 60), Splitting(1000, 0), Splitting(900, 60)]
    ways += [Splitting(1000, 60, "sentence"), Splitting(1000, 60, whole=1300)]
    digests = {digest_of(data, way) for data in (b"rain", b"snow") for way in ways}
    assert len(digests) == 10
