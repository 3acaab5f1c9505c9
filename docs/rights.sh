#!/bin/sh
# A person's rights over their data, who looked at it, the volume that complaints are set against, and the rulebook.
#
#   sh docs/rights.sh LEDGER     needs `redress` on the path and a ledger made by `redress init`
#
# A test of the suite runs this very file. Dates lie in 2025; what is asked of the program itself happens today, and a
# change of the rules holds from today on.
set -eu
ledger=$1
today=$(date -u +%Y-%m-%d)

# send NOUN VERB WHO ROLE DAY [STREAM]: one command, with its body from standard input.
send() {
    noun=$1 verb=$2 who=$3 role=$4 day=$5
    shift 5
    redress "$noun" "$verb" "$@" --data "$ledger" --as "$who" --role "$role" \
        --occurred-at "${day}T10:00:00Z" --body -
}

# refused NOUN VERB …: as `send`, of a command that must be refused.
refused() {
    if send "$@"; then
        echo "not refused: $1 $2" >&2
        exit 1
    fi
}

# The rulebook: somebody proposes, somebody else approves, and it holds from a day on. No entry that is dated back
# makes it hold from a day that has passed.
refused rulebook propose carol compliance-officer 2025-01-02 <<'JSON'
{"change": 1, "rule": {"kind": "adopt-pack", "pack": "uk-disp", "from": "2025-01-06"}}
JSON
send rulebook propose carol compliance-officer 2025-01-02 <<JSON
{"change": 1, "rule": {"kind": "adopt-pack", "pack": "uk-disp", "from": "$today"}}
JSON
refused rulebook approve carol compliance-officer 2025-01-02 <<'JSON'
{"change": 1}
JSON
send rulebook approve dan compliance-officer 2025-01-03 <<'JSON'
{"change": 1}
JSON
redress rulebook show --data "$ledger" --on 2025-01-05
redress rulebook show --data "$ledger" --on "$today"

complaint=$(send complaint register portal complainant 2025-02-10 <<'JSON' | cut -d ' ' -f 1
{"channel": "web", "source": {"kind": "direct"}, "matter": {"taxonomy": "house-1", "product": "Card", "issue": "Fee"},
 "personal": {"narrative": "I was charged a fee nobody had told me of.", "complainant-name": "A. Customer"}}
JSON
)

# What the person agrees to, and no more.
send subject give-consent portal complainant 2025-02-10 <<JSON
{"complaint": "$complaint", "purpose": "survey"}
JSON
send subject withdraw-consent portal complainant 2025-02-12 <<JSON
{"complaint": "$complaint", "purpose": "survey"}
JSON

# While it is contested whether the data is right, nobody opens it. Whoever lifts that has told the person before.
send subject restrict portal complainant 2025-02-12 <<JSON
{"complaint": "$complaint", "ground": "accuracy-contested"}
JSON
if redress complaint duplicates "$complaint" --data "$ledger" --as ana --role agent; then
    echo "opened what is restricted" >&2
    exit 1
fi
send subject lift-restriction dora data-protection-officer 2025-02-20 <<JSON
{"complaint": "$complaint", "notified": "2025-02-19T09:00:00Z"}
JSON

# Whoever has the data opened is recorded before they see it.
redress complaint duplicates "$complaint" --data "$ledger" --as ana --role agent
redress access list --data "$ledger" --complaint "$complaint"

# An erasure is answered with all that stands against it: here an open complaint and a legal hold.
send subject hold dora data-protection-officer 2025-03-01 <<JSON
{"complaint": "$complaint", "hold": "claim 4711", "authority": "county court"}
JSON
send subject request-erasure portal complainant 2025-03-03 <<JSON
{"complaint": "$complaint", "ground": "no-longer-needed"}
JSON
send subject decide-erasure dora data-protection-officer 2025-03-04 <<JSON
{"complaint": "$complaint"}
JSON

# The complaint ends, the hold is lifted; asked again, the erasure is ordered. The program then destroys the keys and
# the sealed texts, and records which. What was proved before still holds.
send complaint withdraw portal complainant 2025-03-10 "$complaint" <<'JSON'
{"reason": "not-pursued"}
JSON
send subject release-hold dora data-protection-officer 2025-04-01 <<JSON
{"complaint": "$complaint", "hold": "claim 4711"}
JSON
send subject request-erasure portal complainant 2025-04-02 <<JSON
{"complaint": "$complaint", "ground": "no-longer-needed"}
JSON
send subject decide-erasure dora data-protection-officer 2025-04-03 <<JSON
{"complaint": "$complaint"}
JSON
redress subject list --data "$ledger"
redress subject carry-out --data "$ledger"
redress subject list --data "$ledger" --all
redress verify --data "$ledger" --vault

# How much business there was in the quarter. The number was too high, and is put right; both stay in the log.
volume=$(send volume record carol compliance-officer 2025-04-02 <<'JSON' | cut -d ' ' -f 1
{"unit": "accounts", "product": "Card", "from": "2025-01-01", "until": "2025-03-31", "count": 1500, "source": "core banking"}
JSON
)
send volume correct carol compliance-officer 2025-04-20 <<'JSON'
{"unit": "accounts", "product": "Card", "from": "2025-01-01", "until": "2025-03-31", "count": 1250, "source": "core banking",
 "ground": "closed accounts were counted"}
JSON
redress volume show "$volume" --data "$ledger"

# The report sets the complaint of the quarter against it: 1 of 1250 is 0.80 per 1000.
redress report transparency --data "$ledger" --period 2025-Q1 --out "$ledger-report" --min-cell 1
grep '^value,Card' "$ledger-report/tables/received-per-1000.csv"
