use std::{collections::BTreeSet, fmt::Debug, str::FromStr};

use serde::{Serialize, de::DeserializeOwned};

use super::ParseCodeError;
use crate::{
    actor::Role,
    clock::{AfterHours, DayZero, DueAt, Language, LastDay, Milestone, Nature, RuleStatus, Unit},
    complaint::{
        Answer, Channel, CloseReason, Complexity, CorrectionReason, Direction, EscalationMistake,
        EscalationReason, EvidenceKind, ExtensionReason, ExternalMethod, ExternalResult, Impact,
        LinkKind, Outcome, Party, PauseGround, PlatformCategory, ProcessStep, Purpose,
        ReassignmentReason, RecusalGround, RecusalMistake, RemedyKind, RemedyResult, ReopenReason,
        RepresentativeKind, ResponseKind, Severity, TransferReason, UnlinkReason,
        VulnerabilityDriver, WithdrawalReason,
    },
    right::Right,
    sealed::PersonalField,
};

/// Holds that code, stored name, display and parser agree for every value, and that codes differ.
pub(crate) fn agrees<T>(all: &[T], code: impl Fn(T) -> &'static str)
where
    T: Copy + Debug + PartialEq + ToString + FromStr<Err = ParseCodeError>,
    T: Serialize + DeserializeOwned,
{
    let mut seen = BTreeSet::new();
    for value in all.iter().copied() {
        let code = code(value);
        assert_eq!(serde_json::to_value(value).unwrap(), code, "stored name of {value:?}");
        assert_eq!(serde_json::from_value::<T>(code.into()).unwrap(), value);
        assert_eq!(value.to_string(), code);
        assert_eq!(code.parse(), Ok(value));
        assert!(seen.insert(code), "`{code}` stands for two values");
    }
    assert!("no such code".parse::<T>().is_err());
}

#[test]
fn the_code_of_every_value_is_its_stored_name() {
    agrees(Role::ALL, Role::code);
    agrees(Right::ALL, Right::code);
    agrees(PersonalField::ALL, PersonalField::code);
    agrees(Channel::ALL, Channel::code);
    agrees(ProcessStep::ALL, ProcessStep::code);
    agrees(Severity::ALL, Severity::code);
    agrees(Complexity::ALL, Complexity::code);
    agrees(Impact::ALL, Impact::code);
    agrees(ReassignmentReason::ALL, ReassignmentReason::code);
    agrees(Direction::ALL, Direction::code);
    agrees(Party::ALL, Party::code);
    agrees(Purpose::ALL, Purpose::code);
    agrees(RemedyKind::ALL, RemedyKind::code);
    agrees(RemedyResult::ALL, RemedyResult::code);
    agrees(ResponseKind::ALL, ResponseKind::code);
    agrees(Outcome::ALL, Outcome::code);
    agrees(PlatformCategory::ALL, PlatformCategory::code);
    agrees(Answer::ALL, Answer::code);
    agrees(CloseReason::ALL, CloseReason::code);
    agrees(ReopenReason::ALL, ReopenReason::code);
    agrees(WithdrawalReason::ALL, WithdrawalReason::code);
    agrees(CorrectionReason::ALL, CorrectionReason::code);
    agrees(PauseGround::ALL, PauseGround::code);
    agrees(ExtensionReason::ALL, ExtensionReason::code);
    agrees(EscalationMistake::ALL, EscalationMistake::code);
    agrees(EscalationReason::ALL, EscalationReason::code);
    agrees(EvidenceKind::ALL, EvidenceKind::code);
    agrees(ExternalMethod::ALL, ExternalMethod::code);
    agrees(ExternalResult::ALL, ExternalResult::code);
    agrees(LinkKind::ALL, LinkKind::code);
    agrees(RecusalMistake::ALL, RecusalMistake::code);
    agrees(RecusalGround::ALL, RecusalGround::code);
    agrees(RepresentativeKind::ALL, RepresentativeKind::code);
    agrees(TransferReason::ALL, TransferReason::code);
    agrees(UnlinkReason::ALL, UnlinkReason::code);
    agrees(VulnerabilityDriver::ALL, VulnerabilityDriver::code);
    agrees(Milestone::ALL, Milestone::code);
    agrees(Unit::ALL, Unit::code);
    agrees(DayZero::ALL, DayZero::code);
    agrees(DueAt::ALL, DueAt::code);
    agrees(AfterHours::ALL, AfterHours::code);
    agrees(LastDay::ALL, LastDay::code);
    agrees(Nature::ALL, Nature::code);
    agrees(RuleStatus::ALL, RuleStatus::code);
    agrees(Language::ALL, Language::code);
}

#[test]
fn a_wrong_code_is_answered_with_the_right_ones() {
    let error = "Simple ".parse::<Complexity>().unwrap_err();
    assert_eq!(error.to_string(), "expected one of simple, standard, complex");
}
