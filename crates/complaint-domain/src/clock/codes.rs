//! The codes of the closed lists that rule packs are made of.

use super::{AfterHours, DayZero, DueAt, Language, LastDay, Milestone, Nature, RuleStatus, Unit};
use crate::codes::closed_list;

closed_list! {
    Unit {
        Hours = "hours",
        CalendarDays = "calendar-days",
        BusinessDays = "business-days",
        WorkingDays = "working-days",
        Weeks = "weeks",
        Months = "months",
    }
    DayZero { NotCounted = "not-counted", Counted = "counted" }
    DueAt {
        EndOfDay = "end-of-day",
        CloseOfBusiness = "close-of-business",
        ToTheMoment = "to-the-moment",
    }
    AfterHours { AsReceived = "as-received", NextBusinessDay = "next-business-day" }
    LastDay { AsItFalls = "as-it-falls", NextWorkingDay = "next-working-day" }
    Nature { Duty = "duty", Option = "option" }
    RuleStatus {
        Verified = "verified",
        Secondary = "secondary",
        Unverified = "unverified",
        Own = "own",
    }
    Milestone {
        Received = "received",
        Acknowledged = "acknowledged",
        Forwarded = "forwarded",
        Admitted = "admitted",
        NotAdmitted = "not-admitted",
        InformationReceived = "information-received",
        NoticeSent = "notice-sent",
        InterimResponse = "interim-response",
        HoldingResponse = "holding-response",
        FinalResponse = "final-response",
        FullyUpheld = "fully-upheld",
        AnswerReceived = "answer-received",
        ResponseAccepted = "response-accepted",
        MediationEnded = "mediation-ended",
        ViolationReported = "violation-reported",
        ViolationDecided = "violation-decided",
        ReporterInformed = "reporter-informed",
        Escalated = "escalated",
        ReviewRequested = "review-requested",
        ReviewDecided = "review-decided",
        ReferredExternally = "referred-externally",
        Transferred = "transferred",
        Withdrawn = "withdrawn",
        Closed = "closed",
        Reopened = "reopened",
    }
    Language { English = "en", Chinese = "zh" }
}
