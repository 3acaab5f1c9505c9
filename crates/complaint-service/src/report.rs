//! What decisions about a report take from the log and from other streams.

use complaint_domain::{
    aggregate::Occasion,
    report::{Report, ReportCircumstances, ReportCommand, ReportDraft, ReportFacts},
    rulebook::HouseRules,
    sealed::{Digest, Hex},
    staff::Parts,
};
use event_log::{EventLog, Position, StreamId};
use futures::TryStreamExt;
use merkle_log::{CompactRange, leaf_hash};

use crate::{
    error::HandleError,
    ids::{report_stream_of, rulebook_stream},
    oversight::{rules_for, standing_of},
    unsealed::{Streams, Unsealed},
};

impl Unsealed for Report {
    type Facts = ReportFacts;

    /// Of each kind and period there is one, so that none can be published beside it.
    fn home(command: &ReportCommand) -> Option<StreamId> {
        match command {
            ReportCommand::Draft(draft) => Some(home_of(draft)),
            ReportCommand::Restate(restatement) => Some(home_of(&restatement.report)),
            ReportCommand::CastVote(_) | ReportCommand::Endorse(_) | ReportCommand::Publish(_) => {
                None
            }
        }
    }

    async fn facts(
        streams: Streams<'_>,
        _: &Self,
        command: &ReportCommand,
        occasion: &Occasion,
    ) -> Result<ReportFacts, HandleError> {
        let house: HouseRules = streams.load(&rulebook_stream()).await?;
        // What is dated back goes round neither the rules of its day nor those of today.
        let days = [occasion.day(), occasion.latest_day()];
        let mut facts = ReportFacts {
            rules: rules_for(&house, occasion),
            may_lack_endorsement: !days.iter().any(|day| house.reports_need_endorsement_on(*day)),
            ..ReportFacts::default()
        };
        match command {
            ReportCommand::Draft(draft) => facts.root = root(streams.log(), draft.size).await?,
            ReportCommand::Restate(restatement) => {
                facts.root = root(streams.log(), restatement.report.size).await?;
            }
            ReportCommand::CastVote(_) => {
                let parts = Parts::default();
                facts.standing = standing_of(streams, &occasion.actor.id, &parts, occasion).await?;
            }
            ReportCommand::Endorse(_) | ReportCommand::Publish(_) => {}
        }
        Ok(facts)
    }

    fn circumstances<'a>(
        occasion: &'a Occasion,
        facts: &'a ReportFacts,
    ) -> ReportCircumstances<'a> {
        ReportCircumstances { occasion, facts }
    }
}

fn home_of(draft: &ReportDraft) -> StreamId {
    report_stream_of(draft.kind, draft.first_day, draft.last_day)
}

/// The RFC 6962 root over the first records; nothing when there are not as many.
async fn root(log: &dyn EventLog, size: u64) -> Result<Option<Digest>, HandleError> {
    if log.head().next_position.0 < size {
        return Ok(None);
    }
    let mut range = CompactRange::new();
    let mut records = log.read_all(Position(0), size);
    while let Some(recorded) = records.try_next().await? {
        range.push(leaf_hash(&recorded.bytes));
    }
    Ok((range.size() == size).then(|| Hex(range.root().0)))
}
