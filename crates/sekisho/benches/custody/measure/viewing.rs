//! A whole viewing as a reviewer has it: desk, keeper, drawing with the watermark, the page.

use std::time::{Duration, Instant};

use hyper::header::{HeaderValue, ORIGIN};
use sekisho::{
    client::{Client, Limits, Session, field_value},
    demo::{Build, House, Picture},
    networks,
};
use sekisho_core::{budget, watch};
use serde_json::{Value, json};

use super::{
    Bench, Done,
    record::{Measured, Table},
    stats::Samples,
};

/// Assignments before the passkey is asked for again.
const TOUCH: usize = 10;

/// Takes it.
pub(crate) fn take(bench: &Bench) -> Done<Measured> {
    let plain = looked(bench, Build::default())?;
    let mut measured = Measured::new(
        "viewing",
        "The whole viewing, through the desk",
        &[
            "A throwaway installation of confined processes; one reviewer, one picture after the other. From the press on \
           the button to the page's last byte: HTTP, the release as above, an inspector forked for this picture, the PNG \
           decoded, shrunk, marked, encoded as JPEG, the page around it. The picture is our specimen card with three \
           boxes.",
            "With a proposal (`serve --propose-age`) the same inspector reads what the paint leaves open, and frames the \
           birth date.",
        ],
    );
    let mut table = Table::new(&["what", "p50, ms", "p99, ms", "most, ms", "viewings", "page, kB"]);
    table.row("one reviewer", figures(plain));
    if networks::open()?.is_some() {
        let reading = Build { networks: networks::Source::Found, proposes_age: true, ..Build::default() };
        table.row("the same, the age proposed", figures(looked(bench, reading)?));
    }
    measured.tables.push(table);
    Ok(measured)
}

/// How long each look took in such a house, and how large the last page was, in bytes.
fn looked(bench: &Bench, build: Build) -> Done<(Vec<Duration>, usize)> {
    // Its reviewer works at a machine's pace.
    let budget = Some(budget::Limits::endless());
    let watch = Some(watch::Setup::all(watch::Switch::Off));
    let house = House::build_as(Build { program: Some(bench.sekisho.clone()), budget, watch, ..build })?;
    let mut reviewer = Reviewer::new(&house)?;
    let (mut looks, mut size) = (Vec::new(), 0);
    for number in 0..bench.sizes.looks {
        house.submit("card.jpg", &Picture::specimen())?;
        if number % TOUCH == 0 {
            reviewer.prove(&house)?;
        }
        let (took, page) = reviewer.look()?;
        looks.push(took);
        size = page;
    }
    house.clear_away()?;
    Ok((looks, size))
}

fn figures((looks, size): (Vec<Duration>, usize)) -> [f64; 5] {
    let samples = Samples::of_millis(looks);
    let [_, most] = samples.spread();
    [samples.median(), samples.at(0.99), most, samples.len() as f64, size as f64 / 1e3]
}

struct Reviewer(Session);

impl Reviewer {
    fn new(house: &House) -> Done<Self> {
        let origin = HeaderValue::from_str(&format!("http://{}", house.desk.authority))?;
        let session = Session::new(house.desk.clone(), Client::plain(Limits::default()))?;
        Ok(Self(session.with_header(ORIGIN, origin)))
    }

    fn prove(&mut self, house: &House) -> Done {
        let options: Value = serde_json::from_slice(self.0.post_json("/shift/options", &json!({}))?.body())?;
        let proof = house.passkey.lock().map_err(|_| "the passkey is broken")?.prove_presence(&options)?;
        let begun = self.0.post_json("/shift/begin", &proof)?;
        if begun.status() == 200 { Ok(()) } else { Err(format!("no shift: {}", begun.status()).into()) }
    }

    /// Takes the next one, looks, decides. How long the look took, and how large its page is.
    fn look(&mut self) -> Done<(Duration, usize)> {
        let token = self.field("form_token")?;
        self.0.post_form("/work/next", &[("form_token", &token)])?;
        let assignment = self.field("assignment")?;
        let form = [("form_token", token.as_str()), ("assignment", assignment.as_str())];
        let begun = Instant::now();
        let page = self.0.post_form("/work/view", &form)?;
        let took = begun.elapsed();
        if page.status() != 200 || !String::from_utf8_lossy(page.body()).contains(";base64,") {
            return Err(format!("no picture: {}", page.status()).into());
        }
        self.0.post_form("/work/decide", &[form[0], form[1], ("reason", "old_enough")])?;
        Ok((took, page.body().len()))
    }

    fn field(&mut self, name: &str) -> Done<String> {
        let page = self.0.get("/work")?;
        Ok(field_value(&String::from_utf8_lossy(page.body()), name).ok_or("the page lacks a field")?)
    }
}
