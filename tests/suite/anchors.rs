//! Trusted times by RFC 3161: fetched, taken in, held against the records, and checked by strangers.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use redress_tests::{
    authority::Authority,
    binary::{Ran, run_in, serve_in},
};
use serde_json::Value;

use crate::{
    attacks::{Forged, OTHER, forget_what_was_signed, rewrite},
    signing::Home,
};

/// A ledger whose head is signed.
fn signed() -> Home {
    let home = Home::new();
    home.keep_checkpoint("kept");
    home
}

/// Carries a request to an authority by hand and takes its answer in.
fn carry(home: &Home, authority: &Authority) -> Ran {
    home.run(&["anchor", "request", "--data", "ledger", "--out", "today.tsq"]).done();
    authority.stamp(&home.path().join("today.tsq"), &home.path().join("today.tsr"));
    import(home, authority)
}

fn import(home: &Home, authority: &Authority) -> Ran {
    let root = authority.root();
    let trust = root.to_str().unwrap();
    home.run(&["anchor", "import", "today.tsr", "--data", "ledger", "--trust", trust, "--json"])
}

fn list(home: &Home, authority: &Authority) -> Ran {
    let root = authority.root();
    home.run(&["anchor", "list", "--data", "ledger", "--trust", root.to_str().unwrap()])
}

/// Lets a complaint be registered, and gives its name.
fn register(home: &Home, narrative: &str) -> String {
    register_with(home, narrative, "postcode", "EX1 2AB")
}

/// The same with one more personal field.
pub(crate) fn register_with(home: &Home, narrative: &str, field: &str, text: &str) -> String {
    let body = format!(
        r#"{{"channel":"web","source":{{"kind":"direct"}},"personal":{{"narrative":"{narrative}","{field}":"{text}"}}}}"#
    );
    fs::write(home.path().join("body.json"), body).unwrap();
    let register = ["complaint", "register", "--data", "ledger", "--as", "agent-1"];
    let more = ["--role", "agent", "--body", "body.json", "--json"];
    let registered = home.run(&[&register[..], &more].concat()).done().json();
    registered["complaint"].as_str().unwrap().to_owned()
}

fn records(home: &Home) -> usize {
    home.run(&["replay", "--data", "ledger"]).done().stdout.lines().count()
}

#[test]
fn a_stamp_carried_by_hand_is_recorded_once_and_bounds_what_came_before_and_after() {
    let Some(authority) = Authority::new("carried") else { return };
    let home = signed();
    let covered = records(&home);
    let taken_in = carry(&home, &authority).done().json();
    assert_eq!(taken_in[0]["size"], covered);
    assert_eq!(taken_in[0]["position"], covered);
    assert_eq!(taken_in[0]["authority"], "carried");
    assert_eq!(taken_in[0]["is_new"], true);
    let again = import(&home, &authority).done().json();
    assert_eq!(again[0]["position"], taken_in[0]["position"]);
    assert_eq!(again[0]["is_new"], false);

    home.grow(3);
    let told = list(&home, &authority).done();
    let time = taken_in[0]["stamped_at"].as_str().unwrap();
    let existed = format!("{covered} records existed at {time}, says carried");
    assert!(told.stdout.contains(&existed), "{}", told.stdout);
    let last = covered - 1;
    assert!(told.stdout.contains(&format!("records 0 to {last}: before ")), "{}", told.stdout);
    let later = format!("records {} to {}: after ", covered + 1, records(&home) - 1);
    assert!(told.stdout.contains(&later), "{}", told.stdout);

    // A second stamp closes the window of those between.
    home.keep_checkpoint("later");
    carry(&home, &authority).done();
    let told = list(&home, &authority).done();
    let between = format!("records {} to {}: between ", covered + 1, records(&home) - 2);
    assert!(told.stdout.contains(&between), "{}", told.stdout);
    home.run(&["verify", "--data", "ledger"]).done();
}

#[test]
fn a_stamp_is_taken_in_while_the_ledger_is_served_from_where_whoever_asks_stands() {
    let Some(authority) = Authority::new("served") else { return };
    let home = signed();
    let covered = records(&home);
    // From elsewhere: the answer is named from where the other command is called.
    let serving = serve_in(
        &home.path().join(".."),
        &["serve", "--data", home.path().join("ledger").to_str().unwrap()],
    );
    let taken_in = carry(&home, &authority).done().json();
    assert_eq!((&taken_in[0]["size"], &taken_in[0]["is_new"]), (&covered.into(), &true.into()));
    assert!(list(&home, &authority).done().stdout.contains("says served"));
    assert_eq!(serving.end(), Some(0));
    assert_eq!(import(&home, &authority).done().json()[0]["is_new"], false);
}

#[test]
fn authorities_are_asked_over_http_and_one_that_is_away_does_not_keep_the_other_from_stamping() {
    let Some(authority) = Authority::new("asked") else { return };
    let home = signed();
    let authority = authority.serve();
    let (url, trust) = (authority.url(), authority.root.to_str().unwrap());
    let ask = ["anchor", "ask", "--data", "ledger", "--trust", trust, "--json", "--tsa"];
    let kept = home.run(&[&ask[..], &[url.as_str()]].concat()).done().json();
    assert_eq!(kept[0]["authority"], "asked");
    home.run(&["anchor", "list", "--data", "ledger", "--trust", trust]).done();

    let away = "http://127.0.0.1:9/stamp";
    let both = home.run(&[&ask[..], &[away, "--tsa", url.as_str()]].concat()).refused(1);
    assert!(both.stderr.contains(away), "{}", both.stderr);
    assert_eq!(both.json()[0]["is_new"], true, "the other has stamped");
}

#[test]
fn an_answer_that_does_not_hold_is_refused_and_nothing_is_recorded() {
    let Some(authority) = Authority::new("honest") else { return };
    let Some(stranger) = Authority::new("stranger") else { return };
    let home = signed();
    let before = records(&home);
    let untrusted = carry(&home, &stranger);
    assert_eq!(untrusted.code, Some(0), "whoever trusts the stranger may: {}", untrusted.stderr);
    let untrusted = import(&home, &authority).refused(1);
    assert!(untrusted.stderr.contains("the time stamp does not hold"), "{}", untrusted.stderr);
    assert_eq!(records(&home), before + 1);
    let refused = list(&home, &authority).refused(1);
    assert!(refused.stderr.contains(&format!("position {before}")), "{}", refused.stderr);

    // An answer to another request: the nonce is another.
    let request = home.path().join("today.tsq");
    home.run(&["anchor", "request", "--data", "ledger", "--out", "today.tsq"]).done();
    authority.stamp(&request, &home.path().join("today.tsr"));
    home.run(&["anchor", "request", "--data", "ledger", "--out", "today.tsq"]).done();
    import(&home, &authority).refused(1);
    // Of another checkpoint.
    authority.stamp(&request, &home.path().join("today.tsr"));
    home.grow(7);
    home.keep_checkpoint("today.checkpoint");
    let grown = records(&home);
    import(&home, &authority).refused(1);
    // Changed on the way.
    let mut answer = fs::read(home.path().join("today.tsr")).unwrap();
    let last = answer.last_mut().unwrap();
    *last ^= 1;
    fs::write(home.path().join("today.tsr"), answer).unwrap();
    import(&home, &authority).refused(1);
    assert_eq!(records(&home), grown, "no stamp was recorded");
}

#[test]
fn a_stranger_checks_a_stamp_with_the_checkpoint_and_a_root_and_nothing_else() {
    let Some(authority) = Authority::new("stamper") else { return };
    let home = signed();
    carry(&home, &authority).done();
    let elsewhere = tempfile::tempdir().unwrap();
    for name in ["today.tsr", "kept"] {
        fs::copy(home.path().join(name), elsewhere.path().join(name)).unwrap();
    }
    let (root, key) = (authority.root(), home.key.to_string());
    let trust = root.to_str().unwrap();
    let check = ["check", "today.tsr", "--stamped", "kept", "--trust", trust, "--vkey", &key];
    let told = run_in(elsewhere.path(), &check).done();
    assert!(told.stdout.starts_with("GOOD: a time stamp\n"), "{}", told.stdout);
    assert!(told.stdout.contains("existed at"), "{}", told.stdout);
    let kept = fs::read_to_string(elsewhere.path().join("kept")).unwrap();
    fs::write(elsewhere.path().join("kept"), kept.replacen('\n', "\nx", 1)).unwrap();
    let told = run_in(elsewhere.path(), &check).refused(1);
    assert!(told.stdout.starts_with("BAD: a time stamp\n"), "{}", told.stdout);
    assert!(told.stderr.contains("time stamp"), "{}", told.stderr);
}

/// Lets a record seem this much older or younger than it says.
fn shift(record: &mut Forged, by: SignedDuration) {
    let time: Timestamp = record.recorded_at().1.parse().unwrap();
    record.set_recorded_at(&event_log::record::format_recorded_at(time + by));
}

#[test]
fn a_ledger_rewritten_and_signed_again_is_caught_by_the_stamp_over_what_it_was() {
    let Some(authority) = Authority::new("rewritten") else { return };
    let home = signed();
    carry(&home, &authority).done();
    rewrite(&home, |records| {
        let edited = records.iter_mut().find(|it| it.text.contains("Debt collection")).unwrap();
        edited.text = edited.text.replacen("Debt collection", "Bank account or service", 1);
    });
    forget_what_was_signed(&home);
    home.keep_checkpoint("forged");
    let caught = list(&home, &authority).refused(1);
    assert!(caught.stderr.contains("is not what it was"), "{}", caught.stderr);
}

#[test]
fn a_record_dated_before_a_stamp_that_it_follows_is_caught() {
    let Some(authority) = Authority::new("dated-back") else { return };
    let home = Home::new();
    // The operator's clock is a day behind, and everything is recorded by it.
    let day = SignedDuration::from_hours(24);
    rewrite(&home, |records| records.iter_mut().for_each(|record| shift(record, -day)));
    forget_what_was_signed(&home);
    home.keep_checkpoint("kept");
    carry(&home, &authority).done();
    list(&home, &authority).done();
    fs::rename(home.path().join("true"), home.path().join("true-before")).unwrap();
    rewrite(&home, |records| {
        let anchor = records.len() - 1;
        let time = records[anchor - 1].recorded_at().1;
        records[anchor].set_recorded_at(&time);
        let mut dated = records[0].clone();
        dated.text = dated.text.replace(dated.stream.as_str(), OTHER);
        dated.stream = OTHER.parse().unwrap();
        dated.set_recorded_at(&time);
        records.push(dated);
    });
    let caught = list(&home, &authority).refused(1);
    assert!(caught.stderr.contains("dated back"), "{}", caught.stderr);
    // Who has nothing but the bundle of that case sees it as well.
    forget_what_was_signed(&home);
    home.keep_checkpoint("forged");
    let caught = check_bundle_of(&home, OTHER, &authority).refused(1);
    assert!(caught.stderr.contains("dated back"), "{}", caught.stderr);
}

#[test]
fn a_record_dated_after_a_stamp_that_covers_it_is_caught() {
    let Some(authority) = Authority::new("dated-forward") else { return };
    let home = Home::new();
    let day = SignedDuration::from_hours(24);
    rewrite(&home, |records| records.iter_mut().for_each(|record| shift(record, day)));
    forget_what_was_signed(&home);
    home.keep_checkpoint("kept");
    carry(&home, &authority).done();
    let caught = list(&home, &authority).refused(1);
    assert!(caught.stderr.contains("dated forward"), "{}", caught.stderr);
}

/// What `redress check` shows under a name, all of it.
fn facts(shown: &Value, name: &str) -> Vec<String> {
    let facts = shown["facts"].as_array().unwrap().iter().filter(|fact| fact[0] == name);
    facts.map(|fact| fact[1].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_bundle_carries_the_stamps_before_and_after_its_events_and_they_are_verified_far_from_the_ledger()
 {
    let Some(authority) = Authority::new("court-clock") else { return };
    let Some(stranger) = Authority::new("stranger") else { return };
    let home = signed();
    let covered = records(&home);
    carry(&home, &authority).done();
    let case = register(&home, "Charged twice.");
    home.keep_checkpoint("signed");
    carry(&home, &authority).done();
    home.grow(3);
    // Far from the case, so not of interest to it.
    home.keep_checkpoint("later");
    carry(&home, &authority).done();
    home.keep_checkpoint("last");
    let bundle = ["export", "bundle", "--stream", &case, "--data", "ledger", "--out"];
    let made = home.run(&[&bundle[..], &["case.zip", "--json"]].concat()).done().json();
    assert_eq!(made["time_stamps"], 2);

    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(home.path().join("case.zip"), elsewhere.path().join("case.zip")).unwrap();
    let key = home.key.to_string();
    let check = |trust: &[&str]| {
        run_in(
            elsewhere.path(),
            &[&["check", "case.zip", "--vkey", &key, "--json"], trust].concat(),
        )
    };
    let root = |authority: &Authority| authority.root().to_str().unwrap().to_owned();
    let shown = check(&["--trust", &root(&authority)]).done().json();
    let stamps = facts(&shown, "time stamp");
    assert_eq!(stamps.len(), 2, "{shown}");
    assert!(stamps[0].starts_with(&format!("{covered} records existed at ")), "{stamps:?}");
    assert!(stamps[1].starts_with(&format!("{} records existed at ", covered + 2)), "{stamps:?}");
    assert!(stamps.iter().all(|stamp| stamp.ends_with("says court-clock")), "{stamps:?}");
    let window = facts(&shown, "event 0");
    assert!(window[0].starts_with("after ") && window[0].contains(", before "), "{window:?}");

    // Who names no root is told that the times are claims; who names another, that they are not vouched for.
    let shown = check(&[]).done();
    assert!(facts(&shown.json(), "event 0").is_empty());
    assert!(shown.stdout.contains("the authority's root certificate: --trust"), "{}", shown.stdout);
    let refused = check(&["--trust", &root(&stranger)]).refused(1);
    let first = format!("anchors/{covered:012}.json: the signer is not vouched for");
    assert!(refused.stderr.contains(&first), "{}", refused.stderr);
    // There is nothing to vouch for in a checkpoint.
    let trust = ["check", "signed", "--vkey", &key, "--trust", &root(&authority)];
    assert!(home.run(&trust).refused(2).stderr.contains("found a checkpoint"));

    // A bundle under the very checkpoint that was stamped has that stamp, though its record came later.
    let under = ["--checkpoint", "signed", "--json"];
    let made = home.run(&[&bundle[..], &["early.zip"], &under].concat()).done().json();
    assert_eq!(made["time_stamps"], 2);
    fs::copy(home.path().join("early.zip"), elsewhere.path().join("case.zip")).unwrap();
    let shown = check(&["--trust", &root(&authority)]).done();
    assert!(shown.stdout.contains("a checkpoint signed after it"), "{}", shown.stdout);
    assert!(facts(&shown.json(), "event 0")[0].contains(", before "), "{}", shown.stdout);
}

#[test]
fn a_bundle_of_a_rewritten_ledger_is_caught_by_the_stamp_that_it_carries() {
    let Some(authority) = Authority::new("bundle-rewritten") else { return };
    let home = signed();
    carry(&home, &authority).done();
    let case = register(&home, "Charged twice.");
    rewrite(&home, |records| {
        let edited = records.iter_mut().find(|it| it.text.contains("Debt collection")).unwrap();
        edited.text = edited.text.replacen("Debt collection", "Bank account or service", 1);
    });
    forget_what_was_signed(&home);
    home.keep_checkpoint("forged");
    let refused = check_bundle_of(&home, &case, &authority).refused(1);
    assert!(refused.stderr.contains("are those that were stamped"), "{}", refused.stderr);
}

/// What `redress check` says of the bundle of a case to somebody who trusts an authority.
fn check_bundle_of(home: &Home, case: &str, authority: &Authority) -> Ran {
    home.run(&["export", "bundle", "--stream", case, "--data", "ledger", "--out", "case.zip"])
        .done();
    let (key, root) = (home.key.to_string(), authority.root());
    home.run(&["check", "case.zip", "--vkey", &key, "--trust", root.to_str().unwrap()])
}

#[test]
fn verify_holds_the_ledger_to_its_stamps_and_status_says_how_old_the_newest_is() {
    let Some(authority) = Authority::new("verified") else { return };
    let Some(stranger) = Authority::new("stranger") else { return };
    let home = signed();
    let told = home.run(&["status", "--data", "ledger"]).done();
    assert!(told.stdout.contains("stamped    never"), "{}", told.stdout);
    let covered = records(&home);
    carry(&home, &authority).done();
    let told = home.run(&["status", "--data", "ledger", "--json"]).done().json();
    assert_eq!(told["stamped"]["size"], covered);
    assert_eq!(told["stamped"]["authority"], "verified");
    assert!((0..600).contains(&told["stamped"]["age_seconds"].as_i64().unwrap()), "{told}");
    let told = home.run(&["status", "--data", "ledger"]).done().stdout;
    assert!(told.contains(&format!("stamped    {covered} records, ")), "{told}");

    // What status goes by is derived, and made anew by whoever looks into the ledger.
    let kept = home.path().join("ledger/time-anchor");
    let whole = fs::read(&kept).unwrap();
    fs::write(&kept, "redress-time-anchor v1\n").unwrap();
    let refused = home.run(&["status", "--data", "ledger"]).refused(1);
    assert!(refused.stderr.contains("found it damaged"), "{}", refused.stderr);
    let verified = home.run(&["verify", "--data", "ledger"]).done();
    assert!(verified.stdout.contains("stamps   1, nobody vouches for them"), "{}", verified.stdout);
    assert_eq!(fs::read(&kept).unwrap(), whole);
    let root = |authority: &Authority| authority.root().to_str().unwrap().to_owned();
    let verify = |root: &str| home.run(&["verify", "--data", "ledger", "--trust", root, "--json"]);
    let told = verify(&root(&authority)).done().json();
    assert_eq!(told["stamped"]["are_vouched_for"], true);
    let refused = verify(&root(&stranger)).refused(1);
    assert_eq!(refused.json()["position"], covered);

    // A history that was rewritten does not verify any more, although the register was made to forget.
    rewrite(&home, |records| {
        let edited = records.iter_mut().find(|it| it.text.contains("Debt collection")).unwrap();
        edited.text = edited.text.replacen("Debt collection", "Bank account or service", 1);
    });
    forget_what_was_signed(&home);
    let refused = home.run(&["verify", "--data", "ledger"]).refused(1);
    assert!(refused.stderr.contains("is not what it was"), "{}", refused.stderr);
}
