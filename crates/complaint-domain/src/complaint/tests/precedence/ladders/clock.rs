//! Wrong pauses, extensions and notes of limits.

use super::{
    super::{
        super::{
            builders::{
                assigned, clock, extension, final_response, limit, limits_of, missed, pause,
                reading, received, responded, resume, warned,
            },
            harness::{Told as _, actor, past, person, time},
        },
        Attempt, Rung,
    },
    drop_entry,
};
use crate::{
    actor::Role,
    complaint::{
        ClockPaused, ComplaintCommand as C, ComplaintEvent as E, DeadlineExtended, PauseGround,
        Recusal, RecusalGround,
    },
};

const ANSWER: &str = "template/answer";
const ACKNOWLEDGEMENT: &str = "template/acknowledgement";
/// Twenty-four hours after the receipt of every history.
const ACKNOWLEDGE_BY: &str = "2024-03-02T09:00:00Z";
/// An hour before.
const NEARLY: &str = "2024-03-02T08:00:00Z";

pub(super) fn clocks() -> Vec<(Attempt, Vec<Rung>)> {
    let ladders =
        [pause_clock(), resume_clock(), extend_deadline(), warn_of_clock(), note_missed()];
    ladders
        .into_iter()
        .map(|(attempt, rungs)| (attempt.under(limits_of("template")), rungs))
        .collect()
}

fn still() -> crate::Fact<E> {
    past(E::ClockPaused(pause(ANSWER, PauseGround::WaitingForComplainant)))
}

fn pause_clock() -> (Attempt, Vec<Rung>) {
    fn body(attempt: &mut Attempt) -> &mut ClockPaused {
        let C::PauseClock(body) = &mut attempt.command else { panic!("expected a pause") };
        body
    }
    // After the limit, in time that was granted.
    let more = extension(ANSWER, "2024-04-12", "2024-03-11T08:00:00Z");
    let more = past(E::DeadlineExtended(more)).by("sue", Role::Supervisor);
    let mut attempt = Attempt::new(
        [received(), more.at("2024-03-11T09:00:00Z")],
        C::PauseClock(pause("uk-disp/final-response", PauseGround::WaitingForThirdParty)),
    )
    .by("portal", Role::Complainant);
    attempt.given.now = time("2024-03-25T09:00:00Z");
    attempt.given.occurred_at = attempt.given.now;
    (
        attempt,
        vec![
            ("not-for-complainants", |it| it.given.actor = actor("ana", Role::Agent)),
            ("clock-not-started", |it| {
                body(it).clock = clock(ANSWER);
                it.history.extend([still(), responded(final_response())]);
            }),
            ("clock-ended", |it| drop_entry(it, |event| matches!(event, E::ResponseIssued(_)))),
            ("clock-already-paused", |it| {
                drop_entry(it, |event| matches!(event, E::ClockPaused(_)));
            }),
            ("clock-ground-not-allowed", |it| {
                body(it).ground = PauseGround::WaitingForComplainant;
            }),
            ("clock-pause-would-not-count", |it| {
                it.given.now = time("2024-03-12T09:00:00Z");
                it.given.occurred_at = it.given.now;
            }),
        ],
    )
}

fn resume_clock() -> (Attempt, Vec<Rung>) {
    (
        Attempt::new([received()], C::ResumeClock(resume("uk-disp/final-response"))),
        vec![
            ("clock-not-started", |it| {
                it.command = C::ResumeClock(resume(ANSWER));
                it.history.push(responded(final_response()));
            }),
            ("clock-ended", |it| drop_entry(it, |event| matches!(event, E::ResponseIssued(_)))),
            ("clock-not-paused", |it| it.history.push(still())),
        ],
    )
}

fn extend_deadline() -> (Attempt, Vec<Rung>) {
    fn body(attempt: &mut Attempt) -> &mut DeadlineExtended {
        let C::ExtendDeadline(body) = &mut attempt.command else { panic!("expected more time") };
        body
    }
    (
        Attempt::new(
            [received()],
            C::ExtendDeadline(extension(
                "uk-disp/final-response",
                "2024-04-10",
                "2024-05-01T00:00:00Z",
            )),
        ),
        vec![
            ("notice-in-future", |it| {
                body(it).notified = time("2024-03-11T08:00:00Z");
                body(it).asked_by = person("carl");
                let ground = RecusalGround::Kinship;
                let aside = Recusal { handler: person("carl"), ground };
                it.history.extend([assigned("carl"), past(E::Recused(aside)), assigned("ana")]);
            }),
            ("handler-recused", |it| body(it).asked_by = person("ana")),
            ("clock-approved-by-asker", |it| body(it).asked_by = person("ben")),
            ("clock-approved-by-handler", |it| it.history.truncate(1)),
            ("clock-asker-unknown", |it| it.history.push(assigned("ben"))),
            ("clock-not-started", |it| {
                body(it).clock = clock(ANSWER);
                it.history.push(responded(final_response()));
            }),
            ("clock-ended", |it| drop_entry(it, |event| matches!(event, E::ResponseIssued(_)))),
            ("clock-extension-would-not-count", |it| {
                it.given.actor = actor("sue", Role::Supervisor);
            }),
        ],
    )
}

fn warn_of_clock() -> (Attempt, Vec<Rung>) {
    let near = reading(&limits_of("template"), &[received()], ACKNOWLEDGEMENT, NEARLY);
    (
        Attempt::new(
            [received(), warned(&near)],
            C::WarnOfClock(limit(ACKNOWLEDGEMENT, ACKNOWLEDGE_BY)),
        ),
        vec![
            ("not-for-people", |it| it.given.actor = actor("clock", Role::System)),
            ("clock-not-due-soon", |it| {
                it.given.now = time(NEARLY);
                it.given.occurred_at = it.given.now;
            }),
            ("clock-already-noted", |it| {
                drop_entry(it, |event| matches!(event, E::ClockWarned(_)));
            }),
        ],
    )
}

fn note_missed() -> (Attempt, Vec<Rung>) {
    let late =
        reading(&limits_of("template"), &[received()], ACKNOWLEDGEMENT, "2024-03-03T00:00:00Z");
    (
        Attempt::new(
            [received(), missed(&late)],
            C::NoteMissedClock(limit(ANSWER, ACKNOWLEDGE_BY)),
        ),
        vec![
            ("not-for-people", |it| it.given.actor = actor("clock", Role::System)),
            ("clock-not-missed", |it| {
                it.command = C::NoteMissedClock(limit(ACKNOWLEDGEMENT, ACKNOWLEDGE_BY));
            }),
            ("clock-already-noted", |it| {
                drop_entry(it, |event| matches!(event, E::ClockMissed(_)));
            }),
        ],
    )
}
