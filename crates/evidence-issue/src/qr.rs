//! A receipt as a QR code, for paper.

use qrcode::{
    EcLevel, QrCode,
    render::{svg, unicode},
};

/// The most bytes a QR code holds: version 40, binary, the weakest correction (ISO/IEC 18004).
pub const QR_BYTES_MAX: usize = 2_953;

/// The text has more bytes than a QR code holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the receipt has {found} bytes; a QR code holds {QR_BYTES_MAX}")]
pub struct DoesNotFit {
    /// How many bytes it has.
    pub found: usize,
}

/// A text as a QR code: the strongest correction with which it still fits.
pub struct Qr(QrCode);

impl std::fmt::Debug for Qr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Qr").field("width", &self.0.width()).finish_non_exhaustive()
    }
}

impl Qr {
    /// The code of a text.
    ///
    /// # Errors
    ///
    /// [`DoesNotFit`] when it is too long.
    pub fn of(text: &str) -> Result<Self, DoesNotFit> {
        [EcLevel::H, EcLevel::Q, EcLevel::M, EcLevel::L]
            .into_iter()
            .find_map(|level| QrCode::with_error_correction_level(text, level).ok())
            .map(Self)
            .ok_or(DoesNotFit { found: text.len() })
    }

    /// As an SVG image, black on white.
    pub fn svg(&self) -> String {
        let mut image = self.0.render::<svg::Color<'_>>();
        image.min_dimensions(600, 600).build()
    }

    /// As text for a terminal with dark ground: two rows of modules a line.
    pub fn terminal(&self) -> String {
        let mut text = self.0.render::<unicode::Dense1x2>();
        text.dark_color(unicode::Dense1x2::Light).light_color(unicode::Dense1x2::Dark).build()
    }
}

#[cfg(test)]
mod tests;
