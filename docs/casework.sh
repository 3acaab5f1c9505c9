#!/bin/sh
# One complaint from receipt to closing, and what goes beside it, by commands alone.
#
#   sh docs/casework.sh LEDGER     needs `redress` on the path and a ledger made by `redress init`
#
# A test of the suite runs this very file. Bodies are JSON; what is personal stands under "personal"
# or in a file, never on the command line, where other users of the machine could read it.
set -eu
ledger=$1
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# send WHO ROLE VERB [STREAM] [MORE…]: one command, with its body from standard input.
send() {
    who=$1 role=$2 verb=$3
    shift 3
    redress complaint "$verb" "$@" --data "$ledger" --as "$who" --role "$role" --body -
}

# The rules of the house: one proposes, another approves, and from that day on clocks go by the pack.
redress rulebook propose --data "$ledger" --as col --role compliance-officer --body - <<'JSON'
{"change": 1, "rule": {"kind": "adopt-pack", "pack": "uk-disp", "from": "2131-01-01"}}
JSON
redress rulebook approve --data "$ledger" --as sue --role supervisor --body - <<'JSON'
{"change": 1}
JSON

# It comes in. The answer begins with the name of its stream.
complaint=$(send portal complainant register <<'JSON' | cut -d ' ' -f 1
{"channel": "web", "source": {"kind": "direct"}, "language": "en", "remedies_requested": ["refund"],
 "personal": {"narrative": "I was charged a fee nobody had told me of.",
              "complainant-name": "A. Customer", "contact": "a.customer@example.com"}}
JSON
)
send ana agent acknowledge "$complaint" <<'JSON'
{"channel": "email"}
JSON
send ana agent assess "$complaint" <<'JSON'
{"severity": "medium", "safety": false, "complexity": "standard", "impact": "several", "immediate_action": false}
JSON
send ana agent classify "$complaint" <<'JSON'
{"matter": {"taxonomy": "house-1", "product": "Card", "issue": "Fee"}, "rights": ["information", "fair-dealing"]}
JSON

# Somebody becomes responsible, turns out to have an interest, and is replaced.
send sue supervisor assign "$complaint" <<'JSON'
{"handler": "ana"}
JSON
send ana agent recuse "$complaint" <<'JSON'
{"handler": "ana", "ground": "kinship", "personal": {"note": "The complainant is my cousin."}}
JSON
send sue supervisor assign "$complaint" <<'JSON'
{"handler": "ben"}
JSON

# What belongs to the case: a vulnerability, somebody who speaks for the complainant, a file.
send ben agent flag-vulnerability "$complaint" <<'JSON'
{"drivers": ["life-events"], "is_subject": false, "personal": {"note": "Told me of a bereavement."}}
JSON
send portal complainant authorise-representative "$complaint" <<'JSON'
{"representative": 1, "kind": "family-or-friend",
 "personal": {"representative-name": "B. Customer", "representative-contact": "+44 20 7946 0000"}}
JSON
send ben agent request-information "$complaint" <<'JSON'
{"party": "complainant", "channel": "email", "personal": {"message": "Please send us the statement that shows the fee."}}
JSON
printf 'Statement of March: fee 250.00' > "$folder/statement.txt"
send portal complainant add-evidence "$complaint" --attach "evidence=$folder/statement.txt" <<'JSON'
{"evidence": 1, "kind": "document", "from": "complainant", "media_type": "text/plain"}
JSON

# A remedy over the handler's limit, approved by somebody else, offered, accepted, carried out.
send ben agent propose-remedy "$complaint" <<'JSON'
{"remedy": 1, "kind": "refund", "amount": {"amount": "250.00", "currency": "GBP"}}
JSON
send sue supervisor approve-remedy "$complaint" <<'JSON'
{"remedy": 1}
JSON
send ben agent issue-response "$complaint" <<'JSON'
{"kind": "final", "channel": "email", "outcome": "upheld", "remedies": [1],
 "findings": [{"issue": "Fee", "outcome": "upheld"}],
 "recourse": {"body": "Ombudsman", "until": "2099-12-31"},
 "personal": {"response-text": "You are right. We did not tell you, and pay it back."}}
JSON
send ben agent request-survey "$complaint" <<'JSON'
{"channel": "email"}
JSON
send portal complainant record-answer "$complaint" <<'JSON'
{"answer": "accepted"}
JSON
send ben agent fulfil-remedy "$complaint" <<'JSON'
{"remedy": 1, "result": "carried-out", "paid": {"amount": "250.00", "currency": "GBP"},
 "personal": {"payment-reference": "PAY-20260302-17"}}
JSON
send ben agent identify-root-cause "$complaint" <<'JSON'
{"kind": "found", "code": "process/fee-notice"}
JSON

# The lesson may be a rule that was broken: that goes to the regulator on a track of its own.
send ben compliance-officer report-suspected-violation "$complaint" <<'JSON'
{"referral": "referral-01KA0000000000000000000000", "authority": "FCA", "rule": "Consumer Duty, PRIN 2A"}
JSON

send ben agent close "$complaint" <<'JSON'
{"reason": "accepted"}
JSON

# After the end, only what others say, and what must be put right.
send portal complainant record-survey-answer "$complaint" <<'JSON'
{"process": 4, "outcome": 5, "personal": {"message": "It took a while, but thank you."}}
JSON
send ben agent correct "$complaint" <<'JSON'
{"corrects": 0, "fact": {"kind": "channel", "channel": "app"}, "reason": "clerical-error"}
JSON

# What is refused was written nowhere; the exit code is 1.
if send ben agent close "$complaint" <<'JSON'
{"reason": "accepted"}
JSON
then
    echo "closed twice" >&2
    exit 1
fi

redress clock run --data "$ledger"
redress complaint show "$complaint" --data "$ledger"

# What was said is opened for whoever works on it; that it was is in the ledger before it is shown.
redress complaint read "$complaint" --data "$ledger" --as ben --role agent --field narrative
redress access list --data "$ledger" --complaint "$complaint"
