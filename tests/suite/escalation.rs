//! What an adopted pack orders to go before the committee, by commands alone.

use std::{fs, path::Path};

use redress_tests::{
    binary::{Ran, run_in},
    rulebook,
};
use serde_json::{Value, json};

const DAY: &str = "2026-03-02T06:00:00Z";

fn send(folder: &Path, words: &[&str], (who, role): (&str, &str), body: &str) -> Ran {
    fs::write(folder.join("body.json"), body).unwrap();
    let mut all = vec!["--json"];
    all.extend_from_slice(words);
    all.extend(["--data", "ledger", "--body", "body.json", "--as", who, "--role", role]);
    // A review that a program opened now goes on from now.
    if words.first() != Some(&"review") {
        all.extend(["--occurred-at", DAY]);
    }
    run_in(folder, &all)
}

fn clock_run(folder: &Path) -> Value {
    run_in(folder, &["--json", "clock", "run", "--data", "ledger"]).done().json()
}

fn types(folder: &Path, stream: &str) -> Vec<String> {
    let ran = run_in(folder, &["replay", "--data", "ledger", "--stream", stream]).done();
    let records = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.map(|record| record["type"].as_str().unwrap().to_owned()).collect()
}

/// The last day of recourse of a response that is given now.
fn last_day(folder: &Path) -> String {
    let told = run_in(folder, &["--json", "clock", "recourse", "--data", "ledger"]).done().json();
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told[0]["clock"], "in-rbi/ombudsman-referral");
    told[0]["until"].as_str().unwrap().to_owned()
}

/// Eve has the chair of the committee.
fn seat_eve(folder: &Path) {
    let root = ("root", "administrator");
    let joining = r#"{"account": "eve", "roles": ["committee-chair"]}"#;
    send(folder, &["staff", "join"], root, joining).done();
    let term = r#"{"seat": "chair", "from": "2026-01-02", "until": "2099-12-31"}"#;
    send(folder, &["staff", "start-term", "eve"], root, term).done();
}

/// The committee ends the review once the complaint shows that the complainant agrees and somebody sits on it.
fn the_parties_agree(folder: &Path, complaint: &str, review: &str) {
    let chair = ("eve", "committee-chair");
    let settled = r#"{"reason": "settled"}"#;
    let claimed = send(folder, &["review", "discontinue", review], chair, settled).refused(1);
    assert_eq!(claimed.json()["refused"], "not-settled", "nothing the complainant said");
    let message = r#"{"direction": "incoming", "party": "complainant", "channel": "email",
        "purpose": "information", "personal": {"message": "I leave it at that."}}"#;
    let write = ["complaint", "record-communication", complaint];
    send(folder, &write, ("ben", "agent"), message).done();
    let claimed = send(folder, &["review", "discontinue", review], chair, settled).refused(1);
    assert_eq!(
        claimed.json()["refused"],
        "not-on-committee",
        "the role alone makes nobody a chair"
    );
    seat_eve(folder);
    let alone = send(folder, &["review", "discontinue", review], chair, settled).refused(1);
    assert_eq!(alone.json()["refused"], "nobody-seated");
    let seat = r#"{"member": "eve", "seat": "chair"}"#;
    send(folder, &["review", "seat-member", review], chair, seat).done();
    send(folder, &["review", "discontinue", review], chair, settled).done();
}

#[test]
fn where_the_pack_orders_it_the_committee_sees_a_rejection_before_the_complainant_does() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run_in(folder, &["init", "--data", "ledger", "--origin", "complaints.example/order"]).done();
    let supervisor = ("sue", "supervisor");
    let agent = ("ben", "agent");
    let adopt = rulebook::pack("in-rbi", "2026-03-02".parse().unwrap());
    rulebook::decide(&folder.join("ledger"), vec![(DAY.parse().unwrap(), adopt)]);

    let receipt =
        r#"{"channel": "web", "source": {"kind": "direct"}, "personal": {"narrative": "A fee."}}"#;
    let complaint = send(folder, &["complaint", "register"], supervisor, receipt).done().json();
    let complaint = complaint["complaint"].as_str().unwrap().to_owned();
    let to = |verb: &str, by: (&str, &str), body: &str| {
        send(folder, &["complaint", verb, &complaint], by, body)
    };
    to("assign", supervisor, r#"{"handler": "ben"}"#).done();
    let answer = |until: &str| {
        json!({"kind": "final", "channel": "email", "outcome": "not-upheld",
            "findings": [{"issue": "Fee", "outcome": "not-upheld"}],
            "recourse": {"body": "RBI Ombudsman", "until": until},
            "personal": {"response-text": "The fee stands in the price list."}})
        .to_string()
    };
    let wrong = to("issue-response", agent, &answer("2099-12-31")).refused(1).json();
    assert_eq!(wrong["refused"], "recourse-day-differs");
    let (answer, answer_now) = (&answer("2027-03-02"), answer(&last_day(folder)));
    let early = to("issue-response", agent, answer).refused(1).json();
    assert_eq!(early["refused"], "committee-not-reviewed");

    let outcome =
        r#"{"outcome": "not-upheld", "findings": [{"issue": "Fee", "outcome": "not-upheld"}]}"#;
    to("propose-outcome", agent, outcome).done();
    let ran = clock_run(folder);
    assert_eq!((&ran["escalated"], &ran["reviews_opened"]), (&json!(1), &json!(1)), "{ran}");
    assert_eq!(clock_run(folder)["escalated"], 0, "once");
    let docket = run_in(folder, &["--json", "review", "list", "--data", "ledger"]).done().json();
    let review = docket[0]["review"].as_str().unwrap().to_owned();
    assert_eq!(docket.as_array().unwrap().len(), 1, "{docket}");
    to("issue-response", agent, answer).refused(1);

    the_parties_agree(folder, &complaint, &review);
    to("issue-response", agent, answer).refused(1);
    assert_eq!(clock_run(folder)["reviews_noted"], 1);
    assert_eq!(clock_run(folder)["reviews_noted"], 0, "once");
    fs::write(folder.join("body.json"), answer_now).unwrap();
    let mut all = vec!["complaint", "issue-response", complaint.as_str(), "--data", "ledger"];
    all.extend(["--body", "body.json", "--as", "ben", "--role", "agent"]);
    run_in(folder, &all).done();

    let told = types(folder, &complaint);
    let steps: Vec<_> = told.iter().filter(|name| !name.contains("clock-")).collect();
    assert_eq!(
        steps,
        [
            "complaint.received.v1",
            "complaint.assigned.v1",
            "complaint.outcome-proposed.v1",
            "complaint.escalated.v1",
            "complaint.communication-recorded.v1",
            "complaint.review-concluded.v1",
            "complaint.response-issued.v1",
        ]
    );
    assert_eq!(
        types(folder, &review),
        ["review.opened.v1", "review.member-seated.v1", "review.discontinued.v1"]
    );
    run_in(folder, &["verify", "--data", "ledger", "--vault"]).done();
}
