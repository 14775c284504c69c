//! Where lines stand, from how likely each pixel lies in one.

use super::rectangle::Rectangle;

/// A pixel at or above this belongs to a line.
const LIKELY: f32 = 0.3;
/// A line whose pixels are less likely than this on the average is none.
const LINE_AT_LEAST: f32 = 0.5;
/// The network is taught to give lines shrunk; by this ratio of area to girth they are grown again.
const GROWTH: f32 = 1.6;
/// Pixels of the shorter side of the smallest line, before it is grown.
const LEAST: f32 = 3.0;
/// More than these are no document.
const AT_MOST: usize = 400;

/// The lines in a map of likelihoods with this width, grown to their full height, in its pixels.
pub(super) fn lines(map: &[f32], width: usize) -> Vec<Rectangle> {
    let mut seen = vec![false; map.len()];
    let mut found = Vec::new();
    for start in 0..map.len() {
        if map[start] < LIKELY || seen[start] || found.len() >= AT_MOST {
            continue;
        }
        let outline = outline(map, width, start, &mut seen);
        found.extend(Rectangle::around(&outline).and_then(|shrunk| line(map, width, shrunk)));
    }
    found
}

/// The region around `start`: those of its pixels that have a neighbour outside, each as its four corners' middle.
fn outline(map: &[f32], width: usize, start: usize, seen: &mut [bool]) -> Vec<(f32, f32)> {
    let (mut open, mut outline) = (vec![start], Vec::new());
    seen[start] = true;
    while let Some(at) = open.pop() {
        let mut inside = 0;
        for next in neighbours(at, width, map.len()).filter(|next| map[*next] >= LIKELY) {
            inside += 1;
            if !std::mem::replace(&mut seen[next], true) {
                open.push(next);
            }
        }
        if inside < 8 {
            outline.push(((at % width) as f32 + 0.5, (at / width) as f32 + 0.5));
        }
    }
    outline
}

fn neighbours(at: usize, width: usize, length: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % width, at / width);
    let rows = y.saturating_sub(1)..=(y + 1).min(length / width - 1);
    let columns = move || x.saturating_sub(1)..=(x + 1).min(width - 1);
    rows.flat_map(move |row| columns().map(move |column| row * width + column)).filter(move |next| *next != at)
}

fn line(map: &[f32], width: usize, shrunk: Rectangle) -> Option<Rectangle> {
    let girth = 2.0 * (shrunk.width + shrunk.height);
    let wide_enough = shrunk.width.min(shrunk.height) >= LEAST;
    (wide_enough && mean(map, width, &shrunk) >= LINE_AT_LEAST).then(|| shrunk.grown(shrunk.area() * GROWTH / girth))
}

/// The mean of the pixels within.
fn mean(map: &[f32], width: usize, within: &Rectangle) -> f32 {
    let corners = within.corners();
    let side = |values: [f32; 4], most: usize| {
        let least = values.into_iter().fold(f32::INFINITY, f32::min).max(0.0) as usize;
        let greatest = values.into_iter().fold(0.0, f32::max).ceil() as usize;
        least..greatest.min(most)
    };
    let (columns, rows) =
        (side(corners.map(|corner| corner.0), width), side(corners.map(|corner| corner.1), map.len() / width));
    let pixels = rows.flat_map(|row| columns.clone().map(move |column| (column, row)));
    let inside = pixels.filter(|(x, y)| within.holds((*x as f32 + 0.5, *y as f32 + 0.5)));
    let (sum, count) = inside.fold((0.0, 0), |(sum, count), (x, y)| (sum + map[y * width + x], count + 1));
    if count == 0 { 0.0 } else { sum / count as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 120;

    fn drawn(lines: &[(Rectangle, f32)]) -> Vec<f32> {
        let likely = |at: usize| {
            let point = ((at % WIDTH) as f32 + 0.5, (at / WIDTH) as f32 + 0.5);
            lines.iter().find(|(line, _)| line.holds(point)).map_or(0.0, |(_, likely)| *likely)
        };
        (0..WIDTH * 80).map(likely).collect()
    }

    fn line_at(x: f32, y: f32, along: (f32, f32)) -> Rectangle {
        Rectangle { middle: (x, y), width: 80.0, height: 8.0, along }
    }

    #[test]
    fn each_line_is_found_and_grown() {
        let map = drawn(&[(line_at(60.0, 20.0, (1.0, 0.0)), 0.9), (line_at(60.0, 55.0, (0.98, 0.199)), 0.8)]);
        let found = lines(&map, WIDTH);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|line| line.height > 13.0 && line.height < 25.0 && line.width > 84.0), "{found:?}");
        assert!((found[1].along.1 - 0.199).abs() < 0.03, "{found:?}");
    }

    #[test]
    fn what_is_unlikely_or_tiny_is_none() {
        let dot = Rectangle { middle: (60.5, 20.5), width: 2.0, height: 2.0, along: (1.0, 0.0) };
        assert_eq!(lines(&drawn(&[(line_at(60.0, 20.0, (1.0, 0.0)), 0.4), (dot, 0.9)]), WIDTH), []);
        assert_eq!(lines(&[0.0; 64], 8), []);
    }
}
