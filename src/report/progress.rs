//! A progress bar that hides itself where nobody looks.

use std::time::Duration;

use indicatif::{ProgressDrawTarget, ProgressStyle};

/// How far a long piece of work is: items, and bytes where they are carried.
pub struct ProgressBar {
    bar: indicatif::ProgressBar,
}

impl ProgressBar {
    /// A bar on `target` over a known number of items.
    pub fn over(items: u64, doing: &str, target: ProgressDrawTarget) -> Self {
        let bar = indicatif::ProgressBar::with_draw_target(Some(items), target);
        let style =
            ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}  {prefix}  {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(doing.to_owned());
        Self { bar }
    }

    /// A sign of life on `target` for work of unknown length.
    pub fn spinning(doing: &str, target: ProgressDrawTarget) -> Self {
        let bar = indicatif::ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{spinner} {msg} {pos}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_message(doing.to_owned());
        if !bar.is_hidden() {
            // The thread that draws from now on may come too late for work that is soon over.
            bar.tick();
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar }
    }

    /// So many more items are done.
    pub fn advance(&self, items: u64) {
        self.bar.inc(items);
    }

    /// So many items were found altogether.
    pub fn reached(&self, items: u64) {
        self.bar.set_position(items);
    }

    /// So many bytes were carried altogether.
    pub fn carried(&self, bytes: u64) {
        self.bar.set_prefix(super::layout::bytes(bytes));
    }

    /// Lets something else write where the bar is drawn.
    pub fn aside(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        self.finish();
    }
}
