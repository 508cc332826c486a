//! `inventory`: what a space holds, to read or to plan from later.

use std::io::BufWriter;
use std::path::Path;

use crate::cli::args::{Format, Inventory as InventoryArguments};
use crate::cli::error::CommandError;
use crate::cli::exit::ExitCode;
use crate::cli::manifests::ManifestSet;
use crate::cli::output::Output;
use crate::cli::session::look;
use crate::cli::spaces::{Access, Spaces};
use crate::cli::surroundings::Surroundings;
use crate::observe::Inventory;
use crate::plan::{Reach, Scope};
use crate::report::{inventory_markdown, inventory_text};
use crate::tree::{Address, EntryPath, SpaceAlias};

/// Observes a space or a part of it, and shows it or writes it down.
pub(crate) async fn inventory(
    arguments: &InventoryArguments,
    around: &Surroundings,
    output: Output,
) -> Result<ExitCode, CommandError> {
    let place = place(&arguments.place)?;
    let set = ManifestSet::load(&arguments.manifests, around)?;
    let spaces = Spaces::open(&set, Access::Read, around)?;
    let inventory = take(&place, &spaces, around, output).await?;
    match &arguments.out {
        None => answer(&inventory, arguments, output)?,
        Some(file) => {
            write_file(&inventory, file)?;
            let count = inventory.tree.len();
            output.remark(&format!("wrote {count} entries to {}", file.display()));
        }
    }
    Ok(ExitCode::Done)
}

/// `SPACE` or `SPACE:/PATH`.
fn place(text: &str) -> Result<Address, CommandError> {
    let wrong = |error| CommandError::new(ExitCode::Wrong, error);
    if text.contains(':') {
        Address::parse(text).map_err(wrong)
    } else {
        let alias = SpaceAlias::parse(text).map_err(wrong)?;
        Ok(Address::new(alias, EntryPath::root()))
    }
}

async fn take(
    place: &Address,
    spaces: &Spaces,
    around: &Surroundings,
    output: Output,
) -> Result<Inventory, CommandError> {
    let Some(sheet) = spaces.sheets.get(&place.space) else {
        let known: Vec<&str> = spaces.sheets.keys().map(SpaceAlias::as_str).collect();
        let message = format!("the manifest has no space `{}`", place.space);
        return Err(CommandError::new(ExitCode::Wrong, message)
            .hint(format!("it has {}", known.join(", "))));
    };
    let scope = Scope {
        address: place.clone(),
        reach: Reach::Subtree,
    };
    let observed = look(&spaces.provider, &[scope][..], output).await?;
    for note in &observed.notes {
        output.remark(&format!("note: {}", crate::report::escape(note)));
    }
    let space = observed.world.spaces.get(&place.space);
    let tree = space.map(|space| space.tree.clone()).unwrap_or_default();
    if tree.find(&place.path).is_none() {
        let message = format!("there is no `{place}`");
        return Err(CommandError::new(ExitCode::Failed, message));
    }
    Ok(Inventory {
        space: place.space.clone(),
        from: place.path.clone(),
        created: around.clock.now(),
        sheet: sheet.clone(),
        tree,
    })
}

fn answer(
    inventory: &Inventory,
    arguments: &InventoryArguments,
    output: Output,
) -> Result<(), CommandError> {
    let (space, tree) = (&inventory.space, &*inventory.tree);
    let from = tree.find(&inventory.from).unwrap_or(tree.root());
    output.answer(&arguments.reporting, &|format, out| match format {
        Format::Text => out.write_all(inventory_text(space, tree, from).as_bytes()),
        Format::Markdown => out.write_all(inventory_markdown(space, tree, from).as_bytes()),
        Format::Json => inventory.write(out),
    })
}

/// A new file takes the old one's place once it is whole.
fn write_file(inventory: &Inventory, file: &Path) -> Result<(), CommandError> {
    let failed = |error| CommandError::file("write", file, error);
    let folder = match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    };
    let mut whole = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let mut writer = BufWriter::new(whole.as_file_mut());
    inventory.write(&mut writer).map_err(failed)?;
    writer
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    whole.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}
