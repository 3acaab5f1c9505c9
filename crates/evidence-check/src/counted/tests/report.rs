//! A report that was published, in a small log, honestly or otherwise.

use std::collections::BTreeMap;

use merkle_log::{CompactRange, LogProof, MemoryTree, leaf_hash, prove_inclusion};
use sha2::{Digest as _, Sha256};

use super::super::{
    COUNTED_FILE, CountedRow, CountedTable, CountedTables, FORMAT, entry_leaf, folder,
    list::TagList,
    mine::{Mine, Tagger},
    proof::{CountedProof, ProvedMention},
    published::ReportView,
    report_name, tags_file,
};
use crate::{
    Enclosure,
    check::{Checked, Trust, check},
    enclosure::ReceiptSecret,
    opening::receipt_secret,
    page::tests::of_counted,
    record::RecordView,
    test_data::{RECORDED_AT, SmallLog, openings, policy, record},
    text::to_hex,
};

pub(super) const KEY: [u8; 32] = [0x88; 32];

/// The case with the receipt, the two others: by the positions of their first records.
pub(super) const OTHER: u64 = 0;
pub(super) const MINE: u64 = 1;
pub(super) const THIRD: u64 = 2;

/// The complaints that a row mentions.
pub(super) type Mentioned = (&'static str, &'static [u64]);
/// A table, what it counts, whether a complaint can be in several of its rows, and these.
pub(super) type Planned = (&'static str, &'static str, bool, &'static [Mentioned]);
/// Where a report mentions whom.
pub(super) type Plan = [Planned];

pub(super) const MONTH: Planned =
    ("received-by-month", "received", false, &[("2026-03", &[OTHER, MINE, THIRD])]);
pub(super) const CHANNEL: Planned =
    ("received-by-channel", "received", false, &[("web", &[OTHER, MINE, THIRD])]);

pub(super) const PLAN: &Plan = &[
    ("received-by-product", "received", false, &[("Card", &[OTHER, MINE]), ("Loan", &[THIRD])]),
    MONTH,
    (
        "received-by-right",
        "received",
        true,
        &[("choice", &[MINE]), ("safety", &[THIRD, MINE, OTHER])],
    ),
    CHANNEL,
    ("ended-by-outcome", "ended", false, &[("upheld", &[MINE, OTHER, MINE])]),
    ("answered-by-band", "answered", false, &[("0-3", &[]), ("4-5", &[THIRD])]),
];

/// A published report, in a log with the complaints it counts.
pub(super) struct Published {
    pub(super) log: SmallLog,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) view: Result<ReportView, String>,
}

/// What somebody who has every key writes otherwise.
pub(super) struct Forgery<'a> {
    pub(super) days: [&'a str; 2],
    pub(super) size: usize,
    /// What the first record of my complaint says.
    pub(super) mine: &'a str,
    /// What the record says besides, as ` ,"balance":…`.
    pub(super) balance: &'a str,
    pub(super) figures: &'a dyn Fn(&mut serde_json::Value),
    pub(super) tables: &'a dyn Fn(&mut CountedTables),
}

impl Default for Forgery<'_> {
    fn default() -> Self {
        Self {
            days: ["2026-01-01", "2026-03-31"],
            size: 5,
            mine: "{}",
            balance: "",
            figures: &|_| (),
            tables: &|_| (),
        }
    }
}

impl Published {
    pub(super) fn new(plan: &Plan) -> Self {
        Self::forged(plan, &Forgery::default())
    }

    pub(super) fn forged(plan: &Plan, forgery: &Forgery<'_>) -> Self {
        let mut log = SmallLog::new(false);
        let first = &mut log.records[usize::try_from(MINE).unwrap()].1;
        *first = first.replacen(r#""data":{}"#, &format!(r#""data":{}"#, forgery.mine), 1);
        assert!(first.contains(forgery.mine));
        log.tree = log.records.iter().map(|(_, record)| leaf_hash(record.as_bytes())).collect();
        let ([first_day, last_day], size) = (forgery.days, forgery.size);
        let root = log.root_of_first(size as u64).to_string();
        let mut figures = figures_of(plan);
        figures["period"] = serde_json::json!({ "first_day": first_day, "last_day": last_day });
        figures["cutoff"] =
            serde_json::json!({ "tree_size": size, "root": root, "recorded_at": RECORDED_AT });
        (forgery.figures)(&mut figures);
        let figures = figures.to_string().into_bytes();
        let about = ("transparency", first_day, last_day);
        let name = report_name(about, (size as u64, &root), &figures);
        let mut files = BTreeMap::from([("report.json".to_owned(), figures)]);
        let mut tables = Vec::new();
        for (id, population, is_multiple, rows) in plan {
            let (table, tags) = table(&log, &name, (id, population, *is_multiple), rows);
            files.insert(tags_file(id), tags);
            tables.push(table);
        }
        let mut tables = CountedTables { format: FORMAT.to_owned(), report: name, tables };
        (forgery.tables)(&mut tables);
        files.insert(COUNTED_FILE.to_owned(), tables.to_bytes());
        let digest = to_hex(&Sha256::digest(list_of(&files)));
        let balance = forgery.balance;
        let data = format!(
            r#"{{"report":{{"kind":"transparency","first_day":"{first_day}","last_day":"{last_day}","size":{size},"root":"{root}","digest":"{digest}"{balance}}}}}"#
        );
        let published = record("report-X", 0, "report.published.v1", &data, &[]);
        let view = ReportView::of(&RecordView::parse(published.as_bytes()).unwrap());
        log.records.push(("report-X".to_owned(), published));
        log.tree = log.records.iter().map(|(_, record)| leaf_hash(record.as_bytes())).collect();
        Self { log, files, view }
    }

    pub(super) fn tables(&self) -> CountedTables {
        serde_json::from_slice(&self.files[COUNTED_FILE]).unwrap()
    }

    pub(super) fn receipt_of(&self, position: u64) -> String {
        let record = self.log.records[usize::try_from(position).unwrap()].1.clone();
        let secret = receipt_secret(&KEY, &leaf_hash(record.as_bytes()));
        let openings = if position == MINE { openings() } else { Vec::new() };
        let enclosure = Enclosure { record, receipt: Some(ReceiptSecret(secret)), openings };
        LogProof { extra: Some(enclosure.to_bytes()), ..self.log.proof(position) }.to_string()
    }

    /// What the ledger proves of a complaint.
    pub(super) fn proof_of(&self, position: u64) -> CountedProof {
        let tables = self.tables();
        let mentions = tables.tables.iter().flat_map(|table| {
            let list = TagList::read(table, &self.files[&tags_file(&table.id)]).unwrap();
            let places = tagger(&self.log, position)
                .mentions(&tables.report, &table.id, |tag| list.place_of(tag));
            let tree: MemoryTree = list.leaves().collect();
            let proved = (0..).zip(places).map(|(mention, (_, place))| ProvedMention {
                table: table.id.clone(),
                mention,
                place: place as u64,
                hashes: prove_inclusion(&tree, place as u64, tree.size()).unwrap(),
            });
            proved.collect::<Vec<_>>()
        });
        let published = Enclosure::of_record(self.log.records[6].1.clone());
        CountedProof {
            files: list_of(&self.files),
            figures: String::from_utf8(self.files["report.json"].clone()).unwrap(),
            counted: String::from_utf8(self.files[COUNTED_FILE].clone()).unwrap(),
            mentions: mentions.collect(),
            proof: LogProof { extra: Some(published.to_bytes()), ..self.log.proof(6) },
        }
    }

    pub(super) fn look(&self, receipt: Option<&str>) -> Checked {
        self.look_with(receipt, None)
    }

    pub(super) fn look_with(&self, receipt: Option<&str>, nonce: Option<&str>) -> Checked {
        let policy = policy();
        let trust = Trust { nonce, ..Trust::policy(&policy) };
        let accepted = policy.accept(&self.log.checkpoint()).unwrap();
        let mine = receipt.map(|receipt| Mine::open(receipt.as_bytes(), &trust));
        let mut read =
            |name: &str| self.files.get(name).cloned().ok_or_else(|| format!("there is no {name}"));
        folder::check((self.view.as_ref().unwrap(), &accepted), mine, &mut read)
    }
}

pub(super) fn figures_of(plan: &Plan) -> serde_json::Value {
    let tables = plan.iter().map(|(id, population, is_multiple, rows)| {
        let rows = rows.iter().map(|(code, complaints)| {
            serde_json::json!({ "kind": "value", "code": code, "count": complaints.len() })
        });
        let total: usize = plan_total(plan, id);
        serde_json::json!({
            "id": id, "population": population, "is_multiple": is_multiple, "total": total,
            "rows": rows.collect::<Vec<_>>(),
        })
    });
    let flow = serde_json::json!({
        "outstanding_at_start": 1, "received": 3, "reopened": 0, "closed": 2, "withdrawn": 1, "outstanding_at_end": 1,
    });
    let tables = tables.collect::<Vec<_>>();
    serde_json::json!({ "flow": flow, "disclosure": { "min_cell": 1 }, "tables": tables })
}

pub(super) fn plan_total(plan: &Plan, id: &str) -> usize {
    let table = plan.iter().find(|(known, ..)| *known == id).unwrap();
    table.3.iter().map(|(_, complaints)| complaints.len()).sum()
}

pub(super) fn list_of(files: &BTreeMap<String, Vec<u8>>) -> String {
    let line = |(name, bytes): (&String, &Vec<u8>)| {
        format!("{}  {name}\n", to_hex(&Sha256::digest(bytes)))
    };
    files.iter().map(line).collect()
}

pub(super) fn tagger(log: &SmallLog, position: u64) -> Tagger {
    let leaf = leaf_hash(log.records[usize::try_from(position).unwrap()].1.as_bytes());
    Tagger::new(receipt_secret(&KEY, &leaf), leaf)
}

pub(super) fn table(
    log: &SmallLog,
    report: &str,
    (id, population, is_multiple): (&str, &str, bool),
    rows: &[(&str, &[u64])],
) -> (CountedTable, Vec<u8>) {
    let (mut list, mut tree, mut seen) = (Vec::new(), CompactRange::new(), BTreeMap::new());
    for (number, (_, complaints)) in (0..).zip(rows) {
        let mut tags: Vec<_> = complaints
            .iter()
            .map(|position| {
                let again = seen.entry(*position).or_insert(0);
                *again += 1;
                tagger(log, *position).tag(report, id, *again - 1)
            })
            .collect();
        tags.sort_unstable();
        for tag in &tags {
            tree.push(entry_leaf(number, tag));
        }
        list.extend(tags.concat());
    }
    let row = |(code, complaints): &(&str, &[u64])| CountedRow {
        kind: "value".to_owned(),
        code: Some((*code).to_owned()),
        parent: None,
        count: complaints.len() as u64,
    };
    let table = CountedTable {
        id: id.to_owned(),
        population: population.to_owned(),
        is_once: population != "ended" && !is_multiple,
        mentions: list.len() as u64 / 32,
        root: tree.root().0,
        rows: rows.iter().map(row).collect(),
    };
    (table, list)
}

/// What the library says of a proof, and the page as well.
#[track_caller]
pub(super) fn checked(proof: &CountedProof, receipt: &str) -> Checked {
    let bytes = proof.to_string().into_bytes();
    let checked = checked_here(&bytes, receipt);
    if let Some(said) = of_counted(&[bytes], receipt) {
        let ours = checked.first_failure();
        let ours = ours.map_or_else(
            || format!("good {}", serde_json::to_string(&checked.facts).unwrap()),
            |(at, claim, _)| format!("bad {at}: {claim}"),
        );
        assert!(said[0].starts_with(&ours), "the library: {ours}\nthe page: {}", said[0]);
    }
    checked
}

pub(super) fn checked_here(proof: &[u8], receipt: &str) -> Checked {
    let policy = policy();
    check(proof, &Trust { receipt: Some(receipt.as_bytes()), ..Trust::policy(&policy) })
}

#[track_caller]
pub(super) fn failure(checked: &Checked) -> String {
    let (at, claim, why) = checked.first_failure().expect("something that fails");
    format!("{at}: {claim}: {why}")
}

pub(super) fn rows_in(checked: &Checked) -> Vec<(&str, &str)> {
    let is_table = |(name, _): &&(String, String)| PLAN.iter().any(|(id, ..)| id == name);
    let facts = checked.facts.iter().filter(is_table);
    facts.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
