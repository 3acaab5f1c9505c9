//! How good the records are.

use rusqlite::params;

use super::{
    ReportError, Scope, count,
    model::{QualitySection, Rate, RowName, Table},
    rates::rate,
};

/// The fields whose absence is told, with the tables that show it.
const FIELDS: [(&str, &str); 4] = [
    ("missing-product", "received-by-product"),
    ("missing-issue", "received-by-issue"),
    ("missing-region", "received-by-region"),
    ("missing-right", "received-by-right"),
];

/// The data-quality section.
pub(super) fn section(scope: Scope<'_>, tables: &[Table]) -> Result<QualitySection, ReportError> {
    let received = super::flow::received(scope, (scope.first_day, scope.last_day))?;
    let days = params![scope.first_day, scope.last_day];
    let one = |sql: &str| scope.connection.query_row(sql, days, |row| count(row, 0));
    let recordings = |source: &str| {
        scope.connection.query_row(
            "SELECT coalesce(sum(events), 0), coalesce(sum(late), 0) FROM recording
             WHERE day BETWEEN ?1 AND ?2 AND source = ?3",
            params![scope.first_day, scope.last_day, source],
            |row| Ok((count(row, 0)?, count(row, 1)?)),
        )
    };
    let (events_own, late_own) = recordings("direct")?;
    let (events_imported, late_imported) = recordings("imported")?;
    let (imports, import_rejects) = scope.connection.query_row(
        "SELECT count(*), coalesce(sum(rejected), 0) FROM import",
        [],
        |row| Ok((count(row, 0)?, count(row, 1)?)),
    )?;
    Ok(QualitySection {
        missing: FIELDS
            .iter()
            .map(|(id, table)| missing(scope, tables, id, table, received))
            .collect(),
        events_own,
        late_own,
        events_imported,
        late_imported,
        out_of_order: one("SELECT count(*) FROM flow
             WHERE day BETWEEN ?1 AND ?2 AND occurred_at < day * 86400000")?,
        corrections: one("SELECT count(*) FROM correction WHERE day BETWEEN ?1 AND ?2")?,
        corrected_complaints: one("SELECT count(DISTINCT stream)
             FROM correction JOIN complaint USING (stream)
             WHERE received_day BETWEEN ?1 AND ?2")?,
        imports,
        import_rejects,
    })
}

/// The share of complaints that lack a field, if the table about the field tells it too.
fn missing(
    scope: Scope<'_>,
    tables: &[Table],
    id: &'static str,
    table: &str,
    received: u64,
) -> Rate {
    let numerator = match tables.iter().find(|t| t.id == table) {
        // A table in which nobody states anything is left out.
        None => Some(received),
        Some(table) if table.rows.iter().any(|row| row.members.contains(&RowName::NotStated)) => {
            None
        }
        Some(table) => {
            let row = table.rows.iter().find(|row| row.name == RowName::NotStated);
            Some(row.map_or(0, |row| row.count))
        }
    };
    rate(scope, id, numerator, received)
}
