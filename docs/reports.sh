#!/bin/sh
# Reports to the public: drafted, endorsed by the committee, published, proved, restated.
#
#   sh docs/reports.sh LEDGER     needs `redress` on the path and a ledger made by `redress init`
#
# A test of the suite runs this very file. Dates lie in 2025, so that the period is over.
set -eu
ledger=$1

# send NOUN VERB WHO ROLE DAY [STREAM]: one command, with its body from standard input.
send() {
    noun=$1 verb=$2 who=$3 role=$4 day=$5
    shift 5
    redress "$noun" "$verb" "$@" --data "$ledger" --as "$who" --role "$role" \
        --occurred-at "${day}T10:00:00Z" --body -
}

# Three members, and a rule that nobody sits for more than two terms of three years.
for member in eve fay gil; do
    send staff join root administrator 2025-01-02 <<JSON
{"account": "$member", "roles": ["committee-member"]}
JSON
    send staff start-term root administrator 2025-01-02 "$member" <<'JSON'
{"seat": "member", "from": "2025-01-02", "until": "2099-12-31"}
JSON
done
from=$(date -u +%Y-%m-%d)
redress rulebook propose --data "$ledger" --as cleo --role compliance-officer --body - <<JSON
{"change": 1, "rule": {"kind": "limit-terms", "months": 36, "terms": 2, "from": "$from"}}
JSON
redress rulebook approve --data "$ledger" --as sue --role supervisor --body - <<'JSON'
{"change": 1}
JSON
redress staff join --data "$ledger" --as root --role administrator --body - <<'JSON'
{"account": "ida", "roles": ["committee-member"]}
JSON
if redress staff start-term ida --data "$ledger" --as root --role administrator --body - <<'JSON'
{"seat": "member", "from": "2026-01-01", "until": "2036-12-31"}
JSON
then
    echo "a term of eleven years" >&2
    exit 1
fi

# A complaint of the first quarter. Each complainant chooses a nonce, so that no two are given one receipt.
register() {
    send complaint register portal complainant "$1" <<JSON
{"channel": "web", "source": {"kind": "direct"}, "matter": {"taxonomy": "house-1", "product": "Card", "issue": "Fee"},
 "personal": {"narrative": "I was charged a fee nobody had told me of.", "receipt-nonce": "$2"}}
JSON
}
complaint=$(register 2025-01-10 blue-horse-7 | cut -d ' ' -f 1)

# Limits that were missed are in figures once they are noted: else they would look kept, and nobody could draft them.
redress clock run --data "$ledger"

# Its report: the files of a folder. What is drafted is what they say, and the digest of their list.
redress report transparency --data "$ledger" --period 2025-Q1 --out report --min-cell 1
report=$(send report draft cleo compliance-officer 2025-04-03 <<'JSON' | cut -d ' ' -f 1
{"folder": "report"}
JSON
)
if send report publish cleo compliance-officer 2025-04-03 "$report" <<'JSON'
{"folder": "report"}
JSON
then
    echo "published without an endorsement" >&2
    exit 1
fi

# Each member votes on the files they have read. Whoever drafted it does not vote.
if send report cast-vote cleo committee-member 2025-04-04 "$report" <<'JSON'
{"folder": "report", "choice": "for"}
JSON
then
    echo "voted on her own draft" >&2
    exit 1
fi
for member in eve fay; do
    send report cast-vote "$member" committee-member 2025-04-04 "$report" <<'JSON'
{"folder": "report", "choice": "for"}
JSON
done
send report cast-vote gil committee-member 2025-04-04 "$report" <<'JSON'
{"folder": "report", "choice": "abstain", "reservations": ["one complaint only"]}
JSON
send report endorse eve committee-member 2025-04-05 "$report" <<'JSON'
{"statement": "a small quarter"}
JSON
send report publish cleo compliance-officer 2025-04-06 "$report" <<'JSON'
{"folder": "report", "place": "complaints.example/reports/2025-q1"}
JSON

# Beside the files goes a proof: whoever has both and the ledger's key needs nothing else.
redress checkpoint --data "$ledger" > kept.checkpoint
redress report proof "$report" --data "$ledger" --out report/published.tlog-proof
key=$(redress keys status --data "$ledger" --json | sed 's/.*"verifier_key": *"\([^"]*\)".*/\1/')
redress check report/published.tlog-proof --report report --vkey "$key"

# Whoever has the receipt of a complaint finds it in the report: in which row of which table, and in which none.
redress prove receipt "$complaint" --data "$ledger" --as cleo --role compliance-officer --out mine.tlog-proof
redress check report/published.tlog-proof --report report --receipt mine.tlog-proof --nonce blue-horse-7 --vkey "$key"

# Or gets a proof of it, for which nobody needs the folder.
redress prove counted "$complaint" --report report --data "$ledger" --out counted.proof
redress check counted.proof --receipt mine.tlog-proof --nonce blue-horse-7 --vkey "$key"

# A complaint of March turns up in April: the report is restated, and endorsed anew.
register 2025-03-30 green-cow-2
redress clock run --data "$ledger"
redress report transparency --data "$ledger" --period 2025-Q1 --out restated --min-cell 1
replaces=$(sha256sum report/SHA256SUMS | cut -d ' ' -f 1)
send report restate cleo compliance-officer 2025-05-02 <<JSON
{"folder": "restated", "reason": "late-records", "grounds": ["a complaint of March"], "replaces": "$replaces"}
JSON
redress report list --data "$ledger"
for member in eve fay gil; do
    send report cast-vote "$member" committee-member 2025-05-03 "$report" <<'JSON'
{"folder": "restated", "choice": "for"}
JSON
done
send report endorse eve committee-member 2025-05-03 "$report" <<'JSON'
{}
JSON
# What is published is what was endorsed: the files of before are refused.
if send report publish cleo compliance-officer 2025-05-04 "$report" <<'JSON'
{"folder": "report"}
JSON
then
    echo "published what was replaced" >&2
    exit 1
fi
send report publish cleo compliance-officer 2025-05-04 "$report" <<'JSON'
{"folder": "restated"}
JSON
redress report show "$report" --data "$ledger"

# The committee reports on itself in the same way.
redress report committee --data "$ledger" --period 2025-Q1 --out committee
send report draft eve committee-member 2025-05-05 <<'JSON'
{"folder": "committee"}
JSON
redress report list --data "$ledger"
