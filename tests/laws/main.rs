//! Laws that hold for every tree and every manifest, tried on random ones.

#[path = "../support/laboratory.rs"]
mod laboratory;
mod planning;
mod worlds;
