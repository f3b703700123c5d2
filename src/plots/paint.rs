//! A figure as SVG or as PNG: the same marks, painted by two backends of plotters.

mod strokes;

use super::font;
use super::style::{Anchor, Area, Colour, Figure, Grain, Mark, Point};
use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::{
    BitMapBackend, Circle, Color as _, DrawingArea, DrawingBackend, IntoDrawingArea as _,
    PathElement, Polygon, RGBColor, Rectangle, SVGBackend, Text, WHITE,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, TextStyle};
use std::ops::Range;

/// What a figure is painted on.
#[derive(Clone, Copy)]
enum Medium {
    Svg,
    /// Shown at a tenth of the size at which it is drawn.
    FineSvg,
    Bitmap,
    /// Drawn at twice its size and then averaged, which makes its edges smooth.
    FineBitmap,
}

impl Medium {
    /// Pixels of the medium for each pixel of the layout.
    const fn scale(self) -> i32 {
        match self {
            Self::Svg => 1,
            Self::FineSvg => 10,
            Self::Bitmap => 2,
            Self::FineBitmap => 4,
        }
    }

    /// The size that plotters is to be asked for so that an em is `size` pixels.
    fn font_size(self, size: i32) -> f64 {
        let scaled = f64::from(size * self.scale());
        match self {
            // It writes the size that it is asked for divided by this.
            Self::Svg | Self::FineSvg => scaled * 1.24,
            Self::Bitmap | Self::FineBitmap => scaled * font::HEIGHT_OF_EM,
        }
    }

    /// How far below the point that plotters is given the words stand, if anchored at their top.
    fn drop(self, size: i32) -> f64 {
        match self {
            Self::Svg | Self::FineSvg => f64::from(size * self.scale()) * 0.76,
            Self::Bitmap | Self::FineBitmap => self.font_size(size) / 2.0,
        }
    }

    /// A length of the layout in pixels of the medium.
    fn length(self, length: f64) -> i32 {
        #[expect(clippy::cast_possible_truncation, reason = "a figure has few pixels")]
        let pixels = (length * f64::from(self.scale())).round() as i32;
        pixels
    }

    fn point(self, (x, y): Point) -> (i32, i32) {
        (self.length(x), self.length(y))
    }
}

/// The figure as SVG text.
pub(super) fn svg(figure: &Figure) -> String {
    let medium = medium(figure);
    let (mut text, (width, height)) = (String::new(), size(figure, medium));
    paint(SVGBackend::with_string(&mut text, (width, height)), figure, medium);
    let (head, body) = text.split_once('\n').expect("the opening tag has a line");
    let head = head.strip_suffix('>').expect("the opening tag ends its line");
    let drawn = format!("width=\"{width}\" height=\"{height}\"");
    let shown = format!("width=\"{}\" height=\"{}\"", figure.width, figure.height);
    let head = head.replacen(&drawn, &shown, 1);
    let Figure { title, description, metadata, .. } = figure;
    let [title, description, metadata] = [title, description, metadata].map(|words| escape(words));
    format!(
        "{head} role=\"img\" aria-labelledby=\"title description\">\n\
         <title id=\"title\">{title}</title>\n\
         <desc id=\"description\">{description}</desc>\n\
         <metadata>{metadata}</metadata>\n{body}"
    )
}

/// Some of its marks as elements of the drawing that [`svg`] makes, without what is said of all.
pub(super) fn elements(figure: &Figure, marks: Range<usize>) -> String {
    const SURE: &str = "memory takes every mark, and the font is registered";
    let medium = medium(figure);
    let (mut text, size) = (String::new(), size(figure, medium));
    font::register();
    let canvas = SVGBackend::with_string(&mut text, size).into_drawing_area();
    for mark in &figure.marks[marks] {
        draw(&canvas, mark, medium).expect(SURE);
    }
    canvas.present().expect(SURE);
    drop(canvas);
    let (_, rest) = text.split_once('\n').expect("the opening tag has a line");
    let elements = rest.trim_end().strip_suffix("</svg>").expect("it is closed");
    elements.replace(" opacity=\"1\"", "").replace(" stroke=\"none\"", "")
}

/// What its SVG is painted on.
const fn medium(figure: &Figure) -> Medium {
    match figure.grain {
        Grain::Whole => Medium::Svg,
        Grain::Fine => Medium::FineSvg,
    }
}

/// The figure as PNG.
pub(super) fn png(figure: &Figure) -> Vec<u8> {
    const PER_METRE: u32 = 7874; // 200 dots per inch
    let (width, height) = size(figure, Medium::Bitmap);
    let pixels = match figure.grain {
        Grain::Whole => bitmap(figure, Medium::Bitmap),
        Grain::Fine => averaged(&bitmap(figure, Medium::FineBitmap), width),
    };
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let unit = png::Unit::Meter;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: PER_METRE, yppu: PER_METRE, unit }));
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
    written.expect("memory takes all that is written");
    file
}

/// Red, green and blue of each pixel.
fn bitmap(figure: &Figure, medium: Medium) -> Vec<u8> {
    let (width, height) = size(figure, medium);
    let length = usize::try_from(u64::from(width) * u64::from(height) * 3);
    let mut pixels = vec![0; length.expect("a figure fits into memory")];
    paint(BitMapBackend::with_buffer(&mut pixels, (width, height)), figure, medium);
    pixels
}

/// Pixels of which each is the mean of two by two; `width`: pixels of a row that is left.
fn averaged(pixels: &[u8], width: u32) -> Vec<u8> {
    let row = usize::try_from(width).expect("a row fits into memory") * 6;
    let mut means = Vec::with_capacity(pixels.len() / 4);
    for rows in pixels.chunks_exact(row * 2) {
        for left in (0..row).step_by(6) {
            for colour in left..left + 3 {
                let four = [colour, colour + 3, colour + row, colour + row + 3];
                let sum: u16 = four.iter().map(|place| u16::from(rows[*place])).sum();
                means.push(u8::try_from((sum + 2) / 4).expect("a mean of bytes"));
            }
        }
    }
    means
}

fn size(figure: &Figure, medium: Medium) -> (u32, u32) {
    let scaled = |length: i32| u32::try_from(length * medium.scale()).expect("a length");
    (scaled(figure.width), scaled(figure.height))
}

fn paint<B: DrawingBackend>(backend: B, figure: &Figure, medium: Medium) {
    const SURE: &str = "memory takes every mark, and the font is registered";
    font::register();
    let area = backend.into_drawing_area();
    area.fill(&WHITE).expect(SURE);
    for mark in &figure.marks {
        draw(&area, mark, medium).expect(SURE);
    }
    area.present().expect(SURE);
}

type Painted<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

fn draw<B: DrawingBackend>(
    canvas: &DrawingArea<B, Shift>,
    mark: &Mark,
    medium: Medium,
) -> Painted<B> {
    let scale = medium.scale();
    let point = |(x, y): (i32, i32)| (x * scale, y * scale);
    match mark {
        Mark::Fill { area: Area { left, top, right, bottom }, colour } => {
            let corners = [(*left, *top), (*right, *bottom)].map(point);
            canvas.draw(&Rectangle::new(corners, rgb(*colour).filled()))
        }
        Mark::Line { from, to, colour } => {
            // Of any other width, its ends would not be where they are said to be.
            let stroke = rgb(*colour).stroke_width(1);
            canvas.draw(&PathElement::new([point(*from), point(*to)], stroke))
        }
        Mark::Path { points, colour, width } => {
            strokes::path(canvas, points, (*colour, *width), medium)
        }
        Mark::Region { points, colour, percent } => {
            let points: Vec<_> = points.iter().map(|point| medium.point(*point)).collect();
            canvas.draw(&Polygon::new(points, rgb(*colour).mix(f64::from(*percent) / 100.0)))
        }
        Mark::Disc { at, radius, colour } => {
            let (centre, radius) = (medium.point(*at), medium.length(*radius));
            canvas.draw(&Circle::new(centre, radius, rgb(*colour).filled()))
        }
        Mark::Text { at, anchor, size, colour, words } => {
            let (x, baseline) = point(*at);
            let font = (font::FAMILY, medium.font_size(*size), FontStyle::Normal);
            let colour = rgb(*colour);
            let style = TextStyle::from(font).color(&colour).pos(anchored(*anchor));
            #[expect(clippy::cast_possible_truncation, reason = "letters are a few pixels high")]
            let drop = medium.drop(*size).round() as i32;
            canvas.draw(&Text::new(words.as_str(), (x, baseline - drop), style))
        }
    }
}

const fn rgb(Colour(red, green, blue): Colour) -> RGBColor {
    RGBColor(red, green, blue)
}

fn anchored(anchor: Anchor) -> Pos {
    let horizontal = match anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    Pos::new(horizontal, VPos::Top)
}

/// `text` as XML holds it.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
