//! Public keys in OpenSSH's binary form, and the fields that this form and that of signatures are made of.

use base64ct::{Base64, Encoding as _};
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, HashAlg, Mpint, PublicKey};

use crate::text::{Localized, both, shown};

/// Why bytes are no key for a signature here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// Not the form of a key.
    Damaged,
    /// A certificate.
    Certificate,
    /// A key of this type.
    Unsupported(String),
}

impl NoKey {
    /// What is wrong where a key should stand.
    pub fn message(&self) -> Localized {
        match self {
            NoKey::Damaged => both("this is not a public key", "dette er ikke en offentlig nøkkel"),
            NoKey::Certificate => both(
                "this is a certificate, not a key",
                "dette er et sertifikat, ikke en nøkkel",
            ),
            NoKey::Unsupported(kind) => both(
                format!("keys of type `{}` are not supported", shown(kind)),
                format!("nøkler av typen `{}` støttes ikke", shown(kind)),
            ),
        }
    }
}

/// What is left to read of a sequence of fields.
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(first)
    }

    /// A number of four bytes.
    pub fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.bytes(4)?.try_into().ok()?))
    }

    /// Bytes with their number before them.
    pub fn string(&mut self) -> Option<&'a [u8]> {
        let count = usize::try_from(self.number()?).ok()?;
        self.bytes(count)
    }
}

/// A key that signatures are verified with. It must be the same when it is written again, so that two keys are
/// equal when their bytes are.
pub fn read(bytes: &[u8]) -> Result<PublicKey, NoKey> {
    let kind = Fields(bytes).string().ok_or(NoKey::Damaged)?;
    let kind = String::from_utf8_lossy(kind);
    if kind.ends_with("-cert-v01@openssh.com") {
        return Err(NoKey::Certificate);
    }
    if !is_supported(&kind) {
        return Err(NoKey::Unsupported(kind.into_owned()));
    }
    let key = PublicKey::from_bytes(bytes).map_err(|_| NoKey::Damaged)?;
    let is_same = key.to_bytes().is_ok_and(|again| again == bytes);
    let is_sound = match key.key_data() {
        // OpenSSH knows points only when they are written in full.
        KeyData::Ecdsa(point) => point.as_sec1_bytes().first() == Some(&4),
        KeyData::SkEcdsaSha2NistP256(key) => {
            key.ec_point().as_bytes().first() == Some(&4) && !key.application().contains('\0')
        }
        KeyData::SkEd25519(key) => !key.application().contains('\0'),
        KeyData::Rsa(key) => [&key.n, &key.e].iter().all(|n| n.as_positive_bytes().is_some()),
        _ => true,
    };
    match is_same && is_sound {
        true => Ok(key),
        false => Err(NoKey::Damaged),
    }
}

/// True for the name of a type of keys that signatures are verified with.
pub fn is_supported(kind: &str) -> bool {
    use Algorithm::{Ecdsa, Ed25519, Rsa, SkEcdsaSha2NistP256, SkEd25519};
    let supported = |kind| {
        matches!(
            kind,
            Ed25519 | Ecdsa { .. } | Rsa { hash: None } | SkEd25519 | SkEcdsaSha2NistP256
        )
    };
    Algorithm::new(kind).is_ok_and(supported)
}

/// The key that a line begins with: its type, a blank, its bytes in Base64, as in a file `….pub`.
pub fn read_line(line: &str) -> Result<PublicKey, NoKey> {
    let blank = [' ', '\t'];
    let (kind, rest) = line.split_once(blank).ok_or(NoKey::Damaged)?;
    let rest = rest.trim_start_matches(blank);
    let text = rest.split(blank).next().unwrap_or_default();
    let bytes = Base64::decode_vec(text.trim_end_matches(['\r', '\n'])).map_err(|_| NoKey::Damaged)?;
    let key = read(&bytes)?;
    match key.algorithm().as_str() == kind {
        true => Ok(key),
        false => Err(NoKey::Damaged),
    }
}

/// `SHA256:…`, as OpenSSH writes it.
pub fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// The number of bits of a positive number.
pub fn bits(number: &Mpint) -> usize {
    let bytes = number.as_positive_bytes().unwrap_or_default();
    let unused = bytes.first().map_or(0, |first| first.leading_zeros() as usize);
    bytes.len() * 8 - unused
}
