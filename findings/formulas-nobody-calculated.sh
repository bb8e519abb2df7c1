#!/usr/bin/env bash
# A last day that is a formula can be read as nothing, or as 0, from a workbook that looks right in a spreadsheet.
#
# Seen with Python's openpyxl 3.1.5 and XlsxWriter 3.3.1 as writers, and openpyxl, pandas 3.1.1 and python-calamine 0.9.1 as
# readers. Neither writer calculates. The first stores no result, and the second 0 (as it documents), with a mark that
# whoever opens the workbook should calculate first (fullCalcOnLoad), which none of the readers looks at:
#
# - without a result, the three readers have None, NaN and an empty text: the same as for a blank cell, so that a leaver has no
#   last day;
# - with 0, all three have a number: the same as for a 0 that somebody has typed. As a date it is the last day of 1899, which
#   many programs take for "never".
#
# So a roster made by a script has to be opened and saved in a spreadsheet once, or its reader has to look at formulas and at
# that mark.
#
# Needs Python 3 and its package index. Exits with 1 and the difference if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  openpyxl==3.1.5 XlsxWriter==3.3.1 pandas==3.1.1 python-calamine==0.9.1

cat >"$folder/expected" <<'END'
openpyxl wrote | marked True | openpyxl None | pandas nan | calamine ''
XlsxWriter wrote | marked True | openpyxl 0 | pandas 0 | calamine 0.0
END

cat >"$folder/read.py" <<'END'
import sys
import zipfile

import openpyxl
import pandas
import python_calamine
import xlsxwriter

ROWS = [["Employee ID", "Last day"], ["7", "=DATE(2026,1,31)"]]


def with_openpyxl(path):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(path)


def with_xlsxwriter(path):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(ROWS):
            sheet.write_row(at, 0, row)


for name, write in [("openpyxl", with_openpyxl), ("XlsxWriter", with_xlsxwriter)]:
    path = f"{sys.argv[1]}/{name}.xlsx"
    write(path)
    marked = b'fullCalcOnLoad="1"' in zipfile.ZipFile(path).read("xl/workbook.xml")
    first = openpyxl.load_workbook(path, data_only=True).active["B2"].value
    second = pandas.read_excel(path, engine="openpyxl")["Last day"][0]
    third = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1][1]
    print(f"{name} wrote | marked {marked} | openpyxl {first} | pandas {second} | calamine {third!r}")
END

"$folder/venv/bin/python" "$folder/read.py" "$folder" >"$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as described"
