//! The figures as text.

use std::fmt::{Display, Write as _};

use sekisho_core::budget::{Standing, Window};
use sekisho_keeper::wire::{Figures, Waiting, WitnessStanding};

use crate::service::desk_ports::ProcessView;

/// A page of figures, as it grows.
struct Page(String);

impl Page {
    fn begin(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP sekisho_{name} {help}\n# TYPE sekisho_{name} {kind}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.begin(name, "gauge", help);
        let _ = writeln!(self.0, "sekisho_{name} {value}");
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.begin(name, "counter", help);
        let _ = writeln!(self.0, "sekisho_{name} {value}");
    }

    /// Labels are our own words: no escaping is needed, and none of a stranger's gets here.
    fn labelled(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<_> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        let _ = writeln!(self.0, "sekisho_{name}{{{}}} {value}", labels.join(","));
    }
}

/// All that is known: of a keeper that is locked or away only that it is.
pub(super) fn of(figures: Option<&Figures>, processes: &[ProcessView]) -> String {
    let mut page = Page(String::new());
    let unlocked = u8::from(figures.is_some());
    page.gauge("keeper_unlocked", "1 if the keeper answers and holds its keys.", unlocked);
    confinement(&mut page, processes);
    if let Some(figures) = figures {
        standing(&mut page, figures);
        work(&mut page, figures);
        budget(&mut page, figures);
        outward(&mut page, figures);
        counted(&mut page, figures);
    }
    page.0
}

fn confinement(page: &mut Page, processes: &[ProcessView]) {
    page.begin("process_confined", "gauge", "1 for each process that runs and is confined as production demands.");
    for process in processes {
        page.labelled("process_confined", &[("process", &process.role)], u8::from(process.confined));
    }
}

fn standing(page: &mut Page, figures: &Figures) {
    let status = &figures.status;
    page.gauge("paused", "1 while nobody may open a document.", u8::from(status.paused.is_some()));
    page.gauge("time_in_doubt", "1 while the time is not believed; nothing opens.", u8::from(status.time_in_doubt));
    page.begin("witness_standing", "gauge", "1 for how the witnesses stand with this ledger.");
    for (standing, name) in [
        (WitnessStanding::Nobody, "nobody"),
        (WitnessStanding::Awaited, "awaited"),
        (WitnessStanding::Witnessed, "witnessed"),
        (WitnessStanding::Contradicted, "contradicted"),
    ] {
        let holds = u8::from(status.witnessing.standing == standing);
        page.labelled("witness_standing", &[("standing", name)], holds);
    }
    if let Some(age) = figures.witness_age {
        page.gauge("witness_cosigned_age_seconds", "Age of the newest cosignature of a witness.", age);
    }
    page.gauge("ledger_entries", "Entries in the ledger.", status.ledger_size);
    page.gauge("ledger_published_entries", "Entries that the published checkpoint covers.", figures.published);
}

fn work(page: &mut Page, figures: &Figures) {
    let queue = &figures.queue;
    page.gauge("documents_undecided", "Documents that wait or are assigned.", figures.status.undecided);
    page.gauge("documents_waiting", "Documents that wait for a reviewer.", queue.waiting);
    page.gauge("documents_assigned", "Documents that a reviewer has.", queue.assigned);
    page.gauge("documents_near_deadline", "Undecided documents of which the queue was warned.", queue.near_deadline);
    if let Some(deadline) = queue.next_deadline {
        let left = deadline.since(figures.status.now);
        page.gauge("oldest_deadline_seconds", "Seconds until the first undecided document is shredded.", left);
    }
    page.gauge("shifts", "Shifts that are under way.", figures.shifts);
}

/// The vault's budget: what was opened of what is allowed, in the windows that end now.
fn budget(page: &mut Page, figures: &Figures) {
    let Standing { used, allowed } = figures.vault;
    for (name, what, counts) in [
        ("vault_opened_documents", "Distinct documents that were opened, in the window that ends now.", used),
        ("vault_allowed_documents", "Distinct documents that may be opened in the window that ends now.", allowed),
    ] {
        page.begin(name, "gauge", what);
        for (window, word) in Window::ALL.into_iter().zip(["minute", "hour", "day", "72_hours"]) {
            page.labelled(name, &[("window", word)], counts.get(window));
        }
    }
}

fn outward(page: &mut Page, figures: &Figures) {
    let mut waiting = |name: &str, what: &str, waiting: Waiting| {
        page.gauge(&format!("{name}_waiting"), &format!("{what} that wait."), waiting.count);
        page.gauge(&format!("{name}_oldest_seconds"), &format!("Age of the oldest of the {name}."), waiting.oldest);
    };
    waiting("webhooks", "Messages to sites", figures.webhooks);
    waiting("calls", "Calls of people for alerts", figures.calls);
    page.begin("alerts_waiting", "gauge", "Alerts that nobody acknowledged.");
    for (urgency, count) in ["now", "soon"].into_iter().zip(figures.alerts) {
        page.labelled("alerts_waiting", &[("urgency", urgency)], count);
    }
    let silent = figures.courier_silent;
    page.gauge("courier_silent_seconds", "Seconds since the courier last asked the keeper.", silent);
}

fn counted(page: &mut Page, figures: &Figures) {
    let counted = &figures.counted;
    for (name, what, count) in [
        ("arrivals", "Documents that arrived", counted.arrivals),
        ("assignments", "Documents that were given to a reviewer", counted.assignments),
        ("viewings", "Pictures that were released", counted.viewings),
        ("decisions", "Decisions", counted.decisions),
        ("overdue", "Documents that were shredded undecided", counted.overdue),
        ("damaged", "Documents that were found damaged", counted.damaged),
        ("findings", "Findings of detectors from which something came", counted.findings),
        ("pauses", "Pauses", counted.pauses),
    ] {
        page.counter(&format!("{name}_total"), &format!("{what}, since the keeper started."), count);
    }
    page.begin("refusals_total", "counter", "Refusals since the keeper started, by who asked and why.");
    for (asker, code, count) in &figures.refusals {
        page.labelled("refusals_total", &[("asker", asker), ("code", code)], count);
    }
}
