//! From September on a pack orders that the committee sees a rejection before the complainant does.

use std::collections::BTreeMap;

use complaint_codec::decode;
use complaint_domain::{
    LedgerEvent,
    actor::Role,
    clock::shipped,
    complaint::{ComplaintEvent as E, EscalationReason, Outcome, ResponseKind},
    review::{OpeningWay, ReviewEvent},
    rulebook::{
        ChangeApproval, ChangeNumber, ChangeProposal, HouseRules, RuleChange, RulebookCommand as C,
    },
};
use complaint_service::{Escalated, EscalationProcess};
use event_log::{EventLog as _, Position, StreamId};
use futures::TryStreamExt as _;
use jiff::civil::Date;

use super::{each_event, office::Office, staff::Staff};

/// Complaints that come in from this day on go by the order.
pub(super) const FROM: Date = Date::constant(2025, 9, 1);
/// The escalation process does not run from the first of these days to the last.
pub(super) const OUTAGE: (Date, Date) =
    (Date::constant(2025, 10, 13), Date::constant(2025, 10, 26));

/// Whether the committee must have seen the answer.
pub(super) fn is_ordered(received: Date, outcome: Outcome) -> bool {
    received >= FROM && outcome != Outcome::Upheld
}

/// The pack with a recourse that ends within the year that is lived through.
fn of_sixty_days(pack: &str) -> String {
    let year = "\"count\": 12,\n        \"unit\": \"months\"";
    assert_eq!(pack.matches(year).count(), 1);
    pack.replace(year, "\"count\": 60,\n        \"unit\": \"calendar-days\"")
}

/// The officer proposes the pack, a supervisor lets it hold.
pub(super) async fn adopt(office: &mut Office, staff: &Staff) {
    let change = ChangeNumber(1);
    let rule = RuleChange::AdoptPack {
        file: of_sixty_days(shipped::pack_text("in-rbi").unwrap()),
        calendar: None,
        zone: None,
        business_hours: None,
        tracks: [].into(),
        from: FROM,
    };
    let propose = C::Propose(ChangeProposal { change, rule });
    office.other::<HouseRules>(staff.compliance(), None, "propose-change", propose).await;
    let approve = C::Approve(ChangeApproval { change });
    office.other::<HouseRules>(staff.supervisors().0, None, "approve-change", approve).await;
}

impl Office {
    /// Lets the escalation process look at what happened since it last ran, and gives the reviews
    /// that it opened, each with its complaint.
    pub(super) async fn run_escalation_process(&mut self, day: Date) -> Vec<(StreamId, StreamId)> {
        let (start, head) = (self.escalated_to, self.log.head().next_position);
        let (mut from, mut done) = (start, Escalated::default());
        let process = EscalationProcess::new(&self.complaints, &self.others);
        while let Some(next) = process.walk_page(from, &mut done).await.unwrap() {
            if next >= head {
                break;
            }
            from = next;
        }
        self.escalated_to = head;
        let escalated = u32::try_from(done.escalated).unwrap();
        *self.tally.entry("escalated by order").or_default() += escalated;
        *self.tally.entry("noted a review").or_default() += u32::try_from(done.concluded).unwrap();
        if day == OUTAGE.1.tomorrow().unwrap() {
            self.tally.insert("escalated after the outage", escalated);
        }
        self.opened_by_order(head).await
    }

    async fn opened_by_order(&self, from: Position) -> Vec<(StreamId, StreamId)> {
        let mut opened = Vec::new();
        let mut records = self.log.read_all(from, u64::MAX);
        while let Some(recorded) = records.try_next().await.unwrap() {
            let event = decode(&recorded.bytes).unwrap().event;
            if let LedgerEvent::Review(ReviewEvent::Opened(review)) = event {
                assert_eq!(review.way, OpeningWay::RulePack, "nobody else is at work yet");
                let complaint = review.complaint.as_str().parse().unwrap();
                opened.push((recorded.stream, complaint));
            }
        }
        opened
    }
}

/// What a reader of the log sees of one complaint since its last answer.
#[derive(Default)]
struct Seen {
    received: Option<Date>,
    is_rejected: bool,
    by_order: u32,
    is_escalated: bool,
    is_reviewed: bool,
}

/// Read from the log, without the state of any aggregate.
pub(super) async fn no_rejection_was_told_before_the_committee_had_seen_it(office: &Office) {
    let mut cases = BTreeMap::<String, Seen>::new();
    let mut told = 0;
    each_event(office, |stream, record| {
        let fact = record.fact();
        let LedgerEvent::Complaint(event) = &fact.event else { return };
        let seen = cases.entry(stream.to_owned()).or_default();
        if let E::Received(_) = event {
            seen.received = Some(super::office::day_of(fact.occurred_at));
        } else if let E::OutcomeProposed(proposal) = event {
            seen.is_rejected = proposal.outcome != Outcome::Upheld;
        } else if let E::Escalated(escalation) = event {
            seen.is_escalated = true;
            if fact.actor.role == Role::System {
                assert_eq!(escalation.reason, EscalationReason::NotFullyUpheld);
                seen.by_order += 1;
                assert_eq!(seen.by_order, 1, "{stream} was escalated twice for one answer");
            }
        } else if let E::ReviewConcluded(_) = event {
            seen.is_reviewed = true;
        } else if let E::ResponseIssued(response) = event
            && response.kind == ResponseKind::Final
        {
            let outcome = response.outcome.unwrap();
            if is_ordered(seen.received.unwrap(), outcome) {
                assert!(
                    seen.is_escalated && seen.is_reviewed,
                    "{stream}: {outcome} was told first"
                );
                told += 1;
            } else {
                assert_eq!(seen.by_order, 0, "{stream}: nothing was ordered");
            }
            *seen = Seen { received: seen.received, ..Seen::default() };
        }
    })
    .await;
    assert!(told >= 10, "only {told} rejections were told under the order");
    let forgotten = cases.values().filter(|seen| seen.is_rejected && !seen.is_escalated).count();
    assert_eq!(forgotten, 0, "rejections that nobody put before the committee");
}
