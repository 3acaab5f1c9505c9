#!/usr/bin/env bash
# Records stamps by authorities made for the occasion, good ones and bad ones, with OpenSSL 3. Run it in
# an empty directory; the keys are thrown away. The tests read what it wrote once.
set -euo pipefail
dir=$(mktemp -d); out=$PWD; cd "$dir"
cat > note <<'NOTE'
ledger.example/complaints
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— ledger.example/complaints 2Zy4qZkksI+vO4dMZMuYnm+Sar9XQkaK7spScyXGmirKskhXqA9ap7xUiZuoNx0nWGe8fXNDCCl3kG85pWorYRAmkQE=
NOTE
cp note "$out/note.txt"

key() { case $1 in
  rsa) openssl genrsa -out "$2" 2048 2>/dev/null ;;
  p256) openssl ecparam -name prime256v1 -genkey -noout -out "$2" ;;
  p384) openssl ecparam -name secp384r1 -genkey -noout -out "$2" ;;
esac; }
ca_extensions='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign'
# root NAME KIND; issue NAME KIND ISSUER EXTENSIONS [DAYS]
root() { key "$2" "$1.key"; openssl req -new -x509 -key "$1.key" -subj "/CN=$1 root of tests" -days 36500 \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -out "$1.pem"; }
issue() { key "$2" "$1.key"; openssl req -new -key "$1.key" -subj "/O=Tests/CN=$1 of tests" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -CAcreateserial -extfile <(printf '%s\n' "$4") \
  -days "${5:-36500}" -out "$1.pem" 2>/dev/null; }
stamping='extendedKeyUsage=critical,timeStamping
keyUsage=critical,digitalSignature'

# tsa DIGEST [LINE...]: how the authority answers from now on
tsa() { echo 01 > serial; { printf '[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ndefault_policy=1.2.3.4.1\ndigests=sha256\n'
  printf 'accuracy=secs:1,millisecs:500,microsecs:100\nsigner_digest=%s\n' "$1"; shift
  # The attribute of RFC 5816; OpenSSL 3.0 would write the older one by default.
  [ $# = 1 ] && [ "${1%%=*}" = ess_cert_id_alg ] || echo ess_cert_id_alg=sha256
  printf '%s\n' "$@"; } > tsa.cnf.new
  mv tsa.cnf.new tsa.cnf; }
# reply SIGNER OUT [CHAIN]
reply() { openssl ts -reply -config tsa.cnf -queryfile request.tsq -signer "$1.pem" -inkey "$1.key" ${3:+-chain "$3"} -out "$out/$2" 2>/dev/null; }
# A request with the nonce 42, as the tests make it.
openssl asn1parse -genconf <(printf 'asn1=SEQUENCE:r\n[r]\nv=INTEGER:1\nm=SEQUENCE:m\nn=INTEGER:42\nc=BOOLEAN:true\n[m]\na=SEQUENCE:a\nh=FORMAT:HEX,OCTETSTRING:%s\n[a]\no=OID:sha256\n' \
  "$(openssl dgst -sha256 -r note | cut -d' ' -f1)") -noout -out request.tsq
cp request.tsq "$out/request.tsq"

root rsa rsa; issue rsa-stamps rsa rsa "$stamping"
# Those that sign by hand sign the time of the first stamp, so they must be as old.
issue honest rsa rsa "$stamping"
issue not-critical rsa rsa extendedKeyUsage=timeStamping
issue two-usages rsa rsa extendedKeyUsage=critical,timeStamping,codeSigning
issue no-usage rsa rsa keyUsage=critical,digitalSignature
issue other-content rsa rsa "$stamping"
# Issued by what is no authority: an honest signer's certificate used as if it were one.
key rsa forged.key; openssl req -new -key forged.key -subj '/CN=forged of tests' -out forged.csr
openssl x509 -req -in forged.csr -CA honest.pem -CAkey honest.key -CAcreateserial -extfile <(printf '%s\n' "$stamping") -days 36500 -out forged.pem 2>/dev/null
tsa sha256; reply rsa-stamps rsa.tsr; cp rsa.pem "$out/rsa.pem"
root p256 p256; issue p256-stamps p256 p256 "$stamping"
tsa sha256; reply p256-stamps p256.tsr; cp p256.pem "$out/p256.pem"
root p384 p384; issue p384-between p384 p384 "$ca_extensions"; issue p384-stamps p384 p384-between "$stamping"
tsa sha384 clock_precision_digits=3; reply p384-stamps p384.tsr p384-between.pem; cp p384.pem "$out/p384.pem"

# Refused in words; signed under the old attribute with SHA-1; not of the policy.
tsa sha256; sed -i 's/^digests=sha256$/digests=sha512/' tsa.cnf; reply rsa-stamps refused.tsr
tsa sha256 ess_cert_id_alg=sha1; reply rsa-stamps old-attribute.tsr

# What OpenSSL's authority would not sign: the token signed by hand.
openssl ts -reply -config tsa.cnf -in "$out/rsa.tsr" -token_out -out token.der 2>/dev/null
openssl cms -verify -inform DER -in token.der -noverify -no_attr_verify -out info.der 2>/dev/null || openssl cms -verify -inform DER -in token.der -noverify -out info.der 2>/dev/null
sign() { openssl cms -sign -binary -nodetach -cades -md sha256 -econtent_type "${3:-1.2.840.113549.1.9.16.1.4}" -in info.der \
  -signer "$1.pem" -inkey "$1.key" -outform DER -out "$out/$2"; }
sign honest by-hand.tst
sign not-critical not-critical.tst
sign two-usages two-usages.tst
sign no-usage no-usage.tst
sign other-content other-content.tst 1.2.840.113549.1.7.1
openssl cms -sign -binary -nodetach -cades -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in info.der \
  -signer forged.pem -inkey forged.key -certfile honest.pem -outform DER -out "$out/not-an-issuer.tst"
# A certificate that was valid for one day, long before the stamp.
key rsa expired.key; openssl req -new -key expired.key -subj '/CN=expired of tests' -out expired.csr
printf '[ca]\ndefault_ca=c\n[c]\ndatabase=index\nserial=ca-serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\n%s\n' "$stamping" > ca.cnf
touch index; echo 77 > ca-serial
openssl ca -batch -notext -config ca.cnf -in expired.csr -cert rsa.pem -keyfile rsa.key \
  -startdate 20200101000000Z -enddate 20200102000000Z -out expired.pem 2>/dev/null
sign expired expired.tst
ls -la "$out"; rm -rf "$dir"
