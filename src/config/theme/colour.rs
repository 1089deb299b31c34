//! Colours as themes write them, and what becomes of them on a terminal of 256 or 16 colours. Nearness is
//! measured in Oklab (Björn Ottosson, 2020), where equal steps look equally large.

/// A colour of the 24-bit space.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Rgb(pub u8, pub u8, pub u8);

/// What a cell is painted with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Paint {
    /// Whatever lies beneath; at the bottom, the terminal's own.
    Default,
    /// One of the terminal's own sixteen colours, 0 to 15.
    Ansi(u8),
    /// A colour of the 256, 16 to 255.
    Indexed(u8),
    Rgb(u8, u8, u8),
}

/// One colour of a theme, ready for every depth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Colour {
    pub true_colour: Paint,
    pub ansi256: Paint,
    pub ansi16: Paint,
    /// As a background of 16 colours: only what the theme says itself. Sixteen colours hold no tint that any
    /// text is sure to be read on.
    pub ansi16_behind: Paint,
}

impl Colour {
    pub const DEFAULT: Self = Self::own(Paint::Default);

    /// A colour of the terminal's own, the same at every depth.
    pub const fn own(paint: Paint) -> Self {
        Self { true_colour: paint, ansi256: paint, ansi16: paint, ansi16_behind: paint }
    }

    /// From the columns of a theme file. What is not given is the nearest there is.
    pub fn columns(rgb: Option<Rgb>, ansi256: Option<u8>, ansi16: Option<Paint>) -> Option<Self> {
        let exact = rgb.or(ansi256.map(indexed));
        let Some(exact) = exact else { return ansi16.map(Self::own) };
        let middle = match ansi256 {
            Some(number) if number < 16 => Paint::Ansi(number),
            Some(number) => Paint::Indexed(number),
            None => Paint::Indexed(nearest256(exact)),
        };
        Some(Self {
            true_colour: rgb.map_or(middle, |Rgb(r, g, b)| Paint::Rgb(r, g, b)),
            ansi256: middle,
            ansi16: ansi16.unwrap_or(match ansi256 {
                Some(number) if number < 16 => Paint::Ansi(number),
                Some(_) | None => nearest16(exact),
            }),
            ansi16_behind: ansi16.unwrap_or(Paint::Default),
        })
    }
}

impl Rgb {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    fn linear(self) -> [f64; 3] {
        [self.0, self.1, self.2].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// Lightness from 0 to 1, and the two axes of colour.
    fn oklab(self) -> [f64; 3] {
        let [r, g, b] = self.linear();
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        ]
    }

    /// How different two colours look.
    fn distance(self, other: Self) -> f64 {
        let (one, other) = (self.oklab(), other.oklab());
        one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum()
    }

    /// The contrast of WCAG 2, from 1 to 21.
    #[cfg(test)]
    pub fn contrast(self, other: Self) -> f64 {
        let light = |colour: Self| {
            let [r, g, b] = colour.linear();
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        };
        let (one, other) = (light(self), light(other));
        one.max(other) / one.min(other)
    }
}

/// The colour of a number of the 256. The first sixteen are the terminal's own; the usual ones stand here.
pub(super) fn indexed(number: u8) -> Rgb {
    const OWN: [Rgb; 16] = [
        Rgb(0, 0, 0),
        Rgb(205, 0, 0),
        Rgb(0, 205, 0),
        Rgb(205, 205, 0),
        Rgb(0, 0, 238),
        Rgb(205, 0, 205),
        Rgb(0, 205, 205),
        Rgb(229, 229, 229),
        Rgb(127, 127, 127),
        Rgb(255, 0, 0),
        Rgb(0, 255, 0),
        Rgb(255, 255, 0),
        Rgb(92, 92, 255),
        Rgb(255, 0, 255),
        Rgb(0, 255, 255),
        Rgb(255, 255, 255),
    ];
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if let Some(own) = OWN.get(usize::from(number)) {
        return *own;
    }
    if number >= 232 {
        let grey = 8 + (number - 232) * 10;
        return Rgb(grey, grey, grey);
    }
    let level = |at: u8| LEVELS.get(usize::from(at % 6)).copied().unwrap_or(0);
    let cube = number - 16;
    Rgb(level(cube / 36), level(cube / 6), level(cube))
}

/// The nearest of the cube and the greys; never one of the first sixteen, which every terminal paints otherwise.
fn nearest256(colour: Rgb) -> u8 {
    let mut best = (f64::INFINITY, 16);
    for number in 16..=255 {
        let distance = colour.distance(indexed(number));
        if distance < best.0 {
            best = (distance, number);
        }
    }
    best.1
}

/// One of the terminal's own colours by hue. Greys are left to the terminal: its own text is always legible,
/// while its black, white and bright black may be its background.
fn nearest16(colour: Rgb) -> Paint {
    const GREY: f64 = 0.04;
    const BRIGHT: f64 = 0.72;
    let [lightness, a, b] = colour.oklab();
    if a.hypot(b) < GREY {
        return Paint::Default;
    }
    let hue = b.atan2(a);
    let mut best = (f64::INFINITY, 1);
    for number in 1..=6u8 {
        // The bright ones are pure hues.
        let [_, a, b] = indexed(number + 8).oklab();
        let away = (hue - b.atan2(a)).rem_euclid(std::f64::consts::TAU);
        let away = away.min(std::f64::consts::TAU - away);
        if away < best.0 {
            best = (away, number);
        }
    }
    Paint::Ansi(if lightness > BRIGHT { best.1 + 8 } else { best.1 })
}

/// The names of the terminal's own colours.
pub(super) const OWN_NAMES: &[(&str, Paint)] = &[
    ("default", Paint::Default),
    ("black", Paint::Ansi(0)),
    ("red", Paint::Ansi(1)),
    ("green", Paint::Ansi(2)),
    ("yellow", Paint::Ansi(3)),
    ("blue", Paint::Ansi(4)),
    ("magenta", Paint::Ansi(5)),
    ("cyan", Paint::Ansi(6)),
    ("white", Paint::Ansi(7)),
    ("bright-black", Paint::Ansi(8)),
    ("bright-red", Paint::Ansi(9)),
    ("bright-green", Paint::Ansi(10)),
    ("bright-yellow", Paint::Ansi(11)),
    ("bright-blue", Paint::Ansi(12)),
    ("bright-magenta", Paint::Ansi(13)),
    ("bright-cyan", Paint::Ansi(14)),
    ("bright-white", Paint::Ansi(15)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cube_and_the_greys_are_exact() {
        for number in 16..=255 {
            let colour = indexed(number);
            assert_eq!(indexed(nearest256(colour)), colour, "{number}");
        }
        assert_eq!(nearest256(Rgb(0xda, 0xfb, 0xe1)), 194, "the pale green of diffs");
        assert_eq!(nearest256(Rgb(255, 254, 255)), 231);
        assert_eq!(nearest256(Rgb(1, 0, 1)), 16);
    }

    #[test]
    fn sixteen_colours_keep_the_hue_and_leave_greys_alone() {
        let cases = [
            ("#8bd49c", Paint::Ansi(10)),
            ("#116329", Paint::Ansi(2)),
            ("#ff9b9b", Paint::Ansi(9)),
            ("#a40e26", Paint::Ansi(1)),
            ("#8ab4ff", Paint::Ansi(12)),
            ("#0550ae", Paint::Ansi(4)),
            ("#7ad7e6", Paint::Ansi(14)),
            ("#8250df", Paint::Ansi(4)),
            ("#9a2fa3", Paint::Ansi(5)),
            ("#e5c07b", Paint::Ansi(11)),
            ("#808080", Paint::Default),
            ("#000000", Paint::Default),
            ("#fafbfc", Paint::Default),
        ];
        for (text, paint) in cases {
            assert_eq!(nearest16(Rgb::parse(text).unwrap()), paint, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let contrast = |one, other| Rgb::parse(one).unwrap().contrast(Rgb::parse(other).unwrap());
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.001);
        assert!((contrast("#777777", "#ffffff") - 4.478).abs() < 0.001);
    }

    #[test]
    fn columns_fill_each_other() {
        let green = Colour::columns(Rgb::parse("#dafbe1"), None, Some(Paint::Ansi(2))).unwrap();
        assert_eq!((green.true_colour, green.ansi256), (Paint::Rgb(0xda, 0xfb, 0xe1), Paint::Indexed(194)));
        assert_eq!((green.ansi16, green.ansi16_behind), (Paint::Ansi(2), Paint::Ansi(2)));
        let numbered = Colour::columns(None, Some(34), None).unwrap();
        assert_eq!((numbered.true_colour, numbered.ansi16), (Paint::Indexed(34), Paint::Ansi(2)));
        assert_eq!(numbered.ansi16_behind, Paint::Default);
        assert_eq!(Colour::columns(None, None, None), None);
        for text in ["", "#", "#12345", "#1234567", "123456", "#12345g", "#+12345", "#é1234"] {
            assert_eq!(Rgb::parse(text), None, "{text}");
        }
    }
}
