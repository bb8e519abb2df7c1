#!/usr/bin/env bash
# A time stamp is to prove later that something was there before. `openssl ts -verify` refuses a good one on the day after the
# authority's certificate has ended, because it looks at today and not at the time that it has just read in the stamp.
#
# Seen with OpenSSL 3.0.19. Evidence is kept for years, and authorities' certificates are mostly good for fewer.
#
# Whoever verifies has to pass the time: first `openssl ts -reply -in FILE -text`, then `-attime` with it in seconds. That proves as
# much: the stamp is signed, so that its time is the authority's word whenever it is read. And whoever asks for a stamp has to
# ask for the certificate in it (`-cert`): -CAfile can't make up for a missing one, only -untrusted can.
#
# Needs OpenSSL 3 and GNU date. Exits with 1 and the difference if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >settings <<'END'
[ca]
default_ca = authority
[authority]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
x509_extensions = stamps_extensions
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
x509_extensions = authority_extensions
[name]
CN = An authority
[authority_extensions]
basicConstraints = critical, CA:true
[stamps_extensions]
basicConstraints = critical, CA:false
extendedKeyUsage = critical, timeStamping
keyUsage = digitalSignature
[stamps]
serial = stamps_serial
signer_cert = stamps.pem
signer_key = stamps.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
END
: >index
echo 01 >serial
echo 01 >stamps_serial
new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
new_key authority.key
new_key stamps.key
{
    openssl req -x509 -new -key authority.key -config settings -days 2 -out authority.pem
    openssl req -new -key stamps.key -config settings -subj '/CN=Stamps' -out stamps.csr
    # Good for some seconds from now.
    openssl ca -batch -notext -config settings -cert authority.pem -keyfile authority.key -in stamps.csr -out stamps.pem \
        -startdate "$(date -u -d '-1 hour' +%y%m%d%H%M%SZ)" -enddate "$(date -u -d '+5 seconds' +%y%m%d%H%M%SZ)"
    echo contents >contents
    openssl ts -query -data contents -sha256 -cert -out query
    openssl ts -reply -queryfile query -config settings -section stamps -out stamp
    openssl ts -query -data contents -sha256 -out query
    openssl ts -reply -queryfile query -config settings -section stamps -out bare
} >/dev/null 2>&1

when=$(date -u -d "$(openssl ts -reply -in stamp -text 2>/dev/null | sed -n 's/^Time stamp: //p')" +%s)
verify() {
    openssl ts -verify -data contents -CAfile authority.pem "$@" >/dev/null 2>&1 && echo good || echo refused
}
{
    echo "today: $(verify -in stamp)"
    sleep 7
    echo "after the certificate has ended: $(verify -in stamp)"
    echo "the same as of the stamp's own time: $(verify -in stamp -attime "$when")"
    echo "without the certificate in it: $(verify -in bare -attime "$when")"
    echo "with the certificate beside it: $(verify -in bare -attime "$when" -untrusted stamps.pem)"
} >seen

cat >expected <<'END'
today: good
after the certificate has ended: refused
the same as of the stamp's own time: good
without the certificate in it: refused
with the certificate beside it: good
END
diff expected seen
echo "as described"
