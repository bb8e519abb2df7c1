#!/usr/bin/env bash
# Holds a bundle of the demo's vendors against every program that an auditor may have. Not part of `cargo test`: some of these
# programs are missing on most machines. What is missing is said, and fails nothing; what disagrees fails.
#
#   tests/bundle/check.sh target/debug/headcount
set -euo pipefail

headcount=$(realpath "${1:?which headcount?}")
room=$(mktemp -d)
served=
trap '[ -z "$served" ] || kill "$served"; rm -rf "$room"' EXIT
cd "$room"
failed=0

# NAME PROGRAM COMMAND: the command has to end well, if the program is here.
check() {
    if ! command -v "$2" >/dev/null; then
        echo "SKIPPED  $1: $2 isn't here"
    elif bash -c "$3" >said 2>&1; then
        echo "ok       $1"
    else
        echo "FAILED   $1"
        cat said
        failed=1
    fi
}

"$headcount" simulate --out sim >/dev/null 2>&1 &
served=$!
for _ in $(seq 100); do
    [ ! -f sim/headcount.toml ] || break
    sleep 0.1
done
"$headcount" audit -q --exit-zero -c sim/headcount.toml --out out --bundle q.zip --format json,html,csv || [ -f q.zip ]
kill "$served"
served=

ssh-keygen -q -t ed25519 -N '' -C '' -f iam
echo "iam@example.com namespaces=\"headcount-bundle\" $(cat iam.pub)" >allowed_signers
"$headcount" bundle sign q.zip --key iam --as iam@example.com 2>/dev/null
verify="$headcount bundle verify --signers allowed_signers"

# An authority for time stamps, whose certificate is made here.
cat >stamps.cnf <<'END'
[req]
distinguished_name=dn
prompt=no
x509_extensions=authority
[dn]
CN=Test stamps
[authority]
basicConstraints=critical,CA:false
extendedKeyUsage=critical,timeStamping
keyUsage=digitalSignature
[stamps]
serial=serial
signer_cert=authority.pem
signer_key=authority.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
ess_cert_id_alg=sha256
END
stamp='cd q && openssl ts -query -data tagmanifest-sha256.txt -sha256 -cert -out ../query && cd .. &&
    openssl ts -reply -queryfile query -config stamps.cnf -section stamps -out q/signatures/time.tsr'
authority='echo 01 >serial && openssl req -x509 -newkey rsa:2048 -nodes -keyout authority.key -config stamps.cnf -out authority.pem'
when='$(date -u -d "$(openssl ts -reply -in signatures/time.tsr -text 2>/dev/null | sed -n "s/^Time stamp: //p")" +%s)'

unzip -q q.zip
check "headcount verifies it" "$headcount" "$verify q.zip"
check "headcount comes to the same report" "$headcount" "$headcount bundle replay q.zip"
check "sha256sum: the seal" sha256sum "cd q && sha256sum --strict -c tagmanifest-sha256.txt"
check "sha256sum: the files" sha256sum "cd q && sha256sum --strict --quiet -c manifest-sha256.txt"
check "sha256sum: records are those of the report" sha256sum \
    'for file in q/data/records/*.ndjson; do grep -q "$(sha256sum "$file" | cut -d" " -f1)" q/data/outputs/report.json; done'
check "busybox: the files" busybox "cd q && busybox sha256sum -c manifest-sha256.txt"
check "shasum: the files" shasum "cd q && shasum -a 256 -c manifest-sha256.txt"
check "ssh-keygen: the signature" ssh-keygen \
    "cd q && TZ=UTC ssh-keygen -Y verify -f ../allowed_signers -I iam@example.com -n headcount-bundle -s signatures/iam-example-com.sig <tagmanifest-sha256.txt"
if python3 -c 'import bagit' 2>/dev/null; then
    check "bagit: the bag" python3 "python3 -m bagit --validate q"
else
    echo "SKIPPED  bagit: pip install bagit"
fi
check "openssl: a time stamp" openssl "$authority && $stamp && cd q &&
    openssl ts -verify -attime $when -data tagmanifest-sha256.txt -in signatures/time.tsr -CAfile ../authority.pem"
check "headcount: the same time stamp" openssl "$verify --tsa-ca authority.pem q"

# Packed again by anybody, it is the same bundle.
check "zip" zip "zip -q -r zip.zip q && $verify zip.zip"
check "7z" 7z "7z a -bd 7z.zip q && $verify 7z.zip"
check "bsdtar" bsdtar "bsdtar -a -c -f bsdtar.zip q && $verify bsdtar.zip"
check "jar" jar "jar cMf jar.zip q && $verify jar.zip"
check "python3" python3 "python3 -m zipfile -c python3.zip q && $verify python3.zip"
check "busybox unzip" busybox "mkdir busybox && busybox unzip -q q.zip -d busybox && $verify busybox/q"
check "7z x" 7z "7z x -bd -o7z q.zip && $verify 7z/q"
check "bsdtar x" bsdtar "mkdir bsdtar && bsdtar -x -f q.zip -C bsdtar && $verify bsdtar/q"
exit "$failed"
