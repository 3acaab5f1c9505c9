//! Commands through the service, each sealing a field: how many a second, and what each costs in
//! processor time.
//!
//! `cargo bench -p complaint-service --bench commands [-- COMMANDS [ROUNDS [CLIENTS]] [vault] [memory] [disk]]`.
//! Three rows take turns, or those that are named: the vault alone, the service over the log in memory, and
//! over the log on disk. Processor time is that of all threads, so a busy machine changes it far less than it
//! changes a rate.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and prints what it found"
)]

use std::{
    error::Error,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    complaint::{
        Channel, Communication, ComplaintCommand, ComplaintRules, Direction, Party, Purpose,
        Receipt, Source,
    },
    sealed::PersonalField,
};
use complaint_service::{CommandRequest, ComplaintService, PersonalText, stream_of};
use event_log::{EventLog, StreamId, clock::SystemClock, memory::MemoryLog};
use event_log_sled::SledLog;
use personal_vault::{PlainField, SystemEntropy, Vault, VaultPaths};
use tokio::task::JoinSet;
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How many commands a complaint gets: its registration and messages.
const EACH: u128 = 10;
/// What a complainant writes, or is written: some 300 bytes.
const TEXT: &str = "They charged me twice for the same month and when I called, the person on the \
                    line said that it would be put right within five days. It was not, and the next \
                    statement had a fee for being overdrawn, which I was only because of the second \
                    charge. I want both back, and somebody to tell me how this could happen at all.";

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().collect();
    let numbers: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let named: Vec<_> = Kind::ALL.into_iter().filter(|kind| words.contains(&kind.word())).collect();
    let kinds = if named.is_empty() { Kind::ALL.to_vec() } else { named };
    let commands = numbers.first().copied().unwrap_or(100_000);
    let rounds = numbers.get(1).copied().unwrap_or(3);
    let clients = numbers.get(2).copied().unwrap_or(512);
    // Beside the build, for a temporary directory may be in memory, where a sync costs nothing.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    println!("{commands} commands, {clients} clients\n");
    println!("{:<34} {:>10} {:>10} {:>10}", "", "a second", "user µs", "system µs");
    for round in 0..rounds {
        for kind in kinds.iter().copied() {
            let place = dir.path().join(format!("{kind:?}-{round}"));
            fs::create_dir(&place)?;
            let runtime = tokio::runtime::Runtime::new()?;
            let measured = runtime.block_on(measure(kind, &place, commands, clients))?;
            drop(runtime);
            fs::remove_dir_all(&place)?;
            let each = |time: Duration| time.as_secs_f64() * 1e6 / count(measured.commands);
            let rate = count(measured.commands) / measured.took.as_secs_f64();
            let name = kind.name();
            println!(
                "{name:<34} {rate:>10.0} {:>10.1} {:>10.1}",
                each(measured.user),
                each(measured.system)
            );
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Vault,
    Memory,
    Disk,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Vault, Self::Memory, Self::Disk];

    /// As it is named in the arguments.
    fn word(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Vault => "sealed and stored, no log",
            Self::Memory => "through the service, log in memory",
            Self::Disk => "through the service, log on disk",
        }
    }
}

struct Measured {
    commands: usize,
    took: Duration,
    user: Duration,
    system: Duration,
}

#[expect(clippy::cast_precision_loss, reason = "a count of commands is far below 2⁵²")]
fn count(commands: usize) -> f64 {
    commands as f64
}

/// Processor time of this process so far, as `proc(5)` tells it: in hundredths of a second.
fn processor_time() -> Outcome<(Duration, Duration)> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("the name in parentheses")?;
    // Fields 14 and 15 of all, of which two are before these.
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let mut next = || -> Outcome<Duration> {
        Ok(Duration::from_millis(10 * times.next().ok_or("more fields")??))
    };
    Ok((next()?, next()?))
}

async fn measure(kind: Kind, place: &Path, commands: usize, clients: usize) -> Outcome<Measured> {
    let paths = VaultPaths {
        vault: place.join("vault"),
        keys: place.join("keys"),
        kek: place.join("kek").join("kek"),
    };
    let vault = Arc::new(Vault::create(&paths, [1; 32], Arc::new(SystemEntropy))?);
    let clock = Arc::new(SystemClock);
    let disk = match kind {
        Kind::Disk => {
            let log = SledLog::create(&place.join("log"), "bench.redress.invalid", clock.clone())?;
            Some(Arc::new(log))
        }
        Kind::Vault | Kind::Memory => None,
    };
    let log: Arc<dyn EventLog> = match &disk {
        Some(log) => Arc::clone(log) as _,
        None => Arc::new(MemoryLog::new(clock.clone())),
    };
    let service = Arc::new(ComplaintService::new(
        log,
        Arc::clone(&vault),
        clock,
        Arc::new(SystemEntropy),
        ComplaintRules::default(),
    ));
    let own: Vec<Vec<CommandRequest>> =
        (0..clients).map(|client| requests(client, commands / clients)).collect();
    let before = processor_time()?;
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for requests in own {
        let (service, vault) = (Arc::clone(&service), Arc::clone(&vault));
        tasks.spawn(async move {
            match kind {
                Kind::Vault => seal_each(&vault, requests).await,
                Kind::Memory | Kind::Disk => handle_each(&service, requests).await,
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let took = start.elapsed();
    let after = processor_time()?;
    drop(service);
    if let Some(log) = disk {
        log.close().await;
    }
    Ok(Measured {
        commands: commands / clients * clients,
        took,
        user: after.0.saturating_sub(before.0),
        system: after.1.saturating_sub(before.1),
    })
}

async fn handle_each(service: &ComplaintService, requests: Vec<CommandRequest>) -> Outcome<()> {
    for request in requests {
        service.handle(request).await?;
    }
    Ok(())
}

async fn seal_each(vault: &Vault, requests: Vec<CommandRequest>) -> Outcome<()> {
    let mut owner = None;
    for request in requests {
        if matches!(request.command, ComplaintCommand::Register(_)) {
            owner = None;
        }
        let stream = request.stream.unwrap_or_else(|| stream_of(request.command_id));
        let fields: Vec<_> =
            request.personal.iter().map(|p| PlainField { group: 1, text: &p.text }).collect();
        let sealing = vault.seal(stream.as_str().as_bytes(), owner, &fields)?;
        owner = owner.or(sealing.subject_key());
        vault.store(&sealing).await?;
    }
    Ok(())
}

/// The commands of one client: whole complaints, each registered and then written about.
fn requests(client: usize, each: usize) -> Vec<CommandRequest> {
    let first = (client as u128 + 1) << 64;
    (0..each as u128).map(|number| request(first, number)).collect()
}

fn request(first: u128, number: u128) -> CommandRequest {
    let registration = number / EACH * EACH;
    let stream: StreamId = stream_of(Uuid::from_u128(first + registration));
    let (command, field) = if number == registration {
        let receipt = Receipt {
            channel: Channel::Web,
            source: Source::Direct,
            matter: None,
            respondent: None,
            region: None,
            language: None,
            tags: Vec::new(),
            remedies_requested: Vec::new(),
        };
        (ComplaintCommand::Register(receipt), PersonalField::Narrative)
    } else {
        let message = Communication {
            direction: Direction::Incoming,
            party: Party::Complainant,
            channel: Channel::Email,
            purpose: Purpose::Information,
        };
        (ComplaintCommand::RecordCommunication(message), PersonalField::Message)
    };
    CommandRequest {
        command_id: Uuid::from_u128(first + number),
        stream: Some(stream),
        actor: Actor { id: ActorId("agent-1".parse().expect("a label")), role: Role::Agent },
        occurred_at: None,
        correlation_id: None,
        causation_id: None,
        command,
        personal: vec![PersonalText::new(field, TEXT)],
    }
}
