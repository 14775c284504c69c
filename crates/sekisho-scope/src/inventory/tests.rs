//! The inventory of a marketplace as two statements of 2021 told it, and reports held against it.

use serde_json::json;

use super::*;

const MARKETPLACE: &str = include_str!("../../tests/inventories/marketplace.toml");

fn marketplace() -> Inventory {
    Inventory::parse(MARKETPLACE).unwrap()
}

/// M30: classes with period and fields, of members, merchants, staff and others; both statements are kept, and each
/// adds up.
#[test]
fn a_marketplaces_classes_add_up_to_what_was_published_and_the_correction_stands_beside_it() {
    let inventory = marketplace();
    let Check { faults, counted, total, .. } = check(&inventory);
    assert_eq!((faults, total), (vec![], 27_889));
    let classes: Vec<_> = inventory.classes().filter_map(|(_, class)| class.count).collect();
    assert_eq!(classes, [17_085, 217, 6, 7_925, 41, 2_615]);
    assert_eq!((counted[&Whose::Merchants], counted[&Whose::Staff]), (7_925 + 41, 2_615));
    let totals: Vec<_> = inventory.published.iter().map(|one| (one.on.as_str(), one.total)).collect();
    assert_eq!(totals, [("2021-05-21", 27_889), ("2021-08-06", 27_927)]);
    assert!(inventory.classes().all(|(_, class)| !class.fields.is_empty()));
}

/// M30: the same as JSON.
#[test]
fn an_inventory_is_the_same_in_both_of_its_forms() {
    let inventory = marketplace();
    assert_eq!(Inventory::parse(&serde_json::to_string(&inventory).unwrap()).unwrap(), inventory);
    assert!(Inventory::parse("name = 1").is_err() && Inventory::parse("{\"name\": 1}").is_err());
}

/// M30: a statement that doesn't add up, that comes without a reason, or out of order is a fault.
#[test]
fn a_correction_without_a_reason_and_a_sum_that_is_wrong_are_faults() {
    let faults = |alter: fn(&mut Inventory)| {
        let mut inventory = marketplace();
        alter(&mut inventory);
        check(&inventory).faults.into_iter().map(|fault| fault.says).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(faults(|_| ()), "");
    assert!(faults(|inventory| inventory.published[1].why = None).contains("write why"));
    assert!(faults(|inventory| inventory.published[1].not_told_by_class = 0).contains("its total is 27927"));
    assert!(faults(|inventory| inventory.published.reverse()).contains("stands behind that of"));
    assert!(faults(|inventory| inventory.stores[0].classes[0].name = "staff".into()).contains("twice"));
    assert!(faults(|inventory| inventory.stores[0].classes[0].from = Some("2013-13".into())).contains("no day"));
    assert!(faults(|inventory| inventory.stores[0].classes[0].to = Some("2012".into())).contains("before its first"));
    assert!(faults(|inventory| inventory.published[0].counts.extend([("x".into(), 0)])).contains("no class x"));
}

fn reach_of(held: &Held, name: &str) -> (Reach, Option<u64>) {
    let class = held.stores.iter().flat_map(|store| &store.classes).find(|class| class.class == name).unwrap();
    (class.reach, class.share.at_most)
}

/// M30: which stores a question reached, which it didn't, which nobody looked at, and of whom the records are.
#[test]
fn a_report_says_which_stores_were_reached_and_which_nobody_looked_at() {
    let logs = json!({
        "sent": { "objects": 20 }, "possibly": { "objects": 1 },
        "by_kind": { "payouts": { "sent": 17_085 }, "inquiries": { "possibly": 3 }, "vouchers": { "sent": 1 } },
    });
    let report = Report::of(&logs).unwrap();
    let held = hold(&marketplace(), std::slice::from_ref(&report));
    assert_eq!(reach_of(&held, "payouts"), (Reach::Reached, Some(17_085)));
    assert_eq!(reach_of(&held, "inquiries"), (Reach::Possibly, Some(3)));
    assert_eq!(reach_of(&held, "event"), (Reach::NotReached, Some(0)));
    let directory = held.stores.iter().find(|store| store.store == "staff-directory").unwrap();
    assert_eq!((directory.reach, &*directory.why[0]), (Reach::NotLookedAt, "nothing records who reads it"));
    assert_eq!(reach_of(&held, "staff"), (Reach::NotLookedAt, Some(2_615)), "nobody looked: it may be all of them");
    assert_eq!(held.kinds_of_no_store, ["vouchers"]);
    assert_eq!(held.by_whose[&Whose::Members], Share { confirmed: 17_085, at_most: Some(17_085 + 3) });
    assert_eq!(held.by_whose[&Whose::Staff], Share { confirmed: 0, at_most: Some(2_615) });
}

/// M30: where a report leaves something open, a store that it doesn't show can't be told of, and at most all is concerned.
#[test]
fn what_a_report_leaves_open_is_not_told_as_not_reached() {
    let open = json!({ "sent": {}, "by_kind": { "payouts": { "sent": 5 } }, "lines": { "unparsed": 2 } });
    let held = hold(&marketplace(), &[Report::of(&open).unwrap()]);
    assert_eq!(reach_of(&held, "event"), (Reach::CannotTell, Some(6)));
    assert_eq!(reach_of(&held, "payouts"), (Reach::Reached, Some(17_085)));
    assert!(held.stores[0].why[0].contains("2 lines were not understood"));
}

/// M30: packets show what was looked for in them. Of what nobody looked for, they say nothing.
#[test]
fn a_kind_that_nobody_looked_for_in_packets_is_not_told_as_not_reached() {
    let mut inventory = marketplace();
    inventory.stores[0].seen_by = vec![Source::Packets];
    inventory.stores[0].classes[1].kinds = vec!["mail".into(), "phone".into()];
    let packets = |looked_for: &[&str], by_kind| {
        Report::of(&json!({ "flows": {}, "looked_for": looked_for, "by_kind": by_kind })).unwrap()
    };
    let one = json!({ "payouts": { "confirmed": 7, "possibly": 0, "at_most": 7 } });
    let held = hold(&inventory, &[packets(&["payouts", "mail"], one.clone())]);
    assert_eq!(reach_of(&held, "payouts"), (Reach::Reached, Some(7)));
    assert_eq!(reach_of(&held, "inquiries"), (Reach::CannotTell, Some(217)), "telephones were not looked for");
    assert_eq!(reach_of(&held, "event"), (Reach::NotLookedAt, Some(6)));
    assert_eq!(held.stores[0].why, ["packets: nobody looked for phone, event, partners, sole-traders"]);
    let all = ["payouts", "mail", "phone", "event", "partners", "sole-traders"];
    let held = hold(&inventory, &[packets(&all, one)]);
    assert_eq!((reach_of(&held, "event"), held.stores[0].why.len()), ((Reach::NotReached, Some(0)), 0));
}

/// M30: two reports tell of the same records: they are not added up, and the surer one counts.
#[test]
fn several_reports_are_not_added_up() {
    let one = |sent| Report::of(&json!({ "sent": {}, "by_kind": { "payouts": { "sent": sent } } })).unwrap();
    let held = hold(&marketplace(), &[one(0), one(7), one(9)]);
    assert_eq!(reach_of(&held, "payouts"), (Reach::Reached, Some(9)));
    assert_eq!(held.by_whose[&Whose::Members].confirmed, 9);
}
