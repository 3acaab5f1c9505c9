//! Whose time stamps are believed when evidence is checked.

use evidence_check::anchor::{Seen, Stamps};
use time_anchor::{Authorities, StampError, Token};

/// The roots that whoever checks has named; none: stamps are read, and nobody vouches for them.
#[derive(Debug, Clone, Default)]
pub struct Roots(pub Option<Authorities>);

impl Stamps for Roots {
    fn look(&self, token: &[u8], document: &[u8]) -> Result<Seen, String> {
        let look = || -> Result<Seen, StampError> {
            let token = Token::parse(token)?;
            token.is_of(document)?;
            let Some(roots) = &self.0 else {
                return Ok(Seen { time: token.claimed_time(), accuracy: 0, vouched_for: None });
            };
            let stamp = token.verify(document, roots)?;
            let vouched_for = Some(stamp.authority);
            Ok(Seen { time: stamp.time, accuracy: stamp.accuracy, vouched_for })
        };
        look().map_err(|error| error.to_string())
    }
}
