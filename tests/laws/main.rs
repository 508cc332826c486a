//! Laws that hold for every tree and every manifest, tried on random ones.

mod applying;
mod carrying;
mod keeping;
#[path = "../support/laboratory.rs"]
mod laboratory;
mod planning;
#[path = "../support/service.rs"]
mod service;
mod worlds;
