//! Tables in which one complaint can be in several rows, or more than once in one.

use super::{
    super::{
        ReportError, Scope, disclosure,
        model::{Population, Table, Vocabulary},
        render::definition,
    },
    DECIDED_OUTSIDE, Keys, REFERRED, TableSource, counted, ordered, rows,
};

const RIGHT: &str = "r.consumer_right";

/// One of them.
pub(super) struct Several {
    pub(super) id: &'static str,
    pub(super) population: Population,
    vocabulary: Vocabulary,
    /// The column, as SQL.
    value: &'static str,
    /// A `FROM` clause with `?1` and `?2` for the days.
    from: &'static str,
    /// What tells the mentions of one complaint apart.
    again: &'static str,
}

pub(super) const RIGHTS: Several = Several {
    id: "received-by-right",
    population: Population::Received,
    vocabulary: Vocabulary::Right,
    value: RIGHT,
    from: "complaint AS c LEFT JOIN complaint_right AS r USING (stream)
        WHERE c.received_day BETWEEN ?1 AND ?2",
    again: RIGHT,
};

/// Those at the end of the report's list, in their order.
pub(super) const SEVERAL: [Several; 7] = [
    // That none was missed says something of complaints only that have limits of ours.
    Several {
        id: "received-by-missed-limit",
        population: Population::Received,
        vocabulary: Vocabulary::Limit,
        value: "coalesce(x.clock, CASE WHEN c.is_ours THEN 'none' END)",
        from: "complaint AS c LEFT JOIN missed_limit AS x USING (stream)
            WHERE c.received_day BETWEEN ?1 AND ?2",
        again: "x.clock",
    },
    Several {
        id: "received-by-vulnerability",
        population: Population::Received,
        vocabulary: Vocabulary::Vulnerability,
        value: "x.driver",
        from: "complaint AS c LEFT JOIN complaint_driver AS x USING (stream)
            WHERE c.received_day BETWEEN ?1 AND ?2",
        again: "x.driver",
    },
    Several {
        id: "received-by-link",
        population: Population::Received,
        vocabulary: Vocabulary::Link,
        value: "x.kind",
        from: "complaint AS c
            LEFT JOIN (SELECT DISTINCT stream, kind FROM link) AS x USING (stream)
            WHERE c.received_day BETWEEN ?1 AND ?2",
        again: "x.kind",
    },
    Several {
        id: "answered-by-pause",
        population: Population::Answered,
        vocabulary: Vocabulary::Pause,
        value: "x.ground",
        from: "complaint AS c
            LEFT JOIN (SELECT DISTINCT stream, ground FROM pause) AS x USING (stream)
            WHERE c.is_ours AND c.final_response_day BETWEEN ?1 AND ?2",
        again: "x.ground",
    },
    Several {
        id: "referred-by-body",
        population: Population::Referred,
        vocabulary: Vocabulary::Own,
        value: "x.body",
        from: REFERRED,
        again: "x.position",
    },
    Several {
        id: "decided-outside-by-result",
        population: Population::DecidedOutside,
        vocabulary: Vocabulary::OutsideResult,
        value: "x.result",
        from: DECIDED_OUTSIDE,
        again: "x.position",
    },
    Several {
        id: "decided-outside-by-overturned",
        population: Population::DecidedOutside,
        vocabulary: Vocabulary::YesNo,
        value: "CASE x.overturned WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END",
        from: DECIDED_OUTSIDE,
        again: "x.position",
    },
];
/// The one of this name.
pub(super) fn find(id: &str) -> Option<&'static Several> {
    const ALL: &[Several] = &SEVERAL;
    const BY_RIGHT: &Several = &RIGHTS;
    std::iter::once(BY_RIGHT).chain(ALL).find(|table| table.id == id)
}

impl Several {
    pub(super) const fn source(&self) -> TableSource {
        TableSource { keys: Keys::Value(self.value), from: self.from, again: self.again }
    }

    pub(super) fn count(&self, scope: Scope<'_>) -> Result<Table, ReportError> {
        let sql = format!("SELECT {}, count(*) FROM {} GROUP BY 1", self.value, self.from);
        let cells = ordered(counted(scope, &sql)?);
        Ok(Table {
            id: self.id,
            population: self.population,
            definition: definition(self.id),
            vocabulary: self.vocabulary,
            is_multiple: true,
            cutoff: scope.cutoff,
            total: cells.iter().map(|cell| cell.count).sum(),
            rows: rows(None, disclosure::pool(cells, scope.min_cell, usize::MAX)),
        })
    }
}
