//! The binary `redress`: hands the process's arguments and streams to the library.

use std::{
    io::{self, BufWriter, IsTerminal},
    process::ExitCode,
};

/// A record is made by one thread and let go by another. The allocator of glibc has threads wait for each other
/// at that, which cost a fifth of a command's processor time. Without huge pages, which tripled what is resident.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    redress::widen(io::stdout());
    let mut stdin = io::stdin();
    let mut stdout = BufWriter::with_capacity(redress::OUTPUT_BYTES, io::stdout());
    let mut stderr = io::stderr();
    let progress = stderr.is_terminal();
    redress::run_with(std::env::args_os(), &mut stdin, &mut stdout, &mut stderr, progress)
}
