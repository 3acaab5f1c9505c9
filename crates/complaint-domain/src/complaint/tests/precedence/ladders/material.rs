//! Wrong recusals, requests, evidence, representatives and vulnerabilities.

use super::{
    super::{
        super::{
            builders::{
                assigned, daughter, day, invoice, not_recused, over_to, received, recusal, request,
                to, vulnerable,
            },
            harness::{actor, past},
            people::{in_this, this_complaint},
        },
        Attempt, Rung,
    },
    drop_entry,
    people::know,
};
use crate::{
    actor::Role,
    complaint::{
        ComplaintCommand as C, ComplaintEvent as E, EvidenceId, Representative, RepresentativeId,
        VulnerabilityDriver,
    },
    sealed::PersonalField,
    staff::{RoleChange, StaffEvent as S},
};

pub(super) fn material() -> Vec<(Attempt, Vec<Rung>)> {
    let mut ladders = recusals();
    ladders.extend([
        request_information(),
        add_evidence(),
        authorise_representative(),
        flag_vulnerability(),
    ]);
    ladders
}

fn recusals() -> Vec<(Attempt, Vec<Rung>)> {
    let aside = || past(E::Recused(recusal("ben")));
    vec![
        (
            Attempt::new([received()], C::Recuse(recusal("ana"))),
            vec![
                ("nobody-responsible", |it| it.history.push(assigned("ben"))),
                ("not-the-handler", |it| it.history.push(past(E::Reassigned(over_to("ana"))))),
            ],
        ),
        (
            {
                let mut returning =
                    Attempt::new([received(), aside()], C::WithdrawRecusal(not_recused("ana")));
                returning.given.complaint = Some(this_complaint());
                know(&mut returning, "sue", vec![]);
                know(&mut returning, "ben", vec![in_this()]);
                returning
            },
            vec![
                ("not-recused", |it| it.command = C::WithdrawRecusal(not_recused("ben"))),
                ("recusal-stands", |it| it.given.actor = actor("sue", Role::Supervisor)),
                ("role-not-held", |it| {
                    let granted = S::RoleGranted(RoleChange { role: Role::Supervisor });
                    know(it, "sue", vec![granted]);
                }),
                ("interest-declared", |it| know(it, "ben", vec![])),
            ],
        ),
        (
            Attempt::new([received(), aside(), assigned("ana")], C::Assign(to("ben"))),
            vec![
                ("already-assigned", |it| drop_entry(it, |event| matches!(event, E::Assigned(_)))),
                ("handler-recused", |it| it.command = C::Assign(to("cho"))),
            ],
        ),
        (
            Attempt::new([received(), aside(), assigned("ana")], C::Reassign(over_to("ana"))),
            vec![
                ("same-handler", |it| it.command = C::Reassign(over_to("ben"))),
                ("handler-recused", |it| it.command = C::Reassign(over_to("cho"))),
            ],
        ),
    ]
}

fn request_information() -> (Attempt, Vec<Rung>) {
    (
        Attempt::new([received()], C::RequestInformation(request(Some("2024-03-10"))))
            .by("portal", Role::Complainant)
            .without_texts(),
        vec![
            ("not-for-complainants", |it| it.given.actor = actor("ana", Role::Agent)),
            ("request-text-missing", |it| {
                it.given.personal.insert(PersonalField::Message);
            }),
            ("needed-by-passed", |it| {
                it.command = C::RequestInformation(request(Some("2024-03-11")));
            }),
        ],
    )
}

fn add_evidence() -> (Attempt, Vec<Rung>) {
    (
        Attempt::new([received()], C::AddEvidence(invoice(2))).without_texts(),
        vec![
            ("evidence-number-not-next", |it| it.command = C::AddEvidence(invoice(1))),
            ("evidence-file-missing", |it| {
                it.given.personal.insert(PersonalField::Evidence);
            }),
        ],
    )
}

fn authorise_representative() -> (Attempt, Vec<Rung>) {
    fn body(attempt: &mut Attempt) -> &mut Representative {
        let C::AuthoriseRepresentative(body) = &mut attempt.command else {
            panic!("expected a representative");
        };
        body
    }
    let until_yesterday = Representative {
        until: Some(day("2024-03-10")),
        evidence: Some(EvidenceId(1)),
        ..daughter(2)
    };
    (
        Attempt::new([received()], C::AuthoriseRepresentative(until_yesterday)).without_texts(),
        vec![
            ("representative-number-not-next", |it| {
                body(it).representative = RepresentativeId(1);
            }),
            ("representative-name-missing", |it| {
                it.given.personal.insert(PersonalField::RepresentativeName);
            }),
            ("authority-over", |it| body(it).until = Some(day("2024-03-11"))),
            ("evidence-unknown", |it| it.history.push(past(E::EvidenceAdded(invoice(1))))),
        ],
    )
}

fn flag_vulnerability() -> (Attempt, Vec<Rung>) {
    let known = vulnerable(&[VulnerabilityDriver::Health]);
    (
        Attempt::new(
            [received(), past(E::VulnerabilityFlagged(known))],
            C::FlagVulnerability(vulnerable(&[])),
        ),
        vec![
            ("drivers-missing", |it| {
                it.command = C::FlagVulnerability(vulnerable(&[VulnerabilityDriver::Health]));
            }),
            ("vulnerability-unchanged", |it| {
                it.command = C::FlagVulnerability(vulnerable(&[VulnerabilityDriver::LifeEvents]));
            }),
        ],
    )
}
