#!/bin/sh
# A packet of a review goes through LibreOffice and Gnumeric, and comes back with the same decisions: as .xlsx, as .ods, from .ods
# back to .xlsx, and as CSV. Needs soffice, ssconvert and python3; not part of the default run. With a folder as its argument, what
# the programs wrote is kept there, as tests/fixtures/review has it.
set -eu
keep=${1:-}
headcount=${HEADCOUNT:-$PWD/target/debug/headcount}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > hr.csv <<'HR'
Employee ID,Name,Work email,Status,Manager
E-1,Ada Anning,ada@example.com,Active,
E-2,Bob Birch,bob@example.com,Active,E-1
E-3,Cleo Cairn,cleo@example.com,Active,E-2
E-4,"Dan O'Dorn, Jr.",dan@example.com,Active,E-2
E-5,Zoë Müller-Łoś,zoe@example.com,Active,E-2
HR
cat > crm.csv <<'CRM'
id,email,status,roles,created_at
0012,cleo@example.com,active,agent;001,2026-01-05
1E5,dan@example.com,active,"=1+1;billing, EMEA",2025-11-30
c-3,zoe@example.com,active,agent,2024-02-29
CRM
cat > headcount.toml <<'TOML'
[review]
fallback = "E-1"
[hr]
file = "hr.csv"
[gate]
fail_on = []
[[source]]
name = "crm"
vendor = "file"
file = "crm.csv"
TOML
"$headcount" audit -q --as-of 2026-11-30T12:00:00Z --format json --bundle evidence.zip
"$headcount" review open q4 -q --bundle evidence.zip --due 2026-12-18 --as-of 2026-12-01

# Types the answers into the workbook as it was made, formats and all.
python3 - reviews/q4/packets/q4-e-2-r1.xlsx filled.xlsx <<'PYTHON'
import re, sys, zipfile
source, target = sys.argv[1:]
answers = {
    "xl/worksheets/sheet1.xml": {"P2": "Keep", "R2": "still needed", "U2": "2026-12-04", "P3": "Modify", "Q3": "billing, EMEA", "P4": "Revoke", "R4": "left the team = gone"},
    "xl/worksheets/sheet2.xml": {"B9": "Yes", "B10": "Bob Birch"},
}
with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
    for name in old.namelist():
        text = old.read(name)
        for cell, answer in answers.get(name, {}).items():
            pattern = rf'<c r="{cell}" s="(\d+)"/>'.encode()
            typed = rf'<c r="{cell}" s="\1" t="inlineStr"><is><t>{answer}</t></is></c>'.encode()
            text, count = re.subn(pattern, typed, text)
            assert count == 1, cell
        new.writestr(name, text)
PYTHON

office() { soffice --headless -env:UserInstallation="file://$work/profile" --convert-to "$1" --outdir "$2" "$3" > /dev/null 2>&1; }
mkdir returned
cp filled.xlsx returned/typed.xlsx
office xlsx lo-xlsx filled.xlsx && cp lo-xlsx/filled.xlsx returned/libreoffice.xlsx
office ods lo-ods filled.xlsx && cp lo-ods/filled.ods returned/libreoffice.ods
office xlsx lo-back lo-ods/filled.ods && cp lo-back/filled.xlsx returned/libreoffice-ods.xlsx
# In UTF-8: another encoding would lose letters, and a name without them isn't what was shown.
office 'csv:Text - txt - csv (StarCalc):44,34,76' lo-csv filled.xlsx && cp lo-csv/filled.csv returned/libreoffice.csv
ssconvert -S filled.xlsx gnumeric.csv > /dev/null 2>&1 && cp gnumeric.csv.0 returned/gnumeric.csv
ssconvert filled.xlsx returned/gnumeric.xlsx > /dev/null 2>&1

failed=0
for file in returned/*; do
    rm -rf again && mkdir again && cp -r reviews hr.csv crm.csv headcount.toml again/
    signed=
    case $file in *.csv) signed="--signed-by E-2 --signed-on 2026-12-05" ;; esac
    # shellcheck disable=SC2086
    if (cd again && "$headcount" review collect q4 "../$file" --as-of 2026-12-05 $signed > said 2>&1) &&
        grep -q '3 decisions' again/said &&
        (cd again && "$headcount" review close q4 --no-recheck 'a check' --as-of 2026-12-19 > closed 2>&1); then
        cut -d, -f1-6 again/reviews/q4/outcome/decisions.csv > decisions
        if [ -f expected ] && ! cmp -s expected decisions; then
            echo "$file: other decisions"; diff expected decisions || true; failed=1
        else
            cp decisions expected; echo "$file: the same decisions"
        fi
    else
        echo "$file: refused"; cat again/said again/closed 2> /dev/null || true; failed=1
    fi
done
if [ -n "$keep" ]; then
    mkdir -p "$keep" && cp -r hr.csv crm.csv headcount.toml reviews returned "$keep/"
fi
exit $failed
