//! An inventory that a report is held against, and what comes of it in words.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use sekisho_scope::inventory::{Held, HeldClass, Inventory, Reach, Report, Share, hold};
use serde::Serialize;

use crate::cli::language::Language;

/// Reads an inventory.
pub(super) fn read(file: &Path) -> Result<Inventory, String> {
    let named = |why: &dyn std::fmt::Display| format!("{}: {why}", file.display());
    let text = fs::read_to_string(file).map_err(|why| named(&why))?;
    Inventory::parse(&text).map_err(|why| named(&why))
}

/// Reads the inventory in `file`, if one was named.
pub(super) fn named(file: Option<&Path>) -> Result<Option<Inventory>, String> {
    file.map(read).transpose()
}

/// Holds an answer against an inventory.
pub(super) fn against(inventory: Option<&Inventory>, answer: &impl Serialize) -> Result<Option<Held>, String> {
    let Some(inventory) = inventory else { return Ok(None) };
    let said = serde_json::to_value(answer).map_err(|why| why.to_string())?;
    let report = Report::of(&said).map_err(|why| why.to_string())?;
    Ok(Some(hold(inventory, &[report])))
}

/// An answer with what an inventory makes of it.
#[derive(Serialize)]
pub(super) struct With<'a, T: Serialize> {
    #[serde(flatten)]
    pub(super) answer: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inventory: Option<&'a Held>,
}

/// Prints it: each store, its classes, and of whom the records are.
pub(super) fn print(held: &Held, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", lang.pick("台帳（データ目録）", "inventory"), held.inventory)?;
    for store in &held.stores {
        writeln!(out, "  {}: {}", store.store, called(store.reach, lang))?;
        store.why.iter().try_for_each(|why| writeln!(out, "    {why}"))?;
        store.classes.iter().try_for_each(|one| class(one, lang, out))?;
    }
    for (whose, number) in &held.by_whose {
        writeln!(out, "  {}: {}", whose.as_str(), share(*number, lang))?;
    }
    if held.kinds_of_no_store.is_empty() {
        return Ok(());
    }
    let says = lang.pick("目録にない種類", "kinds that the inventory lacks");
    writeln!(out, "  {says}: {}", held.kinds_of_no_store.join(", "))
}

fn class(one: &HeldClass, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    let HeldClass { class, whose, fields, from, to, reach, share: number, .. } = one;
    let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "…".into());
    let (whose, reach, fields) = (whose.as_str(), called(*reach, lang), fields.join(", "));
    writeln!(out, "    {class} ({whose}, {} – {}): {reach}; {}", day(from), day(to), share(*number, lang))?;
    writeln!(out, "      {fields}")
}

pub(super) fn share(Share { confirmed, at_most }: Share, lang: Language) -> String {
    let most = at_most.map_or_else(|| lang.pick("不明", "unknown").into(), |most| most.to_string());
    match lang {
        Language::Ja => format!("確認済み {confirmed}、最大 {most}"),
        Language::En => format!("{confirmed} confirmed, {most} at most"),
    }
}

pub(super) fn called(reach: Reach, lang: Language) -> &'static str {
    match reach {
        Reach::NotLookedAt => lang.pick("調べていない", "not looked at"),
        Reach::NotReached => lang.pick("達していない", "not reached"),
        Reach::CannotTell => lang.pick("判別できない", "can't be told"),
        Reach::Possibly => lang.pick("達した可能性がある", "possibly reached"),
        Reach::Reached => lang.pick("達した", "reached"),
    }
}
