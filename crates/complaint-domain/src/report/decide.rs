//! What may happen to a report, and why something is refused.

use super::{
    Endorsed, EndorsementOrder, Publication, Published, Report, ReportCircumstances, ReportCommand,
    ReportDraft, ReportEvent, ReportRejection as R, ReportStage, ReportVote, Restatement,
    state::Issue,
};
use crate::{actor::Role, aggregate::Occasion, review::VoteChoice, sealed::Digest};

/// Answers a command with the event it causes, or with the reason it is refused.
///
/// # Errors
///
/// The first [`ReportRejection`](R) that applies, in the order of that enum.
pub fn decide(
    state: &Report,
    command: &ReportCommand,
    circumstances: &ReportCircumstances<'_>,
) -> Result<ReportEvent, R> {
    use ReportCommand as C;
    role_may(command, circumstances.occasion.actor.role)?;
    let issue = match (state, command) {
        (Report::NotDrafted, C::Draft(draft)) => {
            not_in_future(circumstances.occasion)?;
            return draft_it(None, draft, circumstances);
        }
        (Report::NotDrafted, _) => return Err(R::NotDrafted),
        (Report::Drafted(issue), _) => issue,
    };
    stage_allows(issue, command)?;
    not_in_future(circumstances.occasion)?;
    match command {
        C::Draft(draft) => draft_it(Some(issue), draft, circumstances),
        C::CastVote(vote) => cast(issue, vote, circumstances),
        C::Endorse(order) => endorse(issue, order, circumstances),
        C::Publish(publication) => publish(issue, publication, circumstances),
        C::Restate(restatement) => restate(issue, restatement, circumstances),
    }
}

/// The committee endorses; the company and the committee each draft and publish what is theirs.
fn role_may(command: &ReportCommand, role: Role) -> Result<(), R> {
    use ReportCommand as C;
    let is_committee = matches!(role, Role::CommitteeMember | Role::CommitteeChair);
    let publishes = is_committee || matches!(role, Role::Supervisor | Role::ComplianceOfficer);
    let (may, expected) = match command {
        C::CastVote(_) | C::Endorse(_) => (is_committee, "somebody of the committee"),
        C::Draft(_) => (
            publishes || role == Role::System,
            "a supervisor, compliance officer, the committee or a program",
        ),
        C::Publish(_) | C::Restate(_) => {
            (publishes, "a supervisor, compliance officer or the committee")
        }
    };
    if may {
        return Ok(());
    }
    Err(R::RoleMayNot { command: command.name(), expected, role })
}

/// What is published changes by a restatement only.
fn stage_allows(issue: &Issue, command: &ReportCommand) -> Result<(), R> {
    use ReportCommand as C;
    let restates = matches!(command, C::Restate(_));
    let votes = matches!(command, C::CastVote(_) | C::Endorse(_));
    match issue.stage {
        ReportStage::Published if restates => Ok(()),
        ReportStage::Published => Err(R::AlreadyPublished(command.name())),
        ReportStage::Drafted | ReportStage::Endorsed if restates => Err(R::NotPublished),
        ReportStage::Endorsed if votes => Err(R::AlreadyEndorsed(command.name())),
        ReportStage::Drafted | ReportStage::Endorsed => Ok(()),
    }
}

fn not_in_future(occasion: &Occasion) -> Result<(), R> {
    if occasion.is_in_future() {
        let Occasion { occurred_at, now, .. } = *occasion;
        return Err(R::OccurredInFuture { occurred_at, now });
    }
    Ok(())
}

/// What every draft must be, whatever it is for.
fn is_sound(
    before: Option<&Issue>,
    draft: &ReportDraft,
    circumstances: &ReportCircumstances<'_>,
) -> Result<(), R> {
    if before.is_some_and(|issue| !issue.draft.is_of(draft)) {
        return Err(R::OtherReport);
    }
    let ReportDraft { first_day, last_day, size, balance, digest, .. } = *draft;
    if last_day < first_day || circumstances.occasion.day() <= last_day {
        return Err(R::PeriodNotOver { first_day, last_day });
    }
    if !balance.adds_up() {
        return Err(R::Unbalanced(balance));
    }
    let expected = circumstances.facts.root.filter(|_| size > 0).ok_or(R::TreeUnknown(size))?;
    if expected != draft.root {
        return Err(R::RootDiffers { size, expected, found: draft.root });
    }
    if before.is_some_and(|issue| issue.draft.digest == digest) {
        return Err(R::DigestUnchanged(digest));
    }
    Ok(())
}

fn draft_it(
    before: Option<&Issue>,
    draft: &ReportDraft,
    circumstances: &ReportCircumstances<'_>,
) -> Result<ReportEvent, R> {
    is_sound(before, draft, circumstances)?;
    Ok(ReportEvent::Drafted(draft.clone()))
}

fn restate(
    issue: &Issue,
    restatement: &Restatement,
    circumstances: &ReportCircumstances<'_>,
) -> Result<ReportEvent, R> {
    is_sound(Some(issue), &restatement.report, circumstances)?;
    let (expected, found) = (issue.draft.digest, restatement.replaces);
    if expected != found {
        return Err(R::ReplacesOther { expected, found });
    }
    if restatement.grounds.is_empty() {
        return Err(R::GroundsMissing);
    }
    Ok(ReportEvent::Restated(restatement.clone()))
}

fn is_the_draft(issue: &Issue, found: Digest) -> Result<(), R> {
    let expected = issue.draft.digest;
    if expected != found {
        return Err(R::OtherDigest { expected, found });
    }
    Ok(())
}

fn cast(
    issue: &Issue,
    vote: &ReportVote,
    circumstances: &ReportCircumstances<'_>,
) -> Result<ReportEvent, R> {
    let member = &circumstances.occasion.actor.id;
    let standing = circumstances.facts.standing.ok_or_else(|| R::NotOnCommittee(member.clone()))?;
    if let Some(until) = standing.term_until
        && until < circumstances.occasion.latest_day()
    {
        return Err(R::TermOver { member: member.clone(), until });
    }
    if issue.drafters.contains(member) {
        return Err(R::DraftedBySelf(member.clone()));
    }
    is_the_draft(issue, vote.digest)?;
    if issue.votes.contains_key(member) {
        return Err(R::AlreadyVoted(member.clone()));
    }
    Ok(ReportEvent::VoteCast(vote.clone()))
}

fn endorse(
    issue: &Issue,
    order: &EndorsementOrder,
    circumstances: &ReportCircumstances<'_>,
) -> Result<ReportEvent, R> {
    let [votes_for, votes_against, abstentions] =
        [VoteChoice::For, VoteChoice::Against, VoteChoice::Abstain].map(|c| issue.votes(c));
    let needed = circumstances.facts.rules.quorum.max(1);
    let found = votes_for.saturating_add(votes_against).saturating_add(abstentions);
    if found < needed {
        return Err(R::QuorumMissing { needed, found });
    }
    if votes_for <= votes_against {
        return Err(R::NoMajority { votes_for, votes_against });
    }
    Ok(ReportEvent::Endorsed(Endorsed {
        digest: issue.draft.digest,
        quorum: needed,
        votes_for,
        votes_against,
        abstentions,
        statement: order.statement.clone(),
        reservations: issue.reservations.clone(),
    }))
}

fn publish(
    issue: &Issue,
    publication: &Publication,
    circumstances: &ReportCircumstances<'_>,
) -> Result<ReportEvent, R> {
    is_the_draft(issue, publication.digest)?;
    if issue.endorsed.is_none() && !circumstances.facts.may_lack_endorsement {
        return Err(R::NotEndorsed);
    }
    Ok(ReportEvent::Published(Published {
        report: issue.draft.clone(),
        endorsed: issue.endorsed.clone(),
        place: publication.place.clone(),
    }))
}
