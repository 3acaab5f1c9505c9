#!/bin/sh
# A quality inspection: planned, drawn, scored, followed up. Nobody chooses the sample.
#
#   sh docs/inspection.sh LEDGER     needs `redress` on the path and a ledger made by `redress init`
#
# A test of the suite runs this very file. Dates lie in 2025, so that the days inspected are over.
set -eu
ledger=$1

# send NOUN VERB WHO ROLE DAY [STREAM]: one command, with its body from standard input.
send() {
    noun=$1 verb=$2 who=$3 role=$4 day=$5
    shift 5
    redress "$noun" "$verb" "$@" --data "$ledger" --as "$who" --role "$role" \
        --occurred-at "${day}T10:00:00Z" --body -
}

# handled PRODUCT OUTCOME DAY: a complaint from its receipt to its closing, by ben.
handled() {
    complaint=$(send complaint register portal complainant "$3" <<JSON | cut -d ' ' -f 1
{"channel": "web", "source": {"kind": "direct"}, "matter": {"taxonomy": "house-1", "product": "$1", "issue": "Fee"},
 "personal": {"narrative": "I was charged a fee nobody had told me of."}}
JSON
)
    send complaint assign sue supervisor "$3" "$complaint" <<'JSON'
{"handler": "ben"}
JSON
    send complaint issue-response ben agent "$3" "$complaint" <<JSON
{"kind": "final", "channel": "email", "outcome": "$2", "findings": [{"issue": "Fee", "outcome": "$2"}],
 "recourse": {"body": "Ombudsman", "until": "2099-12-31"}, "personal": {"response-text": "We have looked into it."}}
JSON
    send complaint record-answer portal complainant "$3" "$complaint" <<'JSON'
{"answer": "accepted"}
JSON
    send complaint identify-root-cause ben agent "$3" "$complaint" <<'JSON'
{"kind": "none-found"}
JSON
    send complaint close ben agent "$3" "$complaint" <<'JSON'
{"reason": "accepted"}
JSON
}
handled Card not-upheld 2025-01-10
handled Card not-upheld 2025-02-10
handled Card not-upheld 2025-02-20
handled Card upheld 2025-03-10
handled Loan not-upheld 2025-03-20

# First the plan: which days, how many, what they are told apart by, what is looked at.
inspection=$(send inspection plan cleo compliance-officer 2025-04-02 <<'JSON' | cut -d ' ' -f 1
{"from": "2025-01-01", "until": "2025-03-31", "strata": ["product", "outcome"], "size": 3, "at_least": 1,
 "criteria": [{"criterion": "letter-clear", "points": 2}, {"criterion": "remedy-carried-out", "points": 2}]}
JSON
)
# The sample follows from it: what is recorded is what anybody draws from the records.
send inspection draw cleo compliance-officer 2025-04-02 "$inspection" <<'JSON'
{}
JSON
redress inspection sample "$inspection" --data "$ledger"

# Sue led those who handled them: she scores none. Fay did not.
score() {
    send inspection score "$1" "$2" 2025-04-10 "$inspection"
}
for complaint in $(redress inspection sample "$inspection" --data "$ledger" | grep '^  complaint-'); do
    if score sue supervisor <<JSON
{"complaint": "$complaint", "scores": {"letter-clear": 2, "remedy-carried-out": null}}
JSON
    then
        echo "inspected what she supervised" >&2
        exit 1
    fi
    score fay committee-member <<JSON
{"complaint": "$complaint", "scores": {"letter-clear": 0, "remedy-carried-out": null},
 "findings": [{"criterion": "letter-clear", "finding": "reasons-not-given"}]}
JSON
done

# What was found is followed up before it ends.
if send inspection close cleo compliance-officer 2025-04-14 "$inspection" <<'JSON'
{}
JSON
then
    echo "closed without a follow-up" >&2
    exit 1
fi
action=$(send action propose cleo compliance-officer 2025-04-14 <<JSON | cut -d ' ' -f 1
{"title": "letters give their reasons", "kind": "corrective", "origin": "inspection",
 "causes": ["people/letters"], "reference": "$inspection", "owner": "hal", "due": "2025-06-30"}
JSON
)
send inspection follow-up cleo compliance-officer 2025-04-14 "$inspection" <<JSON
{"kind": "action", "criterion": "letter-clear", "action": "$action"}
JSON
send inspection close cleo compliance-officer 2025-04-14 "$inspection" <<'JSON'
{}
JSON
redress inspection show "$inspection" --data "$ledger"
