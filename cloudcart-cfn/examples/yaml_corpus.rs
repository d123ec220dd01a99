//! Writes values that are easily written wrong, each as JSON and as YAML, into a folder: `yaml_corpus <folder>`. A reader of
//! YAML 1.1 in another language then says whether both are the same (`.ci/yaml11.py`).

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use cloudcart_cfn::render_yaml;
use serde_json::{Map, Value, json};

#[path = "../tests/adversarial/mod.rs"]
mod adversarial;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).ok_or("the folder to write to is missing")?;
    fs::create_dir_all(&folder)?;
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let random = std::iter::repeat_with(|| dice.value(4)).take(1000);
    for (number, value) in adversarial::values().into_iter().chain(random).enumerate() {
        let path = Path::new(&folder).join(format!("{number:04}.json"));
        fs::write(&path, value.to_string())?;
        fs::write(path.with_extension("yaml"), render_yaml(&value)?)?;
    }
    Ok(())
}

/// The same numbers in each run (splitmix64), so that a failure can be looked at again.
struct Dice(u64);

impl Dice {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit
    }

    fn text(&mut self) -> String {
        // Mostly what looks like numbers and times, which are the first in the list.
        let all = adversarial::PIECES;
        let variety = if self.below(2) == 0 { adversarial::NUMERIC } else { all.len() as u64 };
        let length = self.below(9);
        (0..length).filter_map(|_| all.get(usize::try_from(self.below(variety)).ok()?)).copied().collect()
    }

    fn value(&mut self, levels: u64) -> Value {
        match self.below(if levels == 0 { 9 } else { 12 }) {
            0 => json!(self.number()),
            1 => json!(self.number().cast_signed()),
            2 => json!(f64::from_bits(self.number())),
            3 => match self.below(3) {
                0 => Value::Null,
                truth => (truth == 1).into(),
            },
            4..9 => self.text().into(),
            9 => {
                let length = self.below(4);
                (0..length).map(|_| self.value(levels - 1)).collect()
            }
            _ => {
                let length = self.below(4);
                (0..length).map(|_| (self.text(), self.value(levels - 1))).collect::<Map<_, _>>().into()
            }
        }
    }
}
