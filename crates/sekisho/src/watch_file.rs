//! Files of detectors: TOML of [`Setup`], where what is left out is the default.

use std::path::Path;

use sekisho_core::watch::Setup;

/// Reads how the detectors are set in `file`.
///
/// # Errors
/// What is wrong with the file, in a sentence.
pub fn read(file: &Path) -> Result<Setup, String> {
    let text = std::fs::read_to_string(file).map_err(|why| format!("can't be read ({why}); check the path"))?;
    toml::from_str(&text).map_err(|why| why.to_string().trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use sekisho_core::watch::{Detector, Switch};

    use super::*;

    fn read_text(text: &str) -> Result<Setup, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("watch.toml");
        std::fs::write(&file, text).unwrap();
        read(&file)
    }

    #[test]
    fn what_is_left_out_is_the_default_and_what_is_misspelt_is_refused() {
        let mut setup = read_text("[tempo]\nswitch = \"shadow\"\n[tempo.settings]\npace = 10\n").unwrap();
        assert_eq!((setup.tempo.settings.pace, setup.tempo.settings.ahead), (10, 60));
        assert_eq!((*setup.switch(Detector::Tempo), *setup.switch(Detector::Drip)), (Switch::Shadow, Switch::On));
        assert_eq!(read_text(""), Ok(Setup::default()));
        assert!(read_text("[temp]\nswitch = \"off\"\n").unwrap_err().contains("temp"));
        assert!(read_text("[tempo]\nswitch = \"of\"\n").unwrap_err().contains("of"));
    }
}
