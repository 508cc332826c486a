//! One suite for every provider and every layer, by the public API alone.
//!
//! Cases are joined with targets; a case that a target's sheet does not allow is skipped with its
//! reason, and a test sees to it that every case runs against at least one target.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod doing;
mod kept;
mod layers;
#[cfg(feature = "emulator")]
mod libraries;
mod local;
#[cfg(feature = "emulator")]
mod media;
mod reading;
mod relying;
mod scene;
#[cfg(feature = "emulator")]
mod served;
#[cfg(feature = "emulator")]
mod service;
mod table;
mod target;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use reshelve::plan::Capabilities;
use tokio::runtime::Runtime;

use crate::target::{TARGETS, Target};

fn main() {
    if let Some(folder) = std::env::var_os(local::KILLED_IN) {
        local::copy_until_killed(folder.as_ref());
        return;
    }
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials()).exit();
}

fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut without_target: Vec<&str> = Vec::new();
    for case in reading::CASES {
        let mut runs = 0;
        for target in TARGETS {
            let name = format!("{}: {}", target.name, case.name);
            match skipped(target, case) {
                None => {
                    runs += 1;
                    trials.push(Trial::test(name, || read(target, case)));
                }
                Some(reason) => trials.push(Trial::ignorable_test(name, move || {
                    Ok(Completion::ignored_with(reason))
                })),
            }
        }
        if runs == 0 {
            without_target.push(case.name);
        }
    }
    for case in table::cases() {
        for target in TARGETS {
            let name = format!("{}: {}", target.name, case.name);
            trials.push(Trial::ignorable_test(name, || {
                let empty = target.open(&[]);
                Ok(match case.for_bench(&empty) {
                    Ok(case) => {
                        let bench = target.open(&case.scene());
                        runtime()?.block_on(case.run(&bench));
                        Completion::Completed
                    }
                    Err(reason) => Completion::ignored_with(reason),
                })
            }));
        }
    }
    #[cfg(feature = "emulator")]
    for (name, check) in served::CASES {
        let name = format!("service: {name}");
        trials.push(Trial::test(name, || {
            check();
            Ok(())
        }));
    }
    #[cfg(feature = "emulator")]
    for (name, check) in libraries::CASES {
        let name = format!("libraries: {name}");
        trials.push(Trial::test(name, || {
            check();
            Ok(())
        }));
    }
    trials.push(Trial::test("every row of a sheet has its case", || {
        kept::check_names();
        Ok(())
    }));
    let local = local::CASES.iter().map(|case| ("local", case));
    let relying = relying::CASES.iter().map(|case| ("relying", case));
    let layers = layers::CASES.iter().map(|case| ("layers", case));
    for (group, (name, check)) in local.chain(relying).chain(layers) {
        let name = format!("{group}: {name}");
        trials.push(Trial::ignorable_test(name, || {
            let folder = tempfile::tempdir()?;
            Ok(check(folder.path()))
        }));
    }
    trials.push(Trial::test("every case has a target", move || {
        if without_target.is_empty() {
            Ok(())
        } else {
            Err(format!("no target runs {without_target:?}").into())
        }
    }));
    trials
}

/// Why a target does not run a case.
fn skipped(target: &Target, case: &reading::Reading) -> Option<&'static str> {
    (case.needs)(&sheet(target)).err()
}

fn sheet(target: &Target) -> Capabilities {
    let bench = target.open(&[]);
    bench.provider.capabilities(&scene::alias("a")).unwrap()
}

fn read(target: &Target, case: &reading::Reading) -> Result<(), Failed> {
    let bench = target.open(&reading::scene());
    (case.check)(&bench, &runtime()?);
    Ok(())
}

fn runtime() -> Result<Runtime, Failed> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}
