//! What a pack orders besides clocks: that rejections go before the committee without being asked.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Basis, Rulebook, Words};
use crate::{complaint::Outcome, label::Label};

/// When the final response may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseOrder {
    /// Before the committee has looked at it, or after.
    AtAnyTime,
    /// Not before the review of it has ended.
    AfterReview,
}

/// Every complaint that comes to one of these outcomes goes before the committee, without anybody
/// asking for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscalationOrder {
    /// The outcomes; `upheld` is none of them.
    pub outcomes: BTreeSet<Outcome>,
    /// When the final response may go out.
    pub response: ResponseOrder,
    /// Where that stands and how well it is known.
    pub basis: Basis,
    /// What a reader should know besides.
    #[serde(default)]
    pub note: Option<Words>,
}

impl Rulebook {
    /// Whether any of the packs orders any.
    pub fn orders_escalation(&self) -> bool {
        self.adoptions().iter().any(|adoption| adoption.pack.escalation().is_some())
    }

    /// What is ordered of a complaint that came in then and comes to this: the pack that orders it,
    /// and what. Of several packs, one that lets the response wait.
    ///
    /// A complaint goes by the packs of the local day on which it came in, as its clocks do.
    pub fn escalation_order(
        &self,
        received_at: Timestamp,
        outcome: Outcome,
    ) -> Option<(&Label, &EscalationOrder)> {
        let of_day = self.adoptions().iter().filter(|adoption| adoption.is_held(received_at));
        let orders = of_day.filter_map(|adoption| {
            let order = adoption.pack.escalation()?;
            order.outcomes.contains(&outcome).then_some((adoption.pack.code(), order))
        });
        orders.max_by_key(|(_, order)| order.response)
    }
}
