//! Where a published report counts a complaint, in one file, for whoever holds its receipt.
//!
//! The file: `redress/counted-proof@v1`; `files` and the list of the report's files in base64; `figures` and `report.json` in
//! base64; `counted` and `counted.json` in base64; for each mention a line `mention`, the table, which mention of the complaint in that
//! table it is (from 0), its place in the table's list, and after it the hashes of the inclusion proof in base64, one
//! a line; an empty line; the log proof of the record that says what was published, with that record enclosed.
//!
//! Nothing in it says whose complaint it is about: that the receipt says, which is not in it.

use std::fmt;

use merkle_log::{Hash, LogProof, leaf_hash, policy::Accepted, verify_inclusion};
use sha2::{Digest, Sha256};

use super::{
    COUNTED_FILE, CountedTable, CountedTables, entry_leaf,
    figures::{self, FIGURES_FILE, SMALLEST_CELL},
    files::FileList,
    looked::LookedFor,
    mine::{MENTIONS_MAX, Mine},
    published::{HeldTables, ReportView, introduce, missing},
};
use crate::{
    Enclosure,
    check::{Checked, Kind, Steps, Trust},
    record::RecordView,
    text::{
        HASHES_MAX, LineError, Lines, ParseFileError, decimal, from_base64, hash, to_base64, to_hex,
    },
};

/// The first line of a proof.
pub const COUNTED_PROOF_HEADER: &str = "redress/counted-proof@v1";
/// A complaint is not mentioned more often: 64 times in each of 25 tables.
const MOST: usize = 1_600;

/// A mention of a complaint with its way to the root of its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedMention {
    /// The table.
    pub table: String,
    /// Which mention of this complaint in the table it is, from 0.
    pub mention: u32,
    /// Its place in the table's list, from 0.
    pub place: u64,
    /// The inclusion proof in the tree over the list.
    pub hashes: Vec<Hash>,
}

/// A proof of where a complaint is counted. Displayed as the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedProof {
    /// The list of the report's files, `SHA256SUMS`.
    pub files: String,
    /// The file [`FIGURES_FILE`].
    pub figures: String,
    /// The file [`COUNTED_FILE`].
    pub counted: String,
    /// The mentions.
    pub mentions: Vec<ProvedMention>,
    /// That the report was published: its record is enclosed.
    pub proof: LogProof,
}

impl CountedProof {
    /// Reads a proof.
    ///
    /// # Errors
    ///
    /// [`ParseFileError`], which names the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseFileError> {
        let mut lines = Lines::new(bytes);
        let header = "`redress/counted-proof@v1`";
        if lines.next(header)? != COUNTED_PROOF_HEADER {
            return Err(lines.error(header).into());
        }
        let files = base64_line(&mut lines, "files ", "`files` and a list of files in base64")?;
        let figures = base64_line(&mut lines, "figures ", "`figures` and figures in base64")?;
        let counted = base64_line(&mut lines, "counted ", "`counted` and tables in base64")?;
        let mentions = parse_mentions(&mut lines)?;
        let proof = lines.log_proof()?;
        Ok(Self { files, figures, counted, mentions, proof })
    }
}

fn base64_line(
    lines: &mut Lines<'_>,
    name: &str,
    expected: &'static str,
) -> Result<String, LineError> {
    let bytes = lines.next(expected)?.strip_prefix(name).and_then(from_base64);
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(lines.error(expected))
}

fn parse_mentions(lines: &mut Lines<'_>) -> Result<Vec<ProvedMention>, LineError> {
    let expected = "`mention` with table, number and place, a hash of the last mention's proof, or an \
                    empty line";
    let mut mentions = Vec::<ProvedMention>::new();
    loop {
        let line = lines.next(expected)?;
        let wrong = || lines.error(expected);
        if line.is_empty() {
            return Ok(mentions);
        }
        if let Some(mention) = line.strip_prefix("mention ") {
            let mut parts = mention.split(' ');
            let [Some(table), Some(number), Some(place), None] =
                std::array::from_fn(|_| parts.next())
            else {
                return Err(wrong());
            };
            if mentions.len() == MOST {
                return Err(lines.error("an empty line, for no complaint is mentioned so often"));
            }
            let number = decimal(number).and_then(|number| u32::try_from(number).ok());
            mentions.push(ProvedMention {
                table: table.to_owned(),
                mention: number.ok_or_else(wrong)?,
                place: decimal(place).ok_or_else(wrong)?,
                hashes: Vec::new(),
            });
        } else {
            let last = mentions.last_mut().ok_or_else(wrong)?;
            if last.hashes.len() == HASHES_MAX {
                return Err(lines.error("at most 63 hashes, for no tree needs more"));
            }
            last.hashes.push(hash(line).ok_or_else(wrong)?);
        }
    }
}

impl fmt::Display for CountedProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{COUNTED_PROOF_HEADER}")?;
        writeln!(f, "files {}", to_base64(&self.files))?;
        writeln!(f, "figures {}", to_base64(&self.figures))?;
        writeln!(f, "counted {}", to_base64(&self.counted))?;
        for ProvedMention { table, mention, place, hashes } in &self.mentions {
            writeln!(f, "mention {table} {mention} {place}")?;
            hashes.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash.0)))?;
        }
        write!(f, "\n{}", self.proof)
    }
}

/// Checks a proof step by step.
pub(crate) fn check(mut steps: Steps, bytes: &[u8], trust: &Trust<'_>) -> Checked {
    let claim = "it is a proof of where a complaint is counted";
    let proof = steps.take("proof", claim, CountedProof::parse(bytes));
    if let Some(proof) = proof
        && let Some((report, accepted)) = published(&mut steps, &proof, trust)
        && let Some(held) = tables(&mut steps, &proof, &report)
    {
        let brought = trust.receipt.ok_or_else(|| {
            "nobody's; bring the receipt with --receipt: a proof does not say whose it is"
                .to_owned()
        });
        let mine = brought.and_then(|receipt| Mine::open(receipt, trust));
        if let Some(mine) = steps.take("receipt", "it is the receipt of a complaint", mine) {
            introduce(&mut steps, &mine, &accepted);
            mentions(&mut steps, &proof, (&report, &held), &mine);
        }
    }
    steps.done(Kind::Counted)
}

/// The report that was published, by a record in a log that is trusted.
fn published(
    steps: &mut Steps,
    proof: &CountedProof,
    trust: &Trust<'_>,
) -> Option<(ReportView, Accepted)> {
    let enclosed = proof.proof.extra.as_deref().ok_or("it encloses no record".to_owned());
    let enclosed = enclosed.and_then(|extra| Enclosure::parse(extra).map_err(|e| e.to_string()));
    let enclosed = steps.take("extra", "the record is there", enclosed)?;
    let leaf = leaf_hash(enclosed.record.as_bytes());
    let claim = "those whom the policy names have signed that the record is in the log";
    let accepted = steps.take("inclusion", claim, proof.proof.verify(&leaf, trust.policy))?;
    steps.accepted(&accepted);
    let record = RecordView::parse(enclosed.record.as_bytes());
    let record = steps.take("extra", "the record can be read", record)?;
    let view = ReportView::of(&record);
    let view = steps.take("extra", "it says that a report was published", view)?;
    let ReportView { kind, first_day, last_day, .. } = &view;
    steps.fact("report", format_args!("{kind}, {first_day} to {last_day}"));
    Some((view, accepted))
}

/// The tables among the files that were published, held to its figures.
fn tables(steps: &mut Steps, proof: &CountedProof, report: &ReportView) -> Option<HeldTables> {
    let (expected, found) = (&report.digest, sha256(&proof.files));
    let same = (*expected == found)
        .then_some(())
        .ok_or_else(|| format!("expected the list with the SHA-256 {expected}, found {found}"));
    steps.take("files", "it is the list of the files that were published", same)?;
    let listed =
        steps.take("files", "each file stands in it once", FileList::parse(&proof.files))?;
    for (name, text) in [(FIGURES_FILE, &proof.figures), (COUNTED_FILE, &proof.counted)] {
        let is_listed = listed.digest_of(name) == Some(sha256(text).as_str());
        let is_listed = is_listed.then_some(()).ok_or("no line of it has the SHA-256 of this one");
        steps.take("files", format!("{name} is one of them"), is_listed)?;
    }
    let tables = CountedTables::parse(proof.counted.as_bytes());
    let tables = steps.take(COUNTED_FILE, "the tables can be read", tables)?;
    let figures = proof.figures.as_bytes();
    steps.take(COUNTED_FILE, "they are those of this report", report.has(&tables, figures))?;
    let claim = "their rows are those of the report's figures";
    let figures = steps.take(COUNTED_FILE, claim, figures::hold(report, &tables, figures))?;
    if let Some(min_cell) = figures.min_cell {
        steps.fact(SMALLEST_CELL, figures::smallest_cell(min_cell));
    }
    Some(HeldTables { tables, until: figures.until })
}

fn sha256(text: &str) -> String {
    to_hex(&Sha256::digest(text))
}

/// Where the complaint is counted, table by table.
fn mentions(
    steps: &mut Steps,
    proof: &CountedProof,
    (report, held): (&ReportView, &HeldTables),
    mine: &Mine,
) {
    let tables = &held.tables;
    let claim = "it mentions the complaint in tables of the report, in their order";
    if steps.take("proof", claim, in_order(&proof.mentions, tables)).is_none() {
        return;
    }
    let rows: Vec<_> = proof.mentions.iter().map(|proved| row_of(tables, proved, mine)).collect();
    if rows.iter().all(Result::is_err) {
        let why = "none of its mentions is of the complaint of this receipt";
        let claim = "it is about the complaint of this receipt";
        steps.take("proof", claim, Err::<(), _>(why));
        return;
    }
    let mut rows = rows.into_iter();
    let mut found = Vec::new();
    for of_table in proof.mentions.chunk_by(|one, next| one.table == next.table) {
        let Some(table) = of_table.first().and_then(|first| tables.table(&first.table)) else {
            continue;
        };
        let claim = format!("the complaint is counted in {}", table.id);
        let rows = all_of(table, rows.by_ref().take(of_table.len()).collect());
        let rows = steps.take("mention", claim, rows).unwrap_or_default();
        for row in &rows {
            steps.fact(&table.id, table.row_in_words(*row));
        }
        found.push((table.id.as_str(), rows));
    }
    let (found_in, of) = (found.len(), tables.tables.len());
    steps.looked_for(LookedFor::Counted { tables: found_in, of, is_all: false });
    missing(steps, report, held, mine, &found);
    let would = "the report's own folder and proof, with --report and --receipt";
    steps.open("mention", "the complaint is counted nowhere else in the report", would);
}

/// Mentions have one order: that of the tables, and of their numbers in each.
fn in_order(mentions: &[ProvedMention], tables: &CountedTables) -> Result<(), String> {
    let mut last: Option<(usize, u32)> = None;
    for ProvedMention { table, mention, .. } in mentions {
        let place = tables.tables.iter().position(|known| known.id == *table);
        let place = place.ok_or_else(|| format!("there is no table {table}"))?;
        let expected = match last {
            Some((before, number)) if before == place => Some(number.saturating_add(1)),
            Some((before, _)) if before > place => None,
            Some(_) | None => Some(0),
        };
        if expected != Some(*mention) || *mention >= MENTIONS_MAX {
            return Err(format!("mention {mention} of {table} is out of place"));
        }
        last = Some((place, *mention));
    }
    if mentions.is_empty() { Err("it has no mention".to_owned()) } else { Ok(()) }
}

/// The rows of all mentions in a table, which has a complaint no more often than it may.
fn all_of(table: &CountedTable, shown: Vec<Result<u32, String>>) -> Result<Vec<u32>, String> {
    if table.is_once && shown.len() > 1 {
        return Err(format!("expected it once, found it {} times", shown.len()));
    }
    shown.into_iter().collect()
}

/// The row of a mention, if its tag is that of the complaint and in the tree of its table.
fn row_of(tables: &CountedTables, proved: &ProvedMention, mine: &Mine) -> Result<u32, String> {
    let ProvedMention { table, mention, place, hashes } = proved;
    let table = tables.table(table).ok_or_else(|| format!("there is no table {table}"))?;
    let row = table.row_at(*place).ok_or_else(|| format!("there is no place {place} in it"))?;
    let leaf = entry_leaf(row, &mine.tagger.tag(&tables.report, &table.id, *mention));
    verify_inclusion(&leaf, *place, table.mentions, hashes, &Hash(table.root))
        .map_err(|error| error.to_string())?;
    Ok(row)
}
