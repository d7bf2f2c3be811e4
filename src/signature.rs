//! OpenSSH signatures: who signed these bytes, and whether that counts.
//!
//! [`Trust::verify`] says yes where `ssh-keygen -Y verify` says yes, and never where it says no; a test runs
//! both on the same cases. The arithmetic is that of the `ssh-key` crate. Nothing here reads a file or a clock.
//!
//! On purpose stricter than OpenSSH:
//!
//! - Certificates sign nothing here: lines with `cert-authority` are read, and allow nobody. DSA keys and
//!   signatures by way of a browser (`webauthn-…`) are refused, and RSA keys of fewer than 2048 or more than
//!   4096 bits.
//! - A signature has one form, that which `ssh-keygen` writes: its header ends with LF, its version is 1, its
//!   reserved field is empty, every number in it has its one length and value, and no text in it ends with a zero
//!   byte. Some versions of OpenSSH accept CRLF behind the header, others a second form of Ed25519 signatures.
//! - A mistake in `allowed_signers` stops it all, where OpenSSH skips the line. Mistakes are, besides what OpenSSH
//!   calls so: text that is not UTF-8 or has a byte order mark, a line without a name, names of more than
//!   [`LONGEST_PATTERNS`] bytes, blanks in a key, days that the calendar has not, the leap second, and
//!   years before 1970.
//! - A pattern stands for itself. OpenSSH is asked about a name, and finds that `worker:*` fits `worker:kari`; here the
//!   signature counts for `worker:*`, since it does not say whose it is.
//! - A list of revoked keys holds keys alone. A binary list of OpenSSH (KRL) and certificates in it are mistakes.
//! - The size of each file has a limit.

mod allowed;
mod envelope;
mod key;
mod list;
mod pattern;
mod refusal;
mod revoked;
mod time;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use allowed::Allowed;
pub use refusal::{Reason, Refusal};
pub use revoked::Revoked;

/// What a signature under an agreement is made for: `ssh-keygen -Y sign -n tillit.agreement`.
pub const NAMESPACE: &str = "tillit.agreement";

/// Most bytes of a file with a signature; one by an RSA key of 4096 bits has 1.5 KiB.
pub const LARGEST_SIGNATURE: usize = 64 * 1024;

/// Most bytes of `allowed_signers` and of a list of revoked keys.
pub const LARGEST_LIST: usize = 1024 * 1024;

/// Most bytes of a list of patterns, names or namespaces. OpenSSH matches no pattern that is longer.
pub const LONGEST_PATTERNS: usize = 1022;

/// When a signature is verified. Times without `Z` are read in the zone, as OpenSSH reads them in that of the system:
/// without daylight saving, so that `202607011200` is 13:00 on clocks in Oslo.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The instant. OpenSSH counts whole seconds.
    pub at: Timestamp,
    /// The zone of times in `allowed_signers`, and of those in messages.
    pub zone: TimeZone,
}

/// Whose signatures count, and when.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Who may sign.
    pub allowed: Allowed,
    /// Keys that count no more.
    pub revoked: Option<Revoked>,
    /// When.
    pub moment: Moment,
}

/// A signature that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The names of the signer, as the lines that allow the key write them: also patterns, such as `worker:*`. They
    /// come from a file: [`shown`](crate::text::shown) makes them safe to print.
    pub principals: Vec<String>,
    /// Fingerprint of the key, as OpenSSH writes it: `SHA256:…`.
    pub key: String,
    /// Type of the key: `ssh-ed25519`.
    pub kind: String,
}

impl Trust {
    /// Whether the signature, an armored file as `ssh-keygen -Y sign` writes it, is one over the message that counts.
    ///
    /// # Errors
    /// Why it does not count; the first reason in OpenSSH's order.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<Signed, Refusal> {
        let sealed = envelope::open(signature)?;
        let key = &sealed.key;
        let refuse = |reason| Refusal::of_key(reason, key);
        sealed.check(message).map_err(refuse)?;
        if self.revoked.as_ref().is_some_and(|list| list.contains(key)) {
            return Err(refuse(Reason::Revoked));
        }
        let principals = self.allowed.principals(key, &self.moment).map_err(refuse)?;
        Ok(Signed {
            principals,
            key: key::fingerprint(key),
            kind: key.algorithm().as_str().to_owned(),
        })
    }
}

/// The side that a signature counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The employees and their representatives.
    Worker,
    /// The employer.
    Employer,
}

impl Side {
    /// The side that a name begins with: `worker:` or `employer:`. A pattern such as `*` or `w*` is on neither.
    pub fn of(principal: &str) -> Option<Side> {
        match principal.split_once(':')?.0 {
            "worker" => Some(Side::Worker),
            "employer" => Some(Side::Employer),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_follows_from_the_beginning_alone() {
        assert_eq!(Side::of("worker:kari@example.no"), Some(Side::Worker));
        assert_eq!(Side::of("employer:*"), Some(Side::Employer));
        for neither in [
            "*",
            "w*",
            "w*:kari",
            "?orker:kari",
            "Worker:kari",
            "worker",
            "kari worker:",
            "!worker:x",
        ] {
            assert_eq!(Side::of(neither), None, "{neither}");
        }
    }
}
