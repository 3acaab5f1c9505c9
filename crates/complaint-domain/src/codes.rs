//! The codes of closed lists: the one word by which records, reports and messages call a value.
//!
//! A closed list is an enum without fields. Its code is its stored name, so a message, a table and
//! a record cannot call the same thing by two names; a test compares the two for every value.

/// Gives closed lists their `ALL`, `code`, `Display` and `FromStr`.
///
/// The match in `code` names every variant, so a list that grows does not compile until its codes
/// do; `ALL` is made from the same lines.
macro_rules! closed_list {
    ($($list:ident { $($variant:ident = $code:literal),+ $(,)? })+) => {$(
        impl $list {
            /// Every value, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored name of the value.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }

        impl ::std::fmt::Display for $list {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl ::std::str::FromStr for $list {
            type Err = $crate::codes::ParseCodeError;

            fn from_str(input: &str) -> Result<Self, Self::Err> {
                match input {
                    $($code => Ok(Self::$variant),)+
                    _ => Err($crate::codes::ParseCodeError { codes: &[$($code),+] }),
                }
            }
        }
    )+};
}

pub(crate) use closed_list;

/// Gives an enum with fields the names of its variants: the list of all, and the one of a value.
///
/// The list and the `match` are made from the same lines, and the `match` names every variant.
macro_rules! named_variants {
    ($name:ident, $all:ident, $one:ident { $($variant:ident = $code:literal),+ $(,)? }) => {
        impl $name {
            /// Every name, in the order of the list.
            pub const $all: &'static [&'static str] = &[$($code),+];

            /// The stable name, for programs and documents.
            pub const fn $one(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)+
                }
            }
        }
    };
}

pub(crate) use named_variants;

/// The text is not a code of the list. The text itself is not repeated: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", codes.join(", "))]
pub struct ParseCodeError {
    /// The codes of the list.
    pub codes: &'static [&'static str],
}

#[cfg(test)]
pub(crate) mod tests;
