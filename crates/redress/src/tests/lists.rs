//! What a list tells at a glance.

use serde_json::Value;

use super::Told;

#[test]
fn whoever_works_here_is_listed_and_shown_by_account() {
    let told = Told::year("2");
    let all = told.run(&["staff", "list"]).done();
    let line = all.lines().find(|line| line.contains("account agent-01;")).unwrap();
    assert!(line.starts_with("staff-") && line.contains("works-here"), "{line}");
    assert!(line.contains("roles agent"), "{line}");
    let shown = told.run(&["staff", "show", "agent-01"]).done();
    assert!(shown.contains("account        agent-01\n"), "{shown}");
    assert!(shown.contains("staff.joined.v1"), "{shown}");
    told.run(&["staff", "show", "nobody-here"]).refused(&["expected a stream of this ledger"]);
}

#[test]
fn the_list_of_open_complaints_says_what_is_due_next_and_what_is_late() {
    let told = Told::year("30");
    let out = told.run(&["complaint", "list", "--json"]).done();
    let listed: Value = serde_json::from_str(&out).unwrap();
    let due: Vec<_> = listed.as_array().unwrap().iter().map(|item| &item["due"]).collect();
    assert!(due.iter().any(|due| due["is_late"] == true), "{out}");
    let text = told.run(&["complaint", "list"]).done();
    assert_eq!(text.lines().count(), due.len());
    for (line, due) in text.lines().zip(&due) {
        let words = match due["due"].as_str() {
            Some(at) if due["is_late"] == true => format!("late since {}", &at[..10]),
            Some(at) => at[..10].to_owned(),
            None => "nothing due".to_owned(),
        };
        assert!(line.contains(&words), "expected {words} in {line}");
        if let Some(clock) = due["clock"].as_str() {
            let stream = line.split(' ').next().unwrap();
            let explained = told.run(&["clock", "explain", stream, "--clock", clock, "--json"]);
            let explained: Value = serde_json::from_str(&explained.done()).unwrap();
            assert_eq!(explained["clocks"][0]["due"], due["due"]);
        }
    }
}
