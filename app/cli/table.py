"""A table with a row for each ticker, which grows while its rows are made and is taken up again where it stopped."""

import csv
import importlib
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.errors import AppError
from app.services.table_rows import Row

PARQUET = ".parquet"
ENDINGS = (".csv", PARQUET)
_TEXTS = ("ticker", "file", "as_of", "date", "currency", "sha256", "code", "key", "error")
_COUNTS = ("horizon", "age_sessions", "origins")
_TRUTHS = ("edge",)


class OtherTableError(AppError):
    """The file that a table should go to holds something else, which is not written over."""

    hint = "Name another file, or move that one away."

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.sentence = f"The file {path} holds something else than a table of these columns."


class GrowingTable:
    """The table at ``path``, CSV or Parquet by its ending, whose finished rows outlive the process that makes them.

    A Parquet file cannot grow by a row, so its rows are in a CSV beside it until the table is whole. Raises
    ``OtherTableError`` where ``path`` holds something else, and ``OSError``.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path, self._columns = path, tuple(columns)
        self._rows_path = path.with_name(f"{path.name}.rows.csv") if path.suffix == PARQUET else path
        earlier = (*self._in_parquet(), *self._in_csv())
        # A row with an error is made anew: the next time may be better.
        self.rows: dict[str, Row] = {row["key"]: row for row in earlier if not row["error"]}

    def begin(self, keys: Iterable[str]) -> None:
        """Keep the rows of these ``keys`` alone, and be ready for others."""
        wanted = set(keys)
        self.rows = {key: row for key, row in self.rows.items() if key in wanted}
        _write(self._rows_path, self._as_csv(self.rows.values()))

    def add(self, row: Row) -> None:
        """Append a row, which is on the disk when this returns."""
        self.rows[row["key"]] = row
        with self._rows_path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, self._columns, "", lineterminator="\n").writerow(row)

    def finish(self, keys: Iterable[str]) -> None:
        """Write the whole table in the order of ``keys``."""
        rows = [self.rows[key] for key in keys if key in self.rows]
        _write(self._rows_path, self._as_csv(rows))
        if self._rows_path != self.path:
            whole = self.path.with_name(f"{self.path.name}.part")
            self._frame(rows).to_parquet(whole, index=False)
            whole.replace(self.path)
            self._rows_path.unlink()

    def _as_csv(self, rows: Iterable[Row]) -> bytes:
        written = io.StringIO()
        writer = csv.DictWriter(written, self._columns, "", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return written.getvalue().encode()

    def _in_csv(self) -> list[Row]:
        if not self._rows_path.exists():
            return []
        # The last line may be of a process that was killed while it wrote.
        content = self._rows_path.read_bytes()
        whole = content.rpartition(b"\n")[0].decode("utf-8", "replace")
        lines = csv.reader(io.StringIO(whole, newline=""))
        if content and tuple(next(lines, ())) != self._columns:
            raise OtherTableError(str(self._rows_path))
        return [dict(zip(self._columns, cells, strict=True)) for cells in lines if len(cells) == len(self._columns)]

    def _in_parquet(self) -> list[Row]:
        if self.path.suffix != PARQUET or not self.path.exists():
            return []
        try:
            frame = importlib.import_module("pandas").read_parquet(self.path)
        except (ValueError, OSError, KeyError, IndexError) as error:
            raise OtherTableError(str(self.path)) from error
        if tuple(frame.columns) != self._columns:
            raise OtherTableError(str(self.path))
        written = frame.astype(object).where(frame.notna(), "").to_dict("records")
        return [{name: str(value) for name, value in row.items()} for row in written]

    def _frame(self, rows: Sequence[Row]) -> Any:
        """The rows with numbers as numbers, for who reads Parquet; pandas is needed for nothing else here."""
        pandas = importlib.import_module("pandas")
        frame = pandas.DataFrame(rows, columns=list(self._columns), dtype=object).fillna("")
        for name in set(self._columns) - {*_TEXTS, *_TRUTHS}:
            kind = "Int64" if name in _COUNTS else "float64"
            frame[name] = pandas.to_numeric(frame[name].replace("", None)).astype(kind)
        for name in _TRUTHS:
            frame[name] = frame[name].map({"True": True, "False": False}).astype("boolean")
        return frame


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
