//! When the year is over: what was handled is looked at again, and the reports are endorsed.
//!
//! A run that was cut short goes on where it stopped: each command has an id that follows from what
//! it is about.

use complaint_domain::{
    action::{ActionCommand, ActionKind, ActionOrigin, ActionProposal},
    actor::Actor,
    inspection::{
        Abandonment, Assessment, CRITERIA, Criterion, Dimension, DrawOrder, FollowUp, Inspection,
        InspectionClosure, InspectionCommand, InspectionFinding, InspectionPlan, Sheet,
        sample::rank,
    },
    label::Label,
    reference::ComplaintId,
    report::{EndorsementOrder, Publication, Report, ReportCommand, ReportDraft, ReportVote},
    review::VoteChoice,
    sealed::Hex,
};
use complaint_service::{
    HandleError, Unsealed, UnsealedRequest, UnsealedService, named_stream, report_stream_of,
};
use event_log::StreamId;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;
use uuid::Uuid;

use super::{lives::label, people};

/// How many complaints are looked at again.
const SAMPLE: u16 = 12;
/// Of sixteen letters, how many give no reasons.
const UNCLEAR: u8 = 3;

/// Somebody who sends what follows from a name.
struct Sender<'a> {
    service: &'a UnsealedService,
    at: Timestamp,
}

impl Sender<'_> {
    /// Sends a command whose id follows from its name.
    async fn send<A>(
        &self,
        name: &str,
        stream: &StreamId,
        actor: Actor,
        command: A::Command,
    ) -> Result<(), HandleError>
    where
        A: Unsealed<Command: Serialize + Send + Sync, Rejection: Into<HandleError>>,
    {
        let request = UnsealedRequest {
            command_id: id_of(name),
            stream: Some(stream.clone()),
            actor,
            occurred_at: Some(self.at),
            command,
        };
        self.service.handle::<A>(&request).await.map(|_| ())
    }
}

fn id_of(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("demo.redress.invalid/{name}").as_bytes())
}

/// Plans an inspection of the year up to the day before, draws it, scores it and follows it up.
///
/// # Errors
///
/// [`HandleError`]: the ledger does not answer, or a rule was broken.
pub async fn inspect(
    service: &UnsealedService,
    first_day: Date,
    at: Timestamp,
) -> Result<(), HandleError> {
    let sender = Sender { service, at };
    let stream = named_stream("inspection", id_of("inspection"));
    let officer = people::compliance();
    let until = TimeZone::UTC.to_datetime(at).date().saturating_sub(1.day());
    if sheet(service, &stream).await?.is_none() {
        let criteria = CRITERIA
            .iter()
            .map(|(criterion, points)| Criterion { criterion: label(criterion), points: *points });
        let plan = InspectionPlan {
            from: first_day,
            until,
            strata: [Dimension::Outcome].into(),
            size: SAMPLE,
            at_least: 1,
            criteria: criteria.collect(),
        };
        let command = InspectionCommand::Plan(plan);
        sender.send::<Inspection>("plan", &stream, officer.clone(), command).await?;
    }
    let draw = InspectionCommand::Draw(DrawOrder {});
    match sender.send::<Inspection>("draw", &stream, officer.clone(), draw).await {
        // A year of very few complaints may have none that was closed in these days.
        Err(HandleError::AggregateRefused { code: "nothing-to-draw" | "ended", .. }) => {
            let end = Abandonment { grounds: vec![label("nothing was handled")] };
            let command = InspectionCommand::Abandon(end);
            let given_up = sender.send::<Inspection>("abandon", &stream, officer, command).await;
            return match given_up {
                Ok(()) | Err(HandleError::AggregateRefused { code: "ended", .. }) => Ok(()),
                Err(error) => Err(error),
            };
        }
        done => done?,
    }
    let Some(sheet) = sheet(service, &stream).await?.filter(|it| !it.stage().is_over()) else {
        return Ok(());
    };
    for complaint in sheet.unscored() {
        let command = InspectionCommand::Score(scored(&sheet, complaint));
        let name = format!("score/{complaint}");
        sender.send::<Inspection>(&name, &stream, officer.clone(), command).await?;
    }
    follow_up(&sender, &stream, until).await
}

async fn sheet(
    service: &UnsealedService,
    stream: &StreamId,
) -> Result<Option<Box<Sheet>>, HandleError> {
    match service.streams().load::<Inspection>(stream).await? {
        Inspection::Planned(sheet) => Ok(Some(sheet)),
        Inspection::NotPlanned => Ok(None),
    }
}

/// Some letters give no reasons; everything else is well done. Invented, like all of the year.
fn scored(sheet: &Sheet, complaint: &ComplaintId) -> Assessment {
    let seed = sheet.drawn().map_or(Hex([0; 32]), |drawn| drawn.seed);
    let [chance, ..] = rank(&seed, complaint).0;
    let is_unclear = chance % 16 < UNCLEAR;
    let unclear = label("letter-clear");
    let scores = sheet.plan().criteria.iter().map(|criterion| {
        let points =
            if is_unclear && criterion.criterion == unclear { 0 } else { criterion.points };
        (criterion.criterion.clone(), Some(points))
    });
    let finding =
        || InspectionFinding { criterion: unclear.clone(), finding: label("reasons-not-given") };
    Assessment {
        complaint: complaint.clone(),
        scores: scores.collect(),
        findings: is_unclear.then(finding).into_iter().collect(),
    }
}

/// An action follows from what was found, and the inspection ends.
async fn follow_up(sender: &Sender<'_>, stream: &StreamId, day: Date) -> Result<(), HandleError> {
    let officer = people::compliance();
    let Some(sheet) = sheet(sender.service, stream).await? else { return Ok(()) };
    let open: Vec<Label> = sheet.open_findings().cloned().collect();
    for criterion in open {
        let action = named_stream("action", id_of("inspection/action"));
        let proposal = ActionProposal {
            title: label("letters give their reasons"),
            kind: ActionKind::Corrective,
            origin: ActionOrigin::Inspection,
            causes: vec![label("people/letters")],
            product: None,
            reference: Some(label(stream.as_str())),
            owner: people::supervisor(0).id,
            due: day.saturating_add(90.days()),
        };
        sender
            .send::<complaint_domain::action::Action>(
                "inspection/action",
                &action,
                officer.clone(),
                ActionCommand::Propose(proposal),
            )
            .await?;
        let action = action.as_str().parse().expect("a kind and a ULID");
        let command = InspectionCommand::FollowUp(FollowUp::Action { criterion, action });
        sender.send::<Inspection>("follow-up", stream, officer.clone(), command).await?;
    }
    let close = InspectionCommand::Close(InspectionClosure {});
    sender.send::<Inspection>("close", stream, officer, close).await
}

/// Drafts a report from what its files say, lets the committee endorse it, and publishes it.
///
/// # Errors
///
/// [`HandleError`]: the ledger does not answer, or a rule was broken.
pub async fn publish(
    service: &UnsealedService,
    draft: &ReportDraft,
    at: Timestamp,
) -> Result<(), HandleError> {
    let sender = Sender { service, at };
    let ReportDraft { kind, first_day, last_day, digest, .. } = draft;
    let stream = report_stream_of(*kind, *first_day, *last_day);
    let name = |what: &str| format!("{kind}/{what}");
    let (officer, chair) = (people::compliance(), people::member(0));
    let send = |what: &str, by: Actor, command| {
        let name = name(what);
        let (sender, stream) = (&sender, &stream);
        async move { sender.send::<Report>(&name, stream, by, command).await }
    };
    send("draft", officer.clone(), ReportCommand::Draft(draft.clone())).await?;
    for number in 0..3 {
        let vote = ReportVote {
            digest: *digest,
            choice: VoteChoice::For,
            reservations: if number == 2 { vec![label("invented-figures")] } else { Vec::new() },
        };
        let what = format!("vote/{number}");
        send(&what, people::member(number), ReportCommand::CastVote(vote)).await?;
    }
    let statement = Some(label("nothing in it is real"));
    send("endorse", chair, ReportCommand::Endorse(EndorsementOrder { statement })).await?;
    let publication = Publication { digest: *digest, place: Some(label("reports")) };
    send("publish", officer, ReportCommand::Publish(publication)).await
}
