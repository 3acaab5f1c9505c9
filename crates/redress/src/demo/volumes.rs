//! How much business the invented company had: numbers that its reports set complaints against.
//!
//! Each quarter's are recorded when it is over, so that the last are recorded in the next year.

use complaint_domain::volume::{
    VolumeCommand, VolumeCorrection, VolumeCount, VolumePeriod, VolumeUnit,
};
use complaint_service::volume_stream_of;
use event_log::StreamId;
use jiff::{ToSpan, civil::Date};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{
    author::{Diary, Year},
    beside::{BesideStep, Deed},
    lives::label,
    people,
};

/// Volumes have random numbers of their own: neither a complaint nor what stands beside it has them.
const RANDOM_STREAM: u64 = u64::MAX - 1;

/// A product's volume in the first quarter, and by how much it grows in each later one.
struct Business {
    product: &'static str,
    unit: VolumeUnit,
    first: u64,
    growth: u64,
    /// The second quarter's number was too high by so many, and is put right.
    too_many: u64,
}

const fn business(product: &'static str, unit: VolumeUnit, first: u64, growth: u64) -> Business {
    Business { product, unit, first, growth, too_many: 0 }
}

/// In the order of the products.
const BUSINESS: [Business; 7] = [
    business("Bank account", VolumeUnit::Accounts, 61_200, 450),
    Business { too_many: 2_300, ..business("Payment card", VolumeUnit::Accounts, 84_500, 1_100) },
    business("Consumer loan", VolumeUnit::Accounts, 17_900, 220),
    business("Insurance", VolumeUnit::Policies, 38_400, 310),
    business("Online shop order", VolumeUnit::Orders, 112_000, 5_400),
    business("Mobile plan", VolumeUnit::Accounts, 47_300, 640),
    business("Travel booking", VolumeUnit::Orders, 9_800, 1_350),
];
/// Customers of all products together, told once for the whole year.
const CUSTOMERS: u64 = 176_000;

/// Every volume of the year.
pub fn volumes(seed: u64, year: Year) -> Vec<(StreamId, BesideStep)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(RANDOM_STREAM);
    let mut all = Vec::new();
    for business in &BUSINESS {
        let mut diary = Diary::new(ChaCha8Rng::from_rng(&mut rng), year.start);
        let product = label(business.product);
        for quarter in 0..4_i8 {
            let from = year.first_day().saturating_add((i32::from(quarter) * 3).months());
            let until = from.saturating_add(3.months()).saturating_sub(1.day());
            let right = VolumeCount {
                unit: business.unit,
                product: Some(product.clone()),
                period: VolumePeriod { from, until },
                count: business.first + business.growth * u64::from(quarter.unsigned_abs()),
                source: label("ledger of contracts"),
            };
            let is_wrong = quarter == 1 && business.too_many > 0;
            let wrong = if is_wrong { business.too_many } else { 0 };
            let recorded = VolumeCount { count: right.count + wrong, ..right.clone() };
            record(&mut diary, recorded, until);
            if is_wrong {
                diary.days(10, 20);
                let ground = label("cards that had been cancelled were counted");
                let correction = VolumeCorrection { right, ground };
                let command = VolumeCommand::Correct(correction);
                diary.deed(people::compliance(), Deed::Volume(command));
            }
        }
        all.extend(diary.finish(&volume_stream_of(business.unit, Some(&product))));
    }
    let mut diary = Diary::new(ChaCha8Rng::from_rng(&mut rng), year.start);
    let from = year.first_day();
    let until = from.saturating_add(1.year()).saturating_sub(1.day());
    let customers = VolumeCount {
        unit: VolumeUnit::Customers,
        product: None,
        period: VolumePeriod { from, until },
        count: CUSTOMERS,
        source: label("register of customers"),
    };
    record(&mut diary, customers, until);
    all.extend(diary.finish(&volume_stream_of(VolumeUnit::Customers, None)));
    all
}

/// On a working day after the last day of what is counted.
fn record(diary: &mut Diary, count: VolumeCount, until: Date) {
    diary.until_after(until);
    diary.deed(people::compliance(), Deed::Volume(VolumeCommand::Record(count)));
}
