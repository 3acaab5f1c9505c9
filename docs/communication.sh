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
send ana agent issue-response "$complaint" <<'JSON'
{"kind": "final", "channel": "email", "outcome": "upheld",
 "findings": [{"issue": "Fee", "outcome": "upheld"}],
 "recourse": {"body": "Financial Ombudsman Service", "until": "2099-12-31"},
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
