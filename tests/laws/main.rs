//! Laws that hold for every tree and every manifest, tried on random ones.

mod applying;
#[path = "../support/laboratory.rs"]
mod laboratory;
mod planning;
mod worlds;
