//! What has to hold, and whether it does.

use std::error::Error;

/// All gates so far.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    missed: Vec<String>,
    reached: usize,
}

impl Gates {
    /// Holds a number against its limit and says so.
    pub(crate) fn check(&mut self, name: &str, number: f64, limit: f64, unit: &str) {
        if number <= limit {
            self.reached += 1;
            println!("  reached: {name}: {number:.2}{unit} of at most {limit:.2}{unit}");
        } else {
            self.missed.push(name.to_owned());
            println!("  NOT REACHED: {name}: {number:.2}{unit} instead of {limit:.2}{unit}");
        }
    }

    /// The end of the benchmark.
    ///
    /// # Errors
    /// Something does not hold.
    pub(crate) fn verdict(self) -> Result<(), Box<dyn Error>> {
        let (reached, missed) = (self.reached, self.missed.len());
        println!("\n{reached} gates reached, {missed} not reached");
        if missed == 0 {
            Ok(())
        } else {
            Err(format!("not reached: {}", self.missed.join("; ")).into())
        }
    }
}
