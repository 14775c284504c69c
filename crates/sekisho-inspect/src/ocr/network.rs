//! The networks, computed by `rten`: Rust alone, and shapes that may differ from picture to picture.

use rten::{Model, ModelOptions, NodeId};
use rten_tensor::{NdTensor, Tensor};

use super::{Engine, EngineError, Models, Planes};

/// Both networks, ready to be computed.
pub(super) struct Networks {
    detection: Model,
    recognition: Model,
    letters: String,
}

impl Networks {
    pub(super) fn load(models: Models) -> Result<Self, EngineError> {
        let load = |bytes: Vec<u8>| {
            // Weights are laid out once as they are computed with: else it is done anew for each line.
            let model = ModelOptions::with_all_ops().prepack_weights(true).load(bytes);
            model.map_err(|error| EngineError::Load(error.to_string()))
        };
        let (detection, recognition) = (load(models.detection)?, load(models.recognition)?);
        let letters = recognition.metadata().get("character").unwrap_or_default().to_owned();
        let networks = Self { detection, recognition, letters };
        networks.exercise()?;
        Ok(networks)
    }

    /// Computes both once, on next to nothing. The library asks for threads and for the number of processors when it
    /// first computes: here it may be told no, in an inspector's child it would be ended for it.
    fn exercise(&self) -> Result<(), EngineError> {
        let blank = |width, height| Planes { width, height, values: vec![0.0; 3 * width * height] };
        self.detect(blank(64, 64))?;
        self.recognise(blank(64, super::crop::HEIGHT)).map(drop)
    }
}

impl Engine for Networks {
    fn detect(&self, picture: Planes) -> Result<Vec<f32>, EngineError> {
        run(&self.detection, picture)
    }

    fn recognise(&self, strip: Planes) -> Result<Vec<f32>, EngineError> {
        run(&self.recognition, strip)
    }

    fn letters(&self) -> &str {
        &self.letters
    }
}

fn run(model: &Model, planes: Planes) -> Result<Vec<f32>, EngineError> {
    let shape = [1, 3, planes.height, planes.width];
    let failed = |error: &dyn std::fmt::Display| EngineError::Run(error.to_string());
    let input = NdTensor::from_data(shape, planes.values);
    let [from, to] = ends(model)?;
    let output = model.run_n(vec![(from, input.into())], [to], None).map_err(|error| failed(&error))?;
    let [output] = output;
    let output: Tensor<f32> = output.try_into().map_err(|error| failed(&error))?;
    Ok(output.into_data())
}

fn ends(model: &Model) -> Result<[NodeId; 2], EngineError> {
    let found = model.input_ids().first().zip(model.output_ids().first());
    found.map(|(from, to)| [*from, *to]).ok_or_else(|| EngineError::Run("no input or no output".into()))
}
