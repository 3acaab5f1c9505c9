//! The verbs about business volumes.

use complaint_domain::volume::{Volume, VolumeCommand};

use super::{Filed, Listed, Noun, Standing, Verb};

/// How much business there was.
#[derive(Debug, Clone, Copy)]
pub struct VolumeNoun;

impl Filed for VolumeNoun {
    type Aggregate = Volume;
    const NAME: &'static str = "volume";
    const COMMANDS: &'static [&'static str] = VolumeCommand::NAMES;
}

impl Listed for VolumeNoun {
    fn standing(volume: &Volume) -> Option<Standing> {
        let last = volume.counts().last()?;
        let product = last.product.as_ref().map_or("all", |product| product.as_str());
        let periods = volume.counts().map(|count| {
            let (from, until) = (count.period.from, count.period.until);
            format!("{from} to {until}: {} by {}", count.count, count.source)
        });
        let facts = vec![
            ("unit", last.unit.to_string()),
            ("product", product.to_owned()),
            ("periods", periods.collect::<Vec<_>>().join("; ")),
        ];
        Some(Standing { stage: "recorded", is_over: false, facts })
    }
}

impl Noun for VolumeNoun {
    const VERBS: &'static [Verb] = &[
        Verb {
            name: "record",
            about: "Record how many accounts, policies, orders or customers there were in a period",
            body: r#"{"unit": "accounts", "product": "Card", "from": "2026-01-01", "until": "2026-03-31", "count": 52300, "source": "core banking"}"#,
        },
        Verb {
            name: "correct",
            about: "Put right what was recorded; the earlier number stays in the log",
            body: r#"{"unit": "accounts", "product": "Card", "from": "2026-01-01", "until": "2026-03-31", "count": 51900, "source": "core banking", "ground": "closed accounts were counted"}"#,
        },
    ];
}

#[cfg(test)]
mod tests {
    use super::{super::filed::read_all, VolumeNoun};

    #[test]
    fn every_example_body_is_understood() {
        read_all::<VolumeNoun>();
    }
}
