//! The tables in which complainants find theirs, made for the report that is being written.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use event_log_sled::nodes::LogNodes;
use evidence_check::counted::{
    COUNTED_FILE, CountedName, CountedRow, CountedTable, CountedTables, FORMAT, known_table,
    mine::Tagger, report_name, tags_file,
};
use evidence_check::opening::receipt_secret;
use evidence_issue::{ReceiptKey, counted::TagSorter, receipt_key::ReceiptKeyError};
use merkle_log::{Hash, NodeSource};
use projector_transparency::{
    files::Content,
    report::{
        Report, ReportRequest, json,
        mentions::{Mention, mentions},
        model::{Row, Table},
    },
};
use rusqlite::Connection;

use crate::{error::CommandError, ledger::Ledger};

/// What the tags of complaints follow from: the tree with the leaves of their first records, and the key.
pub(super) struct Tags {
    nodes: LogNodes,
    key: ReceiptKey,
}

impl Tags {
    /// Those of a ledger; nothing where it has no receipt key, for then nobody has a receipt by it either.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: the receipt key is damaged, or another ledger's.
    pub(super) fn of(ledger: &Ledger) -> Result<Option<Self>, CommandError> {
        match ReceiptKey::read(&ledger.places.receipt_key(), ledger.origin()) {
            Ok(key) => Ok(Some(Self { nodes: ledger.log.nodes(), key })),
            Err(ReceiptKeyError::Missing { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The tags of the complaint whose first record stands at a position.
    fn tagger(&self, position: u64) -> Result<Tagger, CommandError> {
        let leaf = self.nodes.node(0, position).map_err(CommandError::failed("read the tree"))?;
        Ok(Tagger::new(receipt_secret(self.key.bytes(), &leaf), leaf))
    }
}

/// The files with the tables, the lists among them in `scratch` for as long as they are not where they belong.
/// Blocks.
///
/// # Errors
///
/// [`CommandError`]: a row counts other complaints than the report says, or the disk.
pub(super) fn files(
    tags: &Tags,
    (connection, request, report): (&Connection, &ReportRequest, &Report),
    scratch: &Path,
) -> Result<Vec<(String, Content)>, CommandError> {
    let about = [&report.period.first_day, &report.period.last_day];
    let [first_day, last_day] = about.map(String::as_str);
    let figures = json(report).map_err(CommandError::failed("write the report"))?;
    let size = report.cutoff.tree_size;
    let about = ("transparency", first_day, last_day);
    let name = report_name(about, (size, &report.cutoff.root), &figures);
    let mut files = Vec::new();
    let mut tables = Vec::new();
    for table in &report.tables {
        let path = scratch.join(table.id);
        let root = list(tags, (connection, request), (&name, table), scratch, &path)?;
        tables.push(counted(table, root));
        files.push((tags_file(table.id), Content::Aside(path)));
    }
    let tables = CountedTables { format: FORMAT.to_owned(), report: name, tables };
    files.push((COUNTED_FILE.to_owned(), Content::Bytes(tables.to_bytes())));
    Ok(files)
}

/// Writes the list of a table. Gives the root over it.
fn list(
    tags: &Tags,
    (connection, request): (&Connection, &ReportRequest),
    (report, table): (&str, &Table),
    scratch: &Path,
    path: &Path,
) -> Result<Hash, CommandError> {
    let written = |error: io::Error| CommandError::file("write", path)(error);
    let mut sorter = TagSorter::new(scratch);
    mentions(connection, request, table, &mut |mention| {
        let Mention { position, row, again } = mention;
        let tag = tags.tagger(position)?.tag(report, table.id, again);
        sorter.push(row, tag).map_err(written)
    })?;
    let mut file = BufWriter::new(File::create(path).map_err(written)?);
    let root = sorter.write(&mut file).map_err(written)?;
    file.flush().map_err(written)?;
    Ok(root)
}

/// A table as complainants get it: with the names of the report, and the root over its list.
fn counted(table: &Table, root: Hash) -> CountedTable {
    CountedTable {
        id: table.id.to_owned(),
        population: table.population.code().to_owned(),
        is_once: known_table(table.id).is_some_and(|(_, known)| known.is_once()),
        mentions: table.total,
        root: root.0,
        rows: table.rows.iter().map(row).collect(),
    }
}

fn row(row: &Row) -> CountedRow {
    let (kind, code) = row.name.parts();
    let (kind, code) = (kind.to_owned(), code.map(str::to_owned));
    let parent = row.parent.as_ref().map(|parent| {
        let (kind, code) = parent.parts();
        CountedName { kind: kind.to_owned(), code: code.map(str::to_owned) }
    });
    CountedRow { kind, code, parent, count: row.count }
}

#[cfg(test)]
mod tests {
    use complaint_domain::{
        complaint::{
            Channel, ExternalResult, LinkKind, Outcome, PauseGround, PlatformCategory,
            VulnerabilityDriver,
        },
        right::Right,
    };
    use evidence_check::counted::{KnownTable, TABLES, codes};
    use projector_transparency::report::{self, known_tables};

    /// Who checks a report knows what each of its tables counts, and has it not from the report.
    #[test]
    fn the_tables_of_a_report_are_those_that_its_checkers_know() {
        let known: Vec<_> = known_tables()
            .into_iter()
            .map(|(id, population, is_multiple)| KnownTable {
                id,
                population: population.code(),
                is_multiple,
            })
            .collect();
        assert_eq!(known, TABLES);
    }

    /// And which values the rows of each can have, where the list of them is closed.
    #[test]
    fn the_values_of_rows_are_those_that_their_checkers_know() {
        let yes_no = || vec!["yes", "no"];
        let outcomes = Outcome::ALL.iter().map(|it| it.code()).chain(["withdrawn"]);
        let known: [(&str, Vec<&str>); 11] = [
            ("received-by-right", Right::ALL.iter().map(|it| it.code()).collect()),
            ("received-by-channel", Channel::ALL.iter().map(|it| it.code()).collect()),
            ("disputed", yes_no()),
            ("platform-response", PlatformCategory::ALL.iter().map(|it| it.code()).collect()),
            ("platform-timely", yes_no()),
            ("ended-by-outcome", outcomes.collect()),
            (
                "received-by-vulnerability",
                VulnerabilityDriver::ALL.iter().map(|it| it.code()).collect(),
            ),
            ("received-by-link", LinkKind::ALL.iter().map(|it| it.code()).collect()),
            ("answered-by-pause", PauseGround::ALL.iter().map(|it| it.code()).collect()),
            ("decided-outside-by-result", ExternalResult::ALL.iter().map(|it| it.code()).collect()),
            ("decided-outside-by-overturned", yes_no()),
        ];
        let checked = codes::CLOSED.map(|(id, codes)| (id, codes.to_vec()));
        assert_eq!(checked, known);
    }

    /// And in which bands of days answers are told.
    #[test]
    fn the_bands_of_days_are_those_that_their_checkers_know() {
        assert_eq!(codes::BAND_ENDS.map(i64::from), report::BAND_ENDS);
    }
}
