//! Student's t distribution: how far the mean of a few values may be from the mean of what they were
//! drawn from.
//!
//! The logarithm, the exponential and the gamma function are those of `libm`: the same on every
//! machine.

/// The confidence of every interval in this crate.
pub const CONFIDENCE: f64 = 0.95;

/// The t beyond which, on either side, lies what the confidence leaves over: a value of Student's
/// distribution with so many degrees of freedom (at least one) is within ± t with this probability.
///
/// The probability outside is I(ν/(ν + t²); ν/2, 1/2), the regularized incomplete beta function
/// (Abramowitz and Stegun, 26.7.1). As a function of t > 0 it falls and is convex, so Newton's method
/// rises from 0 to the solution and never passes it.
#[must_use]
pub fn quantile(confidence: f64, degrees: u64) -> f64 {
    assert!(degrees > 0 && confidence > 0.0 && confidence < 1.0);
    let degrees = super::approximate(degrees);
    let outside = 1.0 - confidence;
    let mut t = 0.0;
    for _ in 0..STEPS {
        let step = (two_sided(t, degrees) - outside) / (2.0 * density(t, degrees));
        t += step;
        if step <= t * f64::EPSILON {
            break;
        }
    }
    t
}

/// Steps of Newton's method at most; where tails are longest, each doubles t.
const STEPS: u32 = 200;

/// The probability of more than t on either side.
fn two_sided(t: f64, degrees: f64) -> f64 {
    let (half, all) = (degrees / 2.0, degrees + t * t);
    let (near, far) = ((degrees / all, half), (t * t / all, 0.5));
    // Below this the fraction converges fast; above, that of the complement does.
    if near.0 <= (half + 1.0) / (half + 2.5) {
        incomplete_beta(near, far, half)
    } else {
        1.0 - incomplete_beta(far, near, half)
    }
}

/// The density at t.
fn density(t: f64, degrees: f64) -> f64 {
    let half = degrees / 2.0;
    let scale = gamma_ratio(half) - libm::log(degrees * PI) / 2.0;
    libm::exp(scale - (half + 0.5) * libm::log1p(t * t / degrees))
}

const PI: f64 = std::f64::consts::PI;

/// The regularized incomplete beta function I(x; a, b), given x with a and 1 - x with b: one of a and b
/// is `half`, and the other 1/2.
fn incomplete_beta((x, a): (f64, f64), (y, b): (f64, f64), half: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let scale = gamma_ratio(half) - libm::log(PI) / 2.0;
    // The logarithm of what is close to 1 is taken of how far it is from there.
    let log = |near: f64, rest: f64| {
        if rest < 0.5 { libm::log1p(-rest) } else { libm::log(near) }
    };
    let front = libm::exp(scale + a * log(x, y) + b * log(y, x));
    front / (a * fraction(x, a, b))
}

/// ln Γ(h + 1/2) - ln Γ(h). For large h the two are too close to be subtracted: Stirling's series.
fn gamma_ratio(h: f64) -> f64 {
    if h < 50.0 {
        return libm::lgamma(h + 0.5) - libm::lgamma(h);
    }
    let square = h * h;
    libm::log(h) / 2.0 - (1.0 / 8.0 - (1.0 / 192.0 - 1.0 / (640.0 * square)) / square) / h
}

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun, 26.5.8), by the
/// method of Lentz as Thompson and Barnett have it.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TERMS: u32 = 10_000;
    const SMALLEST: f64 = 1e-300;
    let away = |value: f64| if value.abs() < SMALLEST { SMALLEST } else { value };
    let (mut above, mut below, mut value) = (1.0, 0.0, 1.0);
    for term in 1..TERMS {
        let (half, whole) = (f64::from(term / 2), a + 2.0 * f64::from(term / 2));
        let numerator = if term % 2 == 0 {
            half * (b - half) * x / ((whole - 1.0) * whole)
        } else {
            -(a + half) * (a + b + half) * x / (whole * (whole + 1.0))
        };
        below = 1.0 / away(1.0 + numerator * below);
        above = away(1.0 + numerator / above);
        value *= above * below;
        if (above * below - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of printed tables, to nine digits after the point.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (degrees, wanted) in [
            (1, 12.706_204_736),
            (2, 4.302_652_730),
            (4, 2.776_445_105),
            (9, 2.262_157_163),
            (29, 2.045_229_642),
            (99, 1.984_216_952),
            (999, 1.962_341_461),
            (100_000_000, 1.959_964_008),
        ] {
            let found = quantile(CONFIDENCE, degrees);
            assert!((found - wanted).abs() < 1e-9, "{degrees}: {found:.12} {wanted}");
        }
        // The Cauchy distribution has its quantiles in closed form.
        for confidence in [0.5_f64, 0.9, 0.99, 0.999_999] {
            let wanted = libm::tan(PI * confidence / 2.0);
            let found = quantile(confidence, 1);
            assert!((found / wanted - 1.0).abs() < 1e-9, "{confidence}: {found} {wanted}");
        }
    }

    #[test]
    fn more_values_narrow_it() {
        let found: Vec<_> = (1..400).map(|degrees| quantile(CONFIDENCE, degrees)).collect();
        assert!(found.windows(2).all(|pair| pair[0] > pair[1]));
    }
}
