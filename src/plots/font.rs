//! The font that comes with the program: `DejaVu` Sans, Latin-1 and a few signs.

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use std::sync::Once;

/// See `assets/LICENSE` and `assets/README.md`.
static FONT: &[u8] = include_bytes!("assets/DejaVuSans-Latin1.ttf");

/// The only family that figures name.
pub(super) const FAMILY: FontFamily<'static> = FontFamily::SansSerif;

/// plotters asks for a font's ascent plus descent; of `DejaVu` Sans that is so much for each em.
pub(super) const HEIGHT_OF_EM: f64 = 1.164;

/// Makes the font known to plotters, which without it cannot even measure.
pub(super) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let known = register_font(FAMILY.as_str(), FontStyle::Normal, FONT);
        assert!(known.is_ok(), "the font that comes with the program is a font");
    });
}

/// How wide `words` are in letters of `size` pixels.
pub(super) fn width(words: &str, size: i32) -> i32 {
    register();
    let font = FontDesc::new(FAMILY, f64::from(size) * HEIGHT_OF_EM, FontStyle::Normal);
    let (width, _) = font.box_size(words).expect("the font is registered");
    i32::try_from(width).unwrap_or(i32::MAX)
}

/// `words`, cut short with an ellipsis where they are wider than `room`.
pub(super) fn shorten(words: &str, size: i32, room: i32) -> String {
    if width(words, size) <= room {
        return words.to_owned();
    }
    let cut = |letters: usize| {
        let kept: String = words.chars().take(letters).collect();
        format!("{}…", kept.trim_end())
    };
    // A cut can only grow with its letters, so halving finds the longest that fits.
    let (mut fits, mut too_long) = (0, words.chars().count());
    while too_long - fits > 1 {
        let middle = usize::midpoint(fits, too_long);
        if width(&cut(middle), size) <= room {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    cut(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_to_the_room_there_is() {
        let name = "Transactions as chains, applied on the other side";
        assert_eq!(shorten(name, 13, 800), name);
        let short = shorten(name, 13, 200);
        assert!(short.ends_with('…') && width(&short, 13) <= 200, "{short}");
        let longer: String = name.chars().take(short.chars().count()).collect();
        assert!(width(&format!("{longer}…"), 13) > 200, "{short} could be longer");
        assert_eq!(shorten(name, 13, 0), "…");
    }

    #[test]
    fn every_sign_of_a_figure_is_in_the_font() {
        let missing = width("\u{1F600}", 100);
        for sign in "%.,:;()/-–—…×≤≥µäéß".chars() {
            let alone = width(&sign.to_string(), 100);
            assert!(alone > 0 && alone != missing, "{sign}: {alone}");
        }
    }
}
