//! The files of a published report, held against the record that says what was published.
//!
//! What only the ledger's own rules vouch for is held here again: whoever has the key can record what those rules
//! would refuse, and a stranger has nothing but this check.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use complaint_domain::report::{Endorsed, Published, ReportDraft};
use complaint_service::report_stream_of;
use evidence_check::{
    Checked, Enclosure, Step, Verdict,
    check::Trust,
    counted::{
        COUNTED_FILE,
        figures::{SMALLEST_CELL, smallest_cell},
        folder,
        looked::LookedFor,
        mine::Mine,
        proof::CountedProof,
        published::ReportView,
    },
    record::RecordView,
};
use merkle_log::{LogProof, Policy, SignedNote};
use projector_transparency::files::{LIST, Listed, check_list};

use self::mirrored::Leaf;
use crate::{
    casework::ReportNoun,
    commands::report::{
        recounted::{self, Recounted},
        unnoted,
    },
    console::Console,
    error::CommandError,
    tree::records::MirrorLog,
};

mod mirrored;

/// So many files that do not belong to a report are named.
const STRAYS_NAMED: usize = 3;

/// What is asked with a receipt.
const LOOKED_FOR: &str = "the complaint of the receipt is counted in it";

/// What a record says was published, and where in the log it says so.
#[derive(Debug)]
struct Said {
    stream: String,
    /// From 0, as the record counts.
    version: u64,
    position: u64,
    published: Published,
    /// The same, as the tables need it.
    view: ReportView,
    /// The tree that the record is shown to be in.
    checkpoint: SignedNote,
}

/// Adds to a checked proof whether it is about the report in a folder, and how that was endorsed. What was
/// brought to check it may lie in the folder, and nothing else.
///
/// What the record says is told only if the proof holds.
pub(super) fn hold(
    mut checked: Checked,
    proof: &[u8],
    folder: &Path,
    brought: &[&Path],
    trust: &Trust<'_>,
) -> Checked {
    let proof = LogProof::parse(proof).map_err(|error| error.to_string());
    let said = said(&mut checked, proof);
    let listed = check_list(folder).map_err(|error| error.to_string());
    let claim = format!("the files are those that {LIST} lists");
    let at = folder.display().to_string();
    let listed = take(&mut checked, &at, claim, listed);
    if let Some(listed) = &listed {
        let claim = "nothing else lies among them, to be taken for a part of the report".to_owned();
        take(&mut checked, &at, claim, alone(folder, &listed.names, brought));
    }
    if let (Some(said), Some(listed)) = (said, listed) {
        files(&mut checked, &said.published.report, folder, &listed);
        counted(&mut checked, &said, (folder, &listed), trust);
        facts(&mut checked, &said, (folder, &listed));
    }
    checked
}

/// What somebody reads, which is more than the figures that are held to the record.
const PAGES: &str = "its pages and CSV files say what its figures do";

/// Counts a report again from the records of a mirror, if all else about it holds; without a mirror, says what that
/// would show.
///
/// # Errors
///
/// [`CommandError`]: the mirror has fewer records, or is not what it was when it was made.
pub(super) async fn count_again(
    checked: &mut Checked,
    (proof, folder): (&[u8], &Path),
    mirror: Option<&Path>,
    (policy, receipt): (&Policy, Option<&[u8]>),
    console: &Console<'_>,
) -> Result<(), CommandError> {
    if !checked.is_good {
        return Ok(());
    }
    let at = folder.display().to_string();
    let Some(mirror) = mirror else {
        let would = "counting it again from the records of a mirror, with --mirror";
        open(checked, &at, PAGES, would);
        return Ok(());
    };
    let mirror = MirrorLog::open(mirror)?;
    let log =
        checked.facts.iter().find(|(name, _)| name == "log").map(|(_, origin)| origin.as_str());
    if log != Some(mirror.origin()) {
        return Err(CommandError::Refused {
            problem: format!(
                "expected a mirror of {}, found that of {}",
                log.unwrap_or_default(),
                mirror.origin()
            ),
            next: "name a mirror of the log that the report is of".to_owned(),
        });
    }
    let proof = LogProof::parse(proof).map_err(CommandError::failed("read the proof"))?;
    let mine = receipt.and_then(Leaf::of);
    if !mirrored::hold(checked, (&proof, mine), &mirror, policy, console).await? {
        return Ok(());
    }
    let recounted = recounted::from_mirror(&mirror, folder, console).await?;
    if !told(checked, &at, recounted) {
        return Ok(());
    }
    limits_noted(checked, (&proof, &at), &mirror).await?;
    let from = format!("from the mirror of {}", mirror.origin());
    checked.facts.push(("counted again".to_owned(), from));
    Ok(())
}

/// Holds figures that the records give to what the records leave out: limits that were missed and that nobody noted, which
/// the figures show as kept.
async fn limits_noted(
    checked: &mut Checked,
    (proof, at): (&LogProof, &str),
    mirror: &MirrorLog,
) -> Result<(), CommandError> {
    let Ok(said) = published(proof.clone()) else { return Ok(()) };
    let report = &said.published.report;
    let found = unnoted::in_mirror(mirror, report).await?;
    let claim = format!(
        "the first {} records note every limit that they show as missed by {}",
        report.size, report.last_day
    );
    let noted = found.first.map_or(Ok(()), |first| {
        let limits = found.limits;
        Err(format!("{limits} are not noted, the first in {first}: the figures show them as kept"))
    });
    take(checked, at, claim, noted);
    Ok(())
}

/// Says what counting again came to. Whoever asks for it and gets none is told no: the number by which a report
/// says who counted it is as much its publisher's word as every other.
fn told(checked: &mut Checked, at: &str, recounted: Recounted) -> bool {
    let claim = "the records of the mirror give these files".to_owned();
    match recounted {
        Recounted::Same { lists } => {
            take(checked, at, claim, Ok(()));
            if lists {
                let would = "the receipt key, or enough complainants who look";
                open(checked, at, "the lists of tags are those of the complaints counted", would);
            }
            return true;
        }
        Recounted::OtherPages(name) => {
            let figures = "the records of the mirror give these figures and tables".to_owned();
            take(checked, at, figures, Ok(()));
            let why = format!(
                "this program gives another {name}: if another version of it wrote the pages, check with that version"
            );
            take::<()>(checked, at, PAGES.to_owned(), Err(why));
        }
        Recounted::OtherVersion { found, ours } => {
            let why = format!(
                "expected figures by version {ours} of the rules that count, found version {found}: another version of \
                 the program made them; check with that version"
            );
            take::<()>(checked, at, claim, Err(why));
        }
        Recounted::Other(name) => {
            take::<()>(checked, at, claim, Err(format!("they give another {name}")));
        }
    }
    false
}

/// Adds to the proof of where a report counts a complaint what only the ledger's own rules vouch for.
pub(super) fn hold_record(mut checked: Checked, proof: &[u8]) -> Checked {
    let proof = CountedProof::parse(proof).map_err(|error| error.to_string());
    if let Some(said) = said(&mut checked, proof.map(|proof| proof.proof)) {
        not_restated(&mut checked, &said);
    }
    checked
}

/// What the record that a proof encloses says was published, held to the ledger's own rules.
fn said(checked: &mut Checked, proof: Result<LogProof, String>) -> Option<Said> {
    let said = proof.and_then(published);
    let claim = "the record says that a report was published".to_owned();
    let said = take(checked, "extra", claim, said)?;
    rules(checked, &said);
    Some(said)
}

/// Whoever brought a receipt asked whether theirs is counted: that the report holds otherwise is no answer. Comes after
/// all else that is checked, so that what was found of the report is told as well.
pub(super) fn answer(checked: &mut Checked) {
    let Some(looked_for) = checked.looked_for.as_ref().filter(|_| checked.is_good) else { return };
    let answer = looked_for.answer().map_err(str::to_owned);
    take(checked, "receipt", LOOKED_FOR.to_owned(), answer);
}

/// What a check of a report without an answer to a receipt is refused with, where nothing else is wrong with it.
pub(super) fn no_answer(checked: &Checked) -> Option<CommandError> {
    let mut failed = checked.steps.iter().filter(|step| matches!(step.verdict, Verdict::Fails(_)));
    let is_it = failed.next().is_some_and(|step| step.claim == LOOKED_FOR);
    let (problem, next) = match checked.looked_for.as_ref().filter(|_| is_it)? {
        LookedFor::Counted { .. } => return None,
        LookedFor::Nowhere { why, .. } => (
            "expected the complaint of this receipt in a table of the report, found it in none, which the report \
             need not be wrong about",
            format!("look into {why}"),
        ),
        LookedFor::WithoutTables => (
            "expected a report with the tables in which complainants find theirs, found one that was published \
             without: what it says of itself holds, but your complaint was not looked for",
            "ask its publisher to restate it with those tables; without --receipt the report alone is checked"
                .to_owned(),
        ),
    };
    Some(CommandError::Refused { problem: problem.to_owned(), next })
}

/// Holds the tables in which complainants find theirs, and looks for the one whose receipt was brought.
fn counted(
    checked: &mut Checked,
    said: &Said,
    (folder, listed): (&Path, &Listed),
    trust: &Trust<'_>,
) {
    if !checked.is_good {
        return;
    }
    let has = |name: &str| listed.names.iter().any(|listed| listed == name);
    if !has(COUNTED_FILE) {
        checked.looked_for = trust.receipt.map(|_| LookedFor::WithoutTables);
        return;
    }
    let Ok(accepted) = trust.policy.accept(&said.checkpoint) else { return };
    let mine = trust.receipt.map(|receipt| Mine::open(receipt, trust));
    let mut read = |name: &str| {
        if !has(name) {
            return Err(format!("{LIST} lists no {name}: it was published without"));
        }
        listed.read(folder, name).map_err(|error| error.to_string())
    };
    let of_tables = folder::check((&said.view, &accepted), mine, &mut read);
    checked.is_good &= of_tables.is_good;
    checked.steps.extend(of_tables.steps);
    checked.facts.extend(of_tables.facts);
    checked.looked_for = of_tables.looked_for;
}

/// Whether the ledger's own rules would have let the record say what it says.
fn rules(checked: &mut Checked, said: &Said) {
    let Published { report, endorsed, .. } = &said.published;
    let claim = "it says so in the stream of the report's kind and days".to_owned();
    take(checked, "extra", claim, in_its_stream(&said.stream, report));
    let claim = "the report was counted from records before it".to_owned();
    take(checked, "extra", claim, counted_before(report, said.position));
    if let Some(endorsed) = endorsed {
        let claim = "the committee endorsed these files, by a quorum and a majority".to_owned();
        take(checked, "extra", claim, carried(endorsed, report));
    }
}

/// A report has one stream, so that nobody shows one publication of it and hides another.
fn in_its_stream(found: &str, report: &ReportDraft) -> Result<(), String> {
    let ReportDraft { kind, first_day, last_day, .. } = *report;
    let expected = report_stream_of(kind, first_day, last_day);
    if found == expected.as_str() {
        return Ok(());
    }
    Err(format!("expected {expected} for {kind}, {first_day} to {last_day}, found {found}"))
}

fn counted_before(report: &ReportDraft, position: u64) -> Result<(), String> {
    let size = report.size;
    if (1..=position).contains(&size) {
        return Ok(());
    }
    Err(format!(
        "expected a report of 1 to {position} records at position {position}, found {size}"
    ))
}

/// The domain's rule, on what the record says of the count.
fn carried(endorsed: &Endorsed, report: &ReportDraft) -> Result<(), String> {
    let (expected, found) = (report.digest, endorsed.digest);
    if expected != found {
        return Err(format!(
            "expected an endorsement of the digest {expected}, found one of {found}"
        ));
    }
    let Endorsed { quorum, votes_for, votes_against, abstentions, .. } = *endorsed;
    let needed = quorum.max(1);
    let cast = votes_for.saturating_add(votes_against).saturating_add(abstentions);
    if cast < needed {
        return Err(format!("expected {needed} votes, found {cast}; the quorum is missing"));
    }
    if votes_for <= votes_against {
        return Err(format!(
            "expected more votes for it than against it, found {votes_for} to {votes_against}"
        ));
    }
    Ok(())
}

/// Whether the files are those that were published, and say of themselves what the record says of them.
fn files(checked: &mut Checked, report: &ReportDraft, folder: &Path, listed: &Listed) {
    let (expected, found) = (report.digest, listed.digest);
    let same = if expected == found {
        Ok(())
    } else {
        Err(format!("expected the list with the SHA-256 {expected}, found {found}"))
    };
    let claim = "they are the files that were published".to_owned();
    let is_same = take(checked, LIST, claim, same).is_some();
    if is_same {
        let claim = "they say of themselves what the record says of them".to_owned();
        let found = ReportNoun::draft_of(folder, listed);
        let agreed = found.and_then(|found| agree(report, &found));
        take(checked, &folder.display().to_string(), claim, agreed);
    }
}

/// The first thing that two accounts of the same files differ in.
fn agree(record: &ReportDraft, files: &ReportDraft) -> Result<(), String> {
    let said = |report: &ReportDraft| {
        let ReportDraft { kind, first_day, last_day, size, root, balance, digest } = report;
        [
            ("the kind", kind.to_string()),
            ("the days", format!("{first_day} to {last_day}")),
            ("the number of records", size.to_string()),
            ("the root", root.to_string()),
            ("the balance", balance.to_string()),
            ("the digest", digest.to_string()),
        ]
    };
    let both = said(record).into_iter().zip(said(files));
    match both.into_iter().find(|(record, files)| record != files) {
        None => Ok(()),
        Some(((what, expected), (_, found))) => Err(format!(
            "expected {what} as the record has it, {expected}, found {found} in the files"
        )),
    }
}

/// Whether a folder holds its list, the files of it, what was brought, and nothing else.
fn alone(folder: &Path, listed: &[String], brought: &[&Path]) -> Result<(), String> {
    let mut theirs: Vec<_> = listed.iter().map(|name| folder.join(name)).collect();
    theirs.push(folder.join(LIST));
    let brought: Vec<_> = brought.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let is_known = |path: &Path| {
        theirs.iter().any(|known| known == path)
            || path.canonicalize().is_ok_and(|path| brought.contains(&path))
    };
    let mut strays = Vec::new();
    strays_in(folder, &is_known, &mut strays).map_err(|error| error.to_string())?;
    if strays.is_empty() {
        return Ok(());
    }
    let names = strays.iter().take(STRAYS_NAMED);
    let names = names.map(|path| path.strip_prefix(folder).unwrap_or(path).display().to_string());
    let more = if strays.len() > STRAYS_NAMED { " and more" } else { "" };
    Err(format!(
        "expected only the files that {LIST} lists and the proof that is checked, found {}{more}: nobody \
         published that; take it out of the folder",
        names.collect::<Vec<_>>().join(", ")
    ))
}

/// Collects what is not known, in the order of names, until more than are named were found. What a link leads to
/// is not looked at: a link is known by its own name or not at all.
fn strays_in(
    folder: &Path,
    is_known: &dyn Fn(&Path) -> bool,
    strays: &mut Vec<PathBuf>,
) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if strays.len() > STRAYS_NAMED {
            break;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            strays_in(&path, is_known, strays)?;
        } else if !is_known(&path) {
            strays.push(path);
        }
    }
    Ok(())
}

fn published(proof: LogProof) -> Result<Said, String> {
    let extra = proof.extra.ok_or("the proof encloses no record")?;
    let enclosure = Enclosure::parse(&extra).map_err(|error| error.to_string())?;
    let record =
        RecordView::parse(enclosure.record.as_bytes()).map_err(|error| error.to_string())?;
    let view = ReportView::of(&record)?;
    let published = serde_json::from_str(record.data.get()).map_err(|error| error.to_string())?;
    let (stream, version) = (record.stream.into_owned(), record.version);
    Ok(Said {
        stream,
        version,
        position: proof.index,
        published,
        view,
        checkpoint: proof.checkpoint,
    })
}

fn open(checked: &mut Checked, at: &str, claim: &str, would: &str) {
    let verdict = Verdict::Open(would.to_owned());
    checked.steps.push(Step { at: at.to_owned(), claim: claim.to_owned(), verdict });
}

fn take<T>(checked: &mut Checked, at: &str, claim: String, result: Result<T, String>) -> Option<T> {
    let (verdict, value) = match result {
        Ok(value) => (Verdict::Holds, Some(value)),
        Err(why) => (Verdict::Fails(why), None),
    };
    checked.is_good &= value.is_some();
    checked.steps.push(Step { at: at.to_owned(), claim, verdict });
    value
}

fn facts(checked: &mut Checked, said: &Said, (folder, listed): (&Path, &Listed)) {
    if !checked.is_good {
        return;
    }
    let Said { version, published, .. } = said;
    let number = version.saturating_add(1);
    let mut fact = |name: &str, value: String| checked.facts.push((name.to_owned(), value));
    let report = &published.report;
    fact("report", format!("{}, {} to {}", report.kind, report.first_day, report.last_day));
    fact("recorded as", format!("event {number} of its stream (version {version})"));
    fact("counted from", format!("the first {} records, root {}", report.size, report.root));
    fact("files", listed.names.len().to_string());
    if let Some(min_cell) = min_cell(folder, listed) {
        fact(SMALLEST_CELL, smallest_cell(min_cell));
    }
    match &published.endorsed {
        None => fact(
            "endorsed by",
            "nobody; whether the rulebook asked for that is not shown".to_owned(),
        ),
        Some(endorsed) => {
            fact(
                "endorsed by",
                format!(
                    "the committee: {} for, {} against, {} abstained; quorum {}",
                    endorsed.votes_for,
                    endorsed.votes_against,
                    endorsed.abstentions,
                    endorsed.quorum
                ),
            );
            if let Some(statement) = &endorsed.statement {
                fact("its statement", statement.to_string());
            }
            for reservation in &endorsed.reservations {
                fact("with reservation", reservation.to_string());
            }
        }
    }
    not_restated(checked, said);
}

/// How many complaints a published cell counts at least, where the files say so.
fn min_cell(folder: &Path, listed: &Listed) -> Option<u64> {
    let mut figures = ["report.json", "committee.json"].into_iter();
    let text = figures.find_map(|name| listed.read(folder, name).ok())?;
    let text: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let of_report = text.pointer("/disclosure/min_cell").or_else(|| text.get("min_cell"));
    of_report?.as_u64()
}

/// One record does not show what came after it.
fn not_restated(checked: &mut Checked, Said { stream, version, .. }: &Said) {
    let number = version.saturating_add(1);
    checked.steps.push(Step {
        at: "proof".to_owned(),
        claim: "it was not restated since".to_owned(),
        verdict: Verdict::Open(format!(
            "all events of its stream, with event {number} the last, from `redress export bundle \
                 --stream {stream}`"
        )),
    });
}

#[cfg(test)]
mod tests;
