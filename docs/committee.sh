#!/bin/sh
# A case before the committee, a violation before the regulator, and an action against the cause.
#
#   sh docs/committee.sh LEDGER     needs `redress` on the path and a ledger made by `redress init`
#
# A test of the suite runs this very file. Dates lie in 2025, so that there is a "later" to count in.
set -eu
ledger=$1

# send NOUN VERB WHO ROLE DAY [STREAM]: one command, with its body from standard input.
send() {
    noun=$1 verb=$2 who=$3 role=$4 day=$5
    shift 5
    redress "$noun" "$verb" "$@" --data "$ledger" --as "$who" --role "$role" \
        --occurred-at "${day}T10:00:00Z" --body -
}

# appoint MEMBER ROLES DAY: somebody sits on the committee for good.
appoint() {
    send staff join root administrator "$3" <<JSON
{"account": "$1", "roles": [$2]}
JSON
    send staff start-term root administrator "$3" "$1" <<JSON
{"seat": "member", "from": "$3", "until": "2099-12-31"}
JSON
}
appoint eve '"committee-member", "committee-chair"' 2025-01-02
appoint fay '"committee-member"' 2025-01-02
appoint gil '"committee-member"' 2025-01-02

# A complaint that was not upheld. The complainant asks for the committee.
complaint=$(send complaint register portal complainant 2025-01-10 <<'JSON' | cut -d ' ' -f 1
{"channel": "web", "source": {"kind": "direct"}, "matter": {"taxonomy": "house-1", "product": "Card", "issue": "Fee"},
 "personal": {"narrative": "I was charged a fee nobody had told me of."}}
JSON
)
send complaint assign sue supervisor 2025-01-10 "$complaint" <<'JSON'
{"handler": "ben"}
JSON
send complaint issue-response ben agent 2025-01-20 "$complaint" <<'JSON'
{"kind": "final", "channel": "email", "outcome": "not-upheld", "findings": [{"issue": "Fee", "outcome": "not-upheld"}],
 "recourse": {"body": "Ombudsman", "until": "2099-12-31"},
 "personal": {"response-text": "The fee stands in the price list."}}
JSON
send complaint record-answer portal complainant 2025-01-22 "$complaint" <<'JSON'
{"answer": "refused"}
JSON
send complaint escalate portal complainant 2025-01-22 "$complaint" <<'JSON'
{"reason": "complainant-request"}
JSON

# Ben, who handled it, joins the committee meanwhile.
appoint ben '"committee-member"' 2025-01-25

# It goes on the docket. Nobody who had a part in it may sit on it.
review=$(send review open eve committee-chair 2025-01-27 <<JSON | cut -d ' ' -f 1
{"complaint": "$complaint"}
JSON
)
redress review list --data "$ledger"
for member in eve fay gil; do
    seat=member
    [ "$member" = eve ] && seat=chair
    send review seat-member eve committee-chair 2025-01-27 "$review" <<JSON
{"member": "$member", "seat": "$seat"}
JSON
done
if send review seat-member eve committee-chair 2025-01-27 "$review" <<'JSON'
{"member": "ben", "seat": "member"}
JSON
then
    echo "a handler sits on his own case" >&2
    exit 1
fi

# Both sides are heard, then a decision is put to the vote.
send review hear-party eve committee-chair 2025-02-03 "$review" <<'JSON'
{"side": "complainant", "manner": "remote"}
JSON
send review hear-party eve committee-chair 2025-02-03 "$review" <<'JSON'
{"side": "company", "manner": "written"}
JSON
send review propose-decision eve committee-chair 2025-02-03 "$review" <<'JSON'
{"outcome": "upheld", "grounds": ["fee-not-told"],
 "measures": [{"measure": 1, "what": "pay back the fee", "owner": "hal", "due": "2025-03-01"},
  {"measure": 2, "what": "correct the printed price list", "owner": "hal", "due": "2025-03-01"}]}
JSON
send review cast-vote eve committee-chair 2025-02-03 "$review" <<'JSON'
{"choice": "for"}
JSON
send review cast-vote gil committee-member 2025-02-03 "$review" <<'JSON'
{"choice": "against"}
JSON
# Two of three are no quorum.
if send review decide eve committee-chair 2025-02-03 "$review" <<'JSON'
{}
JSON
then
    echo "decided without a quorum" >&2
    exit 1
fi
send review cast-vote fay committee-member 2025-02-04 "$review" <<'JSON'
{"choice": "for"}
JSON
send review record-dissent gil committee-member 2025-02-04 "$review" <<'JSON'
{"grounds": ["price-list-was-public"]}
JSON
send review decide eve committee-chair 2025-02-04 "$review" <<'JSON'
{}
JSON

# The company follows it, and it is followed up until it is done.
send review reply sue supervisor 2025-02-06 "$review" <<'JSON'
{"reply": "accepted"}
JSON
send review complete-measure hal agent 2025-02-14 "$review" <<'JSON'
{"measure": 1}
JSON
# The printed list is given up, so that there is nothing to correct: the committee withdraws that measure, not the company.
if send review withdraw-measure sue supervisor 2025-02-16 "$review" <<'JSON'
{"measure": 2, "grounds": ["no-printed-list-any-more"]}
JSON
then
    echo "the company withdraws what it was to do" >&2
    exit 1
fi
for member in eve fay; do
    send review withdraw-measure "$member" committee-member 2025-02-16 "$review" <<'JSON'
{"measure": 2, "grounds": ["no-printed-list-any-more"]}
JSON
done
send review close eve committee-chair 2025-02-17 "$review" <<'JSON'
{}
JSON
redress review show "$review" --data "$ledger"

# A fee that nobody is told of may break a rule: that goes to the regulator, on a track of its own.
referral=referral-01KA0000000000000000000000
send complaint report-suspected-violation cleo compliance-officer 2025-02-05 "$complaint" <<JSON
{"referral": "$referral", "authority": "FCA", "rule": "PRIN 2A"}
JSON
send referral submit cleo compliance-officer 2025-02-05 <<JSON
{"referral": "$referral", "complaint": "$complaint", "authority": "FCA", "rule": "PRIN 2A"}
JSON
send referral acknowledge cleo compliance-officer 2025-02-10 "$referral" <<'JSON'
{"reference": "2025-117"}
JSON
send referral record-inquiry cleo compliance-officer 2025-02-20 "$referral" <<'JSON'
{"inquiry": 1, "subject": "fee notices since 2023", "due": "2025-03-20"}
JSON
redress referral list --data "$ledger"
send referral answer-inquiry cleo compliance-officer 2025-03-12 "$referral" <<'JSON'
{"inquiry": 1}
JSON
send referral record-outcome cleo compliance-officer 2025-06-02 "$referral" <<'JSON'
{"finding": "violation"}
JSON
send referral record-penalty cleo compliance-officer 2025-06-02 "$referral" <<'JSON'
{"kind": "fine", "amount": {"amount": "50000", "currency": "GBP"}}
JSON
send referral close cleo compliance-officer 2025-06-20 "$referral" <<'JSON'
{}
JSON
redress referral show "$referral" --data "$ledger"

# What caused it is taken away. Nobody approves what they proposed.
send complaint identify-root-cause hal agent 2025-02-18 "$complaint" <<'JSON'
{"kind": "found", "code": "process/fee-notice"}
JSON
action=$(send action propose ana supervisor 2025-02-18 <<JSON | cut -d ' ' -f 1
{"title": "check fee notices before they go out", "kind": "corrective", "origin": "review",
 "causes": ["process/fee-notice"], "product": "Card", "reference": "$review", "owner": "hal", "due": "2025-03-31"}
JSON
)
if send action approve ana supervisor 2025-02-18 "$action" <<'JSON'
{}
JSON
then
    echo "approved by the proposer" >&2
    exit 1
fi
send action approve sue supervisor 2025-02-19 "$action" <<'JSON'
{}
JSON
send action complete hal agent 2025-03-14 "$action" <<'JSON'
{}
JSON
send action remediate sue supervisor 2025-04-02 "$action" <<'JSON'
{"affected": 400, "reached": 391, "paid": {"amount": "9775.00", "currency": "GBP"}}
JSON
redress action list --data "$ledger"

# Whether it helped, later complaints tell. Nobody checks what they did themselves. One complaint before and none after
# shows nothing, and that is what is said.
redress cause effect "$action" --until 2025-06-30 --data "$ledger" |
    send action check-effect sue supervisor 2025-07-01 "$action"
send action close sue supervisor 2025-07-02 "$action" <<'JSON'
{"result": "inconclusive"}
JSON
redress action show "$action" --data "$ledger"
redress cause chart --until 2025-06-30 --data "$ledger"
