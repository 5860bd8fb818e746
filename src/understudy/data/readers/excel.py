"""Reads a sheet of an Excel workbook."""

from pathlib import Path
from typing import ClassVar

import polars as pl

from understudy._optional import require
from understudy.data.raw import Raw
from understudy.data.readers._file import check, refuse_duplicates
from understudy.data.reporter import Reporter
from understudy.errors import InputError
from understudy.schema.layout import Layout
from understudy.schema.spec import Spec

__all__ = ["Excel"]


class Excel(Spec):
    """Excel, as `.xlsx`, `.xlsb`, `.xls` or `.ods`."""

    suffixes: ClassVar[tuple[str, ...]] = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

    sheet: str | None = None
    """Name of the sheet; empty: the first."""
    missing: tuple[str, ...] | None = None
    """Markers that stand for a missing value in columns of text, beside the empty cell; empty: they are found."""

    def read(self, path: Path, run: Reporter) -> Raw:
        """Read the sheet.

        Raises
        ------
        InputError
            If the file is absent or no workbook, or the sheet is absent or has no rows.
        MissingExtra
            If the library that reads workbooks is not installed.
        """
        check(path)
        require("fastexcel", extra="excel", what="Reading Excel workbooks")
        import fastexcel  # noqa: PLC0415 - an extra

        try:
            book = fastexcel.read_excel(path)
        except fastexcel.FastExcelError as error:
            msg = f"{path} cannot be read as an Excel workbook: {str(error).splitlines()[0]}. Save it anew, or as CSV."
            raise InputError(msg) from error
        names = book.sheet_names
        sheet = self.sheet or names[0]
        if sheet not in names:
            msg = f"{path} has no sheet {sheet!r}; its sheets are {', '.join(names)}."
            raise InputError(msg)
        if self.sheet is None and len(names) > 1:
            run.find("excel.sheet", f"{path.name} has {len(names)} sheets; the first, {sheet!r}, was read.")
        heads = book.load_sheet(sheet, header_row=None, n_rows=1, dtypes="string").to_polars()
        refuse_duplicates(path, [str(v).strip() for v in (heads.row(0) if heads.height else ()) if v is not None])
        # Dtypes that the first rows suggest would turn what comes later and fits them not into nulls.
        rows: pl.DataFrame = book.load_sheet(sheet, schema_sample_rows=None).to_polars()
        if not rows.height or not rows.width:
            msg = f"Sheet {sheet!r} of {path} has no rows below its header."
            raise InputError(msg)
        rounded = [name for name, dtype in rows.schema.items() if dtype == pl.String and _is_rounded(rows[name])]
        if rounded:
            exact = book.load_sheet(sheet, dtypes=dict.fromkeys(rounded, "float")).to_polars()
            rows = rows.with_columns(_with_all_digits(rows[name], exact[name]) for name in rounded)
        return Raw((rows,), Layout(medium="excel"), self.missing)


def _is_rounded(texts: pl.Series) -> bool:
    """Tell whether numbers among words may have been rounded to the nine decimals that fastexcel spells."""
    return texts.str.contains(r"^-?\d*\.\d+$").any()


def _with_all_digits(texts: pl.Series, numbers: pl.Series) -> pl.Series:
    """Spell numbers among words with all digits that they have."""
    cut = (texts.cast(pl.Float64, strict=False) != numbers).fill_null(value=False)
    return numbers.cast(pl.String).zip_with(cut, texts)
