//! Where a command writes: results to standard output, messages to standard error.

use std::{io::Write, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::error::CommandError;

/// The streams of one command.
pub struct Console<'a> {
    out: &'a mut (dyn Write + Send + Sync),
    err: &'a mut (dyn Write + Send + Sync),
    json: bool,
    progress: bool,
    program: String,
}

impl std::fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console")
            .field("json", &self.json)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

impl<'a> Console<'a> {
    /// Streams, whether results are wanted as JSON, and whether progress bars may be drawn.
    pub fn new(
        out: &'a mut (dyn Write + Send + Sync),
        err: &'a mut (dyn Write + Send + Sync),
        json: bool,
        progress: bool,
    ) -> Self {
        Self { out, err, json, progress, program: "redress".to_owned() }
    }

    /// The same, for a program that was called by this name.
    #[must_use]
    pub fn called(mut self, program: String) -> Self {
        self.program = program;
        self
    }

    /// How the program was called: what a hint to run it again must say.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Whether results are wanted as JSON.
    pub const fn json(&self) -> bool {
        self.json
    }

    /// Prints bytes of a result as they are.
    ///
    /// # Errors
    ///
    /// [`CommandError::OutputClosed`] when nobody reads any more, [`CommandError::Output`] else.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), CommandError> {
        self.out.write_all(bytes).map_err(CommandError::output)
    }

    /// Prints a line of a result.
    ///
    /// # Errors
    ///
    /// As [`Console::raw`].
    pub fn line(&mut self, line: impl std::fmt::Display) -> Result<(), CommandError> {
        writeln!(self.out, "{line}").map_err(CommandError::output)
    }

    /// Prints a result as one line of JSON.
    ///
    /// # Errors
    ///
    /// As [`Console::raw`].
    pub fn value(&mut self, value: &impl Serialize) -> Result<(), CommandError> {
        serde_json::to_writer(&mut *self.out, value)
            .map_err(|error| CommandError::output(error.into()))?;
        self.raw(b"\n")
    }

    /// Says something to whoever sits there. A closed standard error is no reason to stop.
    pub fn say(&mut self, message: impl std::fmt::Display) {
        let _ = writeln!(self.err, "{message}");
    }

    /// Sends what was printed on its way.
    ///
    /// # Errors
    ///
    /// As [`Console::raw`].
    pub fn flush(&mut self) -> Result<(), CommandError> {
        self.out.flush().map_err(CommandError::output)
    }

    /// A progress bar on the terminal, if there is one; it shows itself after a second.
    pub fn bar(&self, what: &'static str, length: u64) -> Bar {
        if !self.progress {
            return Bar(None);
        }
        let bar =
            ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(8));
        let style = ProgressStyle::with_template(
            "{msg:>12} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(what);
        Bar(Some(bar))
    }
}

/// A progress bar that goes away when it is dropped.
#[derive(Debug)]
pub struct Bar(Option<ProgressBar>);

impl Bar {
    /// How far it has come.
    pub fn set(&self, position: u64) {
        // Without one, not even the clock is looked at: this is called for each record.
        if let Some(bar) = &self.0
            && bar.elapsed() > Duration::from_secs(1)
        {
            bar.set_position(position);
        }
    }

    /// How far it has come, and of how much.
    pub fn set_of(&self, position: u64, length: u64) {
        if let Some(bar) = &self.0 {
            bar.set_length(length);
        }
        self.set(position);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// A text of several lines as a terminal may show it: of what would move its cursor, or turn the order of what is
/// read around, only the place is left.
pub fn printable(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', " ");
    text.split('\n').map(evidence_check::printable).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_that_is_shown_moves_a_cursor_or_turns_the_order_around() {
        let shown = printable("one\r\ntwo\u{1b}[2J\rthree\tfour\u{202e}five");
        assert_eq!(shown, "one\ntwo\u{fffd}[2J\u{fffd}three four\u{fffd}five");
    }
}
