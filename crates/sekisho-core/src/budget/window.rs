//! The four windows, and a number for each.

use serde::{Deserialize, Serialize};

use crate::time::HOUR;

/// A stretch of time that ends now. It slides by the second: there is no edge at which a count begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Window {
    /// 60 seconds.
    #[serde(rename = "minute")]
    Minute,
    /// 60 minutes.
    #[serde(rename = "hour")]
    Hour,
    /// 24 hours.
    #[serde(rename = "day")]
    Day,
    /// 72 hours: as long as any picture lives.
    #[serde(rename = "72_hours")]
    ThreeDays,
}

impl Window {
    /// All, the shortest first.
    pub const ALL: [Window; 4] = [Self::Minute, Self::Hour, Self::Day, Self::ThreeDays];

    /// Its length in seconds.
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Minute => 60,
            Self::Hour => HOUR,
            Self::Day => 24 * HOUR,
            Self::ThreeDays => 72 * HOUR,
        }
    }

    /// What it is called, in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::ThreeDays => "72 hours",
        }
    }

    /// What it is called, in Japanese.
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Minute => "1分",
            Self::Hour => "1時間",
            Self::Day => "24時間",
            Self::ThreeDays => "72時間",
        }
    }
}

/// A number of documents for each window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// In 60 seconds.
    pub minute: u64,
    /// In 60 minutes.
    pub hour: u64,
    /// In 24 hours.
    pub day: u64,
    /// In 72 hours.
    #[serde(rename = "72_hours")]
    pub three_days: u64,
}

impl Windows {
    /// The number for `window`.
    pub const fn get(&self, window: Window) -> u64 {
        match window {
            Window::Minute => self.minute,
            Window::Hour => self.hour,
            Window::Day => self.day,
            Window::ThreeDays => self.three_days,
        }
    }

    /// Made by asking for each window.
    pub fn each(number: impl Fn(Window) -> u64) -> Self {
        Self {
            minute: number(Window::Minute),
            hour: number(Window::Hour),
            day: number(Window::Day),
            three_days: number(Window::ThreeDays),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_named_as_people_write_them() {
        let windows = Windows { minute: 1, hour: 2, day: 3, three_days: 4 };
        assert_eq!(serde_json::to_string(&windows).unwrap(), r#"{"minute":1,"hour":2,"day":3,"72_hours":4}"#);
        assert_eq!(Windows::each(|window| windows.get(window)), windows);
        assert!(Window::ALL.is_sorted_by_key(|window| window.seconds()));
    }
}
