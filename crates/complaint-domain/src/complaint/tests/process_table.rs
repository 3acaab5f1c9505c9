//! docs/process.md, made from the code: what each command does in each state, and every reason.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use super::{
    builders::{
        all_done, answered, assigned, final_response, limits_of, no_cause_found, not_pursued,
        received, responded,
    },
    harness::{given, past},
    precedence,
    reference::one_of_each,
};
use crate::{
    Fact,
    actor::Role,
    complaint::{Answer, ComplaintCommand as C, ComplaintEvent as E, ComplaintRejection as R},
};

/// Set to write the file instead of comparing with it.
const WRITE: &str = "REDRESS_WRITE_DOCS";

fn states() -> Vec<(&'static str, Vec<Fact<E>>)> {
    let answered_and_found = vec![
        received(),
        assigned("ana"),
        responded(final_response()),
        answered(Answer::Accepted),
        no_cause_found(),
    ];
    vec![
        ("unknown", vec![]),
        ("received", vec![received()]),
        ("assigned", vec![received(), assigned("ana")]),
        ("answered", vec![received(), assigned("ana"), responded(final_response())]),
        ("accepted", answered_and_found),
        ("closed", all_done()),
        ("withdrawn", vec![received(), past(E::Withdrawn(not_pursued()))]),
    ]
}

/// Who may send it: a program, a second person, or whoever handles it.
fn sender(command: &C) -> (&'static str, Role) {
    if matches!(command, C::NoteReview(_)) {
        return ("escalation-process", Role::System);
    }
    if matches!(command, C::WarnOfClock(_) | C::NoteMissedClock(_)) {
        return ("clock-process", Role::System);
    }
    if matches!(command, C::ExtendDeadline(_)) {
        return ("sue", Role::Supervisor);
    }
    ("ana", Role::Agent)
}

fn event_name(event: &E) -> String {
    let debug = format!("{event:?}");
    let name = debug.split('(').next().unwrap_or_default();
    format!("**{name}**")
}

fn cell(command: &C, history: Vec<Fact<E>>) -> String {
    let (who, role) = sender(command);
    let outcome = given(history).with_limits(limits_of("template")).by(who, role).decide(command);
    match outcome {
        Ok(events) => events.iter().map(event_name).collect::<Vec<_>>().join(", "),
        Err(rejection) => rejection.code().to_owned(),
    }
}

fn document() -> String {
    let mut text = String::from(
        "# Commands, states, reasons\n\n\
         Made from the code by a test of `complaint-domain` (`process_table`), and held current by it: to write it\n\
         anew, run that test with `REDRESS_WRITE_DOCS=1`. Never edit it by hand.\n\n\
         ## What each command does in each state\n\n\
         In **bold** the event it causes, else the code of the reason it is refused for. One plain example of each\n\
         command, under the rule pack `template`: sent by the handler, an extension by a supervisor, notes of limits\n\
         by the clock process, of reviews by the escalation process. *answered* has a final response, *accepted* also the complainant's yes and a cause.\n\n",
    );
    let states = states();
    let names: Vec<_> = states.iter().map(|(name, _)| *name).collect();
    let _ = writeln!(text, "| command | {} |", names.join(" | "));
    let _ = writeln!(text, "|---|{}", "---|".repeat(names.len()));
    for command in one_of_each() {
        let cells: Vec<_> =
            states.iter().map(|(_, history)| cell(&command, history.clone())).collect();
        let _ = writeln!(text, "| `{}` | {} |", command.name(), cells.join(" | "));
    }
    text.push_str(
        "\n## Every reason, in the order in which they win\n\n\
         When several apply, the first is given. The words are an example; the code never changes. Each is reached by\n\
         a test, with every reason it wins over.\n\n| | code | such as |\n|---|---|---|\n",
    );
    let examples: BTreeMap<_, _> = precedence::examples().into_iter().collect();
    for (number, code) in (1..).zip(R::CODES) {
        let words = examples.get(code).map_or("", String::as_str).replace('|', "\\|");
        let _ = writeln!(text, "| {number} | `{code}` | {words} |");
    }
    text.push_str(&crate::review::tests::chapter().text());
    text.push_str(&crate::action::tests::chapter().text());
    text.push_str(&crate::referral::tests::chapter().text());
    text.push_str(&crate::staff::tests::chapter::chapter().text());
    text.push_str(&crate::rulebook::tests::chapter().text());
    text.push_str(&crate::access::tests::chapter().text());
    text.push_str(&crate::inspection::tests::chapter().text());
    text.push_str(&crate::subject::tests::chapter().text());
    text.push_str(&crate::volume::tests::chapter().text());
    text.push_str(&crate::report::tests::chapter().text());
    text
}

#[test]
fn the_table_of_the_documents_is_what_the_code_does() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/process.md");
    let made = document();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == made, "docs/process.md is out of date; run this test with {WRITE}=1");
}

/// A table in which a command never succeeds would show nothing of it.
#[test]
fn the_table_shows_most_commands_succeed_somewhere() {
    let silent: Vec<_> = one_of_each()
        .iter()
        .filter(|command| {
            states().into_iter().all(|(_, history)| !cell(command, history).contains('*'))
        })
        .map(C::name)
        .collect();
    // These need something of their own before them, which the stories give them.
    let need_more = [
        "approve-remedy",
        "fulfil-remedy",
        "withdraw-recusal",
        "resume-clock",
        "warn-of-clock",
        "note-missed-clock",
        "unlink-duplicate",
        "withdraw-escalation",
        "note-review",
        "record-external-decision",
        "record-survey-answer",
    ];
    assert_eq!(silent, need_more);
}
