"""The rejects file: rows that were not loaded, each with its line and why, to be mended and imported again."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from pg_drip.errors import InvalidInputError, PgDripError
from pg_drip.imports.header import REJECT_COLUMNS, is_rejects_header
from pg_drip.models import RejectedRow

SHOWN = 20


class RejectsFile:
    """Collects rows; `save` puts the file in its place at once, and without it nothing is left behind.

    `shown` are the first rows, without their data.
    """

    def __init__(self, path: Path | None, header: Sequence[str], delimiter: str = ",") -> None:
        """Begin, without a file: one is made at the first row.

        Args:
            path: where it will be; None: rows are only counted.
            header: the names of the columns of the rows.
            delimiter: that of the file that the rows are from, so that both are read alike.

        Raises:
            InvalidInputError: the path is something else than a file.
        """
        self.path = path.resolve() if path else None
        if self.path and self.path.exists() and not self.path.is_file():
            raise InvalidInputError(f"{path} is no file for rejects.", "Name one with --rejects.")
        self.count = 0
        self.shown: list[RejectedRow] = []
        self._own = len(REJECT_COLUMNS) if is_rejects_header(header) else 0
        self._header = header
        self._delimiter = delimiter
        self._draft: Path | None = None
        self._file: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file and self._draft:
            self._file.close()
            self._draft.unlink(missing_ok=True)

    def add(self, line: int, reason: str, row: Sequence[str]) -> None:
        """Note a row.

        Raises:
            PgDripError: its folder takes no file.
        """
        self.count += 1
        if len(self.shown) < SHOWN:
            self.shown.append(RejectedRow(line=line, reason=reason))
        if self.path:
            if self._file is None:
                self._begin(self.path)
            self._writer.writerow([line, reason, *row[self._own :]])

    def save(self) -> Path | None:
        """Put the file in its place; where there were no rejects, one of an earlier import is taken away.

        Returns: where the rejects are, or None when there are none.
        """
        if self.path is None:
            return None
        if self._file is None or self._draft is None:
            if self._is_rejects_file(self.path):
                self.path.unlink()
            return None
        self._file.flush()
        os.fsync(self._file.fileno())
        self._draft.replace(self.path)
        return self.path

    def _begin(self, path: Path) -> None:
        try:
            # Readable for its owner alone, since it holds personal data.
            number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        except OSError as error:
            raise PgDripError(
                f"the rejects file {path} cannot be written: {error.strerror}.", "Name another with --rejects."
            ) from None
        self._draft = Path(name)
        self._file = os.fdopen(number, "w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, delimiter=self._delimiter, lineterminator="\n")
        self._writer.writerow([*REJECT_COLUMNS, *self._header[self._own :]])

    def _is_rejects_file(self, path: Path) -> bool:
        start = self._delimiter.join(REJECT_COLUMNS) + self._delimiter
        with suppress(OSError, UnicodeDecodeError), path.open(encoding="utf-8") as file:
            return file.read(len(start)) == start
        return False
