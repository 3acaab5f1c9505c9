//! The rules a company can set, as data.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, LazyLock},
};

use iso_currency::Currency;
use jiff::SignedDuration;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Matter;
use crate::{
    actor::{Actor, ActorId, Role},
    aggregate::CLOCK_TOLERANCE,
    cause::CauseTree,
    clock::{Adoption, Rulebook, shipped},
    label::Label,
    money::Money,
};

/// What `decide` takes from the rulebook.
///
/// [`Default`] holds until a rulebook says otherwise: [`ApprovalLimits::default`], a tolerance of
/// five minutes between two clocks, the time limits of the pack `iso-10002`, and nothing that handlers
/// must bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplaintRules {
    /// How much each role may promise in one complaint without a second person.
    pub approval_limits: ApprovalLimits,
    /// How far the actor's clock may run ahead of the service's.
    pub clock_tolerance: SignedDuration,
    /// The time limits that run on complaints, with their calendars. Shared: it is large.
    pub time_limits: Arc<Rulebook>,
    /// What whoever becomes responsible must bring.
    pub handlers: HandlerRules,
    /// What they must bring today besides, where a rule came since: an entry that is dated back goes round none.
    pub handlers_today: HandlerRules,
    /// The causes that may be named; any, where no tree is adopted.
    pub causes: Option<Arc<CauseTree>>,
    /// By what complaints are classified; by anything, where there is none.
    pub taxonomy: Option<Arc<Taxonomy>>,
}

/// The products and issues by which complaints are classified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxonomy {
    /// Its code.
    pub code: Label,
    /// The issues of each product.
    pub products: BTreeMap<Label, BTreeSet<Label>>,
}

/// A classification is not by the taxonomy that holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaxonomyRefusal {
    /// By another.
    #[error("expected the taxonomy `{expected}`, which holds, found `{found}`")]
    NotInForce {
        /// The one that holds.
        expected: Label,
        /// The one that was named.
        found: Label,
    },
    /// A product it does not know.
    #[error("expected a product of the taxonomy `{0}`, found `{1}`")]
    ProductUnknown(Label, Label),
    /// An issue that is none of the product's.
    #[error("expected an issue of the product `{0}`, found `{1}`")]
    IssueUnknown(Label, Label),
}

impl TaxonomyRefusal {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotInForce { .. } => "taxonomy-not-in-force",
            Self::ProductUnknown(..) => "taxonomy-product-unknown",
            Self::IssueUnknown(..) => "taxonomy-issue-unknown",
        }
    }
}

impl Taxonomy {
    /// Whether a matter is one of the taxonomy.
    ///
    /// # Errors
    ///
    /// [`TaxonomyRefusal`]: what it names that the taxonomy does not.
    pub fn holds(&self, matter: &Matter) -> Result<(), TaxonomyRefusal> {
        if matter.taxonomy != self.code {
            let (expected, found) = (self.code.clone(), matter.taxonomy.clone());
            return Err(TaxonomyRefusal::NotInForce { expected, found });
        }
        let Some(issues) = self.products.get(&matter.product) else {
            let (code, product) = (self.code.clone(), matter.product.clone());
            return Err(TaxonomyRefusal::ProductUnknown(code, product));
        };
        match &matter.issue {
            Some(issue) if !issues.contains(issue) => {
                Err(TaxonomyRefusal::IssueUnknown(matter.product.clone(), issue.clone()))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// What whoever becomes responsible for a complaint must bring, besides no interest in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandlerRules {
    /// Whether they must have joined the staff; else whoever is not known is taken as fit.
    pub joined: bool,
    /// The courses whose training must count on that day.
    pub trainings: BTreeSet<Label>,
}

static ISO_10002: LazyLock<Arc<Rulebook>> = LazyLock::new(|| {
    let rulebook = Rulebook::with_shipped_calendars();
    let adopted = shipped::pack("iso-10002").map(|pack| rulebook.adopt(Adoption::of(pack)));
    Arc::new(adopted.and_then(Result::ok).unwrap_or_default())
});

impl Default for ComplaintRules {
    fn default() -> Self {
        Self {
            approval_limits: ApprovalLimits::default(),
            clock_tolerance: CLOCK_TOLERANCE,
            time_limits: Arc::clone(&ISO_10002),
            handlers: HandlerRules::default(),
            handlers_today: HandlerRules::default(),
            causes: None,
            taxonomy: None,
        }
    }
}

/// How much somebody may promise in one complaint without a second person. Greater is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalLimit {
    /// Nothing at all.
    Nothing,
    /// This amount and less, in units of the currency it is asked for.
    UpTo(Decimal),
    /// Any amount.
    Unlimited,
}

impl ApprovalLimit {
    /// Whether the amount stays within the limit.
    pub fn allows(self, amount: Decimal) -> bool {
        match self {
            Self::Nothing => false,
            Self::UpTo(limit) => amount <= limit,
            Self::Unlimited => true,
        }
    }
}

impl fmt::Display for ApprovalLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::UpTo(limit) => limit.fmt(f),
            Self::Unlimited => f.write_str("any amount"),
        }
    }
}

/// The approval limits of every role, currency by currency.
///
/// [`Default`] lets an agent promise a sum that settles a small matter and a supervisor one that
/// settles most; what is more needs the committee's chair:
///
/// | role | GBP, EUR, USD, AUD | CNY | INR | any other currency |
/// |---|---|---|---|---|
/// | agent | 200 | 1,500 | 15,000 | nothing |
/// | supervisor | 10,000 | 75,000 | 750,000 | nothing |
/// | committee chair | any amount | any amount | any amount | any amount |
/// | everybody else | nothing | nothing | nothing | nothing |
///
/// ```
/// use complaint_domain::{actor::Role, complaint::{ApprovalLimit, ApprovalLimits}};
/// use iso_currency::Currency;
///
/// let limits = ApprovalLimits::default()
///     .with(Role::Supervisor, Currency::JPY, ApprovalLimit::UpTo(1_500_000.into()));
/// assert!(limits.of(Role::Supervisor, Currency::JPY).allows(40_000.into()));
/// assert_eq!(limits.of(Role::Agent, Currency::JPY), ApprovalLimit::Nothing);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalLimits {
    in_currency: BTreeMap<(Role, Currency), ApprovalLimit>,
    elsewhere: BTreeMap<Role, ApprovalLimit>,
    persons: BTreeMap<(ActorId, Option<Currency>), ApprovalLimit>,
    /// Others that must allow it too.
    beside: Option<Arc<Self>>,
}

impl ApprovalLimits {
    /// Limits that let nobody promise anything.
    pub const fn none() -> Self {
        Self {
            in_currency: BTreeMap::new(),
            elsewhere: BTreeMap::new(),
            persons: BTreeMap::new(),
            beside: None,
        }
    }

    /// The same limits, but for one role in one currency.
    #[must_use]
    pub fn with(mut self, role: Role, currency: Currency, limit: ApprovalLimit) -> Self {
        self.in_currency.insert((role, currency), limit);
        self
    }

    /// The same limits, but for one role in every currency that is not named for it.
    #[must_use]
    pub fn with_elsewhere(mut self, role: Role, limit: ApprovalLimit) -> Self {
        self.elsewhere.insert(role, limit);
        self
    }

    /// The same limits, but for one person, in one currency or in every one not named for them.
    #[must_use]
    pub fn with_person(
        mut self,
        account: ActorId,
        currency: Option<Currency>,
        limit: ApprovalLimit,
    ) -> Self {
        self.persons.insert((account, currency), limit);
        self
    }

    /// How much somebody may promise in the currency: as was set for them, else as for their role.
    /// What is set for a person gives no role that may promise nothing a limit.
    pub fn of_actor(&self, actor: &Actor, currency: Currency) -> ApprovalLimit {
        let own = self.own_of_actor(actor, currency);
        self.beside.as_ref().map_or(own, |beside| own.min(beside.of_actor(actor, currency)))
    }

    /// The stricter of these and those, for everybody.
    #[must_use]
    pub fn and(self, those: Self) -> Self {
        let beside = match self.beside.clone() {
            Some(beside) => Arc::unwrap_or_clone(beside).and(those),
            None => those,
        };
        Self { beside: Some(Arc::new(beside)), ..self }
    }

    fn own_of_actor(&self, actor: &Actor, currency: Currency) -> ApprovalLimit {
        let of_role = self.own_of(actor.role, currency);
        let of_person = |currency| self.persons.get(&(actor.id.clone(), currency)).copied();
        if of_role == ApprovalLimit::Nothing {
            return of_role;
        }
        of_person(Some(currency)).or_else(|| of_person(None)).unwrap_or(of_role)
    }

    /// How much the role may promise in the currency.
    pub fn of(&self, role: Role, currency: Currency) -> ApprovalLimit {
        let own = self.own_of(role, currency);
        self.beside.as_ref().map_or(own, |beside| own.min(beside.of(role, currency)))
    }

    fn own_of(&self, role: Role, currency: Currency) -> ApprovalLimit {
        self.in_currency
            .get(&(role, currency))
            .or_else(|| self.elsewhere.get(&role))
            .copied()
            .unwrap_or(ApprovalLimit::Nothing)
    }

    /// Whether somebody may promise this without a second person.
    pub fn allow(&self, actor: &Actor, money: &Money) -> bool {
        self.of_actor(actor, money.currency).allows(money.amount)
    }
}

impl Default for ApprovalLimits {
    fn default() -> Self {
        let each = [
            (Currency::GBP, 200, 10_000),
            (Currency::EUR, 200, 10_000),
            (Currency::USD, 200, 10_000),
            (Currency::AUD, 200, 10_000),
            (Currency::CNY, 1_500, 75_000),
            (Currency::INR, 15_000, 750_000),
        ];
        each.into_iter().fold(
            Self::none().with_elsewhere(Role::CommitteeChair, ApprovalLimit::Unlimited),
            |limits, (currency, agent, supervisor)| {
                limits.with(Role::Agent, currency, ApprovalLimit::UpTo(agent.into())).with(
                    Role::Supervisor,
                    currency,
                    ApprovalLimit::UpTo(supervisor.into()),
                )
            },
        )
    }
}
