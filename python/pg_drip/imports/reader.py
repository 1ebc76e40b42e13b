"""A CSV file as rows, with the line where each begins; what breaks it as a whole is one clear error."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from pg_drip.errors import PgDripError

MOST_COLUMNS = 1000
LONGEST_LINE = 1024 * 1024

_OTHER_DELIMITERS = {";": "';'", "\t": "tab", "|": "'|'"}
_TO_UTF8 = "Save it as UTF-8 (in Excel: CSV UTF-8), or convert it, as iconv -f {} -t UTF-8 does."


class BrokenFileError(PgDripError):
    """The file cannot be read to its end."""


class CsvFile:
    """A CSV file in UTF-8 whose first row is its header. Its rows can be read several times."""

    def __init__(self, stream: BinaryIO, delimiter: str = ",") -> None:
        """Read the header.

        Args:
            stream: a file that can be read from its start again.
            delimiter: what is between two fields; one character.

        Raises:
            BrokenFileError: the file is empty, not UTF-8, or its header is none.
        """
        self._stream = stream
        self._delimiter = delimiter
        self.size = stream.seek(0, os.SEEK_END)
        self._start = _find_start(stream)
        with closing(self._records()) as records:
            _, self.header = next(records, (0, []))
        self._check_header()

    @property
    def bytes_read(self) -> int:
        """How far into the file the rows are that were read last, in bytes."""
        return self._stream.tell()

    def rows(self) -> Generator[tuple[int, list[str]], None, None]:
        """Each row after the header, with the line where it begins; empty lines are none.

        Raises:
            BrokenFileError: the rest cannot be read: a quote that never closes, a line that is not UTF-8 or too long.
        """
        records = self._records()
        next(records)
        return records

    def _records(self) -> Generator[tuple[int, list[str]], None, None]:
        self._stream.seek(self._start)
        # Line ends are left as they are, since those in quotes belong to the value.
        text = io.TextIOWrapper(self._stream, encoding="utf-8", newline="")
        try:
            yield from _parse(text, self._delimiter)
            return
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
        finally:
            # Or it would close the stream.
            text.detach()
        raise BrokenFileError(
            f"line {self._find_undecodable_line():,} is not UTF-8: it has the byte {byte:#04x}.",
            _TO_UTF8.format("WINDOWS-1252"),
        )

    def _find_undecodable_line(self) -> int:
        self._stream.seek(self._start)
        text = io.TextIOWrapper(self._stream, encoding="utf-8", errors="surrogateescape", newline="")
        numbered = enumerate(_lines(text), 1)
        number = next((number for number, line in numbered if re.search("[\udc80-\udcff]", line)), 0)
        text.detach()
        return number

    def _check_header(self) -> None:
        if not self.header:
            raise BrokenFileError("the file is empty.", "Its first row must be a header that names the columns.")
        if len(self.header) > MOST_COLUMNS:
            raise BrokenFileError(
                f"the header has {len(self.header):,} columns, more than {MOST_COLUMNS:,}.",
                "See whether this is the right file; leave out columns that are no field of a lead.",
            )
        if any("\0" in name for name in self.header):
            raise BrokenFileError("the header has NUL characters, as UTF-16 text has.", _TO_UTF8.format("UTF-16"))
        if len(self.header) == 1:
            for character, name in _OTHER_DELIMITERS.items():
                if character in self.header[0] and character != self._delimiter:
                    raise BrokenFileError(
                        f"the header is one column with {name} in it.",
                        f"If that separates its columns, give --delimiter {name}.",
                    )


@contextmanager
def open_csv(path: Path, delimiter: str = ",") -> Iterator[CsvFile]:
    """Open a CSV file; the path `-` is standard input, which is first written to a temporary file.

    Raises:
        BrokenFileError: as CsvFile does.
        OSError: the file cannot be read.
    """
    with _open(path) as stream:
        if stream.seekable():
            yield CsvFile(stream, delimiter)
            return
        # Rows that the database refuses are looked up in a second pass, which a pipe does not give.
        with tempfile.TemporaryFile() as copied:
            shutil.copyfileobj(stream, copied)
            yield CsvFile(copied, delimiter)


@contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    if str(path) == "-":
        yield sys.stdin.buffer
    else:
        with path.open("rb") as stream:
            yield stream


def _find_start(stream: BinaryIO) -> int:
    stream.seek(0)
    first = stream.read(4)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BrokenFileError("the file is UTF-16.", _TO_UTF8.format("UTF-16"))
    return len(codecs.BOM_UTF8) if first.startswith(codecs.BOM_UTF8) else 0


def _parse(text: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise _broken_quote(error, line) from None


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise BrokenFileError(
                f"line {number:,} is longer than {LONGEST_LINE:,} characters.", "See whether this is a CSV file."
            )
        yield line


def _broken_quote(error: csv.Error, line: int) -> BrokenFileError:
    where = f"the row that begins at line {line:,}"
    if "field larger" in str(error):
        what = f"{where} has a field of more than {csv.field_size_limit():,} characters, as when a quote never closes"
    elif "unexpected end" in str(error):
        what = f"{where} has a quote that never closes"
    else:
        what = f"{where} has a quote that closes in the middle of a field, or one before it never closed"
    return BrokenFileError(f"{what}.", 'Correct the quotes: "" stands for a quote within quotes.')
