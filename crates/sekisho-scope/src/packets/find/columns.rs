//! Values by the column or field they stand in: tables with a line of names above (CSV, TSV, a database's terminal,
//! rows of HTML), fields of JSON, fields of forms.

use regex::Regex;

use crate::packets::text::Block;

/// No value is longer, in bytes.
const LONGEST: usize = 400;

/// Which columns hold which kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    /// Name in small letters and kind.
    names: Vec<(String, u8)>,
    fields: Vec<(u8, Regex)>,
}

/// What the last line of names said of the lines that follow.
#[derive(Debug, Default)]
pub(in crate::packets) struct Table {
    separator: char,
    columns: Vec<(usize, u8)>,
}

impl Columns {
    /// Adds a column.
    pub(super) fn add(&mut self, kind: u8, name: &str) {
        let quoted = regex::escape(name);
        let json = format!(r#"(?i)"{quoted}"\s*:\s*"((?:[^"\\]|\\.){{1,{LONGEST}}})""#);
        let form = format!(r"(?im)(?:^|[?&]){quoted}=([^&\s=]{{1,{LONGEST}}})");
        let fields = [json, form].map(|text| (kind, Regex::new(&text).expect("a name, escaped")));
        self.fields.extend(fields);
        self.names.push((name.to_lowercase(), kind));
    }

    /// Shows the values of a block; `table` lasts from block to block of one text.
    pub(super) fn each(
        &self,
        block: Block<'_>,
        table: &mut Table,
        is_within: &dyn Fn(usize, usize) -> bool,
        see: &mut dyn FnMut(u8, &str),
    ) {
        if self.names.is_empty() {
            return;
        }
        for (kind, field) in &self.fields {
            for groups in field.captures_iter(block.text) {
                let Some(value) = groups.get(1).filter(|value| is_within(value.start(), value.end())) else { continue };
                show(*kind, value.as_str(), see);
            }
        }
        if block.is_new {
            *table = Table::default();
        }
        if !block.is_cut_before && !block.is_cut_behind {
            block.text.lines().for_each(|line| self.line(line, table, see));
        }
    }

    fn line(&self, line: &str, table: &mut Table, see: &mut dyn FnMut(u8, &str)) {
        if let Some(named) = self.header(line) {
            *table = named;
            return;
        }
        if table.columns.is_empty() {
            return;
        }
        let fields = split(line, table.separator);
        for (at, kind) in &table.columns {
            if let Some(value) = fields.get(*at) {
                show(*kind, value, see);
            }
        }
    }

    /// The table that a line of names begins: every field that is one of ours.
    fn header(&self, line: &str) -> Option<Table> {
        if line.len() > 16 * 1024 {
            return None;
        }
        let small = line.to_lowercase();
        if !self.names.iter().any(|(name, _)| small.contains(name)) {
            return None;
        }
        let separators = [MARKUP, '\t', '|', ';', ','];
        let separator = separators.into_iter().find(|separator| match *separator {
            MARKUP => small.contains("<td") || small.contains("<th"),
            other => small.contains(other),
        })?;
        let fields = split(&small, separator);
        let kind = |field: &String| self.names.iter().find(|(name, _)| name == field).map(|(_, kind)| *kind);
        let columns: Vec<_> =
            fields.iter().enumerate().filter_map(|(at, field)| kind(field).map(|kind| (at, kind))).collect();
        (!columns.is_empty()).then_some(Table { separator, columns })
    }
}

/// Stands for the marks between cells of HTML.
const MARKUP: char = '<';

fn split(line: &str, separator: char) -> Vec<String> {
    if separator == MARKUP {
        return cells(line);
    }
    let (mut fields, mut is_quoted) = (vec![String::new()], false);
    for character in line.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            other if other == separator && !is_quoted => fields.push(String::new()),
            other => fields.last_mut().expect("there is one from the start").push(other),
        }
    }
    fields.into_iter().map(|field| field.trim().to_owned()).collect()
}

/// What stands in the cells of a row.
fn cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    for piece in line.split("<t").skip(1).filter(|piece| piece.starts_with(['d', 'h'])) {
        let (mut text, mut is_mark) = (String::new(), true);
        for character in piece.chars() {
            match character {
                '<' => is_mark = true,
                '>' => is_mark = false,
                other if !is_mark => text.push(other),
                _ => {}
            }
        }
        cells.push(text.trim().to_owned());
    }
    cells
}

fn show(kind: u8, value: &str, see: &mut dyn FnMut(u8, &str)) {
    let mut plain = String::with_capacity(value.len());
    for word in value.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    let is_nothing = plain.is_empty() || plain.eq_ignore_ascii_case("null") || plain.bytes().all(|byte| byte == b'-');
    if !is_nothing && plain.len() <= LONGEST {
        see(kind, &plain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&str]) -> Vec<String> {
        let (mut columns, mut table, mut all) = (Columns::default(), Table::default(), Vec::new());
        columns.add(0, "氏名");
        columns.add(1, "full_name");
        for (nth, text) in texts.iter().enumerate() {
            let block =
                Block { text, is_cut_before: false, is_cut_behind: false, is_new: nth == 0, is_part: (false, false) };
            columns.each(block, &mut table, &|_, _| true, &mut |kind, value| all.push(format!("{kind}{value}")));
        }
        all
    }

    #[test]
    fn a_column_is_read_below_its_name_whatever_separates() {
        assert_eq!(found(&["id,氏名,x\n1,\"山田,太郎\",y\n2,,\n", "3,鈴木  花子,z\n"]), ["0山田,太郎", "0鈴木 花子"]);
        assert_eq!(found(&["Full_Name\tid\nTaro Yamada\t1\n"]), ["1Taro Yamada"]);
        let terminal = "+----+------+\n| id | 氏名 |\n+----+------+\n| 1  | 山田 |\n+----+------+\n";
        assert_eq!(found(&[terminal]), ["0山田"]);
        let page = "<tr><th>id</th><th>氏名</th></tr>\n<tr><td>1</td><td><b>山田</b></td></tr>\n";
        assert_eq!(found(&[page]), ["0山田"]);
    }

    #[test]
    fn fields_of_json_and_forms_are_read_where_they_stand() {
        assert_eq!(found(&[r#"[{"氏名": "山田"},{"full_name":"A \"B\"","x":"氏名"}]"#]), ["0山田", r#"1A \"B\""#]);
        assert_eq!(found(&["id=1&full_name=Taro&x=2"]), ["1Taro"]);
    }

    #[test]
    fn a_text_without_the_names_has_none() {
        assert_eq!(found(&["1,山田\n2,鈴木\n", "NULL,-\n"]), [""; 0]);
    }
}
