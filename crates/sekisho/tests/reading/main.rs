//! Whole installations that read print on uploads, and one that doesn't and says so.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod child;
mod member;
#[path = "../common/papers.rs"]
mod papers;
mod seen;
#[path = "../common/until.rs"]
mod until;

use std::{fs, path::PathBuf};

use member::Member;
use papers::paper;
use seen::Seen;
use sekisho::{
    demo::{Build, House},
    networks::Source,
};
use sekisho_inspect::wire::Boxed;
use sekisho_papers::{kinds::Kind, make::Made, truth::Truth};
use serde_json::Value;
use until::until;

/// A seed of the development's part.
const SEED: u64 = 500_104;

fn build(networks: Source) -> Build {
    Build { program: Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho"))), networks, ..Build::default() }
}

fn house(networks: Source) -> House {
    House::build_as(build(networks)).unwrap()
}

/// The smallest box around the fields of these names, and a little more.
fn around(truth: &Truth, names: &[&str]) -> Boxed {
    let corners = || names.iter().flat_map(|name| truth.named(name)).flat_map(|field| field.quad);
    let least = |place: usize| (corners().map(|corner| corner[place]).fold(f32::MAX, f32::min) - 12.0).max(0.0) as u32;
    let most = |place: usize| corners().map(|corner| corner[place]).fold(0.0, f32::max) as u32 + 12;
    Boxed { x: least(0), y: least(1), w: most(0) - least(0), h: most(1) - least(1) }
}

/// The same photograph with paper over all but one part.
fn with_nothing_but(paper: &Made, part: &Boxed) -> Vec<u8> {
    let picture = image::load_from_memory(&paper.jpeg).unwrap().to_rgb8();
    let within = |x: u32, y: u32| (part.x..part.x + part.w).contains(&x) && (part.y..part.y + part.h).contains(&y);
    let bare = image::RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        if within(x, y) { *picture.get_pixel(x, y) } else { image::Rgb([240; 3]) }
    });
    let mut jpeg = Vec::new();
    bare.write_to(&mut std::io::Cursor::new(&mut jpeg), image::ImageFormat::Jpeg).unwrap();
    jpeg
}

/// What a reviewer is shown of it.
fn looked_at(house: &House, paper: &Made) -> Seen {
    Seen::on(&house.look(Some("old_enough")).unwrap(), &paper.truth)
}

/// M4: through the plain form, without a box: what was proven is seen, and of all else nothing. A licence's title stands
/// upright, one letter below the other, and isn't read.
#[test]
fn of_a_plain_photograph_a_reviewer_sees_birth_date_title_and_issuer_and_nothing_else() {
    let papers = [
        (Kind::DrivingLicence, "jp-driving-licence", &["birth_date", "issuer"][..]),
        (Kind::ResidenceCard, "jp-residence-card", &["birth_date", "title", "issuer"][..]),
    ];
    let Some(made) = papers.map(|(kind, ..)| paper(kind, SEED)).into_iter().collect::<Option<Vec<_>>>() else { return };
    let house = house(Source::Found);
    for ((_, kind, proven), paper) in papers.iter().zip(made) {
        let (check, link) = house.ask().unwrap();
        let answer = Member::at(&house, &link).send_plainly(kind, &paper.jpeg);
        assert_eq!((answer.status, answer.location.as_deref()), (303, Some("/check/status")), "{}", answer.body);
        assert_eq!(house.blobs().unwrap(), 1);
        let seen = looked_at(&house, &paper);
        assert_eq!(proven.iter().filter(|name| !seen.shows(name)).count(), 0, "{kind}");
        let shown: Vec<_> =
            seen.others(&["birth_date", "title", "issuer"]).into_iter().filter(|name| seen.shows_any(name)).collect();
        assert_eq!(shown, [""; 0], "{kind}");
        assert!(seen.open_share() < 0.15, "{kind}: {}", seen.open_share());
        assert_eq!(house.state(check).unwrap(), "approved");
        until("what was decided is shredded", || house.blobs().unwrap() == 0);
    }
    house.clear_away().unwrap();
}

/// M4: what was drawn is not believed: a number in it is covered where print is read, and stays where it is not.
#[test]
fn a_number_in_a_drawn_box_is_covered_where_print_is_read() {
    let Some(licence) = paper(Kind::DrivingLicence, SEED) else { return };
    let boxes = [around(&licence.truth, &["birth_date"]), around(&licence.truth, &["licence_number"])];
    let with = |source: Source| {
        let house = house(source);
        let (_, link) = house.ask().unwrap();
        let answer = Member::at(&house, &link).send(&licence.jpeg, &boxes);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let seen = looked_at(&house, &licence);
        house.clear_away().unwrap();
        (seen.shows("birth_date"), seen.shows_any("licence_number"))
    };
    assert_eq!(with(Source::Found), (true, false));
    assert_eq!(with(Source::Nowhere), (true, true), "the control: nobody read it");
}

/// M4: and says so, at the gate, to the operator, and to the member.
#[test]
fn without_networks_a_picture_without_boxes_is_turned_away_and_the_installation_says_why() {
    let house = house(Source::Nowhere);
    let well = Member::stranger(&house).get("/healthz");
    assert_eq!(well.body, "ok\nprint is not read: only what members draw stays visible\n");
    let running: Value = serde_json::from_slice(&fs::read(house.data().join("running.json")).unwrap()).unwrap();
    assert_eq!((&running["reads_print"], house.handle().reads_print()), (&false.into(), false));
    let (_, link) = house.ask().unwrap();
    let answer = Member::at(&house, &link).send(sekisho::specimen::CARD, &[]);
    assert_eq!((answer.status, answer.problem("code").as_str()), (422, "no_boxes"), "{}", answer.body);
    assert!(answer.problem("detail").contains("わくで"), "{}", answer.body);
    assert_eq!(house.blobs().unwrap(), 0);
    house.clear_away().unwrap();
}

/// The same where they are.
#[test]
fn with_networks_it_says_that_print_is_read_and_where_nothing_is_proven_the_member_is_told_what_to_do() {
    let Some(licence) = paper(Kind::DrivingLicence, SEED) else { return };
    let house = house(Source::Found);
    assert_eq!(Member::stranger(&house).get("/healthz").body, "ok\nprint is read\n");
    assert!(house.handle().reads_print());
    let jpeg = with_nothing_but(&licence, &around(&licence.truth, &["issuer"]));
    let (_, link) = house.ask().unwrap();
    let answer = Member::at(&house, &link).send(&jpeg, &[]);
    assert_eq!((answer.status, answer.problem("code").as_str()), (422, "not_proven"), "{}", answer.body);
    assert!(!answer.problem("detail").is_empty());
    assert_eq!(house.blobs().unwrap(), 0);
    house.clear_away().unwrap();
}

/// M4: a proposal stands beside the picture where it is wanted, and nowhere else; of a date whose label is covered it
/// says that it may be none. Who decides is the reviewer. Nobody starts an installation that is to read with nothing.
#[test]
fn the_age_is_proposed_to_a_reviewer_where_that_is_wanted() {
    let wanted = |networks| Build { proposes_age: true, ..build(networks) };
    let refused = House::build_as(wanted(Source::Nowhere)).err().unwrap();
    assert!(refused.to_string().starts_with("the age can't be proposed: print is not read"), "{refused}");
    let Some(licence) = paper(Kind::DrivingLicence, SEED) else { return };
    let date = around(&licence.truth, &["birth_date"]);
    // What names it stands behind the date, and the truth has it apart.
    let named = Boxed { w: date.w + date.h, ..date };
    let cases = [
        (wanted(Source::Found), named, [true, false]),
        (wanted(Source::Found), date, [false, true]),
        (build(Source::Found), named, [false, false]),
    ];
    for (build, shown, proposed) in cases {
        let house = House::build_as(build).unwrap();
        let (check, link) = house.ask().unwrap();
        assert_eq!(
            Member::at(&house, &link).send(&licence.jpeg, &[shown, around(&licence.truth, &["issuer"])]).status,
            200
        );
        let page = house.look(Some("not_old_enough")).unwrap();
        let said = ["機械では、年齢を満たすと読めました。", "もし生年月日なら、年齢を満たします。"];
        assert_eq!(said.map(|words| page.contains(words)), proposed);
        assert!(Seen::on(&page, &licence.truth).shows("birth_date"));
        // The reviewer saw something else.
        assert_eq!(house.state(check).unwrap(), "rejected");
        house.clear_away().unwrap();
    }
}
