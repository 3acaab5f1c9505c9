//! What values are called.

use super::super::Name;
use crate::report::model::Vocabulary;

pub(super) const NAMES: &[(Vocabulary, &[Name])] = &[
    (
        Vocabulary::Channel,
        &[
            ("phone", "电话"),
            ("email", "电子邮件"),
            ("web", "网页表单"),
            ("app", "应用程序"),
            ("letter", "信函"),
            ("fax", "传真"),
            ("in-person", "当面"),
            ("branch", "营业网点"),
            ("social-media", "社交媒体"),
            ("chat", "在线客服"),
            ("regulator-platform", "监管平台"),
            ("referral", "其他机构转交"),
        ],
    ),
    (
        Vocabulary::Right,
        &[
            ("safety", "安全保障权"),
            ("information", "知情权"),
            ("choice", "自主选择权"),
            ("fair-dealing", "公平交易权"),
            ("redress", "依法求偿权"),
            ("association", "依法结社权"),
            ("education", "获得知识权"),
            ("dignity", "受尊重权"),
            ("personal-information", "个人信息受保护权"),
            ("supervision", "监督批评权"),
        ],
    ),
    (
        Vocabulary::Outcome,
        &[
            ("upheld", "成立"),
            ("partly-upheld", "部分成立"),
            ("not-upheld", "不成立"),
            ("goodwill", "善意补偿，不认定对错"),
            ("out-of-scope", "不属受理范围"),
            ("withdrawn", "投诉人撤回"),
        ],
    ),
    (
        Vocabulary::PlatformResponse,
        &[
            ("closed-with-monetary-relief", "办结，有金钱补偿"),
            ("closed-with-non-monetary-relief", "办结，有非金钱补救"),
            ("closed-with-relief", "办结，有补救"),
            ("closed-without-relief", "办结，无补救"),
            ("closed-with-explanation", "办结，已作解释"),
            ("closed", "办结"),
            ("in-progress", "处理中"),
            ("untimely-response", "答复超时"),
        ],
    ),
    (
        Vocabulary::Volume,
        &[("accounts", "账户"), ("policies", "保单"), ("orders", "订单"), ("customers", "客户")],
    ),
    (Vocabulary::YesNo, &[("yes", "是"), ("no", "否")]),
    (Vocabulary::Limit, &[("none", "无逾期记录")]),
    (
        Vocabulary::Vulnerability,
        &[
            ("health", "健康"),
            ("life-events", "生活变故"),
            ("resilience", "承受能力不足"),
            ("capability", "知识、信心或技能不足"),
        ],
    ),
    (Vocabulary::Link, &[("duplicate", "重复"), ("joint", "数人共同"), ("related", "相关")]),
    (
        Vocabulary::Pause,
        &[
            ("expert-examination", "专家检验"),
            ("recusal-decision", "回避正在审议"),
            ("waiting-for-complainant", "等待投诉人"),
            ("waiting-for-third-party", "等待第三方"),
        ],
    ),
    (
        Vocabulary::OutsideResult,
        &[
            ("settled", "和解"),
            ("for-complainant", "支持投诉人"),
            ("partly-for-complainant", "部分支持投诉人"),
            ("for-respondent", "支持我方"),
            ("outside-jurisdiction", "不属该机构受理范围"),
            ("discontinued", "在该机构放弃"),
        ],
    ),
];
