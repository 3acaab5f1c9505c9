//! One message to one server. Errors are classes: what a server says may repeat an address.

use std::{error::Error as _, fmt, fs, io, net::IpAddr, time::Duration};

use lettre::{
    Address,
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{Certificate, SmtpConnection, TlsParameters},
        extension::ClientId,
    },
};

use super::outbox::{Failure, FailureClass};
use crate::{
    arguments::{MailServer, TlsMode},
    error::CommandError,
};

/// A mail server that letters are handed to.
pub struct Server {
    host: String,
    port: u16,
    mode: TlsMode,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    timeout: Duration,
    /// The address that letters come from.
    pub from: Address,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// The server that the arguments name.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: no server, no address, a file that cannot be read; a server elsewhere
    /// without TLS that nobody asked for.
    pub fn of(args: &MailServer) -> Result<Self, CommandError> {
        let usage =
            |problem: String, next: &str| CommandError::Usage { problem, next: next.to_owned() };
        let parts = args.server.rsplit_once(':');
        let named = parts.and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
        let (host, port) = named.ok_or_else(|| {
            usage(
                format!("expected HOST:PORT for --server, found `{}`", args.server),
                "name the server with its port, such as smtp.example.com:587",
            )
        })?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if args.tls == TlsMode::Plain && !is_this_machine(&host) {
            return Err(usage(
                format!("expected a server on this machine for --tls plain, found `{host}`"),
                "use --tls starttls or implicit, or --tls plain-anywhere if letters may be read on \
                 the way",
            ));
        }
        let from: Address = args.from.parse().map_err(|_| {
            usage("expected an e-mail address for --from".to_owned(), "name it as name@example.com")
        })?;
        let tls = match args.tls {
            TlsMode::Implicit | TlsMode::Starttls => Some(parameters(&host, args)?),
            TlsMode::Plain | TlsMode::PlainAnywhere => None,
        };
        Ok(Self {
            host,
            port,
            mode: args.tls,
            tls,
            credentials: credentials(args)?,
            timeout: Duration::from_secs(args.timeout),
            from,
        })
    }

    /// Hands a message over. Blocks until the server has answered.
    ///
    /// # Errors
    ///
    /// [`Failure`], by whether another attempt can succeed, and whether this one may have.
    pub fn hand_over(&self, to: &Address, message: &[u8]) -> Result<(), Failure> {
        let mut connection = self.connect()?;
        let envelope = Envelope::new(Some(self.from.clone()), vec![to.clone()])
            .map_err(|_| Failure::of(FailureClass::NoAddress))?;
        let sent = connection.send(&envelope, message);
        match sent {
            Ok(_) => {
                // It has been accepted; that the server hears the farewell does not matter.
                let _ = connection.quit();
                Ok(())
            }
            Err(error) => Err(refusal(&error)),
        }
    }

    fn connect(&self) -> Result<SmtpConnection, Failure> {
        let hello = ClientId::Domain(self.from.domain().to_owned());
        let wrapper = self.tls.as_ref().filter(|_| self.mode == TlsMode::Implicit);
        let connected = SmtpConnection::connect(
            (self.host.as_str(), self.port),
            Some(self.timeout),
            &hello,
            wrapper,
            None,
        );
        let mut connection = connected.map_err(|error| {
            let is_handshake = wrapper.is_some() && is_invalid(&error);
            let class = if is_handshake { FailureClass::Tls } else { FailureClass::Connection };
            before(&error, class)
        })?;
        if let (TlsMode::Starttls, Some(tls)) = (self.mode, &self.tls) {
            connection.starttls(tls, &hello).map_err(|error| before(&error, FailureClass::Tls))?;
        }
        if let Some(credentials) = &self.credentials {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .map_err(|error| before(&error, FailureClass::Login))?;
        }
        Ok(connection)
    }
}

/// A failure before the letter was begun: nothing of it has left.
fn before(error: &Error, class: FailureClass) -> Failure {
    let class = if error.is_tls() { FailureClass::Tls } else { class };
    Failure { class, code: error.status().map(u16::from) }
}

/// What arrived is not what a protocol says: so a handshake that fails is told, such as over a
/// certificate that nobody vouches for, when TLS begins with the first byte.
fn is_invalid(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let of_kind = |error: &io::Error| error.kind() == io::ErrorKind::InvalidData;
        if error.downcast_ref::<io::Error>().is_some_and(of_kind) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// What the server said to the letter, or that it said nothing.
fn refusal(error: &Error) -> Failure {
    let code = error.status().map(u16::from);
    if error.is_permanent() {
        Failure { class: FailureClass::Permanent, code }
    } else if error.is_transient() {
        Failure { class: FailureClass::Temporary, code }
    } else if error.is_client() {
        // The server lacks what the address or the text needs.
        Failure { class: FailureClass::Permanent, code }
    } else {
        Failure { class: FailureClass::Dropped, code }
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn parameters(host: &str, args: &MailServer) -> Result<TlsParameters, CommandError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = &args.ca {
        let pem = fs::read(path).map_err(CommandError::file("read", path))?;
        let authority = Certificate::from_pem(&pem).map_err(|_| CommandError::Usage {
            problem: format!("expected a certificate in PEM in {}", path.display()),
            next: "name the file of the authority that signed the server's certificate".to_owned(),
        })?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build().map_err(CommandError::failed("prepare TLS"))
}

fn credentials(args: &MailServer) -> Result<Option<Credentials>, CommandError> {
    let (Some(user), Some(path)) = (&args.user, &args.password_file) else { return Ok(None) };
    if args.tls == TlsMode::PlainAnywhere {
        return Err(CommandError::Usage {
            problem: "expected a protected connection for an account's password".to_owned(),
            next: "use --tls starttls or implicit".to_owned(),
        });
    }
    let password = fs::read_to_string(path).map_err(CommandError::file("read", path))?;
    Ok(Some(Credentials::new(user.clone(), password.trim_end_matches(['\r', '\n']).to_owned())))
}
