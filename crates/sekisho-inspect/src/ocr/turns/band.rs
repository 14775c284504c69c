//! A machine-readable zone that was not well read at first, looked at again.
//!
//! Its rows may lie in pieces, be cut out too high or too low, or stand out too little from what is printed beneath
//! them. Each is put right in turn, until the check digits are right.

use image::{GrayImage, RgbImage, imageops};

use super::{Sheet, is_right, line, middle, skew, zones as forced};
use crate::{
    ocr::{EngineError, detect, lines, rectangle::Rectangle},
    read::line::Line,
};

/// A row of a zone is so many times as wide as it is high: 30 letters of a card at the least, cut out generously.
const ASPECT: std::ops::RangeInclusive<f32> = 11.0..=60.0;
/// A zone has three rows at the most; one more may look like one.
const ROWS: usize = 4;
/// Rows are cut out at these shares of the height at which they were found.
const HEIGHTS: [f32; 3] = [1.0, 0.8, 1.25];
/// Share of a page's height at its foot in which its zone stands: the lower third, and something for a page that is not
/// cut out well.
const FOOT: f32 = 0.45;
/// Letters of the shortest piece of a zone's row that is known for one.
const PIECE: usize = 8;

/// What can be read as a zone on `sheet`, whose lines these are, if it is looked at again. Only a page that shows pieces
/// of a zone, or says nothing of what it is, is worth it.
pub(super) fn zones(sheet: &Sheet<'_>, all: &[Line], upside_down: bool) -> Result<Vec<Vec<Line>>, EngineError> {
    let pieces: Vec<&Line> = all.iter().filter(|line| is_piece(line)).collect();
    let fillers = pieces.iter().any(|line| line.text.contains("<<"));
    if !fillers && is_japanese(all) {
        return Ok(Vec::new());
    }
    let whole = Look { sheet, picture: sheet.picture, down: 0.0, upside_down };
    let near: Vec<Rectangle> = sheet.found.iter().filter(|line| is_near(line, &pieces)).copied().collect();
    let found = whole.rows(&near)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let (foot, down) = foot(sheet.picture, upside_down);
    let flat = flattened(&foot);
    let found = detect::lines(sheet.reader.engine.as_ref(), &flat)?;
    Look { sheet, picture: &flat, down, upside_down }.rows(&found)
}

/// Whether the line has a run of fillers, or is a long row of what zones have.
fn is_piece(line: &Line) -> bool {
    let of_a_zone = |letter: &char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || *letter == '<';
    let count = line.text.chars().filter(of_a_zone).count();
    count >= PIECE && (line.text.contains("<<") || count >= 3 * PIECE)
}

/// Whether the page has a line with letters that no zone's document but a Japanese one has: those that have a zone say so.
fn is_japanese(all: &[Line]) -> bool {
    let japanese = |letter: char| matches!(letter, '\u{3041}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}');
    let lines = all.iter().filter(|line| line.text.chars().filter(|letter| japanese(*letter)).count() >= 3).count();
    let passport = all.iter().any(|line| line.text.contains("PASSPORT") || line.text.contains("旅券"));
    lines >= 3 && !passport
}

/// Whether a line that was found lies in a row with a piece, or within three rows of one.
fn is_near(found: &Rectangle, pieces: &[&Line]) -> bool {
    let near = |piece: &&Line| {
        let (x, y) = (piece.quad[0].0 + piece.quad[2].0, piece.quad[0].1 + piece.quad[2].1);
        let away = (x / 2.0 - found.middle.0, y / 2.0 - found.middle.1);
        let across = (away.1 * found.along.0 - away.0 * found.along.1).abs();
        across < 6.0 * found.height.min(piece.place.3)
    };
    pieces.iter().any(near)
}

/// A picture in which rows are looked for: the sheet's own, or a part of it that begins so far down.
struct Look<'a> {
    sheet: &'a Sheet<'a>,
    picture: &'a RgbImage,
    down: f32,
    upside_down: bool,
}

impl Look<'_> {
    /// The zones that the lowest rows of these lines are, if their check digits are right.
    fn rows(&self, found: &[Rectangle]) -> Result<Vec<Vec<Line>>, EngineError> {
        let rows = lowest(rows(found), self.upside_down);
        for height in HEIGHTS.iter().filter(|_| rows.len() >= 2) {
            let cut = rows.iter().map(|row| Rectangle { height: row.height * height, ..*row });
            let zones = self.read(cut)?;
            if zones.iter().any(|zone| is_right(zone)) {
                return Ok(zones);
            }
            // What is like no zone at this height is like none at another, and every row takes its time.
            if zones.is_empty() {
                break;
            }
        }
        Ok(Vec::new())
    }

    fn read(&self, rows: impl Iterator<Item = Rectangle>) -> Result<Vec<Vec<Line>>, EngineError> {
        let skew = skew(&self.sheet.found);
        let mut all = Vec::new();
        for row in rows {
            let mut found = lines::as_zone(self.sheet.reader, self.picture, row, self.upside_down)?;
            found.rectangle.middle.1 += self.down;
            let lattices = found.lattice.take().into_iter().collect();
            all.push((line(found, skew, self.upside_down), lattices));
        }
        all.sort_by(|(one, _), (other, _)| middle(one).total_cmp(&middle(other)));
        Ok(forced(&all))
    }
}

/// The lines put together to rows, of which those that may be a zone's are left.
fn rows(found: &[Rectangle]) -> Vec<Rectangle> {
    let mut rows: Vec<Rectangle> = Vec::new();
    let mut by_width: Vec<&Rectangle> = found.iter().filter(|line| line.width > line.height).collect();
    by_width.sort_by(|one, other| other.width.total_cmp(&one.width));
    for line in by_width {
        match rows.iter_mut().find(|row| is_of(line, row)) {
            Some(row) => *row = together(row, line),
            None => rows.push(*line),
        }
    }
    let widest = rows.iter().map(|row| row.width).fold(0.0, f32::max);
    rows.retain(|row| ASPECT.contains(&(row.width / row.height.max(1.0))) && row.width > widest / 2.0);
    rows
}

/// Whether `line` stands in the same row.
fn is_of(line: &Rectangle, row: &Rectangle) -> bool {
    let away = (line.middle.0 - row.middle.0, line.middle.1 - row.middle.1);
    let across = (away.1 * row.along.0 - away.0 * row.along.1).abs();
    let alike = line.height < 1.7 * row.height && row.height < 1.7 * line.height;
    alike && across < 0.4 * row.height.min(line.height)
}

fn together(row: &Rectangle, line: &Rectangle) -> Rectangle {
    let corners = [row.corners(), line.corners()].concat();
    let both = Rectangle::along(&corners, row.along).unwrap_or(*row);
    // Pieces that lie a little askew to each other don't make it higher.
    Rectangle { height: row.height.max(line.height).max(both.height * 0.8), ..both }
}

/// Those nearest to the foot.
fn lowest(mut rows: Vec<Rectangle>, upside_down: bool) -> Vec<Rectangle> {
    let sign = if upside_down { -1.0 } else { 1.0 };
    rows.sort_by(|one, other| (other.middle.1 * sign).total_cmp(&(one.middle.1 * sign)));
    rows.truncate(ROWS);
    rows
}

/// The foot of a page, and how far down it begins.
fn foot(picture: &RgbImage, upside_down: bool) -> (RgbImage, f32) {
    let (width, height) = picture.dimensions();
    let part = ((height as f32 * FOOT) as u32).max(1);
    let down = if upside_down { 0 } else { height - part.min(height) };
    (imageops::crop_imm(picture, 0, down, width, part).to_image(), down as f32)
}

/// Pixels to which a picture is made smaller before what is beneath the print is made out.
const COARSE: u32 = 64;

/// Black print on one grey: each pixel by how much it differs from what surrounds it, as much as all do on average.
fn flattened(picture: &RgbImage) -> RgbImage {
    let grey = imageops::grayscale(picture);
    let (width, height) = grey.dimensions();
    let rows = (COARSE * height / width.max(1)).max(2);
    let coarse = imageops::resize(&grey, COARSE, rows, imageops::FilterType::Triangle);
    let around = imageops::resize(&coarse, width, height, imageops::FilterType::Triangle);
    let differences =
        || grey.pixels().zip(around.pixels()).map(|(one, other)| f32::from(one.0[0]) - f32::from(other.0[0]));
    let count = (width * height).max(1) as f32;
    let spread = (differences().map(|by| by * by).sum::<f32>() / count).sqrt().max(4.0);
    let levels = differences().map(|by| (150.0 + by * 60.0 / spread).clamp(0.0, 255.0) as u8).collect();
    let flat = GrayImage::from_raw(width, height, levels).unwrap_or(grey);
    image::DynamicImage::ImageLuma8(flat).into_rgb8()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32, y: f32, width: f32) -> Rectangle {
        Rectangle { middle: (x, y), width, height: 20.0, along: (1.0, 0.0) }
    }

    #[test]
    fn a_row_in_pieces_is_put_together_and_short_rows_are_left_out() {
        let found = [at(250.0, 300.0, 500.0), at(100.0, 330.0, 200.0), at(370.0, 332.0, 240.0), at(50.0, 100.0, 80.0)];
        let rows = lowest(rows(&found), false);
        assert_eq!(rows.len(), 2, "{rows:?}");
        assert!((rows[0].width - 490.0).abs() < 1.0 && rows[0].height < 21.0, "{rows:?}");
        assert_eq!(lowest(self::rows(&found), true)[0].middle.1, 300.0, "upside down the foot is above");
    }

    #[test]
    fn faint_print_on_a_shaded_ground_is_made_black() {
        let drawn = RgbImage::from_fn(400, 100, |x, y| {
            let ground = 200 - (x / 4) as u8;
            image::Rgb([if (x / 6) % 2 == 0 && (40..60).contains(&y) { ground - 12 } else { ground }; 3])
        });
        let flat = flattened(&drawn);
        let ink = |x: u32| flat.get_pixel(x, 50).0[0];
        for x in [120, 240, 360] {
            assert!(ink(x + 9) - ink(x + 3) > 60, "{} {}", ink(x + 3), ink(x + 9));
        }
    }

    #[test]
    fn a_japanese_card_without_a_zone_is_not_looked_at_again() {
        let lines = crate::read::line::page(&["運転免許証", "昭和61年3月31日生", "愛知県公安委員会"]);
        assert!(is_japanese(&lines) && !lines.iter().any(is_piece));
        let lines = crate::read::line::page(&["P<UTOERIKSSON<<AN", "IDENTITY CARD"]);
        assert!(!is_japanese(&lines) && is_piece(&lines[0]) && !is_piece(&lines[1]));
    }
}
