//! Facts, statements and wording into a letter.

use std::borrow::Cow;

use complaint_domain::complaint::Recourse;

use crate::{
    facts::LetterFacts,
    letter::{Block, Letter, LetterKind},
    statement::{Statement, statements},
    wording::{Wording, WordingError},
};

/// Why a letter cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The kind of letter cannot be written without this.
    #[error("expected {fact} for a letter of the kind {letter}, found none")]
    Needs {
        /// The letter.
        letter: LetterKind,
        /// What is missing.
        fact: &'static str,
    },
    /// A rule makes the letter say something for which a fact is missing.
    #[error(
        "expected {fact} for `{statement}`, which {citation} makes a letter of the kind {letter} \
         say, found none"
    )]
    RuleNeeds {
        /// The letter.
        letter: LetterKind,
        /// The statement.
        statement: String,
        /// The rule.
        citation: String,
        /// What is missing.
        fact: &'static str,
    },
    /// The wording does not serve.
    #[error(transparent)]
    Wording(#[from] WordingError),
}

type Values<'a> = Vec<(&'static str, Cow<'a, str>)>;

/// Writes a letter: the company's wording, the handler's words, and all that the rule packs named
/// make it say.
///
/// # Errors
///
/// [`ComposeError`]: a fact that the letter or a rule needs is missing.
pub fn compose(
    kind: LetterKind,
    packs: &[&str],
    wording: &Wording,
    facts: &LetterFacts<'_>,
) -> Result<Letter, ComposeError> {
    let writer = Writer { kind, wording, facts, values: values(wording, facts)? };
    let subject = writer.say(&format!("letter-{kind}-subject"))?;
    let demanded = statements(packs, kind);
    let mut blocks = writer.head(&subject)?;
    blocks.extend(writer.body(&demanded)?);
    for statement in &demanded {
        let stated = Block::Paragraph(writer.state(statement)?);
        // What two packs demand in the same words is said once.
        if !blocks.contains(&stated) {
            blocks.push(stated);
        }
    }
    blocks.extend(writer.foot()?);
    Ok(Letter {
        kind,
        locale: wording.locale(),
        complaint: facts.complaint.to_owned(),
        subject,
        blocks,
        stated: demanded.iter().map(|statement| statement.code.clone()).collect(),
        footer: wording.say(
            "letter-page",
            &[
                ("complaint", facts.complaint.into()),
                ("page", "{page}".into()),
                ("pages", "{pages}".into()),
            ],
        )?,
    })
}

/// Everything that a wording may name, as far as it is known.
fn values<'a>(wording: &Wording, facts: &LetterFacts<'a>) -> Result<Values<'a>, WordingError> {
    let mut values: Values<'a> = vec![
        ("complaint", facts.complaint.into()),
        ("contact", facts.sender.contact.as_str().into()),
        ("received", wording.date(facts.received_on)?.into()),
    ];
    if let Some(name) = facts.addressee {
        values.push(("name", in_one_line(name).into()));
    }
    if let Some(text) = facts.text {
        values.push(("text", clean(text).into()));
    }
    if let Some(due) = facts.due_on {
        values.push(("due", wording.date(due)?.into()));
    }
    let Some(response) = facts.response else { return Ok(values) };
    if let Some(expected) = response.expected_by {
        values.push(("expected", wording.date(expected)?.into()));
    }
    if let Some(Recourse { body, until }) = &response.recourse {
        values.push(("body", body.as_str().to_owned().into()));
        values.push(("until", wording.date(*until)?.into()));
    }
    if let Some(outcome) = response.outcome {
        values.push(("outcome", wording.say(&format!("outcome-{outcome}"), &[])?.into()));
    }
    Ok(values)
}

/// A text as it may stand in a letter: without what moves a terminal's cursor or turns the order of what is read
/// around. Whoever it comes from may be anybody.
fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let spaced = text.chars().map(|c| if c == '\t' { ' ' } else { c });
    spaced.filter(|c| *c == '\n' || !(c.is_control() || turns(*c))).collect()
}

/// A name has one line; more of them would be lines of the letter's own.
fn in_one_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands behind a variable, in the words of an error.
fn fact_behind(variable: &str) -> &'static str {
    match variable {
        "text" => "the handler's text",
        "expected" => "the day by which the final response can be expected",
        "body" | "until" => "the body the complainant may turn to, and until when",
        "outcome" => "an outcome",
        "due" => "the day by which an answer is due",
        "name" => "the complainant's name",
        _ => "a fact that the wording names",
    }
}

struct Writer<'a> {
    kind: LetterKind,
    wording: &'a Wording,
    facts: &'a LetterFacts<'a>,
    values: Values<'a>,
}

impl Writer<'_> {
    fn has(&self, variable: &str) -> bool {
        self.values.iter().any(|(name, _)| *name == variable)
    }

    /// The first variable of a message that nothing is known of.
    fn missing(&self, message: &str) -> Option<&'static str> {
        let used = self.wording.variables_of(message);
        used.iter().find(|variable| !self.has(variable)).map(|variable| fact_behind(variable))
    }

    fn say(&self, message: &str) -> Result<String, ComposeError> {
        match self.missing(message) {
            Some(fact) => Err(ComposeError::Needs { letter: self.kind, fact }),
            None => Ok(self.wording.say(message, &self.values)?),
        }
    }

    fn state(&self, statement: &Statement) -> Result<String, ComposeError> {
        match self.missing(&statement.code) {
            Some(fact) => Err(ComposeError::RuleNeeds {
                letter: self.kind,
                statement: statement.code.clone(),
                citation: statement.citation.clone(),
                fact,
            }),
            None => Ok(self.wording.say(&statement.code, &self.values)?),
        }
    }

    fn head(&self, subject: &str) -> Result<Vec<Block>, ComposeError> {
        let sender = self.facts.sender;
        let mut from = vec![sender.company.clone()];
        from.extend(sender.address.iter().cloned());
        let mut blocks = vec![Block::Lines(from)];
        let mut to: Vec<String> = self.facts.addressee.map(in_one_line).into_iter().collect();
        to.extend(clean(self.facts.address.unwrap_or_default()).lines().map(str::to_owned));
        if !to.is_empty() {
            blocks.push(Block::Lines(to));
        }
        let reference = self.say("letter-reference")?;
        blocks.push(Block::Lines(vec![self.wording.date(self.facts.date)?, reference]));
        blocks.push(Block::Subject(subject.to_owned()));
        let salutation =
            if self.has("name") { "letter-salutation" } else { "letter-salutation-unnamed" };
        blocks.push(Block::Paragraph(self.say(salutation)?));
        Ok(blocks)
    }

    fn body(&self, demanded: &[&Statement]) -> Result<Vec<Block>, ComposeError> {
        let mut blocks =
            vec![Block::Paragraph(self.say(&format!("letter-{}-opening", self.kind))?)];
        if self.kind == LetterKind::FinalResponse {
            blocks.extend(self.findings()?);
        }
        // A rule's statement may give the handler's words a place of its own.
        let says = |variable: &str| {
            demanded.iter().any(|statement| {
                self.wording.variables_of(&statement.code).iter().any(|used| used == variable)
            })
        };
        match self.facts.text {
            Some(text) if !says("text") => {
                let text = clean(text);
                let parts = text.split("\n\n");
                blocks.extend(parts.map(|part| Block::Paragraph(part.trim().to_owned())));
            }
            None if self.kind == LetterKind::InformationRequest => {
                return Err(ComposeError::Needs { letter: self.kind, fact: fact_behind("text") });
            }
            Some(_) | None => {}
        }
        if self.kind == LetterKind::FinalResponse {
            blocks.extend(self.remedies()?);
            if !says("body") && !says("until") {
                blocks.push(Block::Paragraph(self.say("letter-final-response-recourse")?));
            }
        }
        if self.kind == LetterKind::Holding && !says("expected") {
            blocks.push(Block::Paragraph(self.say("letter-holding-expected")?));
        }
        if self.kind == LetterKind::Acknowledgement && self.facts.due_on.is_some() {
            blocks.push(Block::Paragraph(self.say("letter-acknowledgement-due")?));
        }
        Ok(blocks)
    }

    fn findings(&self) -> Result<Vec<Block>, ComposeError> {
        let findings = self.facts.response.map(|response| response.findings.as_slice());
        let Some(findings) = findings.filter(|findings| !findings.is_empty()) else {
            return Ok(Vec::new());
        };
        let points = findings.iter().map(|finding| {
            let message = format!("finding-{}", finding.outcome);
            self.wording.say(&message, &[("issue", finding.issue.as_str().into())])
        });
        Ok(vec![
            Block::Paragraph(self.say("letter-final-response-findings")?),
            Block::Points(points.collect::<Result<_, _>>()?),
        ])
    }

    fn remedies(&self) -> Result<Vec<Block>, ComposeError> {
        if self.facts.remedies.is_empty() {
            return Ok(Vec::new());
        }
        let points = self.facts.remedies.iter().map(|remedy| {
            let what = self.wording.say(&format!("remedy-{}", remedy.kind), &[])?;
            let Some(amount) = remedy.amount else { return Ok(what) };
            let values = [("remedy", what.into()), ("amount", amount.to_string().into())];
            self.wording.say("remedy-with-amount", &values)
        });
        Ok(vec![
            Block::Paragraph(self.say("letter-final-response-remedies")?),
            Block::Points(points.collect::<Result<_, WordingError>>()?),
        ])
    }

    fn foot(&self) -> Result<Vec<Block>, ComposeError> {
        let sender = self.facts.sender;
        Ok(vec![
            Block::Paragraph(self.say("letter-contact")?),
            Block::Lines(vec![
                self.say("letter-close")?,
                sender.signatory.clone(),
                sender.company.clone(),
            ]),
        ])
    }
}
