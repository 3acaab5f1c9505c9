//! What invented people write, in English and in Chinese.

use complaint_domain::{
    complaint::{Outcome, RemedyKind},
    money::Money,
};
use iso_currency::Currency;
use jiff::civil::Date;
use rand::{Rng, RngExt};
use rust_decimal::Decimal;

use super::{matters::Issue, people::pick};

/// The languages of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English.
    English,
    /// Chinese.
    Chinese,
}

impl Language {
    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The money of the market where it is spoken.
    pub const fn currency(self) -> Currency {
        match self {
            Self::English => Currency::GBP,
            Self::Chinese => Currency::CNY,
        }
    }

    /// Where a complainant may turn next.
    pub const fn recourse_body(self) -> &'static str {
        match self {
            Self::English => "Consumer Ombudsman (invented)",
            Self::Chinese => "消费者协会（虚构）",
        }
    }
}

/// An amount at stake, to the penny.
pub fn amount(language: Language, (least, most): (u32, u32), rng: &mut impl Rng) -> Money {
    let per_pound = match language {
        Language::English => 1,
        Language::Chinese => 9,
    };
    // The square makes small amounts common and large ones rare.
    let share = rng.random_range(0.0..1.0_f64).powi(2);
    let range = f64::from(most - least) * 100.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a share of a range of at most 5,000 pounds"
    )]
    let pence = i64::from(least) * 100 + (share * range) as i64;
    Money { amount: Decimal::new(pence * per_pound, 2), currency: language.currency() }
}

/// What happened, in the complainant's words.
pub fn narrative(
    language: Language,
    issue: &Issue,
    (day, amount, account): (Date, Money, &str),
    wish: RemedyKind,
    rng: &mut impl Rng,
) -> String {
    let (opening, body, closing) = match language {
        Language::English => (pick(OPENINGS, rng), issue.english, pick(CLOSINGS, rng)),
        Language::Chinese => (pick(ZH_OPENINGS, rng), issue.chinese, pick(ZH_CLOSINGS, rng)),
    };
    let body = body
        .replace("{day}", &spoken_day(language, day))
        .replace("{amount}", &spoken_amount(language, amount))
        .replace("{account}", account);
    let wish = wished(language, wish);
    match language {
        Language::English => [opening, &body, wish, closing].join(" "),
        Language::Chinese => [opening, &body, wish, closing].concat(),
    }
}

/// A message while the matter is looked into.
pub fn message(language: Language, outgoing: bool, rng: &mut impl Rng) -> &'static str {
    match (language, outgoing) {
        (Language::English, true) => pick(QUESTIONS, rng),
        (Language::English, false) => pick(REPLIES, rng),
        (Language::Chinese, true) => pick(ZH_QUESTIONS, rng),
        (Language::Chinese, false) => pick(ZH_REPLIES, rng),
    }
}

/// A handler's own note.
pub fn note(language: Language, rng: &mut impl Rng) -> &'static str {
    match language {
        Language::English => pick(NOTES, rng),
        Language::Chinese => pick(ZH_NOTES, rng),
    }
}

/// An answer that is not yet the answer.
pub const fn waiting(language: Language) -> &'static str {
    match language {
        Language::English => {
            "We have not finished looking into your complaint. We are waiting for papers from \
             another department and will write again by the day named in this letter. If you do \
             not wish to wait, you may already turn to the ombudsman."
        }
        Language::Chinese => {
            "您的投诉仍在核查中，我们正在等待其他部门的材料，将在本函所列日期前再次答复。\
             如您不愿等待，现在即可向消费者协会求助。"
        }
    }
}

/// The text of a final response.
pub fn answer(language: Language, issue: &Issue, outcome: Outcome) -> String {
    match language {
        Language::English => {
            let finding = match outcome {
                Outcome::Upheld => "You are right and we are sorry",
                Outcome::PartlyUpheld => "We find that you are right in part",
                Outcome::NotUpheld => "We find that we did nothing wrong",
                Outcome::Goodwill => "We wish to make a gesture without saying who is right",
                Outcome::OutOfScope => "This is not for us to decide",
            };
            format!(
                "Dear customer, we have looked into your complaint ({}). {finding}. What we \
                 found, what we offer, and where you may turn if you disagree is set out below.",
                issue.name.to_lowercase()
            )
        }
        Language::Chinese => {
            let finding = match outcome {
                Outcome::Upheld => "您的投诉成立，我们深表歉意",
                Outcome::PartlyUpheld => "您的投诉部分成立",
                Outcome::NotUpheld => "经核查，我们没有过错",
                Outcome::Goodwill => "在不认定责任的前提下，我们愿意表示诚意",
                Outcome::OutOfScope => "该事项不属于我们的处理范围",
            };
            format!(
                "尊敬的客户：您的投诉已核查完毕。{finding}。\
                 核查结果、处理方案以及不同意时的救济途径如下。"
            )
        }
    }
}

fn spoken_day(language: Language, day: Date) -> String {
    match language {
        Language::English => day.strftime("%-d %B").to_string(),
        Language::Chinese => format!("{}月{}日", day.month(), day.day()),
    }
}

fn spoken_amount(language: Language, amount: Money) -> String {
    match language {
        Language::English => format!("£{}", amount.amount),
        Language::Chinese => format!("{}元", amount.amount),
    }
}

const fn wished(language: Language, wish: RemedyKind) -> &'static str {
    match (language, wish) {
        (Language::English, RemedyKind::Refund) => "I want my money back.",
        (Language::English, RemedyKind::Compensation | RemedyKind::Goodwill) => {
            "I want to be paid for what this has cost me."
        }
        (Language::English, RemedyKind::Repair) => "I want it to work.",
        (Language::English, RemedyKind::Replacement) => "I want what I ordered.",
        (Language::English, RemedyKind::Correction) => "I want this put right.",
        (Language::English, RemedyKind::Apology) => "I want an apology.",
        (Language::English, RemedyKind::Explanation) => "I want to know how this could happen.",
        (Language::Chinese, RemedyKind::Refund) => "请退还我的钱。",
        (Language::Chinese, RemedyKind::Compensation | RemedyKind::Goodwill) => "请赔偿我的损失。",
        (Language::Chinese, RemedyKind::Repair) => "请恢复正常使用。",
        (Language::Chinese, RemedyKind::Replacement) => "请按订单重新发货。",
        (Language::Chinese, RemedyKind::Correction) => "请予以更正。",
        (Language::Chinese, RemedyKind::Apology) => "请正式道歉。",
        (Language::Chinese, RemedyKind::Explanation) => "请说明为什么会这样。",
    }
}

const OPENINGS: &[&str] = &[
    "I have been a customer for eleven years and have never had to write to you before.",
    "This is the third time I contact you about the same thing.",
    "I write on behalf of myself and my husband.",
    "I do not like to complain, but this cannot stand.",
    "Your chat told me to put it in writing, so here it is.",
    "I am seventy-four and do all this by telephone.",
];
const CLOSINGS: &[&str] = &[
    "Please answer in writing.",
    "If I hear nothing within two weeks I shall go to the ombudsman.",
    "I can be reached after six in the evening.",
    "Copies of everything are attached.",
    "Thank you for looking into it.",
];
const ZH_OPENINGS: &[&str] = &[
    "我是你们十多年的老客户，第一次写投诉。",
    "这已经是我第三次反映同一个问题了。",
    "在线客服让我书面说明，情况如下。",
    "我今年七十多岁，只会打电话，请人代写。",
    "本来不想投诉，但实在无法接受。",
];
const ZH_CLOSINGS: &[&str] = &[
    "请书面答复。",
    "两周内没有回复，我将向监管部门反映。",
    "晚上六点以后可以联系我。",
    "相关凭证已附上。",
    "谢谢处理。",
];
const QUESTIONS: &[&str] = &[
    "Could you send us the statement that shows the payment?",
    "Please tell us whom you spoke to, and when.",
    "Did you receive our letter of last week? We still need a copy of the contract.",
    "May we ask for a photograph of the damage?",
];
const REPLIES: &[&str] = &[
    "Here is the statement. You have had it once already.",
    "I spoke to a lady in the afternoon; she gave no name.",
    "The photograph is attached.",
    "I do not have the contract any more. You must have one.",
];
const ZH_QUESTIONS: &[&str] = &[
    "请提供显示该笔款项的流水。",
    "请说明您当时与哪位工作人员沟通、具体时间。",
    "请提供损坏部位的照片。",
];
const ZH_REPLIES: &[&str] = &[
    "流水已附上，之前已经交过一次。",
    "下午接电话的是一位女士，没有报工号。",
    "照片已上传。",
    "合同我手里没有了，你们应该有存档。",
];
const NOTES: &[&str] = &[
    "Recording of the call listened to; the customer's account of it is right.",
    "Branch asked twice, no answer yet.",
    "Same pattern as last month's cases: told the team leader.",
    "Customer sounds distressed; ring, do not write.",
];
const ZH_NOTES: &[&str] = &[
    "已调听录音，客户所述属实。",
    "已两次催问网点，尚未回复。",
    "与上月几起情况相同，已告知主管。",
    "客户情绪激动，建议电话沟通。",
];
