//! Invented people: those who complain, and the accounts of those who handle complaints.

use complaint_domain::actor::{Actor, ActorId, Role};
use rand::{Rng, RngExt, seq::IndexedRandom};

use super::texts::Language;

/// How many agents the invented company has.
pub const AGENTS: u32 = 12;
/// How many supervisors it has.
pub const SUPERVISORS: u32 = 3;

/// An agent's account, numbered from 0.
pub fn agent(number: u32) -> Actor {
    account(&format!("agent-{:02}", number % AGENTS + 1), Role::Agent)
}

/// A supervisor's account, numbered from 0.
pub fn supervisor(number: u32) -> Actor {
    account(&format!("supervisor-{}", number % SUPERVISORS + 1), Role::Supervisor)
}

/// How many sit on the committee, its chair included.
pub const MEMBERS: u32 = 5;

/// Somebody of the committee, numbered from 0; the first is its chair.
pub fn member(number: u32) -> Actor {
    let role = if number == 0 { Role::CommitteeChair } else { Role::CommitteeMember };
    account(&format!("committee-{}", number % MEMBERS + 1), role)
}

/// Who reports to regulators.
pub fn compliance() -> Actor {
    account("compliance-1", Role::ComplianceOfficer)
}

/// Who keeps the accounts.
pub fn administrator() -> Actor {
    account("administrator-1", Role::Administrator)
}

/// The page on which complainants answer and ask for more.
pub fn portal() -> Actor {
    account("portal", Role::Complainant)
}

/// The program that takes in what customers send by web, app and e-mail.
pub fn intake() -> Actor {
    account("intake", Role::System)
}

fn account(name: &str, role: Role) -> Actor {
    let label = name.parse().expect("a short account name is a label");
    Actor { id: ActorId(label), role }
}

/// Somebody who complains. Everything here is personal data, so it goes to the vault only.
pub struct Complainant {
    /// Which language they write.
    pub language: Language,
    /// Their name.
    pub name: String,
    /// Their e-mail address or telephone number.
    pub contact: String,
    /// Their postal address.
    pub address: String,
    /// Their post code.
    pub postcode: String,
    /// Their region, coarse enough to be public.
    pub region: &'static str,
}

impl std::fmt::Debug for Complainant {
    /// Never the person: only what a record may say as well.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Complainant")
            .field("language", &self.language)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl Complainant {
    /// Invents one.
    pub fn invent(language: Language, rng: &mut impl Rng) -> Self {
        match language {
            Language::English => Self::in_english(rng),
            Language::Chinese => Self::in_chinese(rng),
        }
    }

    fn in_english(rng: &mut impl Rng) -> Self {
        let given = pick(GIVEN_NAMES, rng);
        let family = pick(FAMILY_NAMES, rng);
        let number = rng.random_range(1..=9_999);
        let contact = if rng.random_bool(0.7) {
            // A domain reserved for examples: mail to an invented person reaches nobody.
            format!("{}.{}{number}@example.com", given.to_lowercase(), family.to_lowercase())
        } else {
            // Ofcom keeps these numbers for drama.
            format!("+44 7700 900{:03}", number % 1_000)
        };
        Self {
            language: Language::English,
            name: format!("{given} {family}"),
            contact,
            address: format!("{} {}", rng.random_range(1..=240), pick(STREETS, rng)),
            postcode: format!("ZZ{} {}ZZ", rng.random_range(1..=99), rng.random_range(0..=9)),
            region: pick(REGIONS, rng),
        }
    }

    fn in_chinese(rng: &mut impl Rng) -> Self {
        let (region, city) = pick(ZH_PLACES, rng);
        let name = format!("{}{}", pick(ZH_FAMILY_NAMES, rng), pick(ZH_GIVEN_NAMES, rng));
        Self {
            language: Language::Chinese,
            name,
            // No Chinese mobile number begins with 100.
            contact: format!("100{:08}", rng.random_range(0..100_000_000_u32)),
            address: format!(
                "{city}{}{}号{}室",
                pick(ZH_STREETS, rng),
                rng.random_range(1..=800),
                rng.random_range(101..=2_804)
            ),
            postcode: format!("99{:04}", rng.random_range(0..10_000)),
            region,
        }
    }
}

/// One of a list, which is never empty.
pub(super) fn pick<T: Copy>(list: &[T], rng: &mut impl Rng) -> T {
    *list.choose(rng).expect("the lists of the demo are not empty")
}

const GIVEN_NAMES: &[&str] = &[
    "Ada", "Amir", "Bronwen", "Callum", "Dilys", "Edith", "Farah", "Gareth", "Hannah", "Imran",
    "Joan", "Kofi", "Lowri", "Maeve", "Nadia", "Oscar", "Priya", "Quentin", "Rosa", "Sanjay",
    "Tegan", "Una", "Victor", "Wanda", "Yusuf", "Zoe",
];
const FAMILY_NAMES: &[&str] = &[
    "Abbot",
    "Achebe",
    "Bevan",
    "Calder",
    "Doyle",
    "Evans",
    "Fernandes",
    "Griffin",
    "Hussain",
    "Idle",
    "Jarvis",
    "Kowalski",
    "Lamb",
    "Mensah",
    "Nolan",
    "Okafor",
    "Patel",
    "Quill",
    "Rowe",
    "Singh",
    "Thorne",
    "Upton",
    "Vance",
    "Wyatt",
    "Yates",
];
const STREETS: &[&str] =
    &["Mill Lane", "Harbour Street", "Orchard Close", "Station Road", "Kiln Row", "Fell View"];
const REGIONS: &[&str] = &[
    "Northern Ireland",
    "Scotland",
    "Wales",
    "North of England",
    "Midlands",
    "London",
    "South of England",
];
const ZH_FAMILY_NAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
];
const ZH_GIVEN_NAMES: &[&str] = &[
    "晓梅", "建国", "雨桐", "志强", "丽华", "子涵", "秀英", "文博", "海燕", "浩然", "淑珍", "佳怡",
    "明远", "春兰", "立新", "思源",
];
const ZH_PLACES: &[(&str, &str)] = &[
    ("上海", "上海市浦东新区"),
    ("广东", "广东省深圳市"),
    ("浙江", "浙江省杭州市"),
    ("四川", "四川省成都市"),
    ("北京", "北京市海淀区"),
    ("湖北", "湖北省武汉市"),
];
const ZH_STREETS: &[&str] = &["新华路", "解放街", "桂花巷", "滨江大道", "学府路", "望海路"];
