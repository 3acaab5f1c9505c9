//! Which font has a character, how it is written there, and how wide it is.

use std::fmt::Write as _;

/// A font of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    /// Helvetica.
    Regular,
    /// Helvetica-Bold.
    Bold,
    /// STSong-Light.
    Chinese,
}

impl Font {
    /// Its name in the resources of a page.
    pub(super) const fn name(self) -> &'static [u8] {
        match self {
            Self::Regular => b"F1",
            Self::Bold => b"F2",
            Self::Chinese => b"F3",
        }
    }

    /// How a character is written in this font; nothing when the font lacks it.
    pub(super) fn encode(self, character: char) -> Option<Vec<u8>> {
        match self {
            Self::Regular | Self::Bold => win_ansi(character).map(|byte| vec![byte]),
            Self::Chinese => is_in_chinese_font(character)
                .then(|| u16::try_from(u32::from(character)).ok())
                .flatten()
                .map(|unit| unit.to_be_bytes().to_vec()),
        }
    }

    /// How wide a character is, in thousandths of the font's size.
    pub(super) fn width(self, character: char) -> u16 {
        let of = |widths: &[u16; 224]| {
            let byte = win_ansi(character)?;
            widths.get(usize::from(byte.checked_sub(0x20)?)).copied()
        };
        match self {
            Self::Regular => of(&REGULAR_WIDTHS).unwrap_or_default(),
            Self::Bold => of(&BOLD_WIDTHS).unwrap_or_default(),
            Self::Chinese => 1000,
        }
    }
}

/// The font for a character: the Latin one where it has it, else the Chinese one.
pub(super) fn font_for(character: char, latin: Font) -> Option<Font> {
    [latin, Font::Chinese].into_iter().find(|font| font.encode(character).is_some())
}

/// A character in the encoding of ISO 32000-1, annex D.2, column WIN.
fn win_ansi(character: char) -> Option<u8> {
    let code = u32::from(character);
    match code {
        0x20..=0x7E | 0xA0..=0xFF => u8::try_from(code).ok(),
        0 => None,
        _ => {
            let at = HIGH.iter().position(|known| *known == character)?;
            u8::try_from(at).ok()?.checked_add(0x80)
        }
    }
}

/// What `WinAnsiEncoding` has from 0x80 to 0x9F; NUL where it has nothing.
const HIGH: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘',
    '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// What a font of the Adobe-GB1 collection can be relied on to have: Greek, Cyrillic, punctuation,
/// kana, Chinese characters of the basic block, full-width forms.
const fn is_in_chinese_font(character: char) -> bool {
    matches!(character,
        '\u{0391}'..='\u{03C9}' | '\u{0410}'..='\u{0451}'
        | '\u{2010}'..='\u{2026}' | '\u{2030}'..='\u{203B}'
        | '\u{2160}'..='\u{217B}' | '\u{2190}'..='\u{2193}' | '\u{2460}'..='\u{249B}'
        | '\u{3000}'..='\u{3017}' | '\u{3041}'..='\u{3093}' | '\u{30A1}'..='\u{30F6}'
        | '\u{4E00}'..='\u{9FA5}' | '\u{FF01}'..='\u{FF5E}' | '\u{FFE0}'..='\u{FFE5}')
}

/// A `ToUnicode` map that says what the two-byte codes mean, for readers that search and copy text without
/// knowing `UniGB-UTF16-H`: each code is its own UTF-16 unit.
pub(super) fn to_unicode() -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let rows: Vec<u8> = (0..=0xFF).filter(|row| !matches!(row, 0xD8..=0xDF)).collect();
    for some in rows.chunks(100) {
        let _ = writeln!(map, "{} beginbfrange", some.len());
        for row in some {
            let _ = writeln!(map, "<{row:02X}00> <{row:02X}FF> <{row:02X}00>");
        }
        map.push_str("endbfrange\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}

// Adobe's font metrics for the standard fonts, in the order of WinAnsiEncoding from 0x20.
const REGULAR_WIDTHS: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
    350, 556, 350, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350, 350,
    222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 350, 500, 667, 278, 333, 556,
    556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333, 400, 584, 333, 333, 333, 556,
    537, 278, 333, 333, 365, 556, 834, 834, 834, 611, 667, 667, 667, 667, 667, 667, 1000, 722, 667,
    667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722,
    722, 667, 667, 611, 556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278,
    278, 556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556, 556, 500, 556, 500,
];

const BOLD_WIDTHS: [u16; 224] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
    350, 556, 350, 278, 556, 500, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350, 350,
    278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 350, 500, 667, 278, 333, 556,
    556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 333, 737, 333, 400, 584, 333, 333, 333, 611,
    556, 278, 333, 333, 365, 556, 834, 834, 834, 611, 722, 722, 722, 722, 722, 722, 1000, 722, 667,
    667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722,
    722, 667, 667, 611, 556, 556, 556, 556, 556, 556, 889, 556, 556, 556, 556, 556, 278, 278, 278,
    278, 611, 611, 611, 611, 611, 611, 611, 584, 611, 611, 611, 611, 611, 556, 611, 556,
];
