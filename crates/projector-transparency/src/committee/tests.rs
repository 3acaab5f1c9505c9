use complaint_domain::{
    Fact,
    actor::{Actor, ActorId, Role},
    complaint::{
        ComplaintEvent, EscalationReason, Finding, Outcome, OutcomeProposal, RecusalGround,
    },
    label::Label,
    review::{
        Adjournment, Decision, DecisionEffect, Discontinuation, DiscontinuationReason, Dissent,
        Measure, MeasureDone, MeasureId, MemberRecusal, Opened, OpeningWay, Proposal, Reply,
        ReplyKind, ReviewEvent as E, Ruling, Seat, WithdrawalAgreed,
    },
    staff::{StaffEvent, TermEnd, TermEndReason, TermStart},
};
use event_log::Position;
use rusqlite::Connection;

use super::{CommitteeReport, build, model::Replies, write};
use crate::{
    fold::{self, Place},
    report::{Locale, ReportError, ReportRequest},
    schema,
};

struct Ledger {
    connection: Connection,
    next: u64,
}

fn label(text: &str) -> Label {
    text.parse().expect("a label")
}

fn person(name: &str) -> ActorId {
    ActorId(label(name))
}

impl Ledger {
    fn new() -> Self {
        let connection = Connection::open_in_memory().expect("a database in memory");
        connection.execute_batch(schema::TABLES).expect("the tables");
        Self { connection, next: 0 }
    }

    fn covered(&mut self, at: jiff::Timestamp) {
        fold::covered(&self.connection, self.next, at.as_millisecond()).expect("rows");
        self.next += 1;
    }

    /// Something happens in a case.
    fn case(&mut self, stream: &str, day: &str, event: &E) {
        let at = format!("{day}T10:00:00Z").parse().expect("a time");
        let place = Place { stream, position: self.next };
        fold::oversight::review(&self.connection, place, event, at).expect("rows");
        fold::committee::review(&self.connection, place, event, at).expect("rows");
        self.covered(at);
    }

    fn opened(&mut self, stream: &str, day: &str, way: OpeningWay) {
        let complaint = "complaint-01KA0000000000000000000000".parse().expect("a name");
        let reason = EscalationReason::ComplainantRequest;
        self.case(stream, day, &E::Opened(Opened { complaint, reason, way }));
    }

    /// Two measures are proposed, and it is decided.
    fn decided(&mut self, stream: &str, day: &str, outcome: Outcome) {
        let measure = |number| Measure {
            measure: MeasureId(number),
            what: label("pay back the fee"),
            owner: person("hal"),
            due: "2025-12-31".parse().expect("a day"),
        };
        let measures = vec![measure(1), measure(2)];
        let proposal = Proposal { outcome, grounds: vec![label("x")], measures };
        self.case(stream, day, &E::DecisionProposed(proposal));
        let effect = DecisionEffect::Recommendation;
        let decision =
            Decision { outcome, effect, quorum: 3, votes_for: 2, votes_against: 1, abstentions: 0 };
        self.case(stream, day, &E::Decided(decision));
    }

    fn term(&mut self, who: &str, seat: Seat, from: &str, until: &str) {
        let day = |text: &str| text.parse().expect("a day");
        let term = TermStart { seat, from: day(from), until: day(until) };
        let place = Place { stream: who, position: self.next };
        fold::committee::staff(&self.connection, place, &StaffEvent::TermStarted(term))
            .expect("rows");
        self.covered("2025-01-01T00:00:00Z".parse().expect("a time"));
    }

    fn report(&self, min_cell: u64) -> Result<CommitteeReport, ReportError> {
        let request = ReportRequest {
            period: "2025-Q1".parse().expect("a period"),
            origin: "complaints.example.org/1".to_owned(),
            cutoff: Position(self.next - 1),
            root: "ab".repeat(32),
            min_cell,
        };
        build(&self.connection, &request)
    }
}

/// A quarter: one case from before it, three opened in it, two decided, one discontinued.
fn quarter() -> Ledger {
    let mut ledger = Ledger::new();
    ledger
        .connection
        .execute(
            "INSERT INTO life (stream, ordinal, opened_at, opened_day, outcome)
             VALUES ('complaint-01KA0000000000000000000000', 0, 0, 0, 'not-upheld')",
            [],
        )
        .expect("a row");
    ledger.term("qq-1", Seat::Chair, "2021-01-01", "2022-12-31");
    ledger.term("qq-1", Seat::Chair, "2024-01-01", "2025-12-31");
    ledger.term("qq-2", Seat::Member, "2024-06-01", "2026-05-31");
    let end = TermEnd { on: "2025-02-15".parse().expect("a day"), reason: TermEndReason::Resigned };
    let place = Place { stream: "qq-2", position: ledger.next };
    fold::committee::staff(&ledger.connection, place, &StaffEvent::TermEnded(end)).expect("rows");
    ledger.opened("review-a", "2024-12-20", OpeningWay::Complainant);
    ledger.opened("review-b", "2025-01-10", OpeningWay::Complainant);
    ledger.opened("review-c", "2025-01-11", OpeningWay::RulePack);
    ledger.opened("review-d", "2025-03-30", OpeningWay::RulePack);
    let recusal = MemberRecusal { member: person("qq-2"), ground: RecusalGround::Kinship };
    ledger.case("review-b", "2025-01-12", &E::MemberRecused(recusal));
    let ruling = |may_stay| Ruling { member: person("qq-2"), may_stay };
    ledger.case("review-c", "2025-01-12", &E::InterestRuled(ruling(true)));
    ledger.case("review-c", "2025-01-13", &E::InterestRuled(ruling(false)));
    let present = [person("qq-1")].into();
    ledger.case("review-b", "2025-01-14", &E::Adjourned(Adjournment { present }));
    ledger.decided("review-a", "2025-01-19", Outcome::Upheld);
    let dissent = Dissent { grounds: vec![label("x")] };
    ledger.case("review-a", "2025-01-19", &E::DissentRecorded(dissent));
    ledger.decided("review-b", "2025-01-20", Outcome::NotUpheld);
    let accepted = Reply { reply: ReplyKind::Accepted, grounds: Vec::new() };
    ledger.case("review-a", "2025-01-25", &E::Replied(accepted));
    let done = MeasureDone { measure: MeasureId(1) };
    ledger.case("review-a", "2025-02-01", &E::MeasureCompleted(done));
    for agreed in 1..=2 {
        let grounds = vec![label("impossible")];
        let withdrawal = WithdrawalAgreed { measure: MeasureId(2), grounds, agreed, needed: 2 };
        let at = ["2025-02-02", "2025-02-03"][usize::from(agreed) - 1];
        ledger.case("review-a", at, &E::WithdrawalAgreed(withdrawal));
    }
    let refused = Reply { reply: ReplyKind::Refused, grounds: vec![label("contract")] };
    ledger.case("review-b", "2025-02-02", &E::Replied(refused));
    let settled = Discontinuation { reason: DiscontinuationReason::Settled };
    ledger.case("review-c", "2025-02-03", &E::Discontinued(settled));
    ledger
}

#[test]
fn the_numbers_of_a_quarter_are_those_of_its_cases() {
    let report = quarter().report(1).expect("it balances");
    let figures: Vec<_> = report
        .figures()
        .into_iter()
        .map(|[figure, value, number]| format!("{figure} {value} {number}"))
        .collect();
    assert_eq!(
        figures,
        [
            "docket at_start 1",
            "docket opened 3",
            "docket decided 2",
            "docket discontinued 1",
            "docket at_end 1",
            "opened_by_way complainant 1",
            "opened_by_way rule-pack 2",
            "decided_by_outcome not-upheld 1",
            "decided_by_outcome upheld 1",
            "refusal_grounds contract 1",
            "differing  1",
            "dissents  1",
            "recusals  2",
            "disclosures  0",
            "adjournments  1",
            "binding  0",
            "recommendations  2",
            "followed  1",
            "refused  1",
            "unanswered  0",
            "measures_agreed  2",
            "measures_done  1",
            "measures_withdrawn  1",
            "measures_outstanding  0",
            "sitting  1",
            "days_to_decide p50 10",
            "days_to_decide p90 30",
            "days_to_decide max 30",
        ]
    );
    let terms: Vec<_> = report
        .composition
        .terms
        .iter()
        .map(|it| (it.seat.as_str(), it.last_day.as_str(), it.term, it.ended_by.as_deref()))
        .collect();
    assert_eq!(
        terms,
        [("chair", "2025-12-31", 2, None), ("member", "2025-02-15", 1, Some("resigned")),]
    );
}

/// Where a pack sends a rejection here first, nothing is answered yet: it is what the handler proposed that
/// the committee follows or does not.
#[test]
fn a_decision_differs_from_what_was_proposed_where_the_answer_waits_for_it() {
    let differing = |proposed: Outcome, answered: &str| {
        let mut ledger = Ledger::new();
        let complaint = "complaint-01KA0000000000000000000000";
        ledger
            .connection
            .execute(
                "INSERT INTO life (stream, ordinal, opened_at, opened_day, outcome)
                 VALUES (?1, 0, 0, 0, nullif(?2, ''))",
                [complaint, answered],
            )
            .expect("a row");
        let findings = vec![Finding { issue: label("Fee"), outcome: proposed }];
        let proposal = OutcomeProposal { outcome: proposed, findings };
        let at = "2025-01-05T10:00:00Z".parse().expect("a time");
        let fact = Fact {
            event: ComplaintEvent::OutcomeProposed(proposal),
            actor: Actor { id: person("ana"), role: Role::Agent },
            occurred_at: at,
            recorded_at: at,
        };
        let place = Place { stream: complaint, position: ledger.next };
        fold::complaint(&ledger.connection, place, &fact).expect("rows");
        ledger.covered(at);
        ledger.opened("review-a", "2025-01-10", OpeningWay::RulePack);
        ledger.decided("review-a", "2025-01-20", Outcome::PartlyUpheld);
        ledger.report(1).expect("it balances").differing.count
    };
    assert_eq!(differing(Outcome::NotUpheld, ""), Some(1));
    assert_eq!(differing(Outcome::PartlyUpheld, ""), Some(0));
    assert_eq!(differing(Outcome::PartlyUpheld, "not-upheld"), Some(0), "it was to be replaced");
}

#[test]
fn what_tells_of_few_cases_is_withheld_and_the_docket_told() {
    let report = quarter().report(10).expect("it balances");
    assert_eq!(report.docket.decided, 2);
    assert!(report.decided_by_outcome.rows.is_empty());
    assert!(report.decided_by_outcome.withheld.is_some());
    assert_eq!((report.differing.count, report.replies.followed.count), (None, None));
    assert_eq!((report.days_to_decide.cases, report.days_to_decide.p50), (2, None));
    assert_eq!(report.refusal_grounds.len(), 1, "reasons for a refusal are told");
    // One of two followed would say that the other was not.
    let two = quarter().report(2).expect("it balances");
    assert_eq!(two.replies.followed.count, None);
    // Each of them would follow from the sum and the others.
    let Replies { followed, refused, unanswered, recommendations, .. } = &two.replies;
    assert_eq!((followed.count, refused.count, unanswered.count), (None, None, None));
    assert_eq!(*recommendations, 2);
}

#[test]
fn a_docket_that_does_not_add_up_is_no_report() {
    let ledger = quarter();
    ledger
        .connection
        .execute("UPDATE committee_case SET ended_day = NULL WHERE stream = 'review-a'", [])
        .expect("a row");
    assert!(matches!(ledger.report(1), Err(ReportError::CommitteeUnbalanced { .. })));
    let ledger = quarter();
    ledger
        .connection
        .execute("UPDATE committee_case SET reply = 'lost' WHERE stream = 'review-a'", [])
        .expect("a row");
    let error = ledger.report(1).expect_err("a reply that is none");
    assert!(error.to_string().contains("recommendations"), "{error}");
}

#[test]
fn a_page_in_each_language_says_it_all_and_names_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = quarter().report(1).expect("it balances");
    let paths = write(&report, folder.path(), &Locale::ALL).expect("files");
    let names: Vec<_> = paths.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    assert_eq!(
        names,
        ["committee.en.html", "committee.zh.html", "committee.json", "committee.csv", "SHA256SUMS",]
    );
    for (page, words) in [
        ("committee.en.html", ["refused, with grounds", "1 January 2024", "resigned"]),
        ("committee.zh.html", ["已拒绝(附理由)", "2024年1月1日", "辞任"]),
    ] {
        let text = std::fs::read_to_string(folder.path().join(page)).expect("the page");
        for word in words {
            assert!(text.contains(word), "no `{word}` in {page}");
        }
        assert!(!text.contains("qq-"), "{page} names a member");
        let (_, body) = text.split_once("</style>").expect("a style sheet");
        assert!(!body.contains('{') && !body.contains("<script"), "{page}");
    }
    let list = crate::files::check_list(folder.path()).expect("as listed");
    assert_eq!(list.names.len(), 4);
}
