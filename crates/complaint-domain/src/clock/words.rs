//! The languages in which a clock explains itself, and its words in them.

use serde::{Deserialize, Serialize};

use super::{Milestone, RuleStatus, Unit};
use crate::{
    actor::Role,
    complaint::{ExtensionReason, PauseGround},
};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// Chinese, simplified.
    #[serde(rename = "zh")]
    Chinese,
}

/// The same in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Words {
    /// The words in the language.
    pub fn in_language(&self, language: Language) -> &str {
        language.pick(&self.en, &self.zh)
    }
}

impl Language {
    /// The one of two texts that is in this language.
    pub(super) const fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Self::English => en,
            Self::Chinese => zh,
        }
    }

    pub(super) const fn milestone(self, milestone: Milestone) -> &'static str {
        use Milestone as M;
        match milestone {
            M::Received => self.pick("complaint received", "收到投诉"),
            M::Acknowledged => self.pick("receipt acknowledged", "确认收到"),
            M::Forwarded => self.pick("passed to the respondent", "转交被投诉人"),
            M::Admitted => self.pick("admitted", "受理"),
            M::NotAdmitted => self.pick("not admitted", "不予受理"),
            M::InformationReceived => self.pick("information received", "收到补充材料"),
            M::NoticeSent => self.pick("notice sent", "发出通知"),
            M::InterimResponse => self.pick("interim response", "中期答复"),
            M::HoldingResponse => self.pick("holding response", "延期说明"),
            M::FinalResponse => self.pick("final response", "最终答复"),
            M::FullyUpheld => self.pick("complaint fully upheld", "投诉全部成立"),
            M::AnswerReceived => self.pick("complainant answered", "投诉人回应"),
            M::ResponseAccepted => self.pick("complainant accepted", "投诉人接受"),
            M::MediationEnded => self.pick("mediation ended", "调解终止"),
            M::ViolationReported => self.pick("violation reported", "收到举报"),
            M::ViolationDecided => self.pick("violation decided on", "作出立案决定"),
            M::ReporterInformed => self.pick("reporter informed", "告知举报人"),
            M::Escalated => self.pick("escalated", "升级"),
            M::ReviewRequested => self.pick("review requested", "申请核查"),
            M::ReviewDecided => self.pick("review decided", "作出核查决定"),
            M::ReferredExternally => self.pick("referred to an outside body", "转外部机构"),
            M::Transferred => self.pick("handed to another body", "移送其他机构"),
            M::Withdrawn => self.pick("withdrawn", "撤回投诉"),
            M::Closed => self.pick("closed", "结案"),
            M::Reopened => self.pick("reopened", "重新办理"),
        }
    }

    pub(super) const fn unit(self, unit: Unit) -> &'static str {
        match unit {
            Unit::Hours => self.pick("hours", "小时"),
            Unit::CalendarDays => self.pick("calendar days", "日"),
            Unit::BusinessDays => self.pick("business days", "个营业日"),
            Unit::WorkingDays => self.pick("working days", "个工作日"),
            Unit::Weeks => self.pick("weeks", "周"),
            Unit::Months => self.pick("months", "个月"),
        }
    }

    pub(super) const fn status(self, status: RuleStatus) -> &'static str {
        match status {
            RuleStatus::Verified => self.pick("verified", "已核对原文"),
            RuleStatus::Secondary => self.pick("secondary source", "二手来源"),
            RuleStatus::Unverified => self.pick("UNVERIFIED", "未经核实"),
            RuleStatus::Own => self.pick("own promise", "自行承诺"),
        }
    }

    pub(super) const fn ground(self, ground: PauseGround) -> &'static str {
        match ground {
            PauseGround::ExpertExamination => {
                self.pick("testing, inspection or appraisal", "检测、检验、鉴定")
            }
            PauseGround::RecusalDecision => self.pick("decision on a recusal", "回避决定"),
            PauseGround::WaitingForComplainant => {
                self.pick("waiting for the complainant", "等待投诉人")
            }
            PauseGround::WaitingForThirdParty => {
                self.pick("waiting for a third party", "等待第三方")
            }
        }
    }

    pub(super) const fn reason(self, reason: ExtensionReason) -> &'static str {
        match reason {
            ExtensionReason::Complex => self.pick("complex", "情况复杂"),
            ExtensionReason::EspeciallyComplex => self.pick("especially complex", "情况特别复杂"),
            ExtensionReason::BeyondControl => self.pick("beyond our control", "不可控原因"),
            ExtensionReason::SpecialGrounds => self.pick("special grounds", "特殊原因"),
        }
    }

    pub(super) const fn role(self, role: Role) -> &'static str {
        match role {
            Role::Agent => self.pick("agent", "经办人"),
            Role::Supervisor => self.pick("supervisor", "主管"),
            Role::CommitteeMember => self.pick("committee member", "委员会委员"),
            Role::CommitteeChair => self.pick("committee chair", "委员会主席"),
            Role::Auditor => self.pick("auditor", "审计员"),
            Role::ComplianceOfficer => self.pick("compliance officer", "合规官"),
            Role::Regulator => self.pick("regulator", "监管机构"),
            Role::DataProtectionOfficer => self.pick("data-protection officer", "数据保护官"),
            Role::Administrator => self.pick("administrator", "系统管理员"),
            Role::Complainant => self.pick("complainant", "投诉人"),
            Role::Public => self.pick("public", "公众"),
            Role::System => self.pick("system", "系统"),
        }
    }
}
