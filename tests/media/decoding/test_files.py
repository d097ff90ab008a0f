import os
import tempfile

import pytest

from media.decoding.files import DescriptorFile, reader


@pytest.fixture
def descriptor():
    with tempfile.TemporaryFile() as file:
        file.write(b"0123456789")
        file.flush()
        yield file.fileno()


def test_it_reads_from_its_own_position_whatever_the_descriptor_is_at(descriptor):
    os.lseek(descriptor, 7, os.SEEK_SET)
    first, second = reader(descriptor), reader(descriptor)
    assert first.read(4) == b"0123"
    assert second.read() == b"0123456789"
    assert os.lseek(descriptor, 0, os.SEEK_CUR) == 7


def test_it_seeks_like_a_file(descriptor):
    file = DescriptorFile(descriptor)
    assert file.seek(-3, os.SEEK_END) == 7
    assert file.read() == b"789"
    assert file.seek(2) == 2
    assert file.seek(1, os.SEEK_CUR) == 3
    with pytest.raises(ValueError):
        file.seek(-1)


def test_it_hands_out_no_descriptor(descriptor):
    with pytest.raises(OSError):
        DescriptorFile(descriptor).fileno()


def test_what_lies_before_the_offset_cannot_be_reached(descriptor):
    file = DescriptorFile(descriptor, 4)
    assert (file.size(), file.read()) == (6, b"456789")


def test_it_writes_where_it_stands(descriptor):
    file = DescriptorFile(descriptor, 2, is_writable=True)
    file.seek(1)
    assert file.write(b"xy") == 2
    assert os.pread(descriptor, 10, 0) == b"012xy56789"
