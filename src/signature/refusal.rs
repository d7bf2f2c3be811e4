//! Why a signature does not count, in words for those who signed and those who rely on it.

use jiff::Zoned;
use ssh_key::PublicKey;

use super::{NAMESPACE, key};
use crate::text::{Lang, Localized, both, shown};

/// A signature that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// Fingerprint of the key that the signature names, where it names one.
    pub key: Option<String>,
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The file does not begin like one.
    NotASignature,
    /// The file is larger than [`LARGEST_SIGNATURE`](super::LARGEST_SIGNATURE).
    TooLarge,
    /// It begins like one and goes on otherwise.
    Damaged,
    /// It was made by a certificate.
    Certificate,
    /// It was made with a key of this type.
    UnsupportedKey(String),
    /// It was made with this hash.
    UnsupportedHash(String),
    /// It was made with an RSA key of so many bits.
    RsaSize(usize),
    /// It was made for this, not for an agreement.
    OtherNamespace(String),
    /// The key did not sign these bytes.
    Wrong,
    /// The key is on the list of revoked keys.
    Revoked,
    /// No line allows the key.
    UnknownKey,
    /// The key is allowed for these namespaces alone.
    NamespaceNotAllowed(String),
    /// The key counts from this time.
    NotYetValid(Zoned),
    /// The key counted until this time.
    Expired(Zoned),
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Refusal { reason, key: None }
    }
}

impl Refusal {
    pub(super) fn of_key(reason: Reason, key: &PublicKey) -> Self {
        Refusal {
            reason,
            key: Some(key::fingerprint(key)),
        }
    }

    /// What is wrong with the signature: lower case, no full stop.
    pub fn message(&self) -> Localized {
        let key = |en: &str, nb: &str| match &self.key {
            Some(key) => both(format!("the key {key} {en}"), format!("nøkkelen {key} {nb}")),
            None => both(format!("the key {en}"), format!("nøkkelen {nb}")),
        };
        match &self.reason {
            Reason::NotASignature => both("the file is not a signature", "filen er ikke en signatur"),
            Reason::TooLarge => both(
                "the file is too large for a signature",
                "filen er for stor til å være en signatur",
            ),
            Reason::Damaged => both("the signature is damaged", "signaturen er skadet"),
            Reason::Certificate => both(
                "the signature was made by a certificate, and certificates do not count here",
                "signaturen er laget med et sertifikat, og sertifikater teller ikke her",
            ),
            Reason::UnsupportedKey(kind) => both(
                format!("the signature is of type `{}`, which is not supported", shown(kind)),
                format!("signaturen er av typen `{}`, som ikke støttes", shown(kind)),
            ),
            Reason::UnsupportedHash(hash) => both(
                format!("the signature uses the hash `{}`, which is not supported", shown(hash)),
                format!("signaturen bruker hashen `{}`, som ikke støttes", shown(hash)),
            ),
            Reason::RsaSize(bits) => key(
                &format!("is an RSA key of {bits} bits, and only those of 2048 to 4096 bits count"),
                &format!("er en RSA-nøkkel på {bits} biter, og bare de på 2048 til 4096 biter teller"),
            ),
            Reason::OtherNamespace(namespace) => both(
                format!(
                    "the signature was made for `{}`, not for an agreement",
                    shown(namespace)
                ),
                format!("signaturen er laget for `{}`, ikke for en avtale", shown(namespace)),
            ),
            Reason::Wrong => both(
                "the signature is not one for this file: the file was changed after it was signed, or the signature \
                 belongs to another file",
                "signaturen hører ikke til denne filen: filen ble endret etter at den ble signert, eller signaturen \
                 hører til en annen fil",
            ),
            Reason::Revoked => key("was withdrawn", "er trukket tilbake"),
            Reason::UnknownKey => key("is not among those that may sign", "er ikke blant dem som kan signere"),
            Reason::NamespaceNotAllowed(list) => key(
                &format!("may sign only for `{}`, not for an agreement", shown(list)),
                &format!("kan bare signere for `{}`, ikke for en avtale", shown(list)),
            ),
            Reason::NotYetValid(from) => key(
                &format!("is not valid before {}", time(from)),
                &format!("gjelder ikke før {}", time(from)),
            ),
            Reason::Expired(until) => key(
                &format!("expired at {}", time(until)),
                &format!("utløp {}", time(until)),
            ),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Localized {
        let again = || {
            both(
                format!("Sign the file again: `ssh-keygen -Y sign -n {NAMESPACE} -f KEY FILE`."),
                format!("Signer filen på nytt: `ssh-keygen -Y sign -n {NAMESPACE} -f NØKKEL FIL`."),
            )
        };
        let other_key = || {
            both(
                "Sign with another key: `ssh-keygen -t ed25519` makes one. Its public part must be in `allowed_signers`.",
                "Signer med en annen nøkkel: `ssh-keygen -t ed25519` lager en. Den offentlige delen må stå i \
                 `allowed_signers`.",
            )
        };
        match &self.reason {
            Reason::NotASignature | Reason::TooLarge | Reason::Damaged | Reason::OtherNamespace(_) => again(),
            Reason::UnsupportedHash(_) => both(
                format!(
                    "{} The hashes sha512, which it takes by itself, and sha256 count.",
                    again().get(Lang::En)
                ),
                format!(
                    "{} Hashene sha512, som den tar av seg selv, og sha256 teller.",
                    again().get(Lang::Nb)
                ),
            ),
            Reason::Certificate => both(
                "Sign with the key itself, without the file `…-cert.pub` beside it. Its public part must be in \
                 `allowed_signers`.",
                "Signer med selve nøkkelen, uten filen `…-cert.pub` ved siden av. Den offentlige delen må stå i \
                 `allowed_signers`.",
            ),
            Reason::UnsupportedKey(_) | Reason::RsaSize(_) => other_key(),
            Reason::Wrong => both(
                "Bring back the file that was signed, or ask for a new signature. A change of line endings counts, too.",
                "Hent tilbake filen som ble signert, eller be om en ny signatur. Også endrede linjeskift teller.",
            ),
            Reason::Revoked => both(
                "Ask who signed whether the key was lost, and have the file signed with a new one.",
                "Spør den som signerte om nøkkelen er kommet bort, og få filen signert med en ny.",
            ),
            Reason::UnknownKey => both(
                "Ask who signed for the fingerprint, and if it is the same, add the key to `allowed_signers` in a change \
                 that both sides have agreed to.",
                "Spør den som signerte om fingeravtrykket, og er det det samme, legg nøkkelen til i `allowed_signers` i \
                 en endring som begge sider er enige om.",
            ),
            Reason::NamespaceNotAllowed(_) => both(
                format!("Add `{NAMESPACE}` to `namespaces` of the key in `allowed_signers`, or sign with another key."),
                format!(
                    "Legg til `{NAMESPACE}` i `namespaces` for nøkkelen i `allowed_signers`, eller signer med en annen nøkkel."
                ),
            ),
            Reason::NotYetValid(_) => both(
                "Wait until then, or correct `valid-after` in `allowed_signers`.",
                "Vent til da, eller rett `valid-after` i `allowed_signers`.",
            ),
            Reason::Expired(_) => both(
                "Have the file signed with a key that is valid, or extend `valid-before` in `allowed_signers`.",
                "Få filen signert med en nøkkel som gjelder, eller forleng `valid-before` i `allowed_signers`.",
            ),
        }
    }
}

/// A time for people, with its distance from UTC.
fn time(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_a_file_is_shown_safely_in_both_languages() {
        let hostile = || "\u{1b}[2J\n::error::\u{202e}".repeat(50);
        for reason in [
            Reason::UnsupportedKey(hostile()),
            Reason::UnsupportedHash(hostile()),
            Reason::OtherNamespace(hostile()),
            Reason::NamespaceNotAllowed(hostile()),
        ] {
            let refusal = Refusal::from(reason);
            for text in [refusal.message(), refusal.help()] {
                assert_ne!(text.en, text.nb);
                for text in [text.en, text.nb] {
                    assert!(
                        !text.contains(crate::text::is_unsafe) && text.chars().count() < 400,
                        "{text}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_key_and_the_time_are_named() {
        let at: Zoned = "2026-11-25T12:00:00+01:00[+01:00]".parse().unwrap();
        let refusal = Refusal {
            reason: Reason::Expired(at),
            key: Some("SHA256:x".to_owned()),
        };
        assert_eq!(
            refusal.message().en,
            "the key SHA256:x expired at 2026-11-25 12:00:00 +01:00"
        );
        assert_eq!(
            refusal.message().nb,
            "nøkkelen SHA256:x utløp 2026-11-25 12:00:00 +01:00"
        );
        let refusal = Refusal::from(Reason::Revoked);
        assert_eq!(refusal.message().en, "the key was withdrawn");
    }
}
