//! Rectangles that may stand askew.

use crate::read::line::Quad;

type Point = (f32, f32);

/// A rectangle: its middle, its width and height, and the direction of its width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rectangle {
    /// Its middle.
    pub(super) middle: Point,
    /// Its side along `along`.
    pub(super) width: f32,
    /// Its other side.
    pub(super) height: f32,
    /// Of length 1; it points to the right or, at 45 degrees at the most, up or down.
    pub(super) along: Point,
}

impl Rectangle {
    /// The smallest one around `points`; nothing without points.
    pub(super) fn around(points: &[Point]) -> Option<Self> {
        let hull = hull(points);
        let edges = hull.iter().zip(hull.iter().cycle().skip(1));
        let directions = edges.filter_map(|(from, to)| direction(*from, *to)).chain([(1.0, 0.0)]);
        let all = directions.filter_map(|along| Self::along(&hull, along));
        all.min_by(|one, other| one.area().total_cmp(&other.area()))
    }

    /// The smallest one in this direction around `points`.
    pub(super) fn along(points: &[Point], along: Point) -> Option<Self> {
        points.first()?;
        let across = (-along.1, along.0);
        let (left, right) = extent(points, along);
        let (top, bottom) = extent(points, across);
        let (u, v) = ((left + right) / 2.0, (top + bottom) / 2.0);
        let middle = (u * along.0 + v * across.0, u * along.1 + v * across.1);
        Some(Self { middle, width: right - left, height: bottom - top, along })
    }

    pub(super) fn area(&self) -> f32 {
        self.width * self.height
    }

    /// With `by` more on each side.
    pub(super) fn grown(self, by: f32) -> Self {
        Self { width: self.width + 2.0 * by, height: self.height + 2.0 * by, ..self }
    }

    /// In a picture that is so many times as wide and as high; the same rectangle if both are alike.
    pub(super) fn scaled(self, (x, y): (f32, f32)) -> Self {
        let corners = self.corners().map(|corner| (corner.0 * x, corner.1 * y));
        let along = direction(corners[0], corners[1]).unwrap_or(self.along);
        Self::along(&corners, along).unwrap_or(self)
    }

    /// Whether `point` lies in it.
    pub(super) fn holds(&self, point: Point) -> bool {
        let (x, y) = (point.0 - self.middle.0, point.1 - self.middle.1);
        let (u, v) = (x * self.along.0 + y * self.along.1, y * self.along.0 - x * self.along.1);
        u.abs() <= self.width / 2.0 && v.abs() <= self.height / 2.0
    }

    /// Its corners, clockwise from the upper left one.
    pub(super) fn corners(&self) -> Quad {
        let (w, h) = (self.width / 2.0, self.height / 2.0);
        let corner = |u: f32, v: f32| {
            let (x, y) = self.along;
            (self.middle.0 + u * x - v * y, self.middle.1 + u * y + v * x)
        };
        [corner(-w, -h), corner(w, -h), corner(w, h), corner(-w, h)]
    }
}

/// From one point to another, turned by quarters so that it points to the right within 45 degrees.
fn direction(from: Point, to: Point) -> Option<Point> {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let length = x.hypot(y);
    let turned = if x.abs() >= y.abs() { (x, y) } else { (y, -x) };
    let sign = if turned.0 < 0.0 { -1.0 } else { 1.0 };
    (length > f32::EPSILON).then(|| (turned.0 * sign / length, turned.1 * sign / length))
}

fn extent(points: &[Point], direction: Point) -> (f32, f32) {
    let along = points.iter().map(|point| point.0 * direction.0 + point.1 * direction.1);
    along.fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), at| (least.min(at), most.max(at)))
}

/// The corners of the convex hull (Andrew 1979).
fn hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    sorted.dedup();
    let mut lower = half(sorted.iter().copied());
    let upper = half(sorted.iter().rev().copied());
    lower.pop();
    lower.extend(upper);
    lower
}

fn half(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for point in points {
        while let [.., before, last] = kept[..] {
            let turn = (last.0 - before.0) * (point.1 - before.1) - (last.1 - before.1) * (point.0 - before.0);
            if turn > 0.0 {
                break;
            }
            kept.pop();
        }
        kept.push(point);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: Point, other: Point) -> bool {
        (one.0 - other.0).abs() < 0.01 && (one.1 - other.1).abs() < 0.01
    }

    #[test]
    fn a_rectangle_askew_is_found_as_it_stands() {
        let drawn = Rectangle { middle: (50.0, 40.0), width: 60.0, height: 10.0, along: (0.96, 0.28) };
        let mut points = drawn.corners().to_vec();
        points.extend([(50.0, 40.0), (51.0, 41.0)]);
        let found = Rectangle::around(&points).unwrap();
        assert!(near(found.middle, drawn.middle) && near(found.along, drawn.along), "{found:?}");
        assert!(near((found.width, found.height), (60.0, 10.0)), "{found:?}");
        assert!(found.holds((50.0, 40.0)) && !found.holds((50.0, 60.0)));
    }

    #[test]
    fn an_upright_one_is_higher_than_wide() {
        let found = Rectangle::around(&[(0.0, 0.0), (4.0, 0.0), (4.0, 30.0), (0.0, 30.0)]).unwrap();
        assert_eq!((found.width, found.height, found.along), (4.0, 30.0, (1.0, 0.0)));
        assert_eq!(found.grown(1.0).corners()[0], (-1.0, -1.0));
        assert_eq!(found.scaled((2.0, 2.0)).corners()[2], (8.0, 60.0));
    }

    #[test]
    fn one_point_is_a_rectangle_and_none_is_not() {
        assert_eq!(Rectangle::around(&[(3.0, 4.0)]).unwrap().area(), 0.0);
        assert_eq!(Rectangle::around(&[]), None);
    }
}
