//! Typed integers: time, lengths, rates and shares, read from and written as text with a unit.
//!
//! No unit is ever a bare number in a signature. Every type here is an integer inside, because a
//! float would round differently from one machine to the next. Text is exact: `"1.5ms"` is
//! 1,500,000 ns, and what does not come out as a whole number of the base unit is refused.
//! [`std::fmt::Display`] writes the shortest form that reads back as the same value.

mod quantity;
mod ratio;
mod time;

pub use quantity::{Bytes, Rate};
pub use ratio::Ratio;
pub use time::{SimTime, Span};

/// Why a text is not a quantity. The message is complete by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(String);

/// Gives a unit type its text form in files people read and its integer form everywhere else.
macro_rules! text_form {
    ($type:ident, $example:literal) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.to_raw().serialize(serializer)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = String::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    serde::Deserialize::deserialize(deserializer).map(Self::from_raw)
                }
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "examples": [$example] })
            }
        }
    };
}

text_form!(Span, "20ms");
text_form!(Bytes, "64KiB");
text_form!(Rate, "1Gbit/s");
text_form!(Ratio, "0.1%");
