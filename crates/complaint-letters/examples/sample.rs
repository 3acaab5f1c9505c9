//! Prints a sample letter as PDF to standard output: `cargo run -p complaint-letters --example sample -- zh`.

use std::io::Write as _;

use complaint_domain::complaint::{
    Channel, Finding, Outcome, Recourse, RemedyKind, Response, ResponseKind,
};
use complaint_letters::{
    LetterFacts, LetterKind, LetterLocale, OfferedRemedy, Sender, Wording, compose, pdf,
};
use jiff::civil::date;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let locale: LetterLocale = std::env::args().nth(1).as_deref().unwrap_or("en").parse()?;
    let is_chinese = locale == LetterLocale::Zh;
    let sender = Sender {
        company: (if is_chinese { "示例银行股份有限公司" } else { "Example Bank plc" }).to_owned(),
        address: vec![
            (if is_chinese { "北京市示例路1号" } else { "1 High Street, London" }).to_owned(),
        ],
        contact: "complaints@bank.example".to_owned(),
        signatory: (if is_chinese { "客户投诉处理部" } else { "Complaints team" }).to_owned(),
    };
    let response = Response {
        kind: ResponseKind::Final,
        channel: Channel::Letter,
        outcome: Some(Outcome::PartlyUpheld),
        findings: vec![Finding {
            issue: (if is_chinese { "重复收费" } else { "Late fee charged twice" }).parse()?,
            outcome: Outcome::Upheld,
        }],
        remedies: Vec::new(),
        recourse: Some(Recourse {
            body: "Financial Ombudsman Service".parse()?,
            until: date(2026, 9, 11),
        }),
        expected_by: None,
        platform: None,
    };
    let remedies = [OfferedRemedy { kind: RemedyKind::Apology, amount: None }];
    let text = if is_chinese {
        "经核查，我们在2026年1月两次收取了同一笔费用。第二次收费系我们的差错，我们对此深表歉意，并已于当日更正您的账户记录。"
    } else {
        "We looked at your account and found that the same fee was charged twice in January 2026. \
         The second charge was our mistake; we are sorry, and put your account right the same day."
    };
    let facts = LetterFacts {
        complaint: "complaint-01JNQ0C2Z0000000000000000A",
        sender: &sender,
        addressee: Some(if is_chinese { "王小明" } else { "Grace Hopper" }),
        address: None,
        date: date(2026, 3, 11),
        received_on: date(2026, 2, 2),
        due_on: None,
        text: Some(text),
        response: Some(&response),
        remedies: &remedies,
    };
    let packs: &[&str] = if is_chinese { &["cn-bank-insurance"] } else { &["uk-disp"] };
    let letter = compose(LetterKind::FinalResponse, packs, &Wording::shipped(locale)?, &facts)?;
    std::io::stdout().write_all(&pdf(&letter)?)?;
    Ok(())
}
