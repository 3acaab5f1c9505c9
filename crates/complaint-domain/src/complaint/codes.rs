//! The codes of the closed lists that commands and events are made of.

use super::{
    Answer, Channel, CloseReason, Complexity, CorrectionReason, Direction, EscalationMistake,
    EscalationReason, EvidenceKind, ExtensionReason, ExternalMethod, ExternalResult, Impact,
    LinkKind, Outcome, Party, PauseGround, PlatformCategory, ProcessStep, Purpose,
    ReassignmentReason, RecusalGround, RecusalMistake, RemedyKind, RemedyResult, ReopenReason,
    RepresentativeKind, ResponseKind, Severity, TransferReason, UnlinkReason, VulnerabilityDriver,
    WithdrawalReason,
};
use crate::codes::closed_list;

closed_list! {
    Channel {
        Phone = "phone",
        Email = "email",
        Web = "web",
        App = "app",
        Letter = "letter",
        Fax = "fax",
        InPerson = "in-person",
        Branch = "branch",
        SocialMedia = "social-media",
        Chat = "chat",
        RegulatorPlatform = "regulator-platform",
        Referral = "referral",
    }
    Severity { Low = "low", Medium = "medium", High = "high", Critical = "critical" }
    Complexity { Simple = "simple", Standard = "standard", Complex = "complex" }
    Impact { Single = "single", Several = "several", Systemic = "systemic" }
    ReassignmentReason {
        Absence = "absence",
        Workload = "workload",
        Expertise = "expertise",
        ConflictOfInterest = "conflict-of-interest",
    }
    Direction { Incoming = "incoming", Outgoing = "outgoing" }
    Party {
        Complainant = "complainant",
        Representative = "representative",
        Respondent = "respondent",
        Regulator = "regulator",
        ExternalBody = "external-body",
    }
    Purpose {
        Forwarding = "forwarding",
        InformationRequest = "information-request",
        Information = "information",
        ProgressUpdate = "progress-update",
        Notice = "notice",
    }
    RemedyKind {
        Refund = "refund",
        Compensation = "compensation",
        Goodwill = "goodwill",
        Repair = "repair",
        Replacement = "replacement",
        Correction = "correction",
        Apology = "apology",
        Explanation = "explanation",
    }
    RemedyResult { CarriedOut = "carried-out", Declined = "declined" }
    ResponseKind { Interim = "interim", Holding = "holding", Final = "final" }
    Outcome {
        Upheld = "upheld",
        PartlyUpheld = "partly-upheld",
        NotUpheld = "not-upheld",
        Goodwill = "goodwill",
        OutOfScope = "out-of-scope",
    }
    PlatformCategory {
        ClosedWithMonetaryRelief = "closed-with-monetary-relief",
        ClosedWithNonMonetaryRelief = "closed-with-non-monetary-relief",
        ClosedWithRelief = "closed-with-relief",
        ClosedWithoutRelief = "closed-without-relief",
        ClosedWithExplanation = "closed-with-explanation",
        Closed = "closed",
        InProgress = "in-progress",
        UntimelyResponse = "untimely-response",
    }
    Answer {
        Accepted = "accepted",
        Refused = "refused",
        Silent = "silent",
        NotDisputed = "not-disputed",
    }
    CloseReason {
        Accepted = "accepted",
        RecourseExhausted = "recourse-exhausted",
        RecourseExpired = "recourse-expired",
        RecourseWaived = "recourse-waived",
        ClosedOnPlatform = "closed-on-platform",
        Transferred = "transferred",
    }
    ReopenReason {
        NewEvidence = "new-evidence",
        RemedyNotDelivered = "remedy-not-delivered",
        ComplainantRequest = "complainant-request",
        ExternalDecision = "external-decision",
        ClosedInError = "closed-in-error",
    }
    WithdrawalReason {
        SettledOtherwise = "settled-otherwise",
        NotPursued = "not-pursued",
        NotStated = "not-stated",
    }
    PauseGround {
        ExpertExamination = "expert-examination",
        RecusalDecision = "recusal-decision",
        WaitingForComplainant = "waiting-for-complainant",
        WaitingForThirdParty = "waiting-for-third-party",
    }
    RecusalMistake {
        WrongComplaint = "wrong-complaint",
        WrongPerson = "wrong-person",
        NoInterest = "no-interest",
    }
    RecusalGround {
        DirectInterest = "direct-interest",
        Kinship = "kinship",
        PriorInvolvement = "prior-involvement",
        ReasonableDoubt = "reasonable-doubt",
    }
    TransferReason {
        OtherFirmResponsible = "other-firm-responsible",
        OtherAuthorityCompetent = "other-authority-competent",
        OtherEntityOfGroup = "other-entity-of-group",
    }
    EvidenceKind {
        Document = "document",
        Correspondence = "correspondence",
        Image = "image",
        Recording = "recording",
        Statement = "statement",
        SystemRecord = "system-record",
        ExpertReport = "expert-report",
        Authority = "authority",
    }
    RepresentativeKind {
        Professional = "professional",
        FamilyOrFriend = "family-or-friend",
        Guardian = "guardian",
        Heir = "heir",
        ConsumerOrganisation = "consumer-organisation",
        JointComplainant = "joint-complainant",
    }
    VulnerabilityDriver {
        Health = "health",
        LifeEvents = "life-events",
        Resilience = "resilience",
        Capability = "capability",
    }
    LinkKind { Duplicate = "duplicate", Joint = "joint", Related = "related" }
    UnlinkReason {
        DifferentComplainant = "different-complainant",
        DifferentMatter = "different-matter",
        EnteredInError = "entered-in-error",
    }
    EscalationMistake {
        WrongComplaint = "wrong-complaint",
        NoCommittee = "no-committee",
        NoLongerAsked = "no-longer-asked",
    }
    EscalationReason {
        ComplainantRequest = "complainant-request",
        NotFullyUpheld = "not-fully-upheld",
        LimitMissed = "limit-missed",
        Gravity = "gravity",
        ConflictOfInterest = "conflict-of-interest",
    }
    ExternalMethod {
        Facilitative = "facilitative",
        Advisory = "advisory",
        Determinative = "determinative",
    }
    ProcessStep {
        Admitted = "admitted",
        NotAdmitted = "not-admitted",
        MediationEnded = "mediation-ended",
        ViolationDecided = "violation-decided",
        ReporterInformed = "reporter-informed",
    }
    ExternalResult {
        Settled = "settled",
        ForComplainant = "for-complainant",
        PartlyForComplainant = "partly-for-complainant",
        ForRespondent = "for-respondent",
        OutsideJurisdiction = "outside-jurisdiction",
        Discontinued = "discontinued",
    }
    ExtensionReason {
        Complex = "complex",
        EspeciallyComplex = "especially-complex",
        BeyondControl = "beyond-control",
        SpecialGrounds = "special-grounds",
    }
    CorrectionReason {
        ClericalError = "clerical-error",
        NewInformation = "new-information",
        ComplainantObjection = "complainant-objection",
    }
}
