#!/usr/bin/env bash
# Records one stamp by an authority made for the occasion, over the checkpoint in the file given, with
# OpenSSL 3. Run it in this folder; the keys are thrown away. The checkpoint is that of the first six records of
# the small log in src/test_data.rs: the test `the_recorded_stamp_is_over_the_small_log` says so, and prints it
# when it is not.
set -euo pipefail
out=$PWD; note=$(realpath "$1"); dir=$(mktemp -d); cd "$dir"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
key root.key
openssl req -new -x509 -key root.key -subj '/CN=time root of tests' -days 36500 -out root.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
key stamp.key
openssl req -new -key stamp.key -subj '/O=Tests/CN=time of tests' -out stamp.csr
openssl x509 -req -in stamp.csr -CA root.pem -CAkey root.key -CAcreateserial -days 36500 -out stamp.pem \
  -extfile <(printf 'extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n') 2>/dev/null
echo 01 > serial
printf '[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ndefault_policy=1.2.3.4.1\ndigests=sha256\n' > tsa.cnf
printf 'accuracy=secs:1\nsigner_digest=sha256\ness_cert_id_alg=sha256\n' >> tsa.cnf
openssl ts -query -data "$note" -sha256 -cert -out request.tsq 2>/dev/null
openssl ts -reply -config tsa.cnf -queryfile request.tsq -signer stamp.pem -inkey stamp.key -out reply.tsr 2>/dev/null
openssl ts -reply -in reply.tsr -token_out -out "$out/stamp.tst" 2>/dev/null
cp root.pem "$out/root.pem"
time=$(openssl ts -reply -in reply.tsr -text 2>/dev/null | sed -n 's/^Time stamp: //p')
printf '%s' "$(date -u -d "$time" +%Y-%m-%dT%H:%M:%SZ)" > "$out/stamped-at.txt"
