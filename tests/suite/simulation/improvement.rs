//! What is learnt: each quarter the most frequent cause is acted on, and the effect counted.

use std::collections::BTreeMap;

use complaint_domain::action::{
    Action, ActionApproval, ActionClosure, ActionCommand as C, ActionKind, ActionOrigin,
    ActionProposal, ActionResult, Completion, EffectCheck, EffectVerdict,
};
use event_log::{EventLog as _, StreamId};
use jiff::civil::Date;

use super::{days, life::Life, office::Office, staff::Staff};

/// How many days are counted before and after.
const COUNTED: i64 = 45;

#[derive(Debug)]
struct Plan {
    action: StreamId,
    cause: &'static str,
    done: Option<Date>,
    due: Date,
    is_over: bool,
}

/// The actions of the year.
#[derive(Debug, Default)]
pub(super) struct Improvement {
    plans: Vec<Plan>,
    last_quarter: i8,
}

impl Improvement {
    pub(super) async fn work(
        &mut self,
        office: &mut Office,
        staff: &Staff,
        lives: &[Life],
        day: Date,
    ) {
        let quarter = (day.month() - 1) / 3;
        if quarter > self.last_quarter {
            self.last_quarter = quarter;
            self.propose(office, staff, lives, day).await;
        }
        let (checker, owner) = (staff.supervisors().0, staff.compliance());
        for plan in self.plans.iter_mut().filter(|plan| !plan.is_over && plan.due <= day) {
            let action = Some(&plan.action);
            let Some(done) = plan.done else {
                let complete = C::Complete(Completion {});
                office.other::<Action>(owner, action, "complete", complete).await;
                plan.done = Some(day);
                plan.due = day + days(COUNTED + 1);
                continue;
            };
            let count = |first: Date, last: Date| {
                let of_cause = lives.iter().filter(|life| life.cause == Some(plan.cause));
                of_cause.filter(|life| (first..=last).contains(&life.received)).count() as u64
            };
            let (from, until) = (done + days(1), done + days(COUNTED));
            let (before, after) = (count(done - days(COUNTED), done - days(1)), count(from, until));
            let counted_up_to = office.log.head().next_position.0;
            let check = EffectCheck { from, until, before, after, counted_up_to };
            let counted = C::CheckEffect(check.clone());
            office.other::<Action>(checker, action, "check-effect", counted).await;
            let result = match check.verdict() {
                EffectVerdict::Fewer => ActionResult::Effective,
                EffectVerdict::NotFewer => ActionResult::NotEffective,
                EffectVerdict::Inconclusive => ActionResult::Inconclusive,
            };
            let close = C::Close(ActionClosure { result });
            office.other::<Action>(checker, action, "close-action", close).await;
            plan.is_over = true;
        }
    }

    async fn propose(&mut self, office: &mut Office, staff: &Staff, lives: &[Life], day: Date) {
        let mut causes = BTreeMap::<&str, (u32, &'static str)>::new();
        for cause in lives.iter().filter_map(|life| life.cause) {
            causes.entry(cause).or_insert((0, cause)).0 += 1;
        }
        let Some((_, cause)) = causes.into_values().max() else { return };
        let (proposer, approver) = staff.supervisors();
        let proposal = C::Propose(ActionProposal {
            title: "Mend what recurs".parse().unwrap(),
            kind: ActionKind::Corrective,
            origin: ActionOrigin::RecurringCause,
            causes: vec![cause.parse().unwrap()],
            product: None,
            reference: None,
            owner: staff.compliance().id.clone(),
            due: day + days(20),
        });
        let action = office.other::<Action>(proposer, None, "propose", proposal).await;
        let approve = C::Approve(ActionApproval {});
        office.other::<Action>(approver, Some(&action), "approve", approve).await;
        self.plans.push(Plan { action, cause, done: None, due: day + days(15), is_over: false });
    }
}
