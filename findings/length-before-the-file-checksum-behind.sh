#!/usr/bin/env bash
# A ZIP tells of each file twice, in the directory at its end and before the file. A reader that is to be sure that nobody sees another
# file than it does compares the two, and takes zeros before the file as "not known yet" where bit 3 says that the numbers stand behind
# it. All three of them are zero then, says whoever has only seen Java and Go; bsdtar knows one already.
#
# Seen with bsdtar (libarchive) 3.6.2: the length is written before the file, the checksum and the packed length are 0, and all three
# stand behind it. jar (OpenJDK 17) writes three zeros. The specification (APPNOTE 4.4.4) asks for three.
#
# Whoever compares the two places has to ask of each number for itself whether it is zero or the same.
#
# Needs bsdtar, jar and python3. Exits with 1 and the difference if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

seq 1000 >numbers
bsdtar -a -c -f bsdtar.zip numbers
jar cMf jar.zip numbers

cat >tell.py <<'END'
import struct
import sys

with open(sys.argv[1], "rb") as file:
    start = file.read(30)
flags, = struct.unpack_from("<H", start, 6)
checksum, packed, length = struct.unpack_from("<III", start, 14)
known = lambda number: "known" if number else "0"
print(f"{sys.argv[1]}: bit 3 {flags >> 3 & 1}, checksum {known(checksum)}, packed {known(packed)}, length {known(length)}")
END
for archive in bsdtar jar; do
    python3 tell.py "$archive.zip"
done >seen

cat >expected <<'END'
bsdtar.zip: bit 3 1, checksum 0, packed 0, length known
jar.zip: bit 3 1, checksum 0, packed 0, length 0
END
diff expected seen
echo "as described"
