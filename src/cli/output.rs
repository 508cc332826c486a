//! The only writer to stdout and stderr: the answer on the one, everything else on the other.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use anstream::{AutoStream, ColorChoice, StripStream};
use indicatif::ProgressDrawTarget;

use super::args::{Color, Format, Reporting, Verbosity};
use super::error::CommandError;
use crate::report::{Detail, diagnostics_text, escape};
use crate::tree::SpelledOut;

/// Where a command's words go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    color: ColorChoice,
    verbosity: Verbosity,
}

/// Writes an answer in one format.
pub(crate) type Render<'a> = &'a dyn Fn(Format, &mut dyn Write) -> io::Result<()>;

impl Output {
    /// Output as the command line asks for it.
    pub(crate) fn new(color: Color, verbosity: Verbosity) -> Self {
        let color = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { color, verbosity }
    }

    /// How much of long lists is shown.
    pub(crate) fn detail(self) -> Detail {
        match self.verbosity {
            Verbosity::Quiet | Verbosity::Normal => Detail::Brief,
            Verbosity::Verbose => Detail::Full,
        }
    }

    /// Where progress is drawn: stderr, which hides it where it is no terminal.
    pub(crate) fn progress(self) -> ProgressDrawTarget {
        match self.verbosity {
            Verbosity::Quiet => ProgressDrawTarget::hidden(),
            Verbosity::Normal | Verbosity::Verbose => ProgressDrawTarget::stderr(),
        }
    }

    /// Sends the program's own log to stderr, as far as the filter lets it through.
    pub(crate) fn log(self, filter: &str) {
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
            .with_ansi(self.choice(&io::stderr()) != ColorChoice::Never)
            .with_writer(io::stderr);
        // A second subscriber cannot come: this is called once a process.
        let _ = subscriber.try_init();
    }

    /// Writes the answer to stdout in the format asked for, and to every further file.
    ///
    /// # Errors
    /// A file cannot be written, or stdout fails for another reason than that nobody reads on.
    pub(crate) fn answer(
        self,
        reporting: &Reporting,
        render: Render<'_>,
    ) -> Result<(), CommandError> {
        for sink in &reporting.output {
            let file = File::create(&sink.path)
                .map_err(|error| CommandError::file("write", &sink.path, error))?;
            let mut writer = BufWriter::new(StripStream::new(file));
            let written = rendered(render, sink.format, &mut writer).and_then(|()| writer.flush());
            written.map_err(|error| CommandError::file("write", &sink.path, error))?;
        }
        let mut stdout = BufWriter::with_capacity(
            1 << 16,
            AutoStream::new(io::stdout(), self.choice(&io::stdout())),
        );
        let written = rendered(render, reporting.format, &mut stdout).and_then(|()| stdout.flush());
        quiet_when_closed(written)
    }

    /// Writes a text to stdout.
    ///
    /// # Errors
    /// Stdout fails for another reason than that nobody reads on.
    pub(crate) fn text(self, text: &str) -> Result<(), CommandError> {
        let mut stdout = AutoStream::new(io::stdout().lock(), self.choice(&io::stdout()));
        let written = stdout.write_all(text.as_bytes());
        quiet_when_closed(written.and_then(|()| stdout.flush()))
    }

    /// Writes something that is not in the format asked for, to stdout.
    ///
    /// # Errors
    /// As for an answer.
    pub(crate) fn show(
        self,
        write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CommandError> {
        let stream = AutoStream::new(io::stdout(), self.choice(&io::stdout()));
        let mut stdout = BufWriter::with_capacity(1 << 16, stream);
        quiet_when_closed(write(&mut stdout).and_then(|()| stdout.flush()))
    }

    /// Asks a question at the terminal; yes or no, and no is what a bare return means.
    ///
    /// # Errors
    /// The terminal went away.
    pub(crate) fn ask(self, question: &str) -> Result<bool, CommandError> {
        let asked = dialoguer::Confirm::new()
            .with_prompt(question)
            .default(false)
            .interact();
        Ok(asked.map_err(|error| anyhow::Error::new(error).context("cannot ask"))?)
    }

    /// Tells a person something that is not the answer.
    pub(crate) fn remark(self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            self.aside(&format!("{text}\n"));
        }
    }

    /// Shows an error: its diagnostics, its message with causes, its hints.
    pub(crate) fn error(self, error: &CommandError) {
        let mut text = diagnostics_text(&error.diagnostics, self.detail());
        text.push_str("\u{1b}[1;31merror\u{1b}[0m: ");
        let causes: Vec<String> = error.cause.chain().map(ToString::to_string).collect();
        text.push_str(&escape(&causes.join(": ")));
        text.push('\n');
        for hint in &error.hints {
            text.push_str(&format!("  \u{1b}[1mhelp\u{1b}[0m: {}\n", escape(hint)));
        }
        self.aside(&text);
    }

    fn choice(self, stream: &impl anstream::stream::RawStream) -> ColorChoice {
        match self.color {
            ColorChoice::Auto => AutoStream::choice(stream),
            ColorChoice::AlwaysAnsi | ColorChoice::Always | ColorChoice::Never => self.color,
        }
    }

    /// Where even stderr is closed, there is nobody left to tell.
    fn aside(self, text: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.choice(&io::stderr()));
        let _ = stderr.write_all(text.as_bytes());
    }
}

/// Writes an answer; the other formats spell out themselves what nobody would see.
fn rendered(render: Render<'_>, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Json => render(format, &mut SpelledOut::new(out)),
        Format::Text | Format::Markdown => render(format, out),
    }
}

/// A reader that has seen enough, such as `head`, is no error.
fn quiet_when_closed(written: io::Result<()>) -> Result<(), CommandError> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(anyhow::Error::new(error)
            .context("cannot write to stdout")
            .into()),
        Ok(()) => Ok(()),
    }
}
