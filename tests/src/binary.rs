//! The built binary, run as a user runs it.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
};

/// Builds `redress` with the profile of this test binary, once, and says where it lies.
pub fn redress() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build(&["--package", "redress"]).join("redress"))
}

/// Builds the `soak` example likewise, and says in which folder it lies.
pub fn examples() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        build(&["--package", "redress-tests", "--example", "soak"]).join("examples")
    })
}

/// Builds with the profile of this test binary, and gives the folder of what was built.
fn build(what: &[&str]) -> PathBuf {
    // target/PROFILE/deps/suite-… → target/PROFILE
    let suite = env::current_exe().unwrap();
    let profile_dir = suite.ancestors().nth(2).unwrap();
    let target_dir = profile_dir.parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline", "--locked"]).args(what);
    cargo.arg("--target-dir").arg(target_dir);
    if profile_dir.ends_with("release") {
        cargo.arg("--release");
    }
    // What cargo says to this test is not for that build: a build script that looks at it would run anew each time.
    let of_this_test = |key: &OsStr| key.to_str().is_some_and(|key| key.starts_with("CARGO_PKG_"));
    for (key, _) in env::vars_os().filter(|(key, _)| of_this_test(key)) {
        cargo.env_remove(key);
    }
    cargo.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_MANIFEST_PATH");
    let status = cargo.current_dir(root()).status().unwrap();
    assert!(status.success(), "{what:?} does not build");
    profile_dir.to_owned()
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Says which test did not run, and why. Past the capture of the test harness, which keeps silent
/// about tests that pass; lines that begin so are counted at the end of the gate.
pub fn say_not_run(what: &str, why: &str) {
    let said = format!("not run: {what}: {}\n", why.trim());
    io::stderr().write_all(said.as_bytes()).unwrap();
}

/// A file of the folder beside the workspace that holds real data, when there is one.
pub fn shared(file: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(file);
    path.exists().then_some(path)
}

/// What a run of the binary ended with.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Expects exit code 0.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Expects this exit code, an explanation on standard error, and no panic.
    #[track_caller]
    pub fn refused(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        assert!(!self.stderr.trim().is_empty(), "an exit without an explanation");
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {}", self.stdout))
    }
}

/// A command that serves until it is dropped.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    /// Where it listens, such as `http://127.0.0.1:40000`.
    pub url: String,
}

/// Starts a command that listens, and waits until it says where.
pub fn serve_in(folder: &Path, arguments: &[&str]) -> Serving {
    let mut command = Command::new(redress());
    command.args(arguments).args(["--listen", "127.0.0.1:0"]).current_dir(folder);
    command.env_remove("RUST_LOG").stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening on ");
    let url = url.unwrap_or_else(|| panic!("{arguments:?} said {line:?}")).to_owned();
    Serving { child, url }
}

impl Serving {
    /// Asks it to end, as a service manager does, and waits until it has.
    pub fn end(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the binary in a folder.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(redress());
    command.args(arguments).current_dir(folder).env_remove("RUST_LOG");
    command.output().unwrap().into()
}

/// Runs the binary in a folder under strace, and gives the calls that strace was told to write down. `None`,
/// said aloud, where that cannot be done.
pub fn traced_in(folder: &Path, told: &[&str], arguments: &[&str]) -> Option<(Ran, String)> {
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-s", "8", "-o", "trace"]).args(told).arg(redress()).args(arguments);
    let ran = match command.current_dir(folder).env_remove("RUST_LOG").output() {
        Ok(output) => Ran::from(output),
        Err(error) => {
            say_not_run("the order of calls", &format!("strace: {error}"));
            return None;
        }
    };
    if ran.stderr.contains("ptrace") || ran.stderr.contains("PTRACE") {
        say_not_run("the order of calls", &ran.stderr);
        return None;
    }
    Some((ran, fs::read_to_string(folder.join("trace")).unwrap()))
}
