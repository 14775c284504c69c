//! `cargo xtask fuzz`: hostile input by chance, against the real program, for as long as is asked for.

use crate::{
    inspection,
    install::{self, C_COMPILER},
    papers,
    sh::{self, Failure, cargo},
};

/// Gets the fonts, builds the program as released, and attacks it; `--program FILE` takes another build.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    let rest = match arguments.split_first() {
        Some((name, rest)) if name == "inspect" => rest,
        _ => return Err(Failure::usage("what? There is `cargo xtask fuzz inspect`".into())),
    };
    let needs = [&papers::FONTS[..], &[C_COMPILER]].concat();
    if let [missing, ..] = &install::ensure(&needs)[..] {
        return Err(Failure::usage(format!("{} is needed for {}", missing.name, missing.purpose)));
    }
    let mut command = cargo(&["run", "--locked", "--quiet", "--package", "sekisho-papers", "--bin", "fuzz", "--"]);
    command.args(rest);
    if !rest.iter().any(|word| word == "--program") {
        command.arg("--program").arg(inspection::built()?);
    }
    let status = command.status().map_err(|why| Failure::usage(format!("it does not run: {why}")))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(1) => Err(Failure::finding("pictures were not borne; they are kept in target/fuzz/inspect".into())),
        _ => Err(Failure::usage(sh::typed(&command))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_can_be_attacked() {
        assert!(run(&[]).is_err() && run(&["keeper".into()]).is_err());
    }
}
