//! Laws that hold for every tree and every manifest, tried on random ones.

mod applying;
mod carrying;
mod changing;
mod every;
mod keeping;
#[path = "../support/laboratory.rs"]
mod laboratory;
mod planning;
mod reading;
#[path = "../support/service.rs"]
mod service;
#[path = "../support/sheets.rs"]
mod sheets;
mod worlds;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// So many cases a law, the same ones each time: what fails in one place fails in all.
/// `PROPTEST_CASES` asks for another number, `PROPTEST_RNG_SEED` for others.
fn random(cases: u32) -> ProptestConfig {
    let asked = |name| {
        let text = std::env::var(name).ok()?;
        Some(
            text.parse()
                .unwrap_or_else(|_| panic!("{name} is no number")),
        )
    };
    ProptestConfig {
        cases: asked("PROPTEST_CASES").map_or(cases, |number: u64| number as u32),
        rng_seed: RngSeed::Fixed(asked("PROPTEST_RNG_SEED").unwrap_or(1)),
        failure_persistence: None,
        max_global_rejects: 1_000_000,
        ..ProptestConfig::default()
    }
}
