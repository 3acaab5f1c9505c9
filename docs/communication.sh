#!/bin/sh
# Writing to a complainant, by commands alone.
#
#   sh docs/communication.sh LEDGER SERVER:PORT     needs `redress` on the path, a ledger made by
#                                                   `redress init`, a mail server on this machine
#
# A test of the suite runs this very file.
set -eu
ledger=$1
server=$2
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

send() {
    who=$1 role=$2 verb=$3
    shift 3
    redress complaint "$verb" "$@" --data "$ledger" --as "$who" --role "$role" --body -
}
mail() {
    verb=$1
    shift
    redress mail "$verb" "$@" --data "$ledger" --sender "$folder/sender.json" \
        --server "$server" --tls plain --from complaints@bank.example
}

cat > "$folder/sender.json" <<'JSON'
{"company": "Example Bank", "address": ["1 High Street", "Exampleton"],
 "contact": "complaints@bank.example", "signatory": "Complaints team"}
JSON

complaint=$(send portal complainant register <<'JSON' | cut -d ' ' -f 1
{"channel": "email", "source": {"kind": "direct"}, "language": "en",
 "personal": {"narrative": "I was charged a fee nobody had told me of.",
              "complainant-name": "A. Customer", "contact": "A. Customer <a.customer@mail.example>"}}
JSON
)

# The acknowledgement goes out, and again nothing: it is the same letter.
mail send "$complaint" --kind acknowledgement --pack uk-disp
mail send "$complaint" --kind acknowledgement --pack uk-disp
send ana agent acknowledge "$complaint" <<'JSON'
{"channel": "email"}
JSON
send sue supervisor assign "$complaint" <<'JSON'
{"handler": "ana"}
JSON

# A final response cannot be written before there is one.
if redress letter "$complaint" --data "$ledger" --kind final-response --sender "$folder/sender.json"
then
    echo "a letter ran ahead of the records" >&2
    exit 1
fi
# The response states the last day that the pack gives, and no other.
until=$(redress clock recourse --data "$ledger" --pack uk-disp | cut -d ' ' -f 1)
send ana agent issue-response "$complaint" <<JSON
{"kind": "final", "channel": "email", "outcome": "upheld",
 "findings": [{"issue": "Fee", "outcome": "upheld"}],
 "recourse": {"body": "Financial Ombudsman Service", "until": "$until"},
 "personal": {"response-text": "You are right. We did not tell you, and pay it back."}}
JSON
redress letter "$complaint" --data "$ledger" --kind final-response --pack uk-disp \
    --sender "$folder/sender.json"
redress letter "$complaint" --data "$ledger" --kind final-response --pack iso-10002 --locale zh \
    --sender "$folder/sender.json" --pdf letter.pdf
mail send "$complaint" --kind final-response --pack uk-disp
mail retry
redress mail status --data "$ledger"
redress complaint show "$complaint" --data "$ledger"

# The complainant answers by e-mail, somebody away does so by machine, a stranger writes.
mkdir -p "$folder/mail/new" "$folder/mail/cur" "$folder/mail/tmp"
cat > "$folder/mail/new/1.host" <<MAIL
From: "A. Customer" <a.customer@mail.example>
Subject: Re: Our final answer to your complaint [$complaint]
Message-ID: <one@mail.example>

Thank you, I accept.
MAIL
cat > "$folder/mail/new/2.host" <<'MAIL'
From: away@mail.example
Auto-Submitted: auto-replied
Message-ID: <two@mail.example>

I am away.
MAIL
cat > "$folder/mail/new/3.host" <<'MAIL'
From: "A. Customer" <A.Customer@mail.example>
Subject: Another fee
Message-ID: <three@mail.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=part

--part
Content-Type: text/plain; charset=utf-8

Here is the next statement.
--part
Content-Type: application/pdf
Content-Disposition: attachment; filename=statement.pdf
Content-Transfer-Encoding: base64

JVBERi0xLjcK
--part--
MAIL
cp "$folder/mail/new/3.host" "$folder/again.eml"
redress mail take-in --data "$ledger" --maildir "$folder/mail"
redress mail take-in --data "$ledger" "$folder/again.eml"

# Both are of the same person, it seems. Somebody looks, links them, and takes it back.
other=$(redress complaint duplicates "$complaint" --data "$ledger" | cut -d ' ' -f 1)
send ana agent link-duplicate "$other" <<JSON
{"of": "$complaint", "kind": "related"}
JSON
redress complaint duplicates "$other" --data "$ledger"
send ana agent unlink-duplicate "$other" <<JSON
{"of": "$complaint", "reason": "different-matter"}
JSON

# To complain together needs somebody who may speak for all.
send portal complainant authorise-representative "$other" <<'JSON'
{"representative": 1, "kind": "joint-complainant", "personal": {"representative-name": "B. Customer"}}
JSON
send ana agent link-duplicate "$other" <<JSON
{"of": "$complaint", "kind": "joint"}
JSON
redress complaint show "$other" --data "$ledger"
