//! A signature file: its armor, its fields, and what it claims.

use base64ct::{Base64, Encoding as _};
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, HashAlg, PublicKey, Signature, SshSig};

use super::key::{self, Fields, NoKey};
use super::refusal::{Reason, Refusal};
use super::{LARGEST_SIGNATURE, NAMESPACE};

const HEADER: &[u8] = b"-----BEGIN SSH SIGNATURE-----\n";
const FOOTER: &[u8] = b"\n-----END SSH SIGNATURE-----";

/// Sizes of RSA keys that are verified: below is weak, above is more than the library reckons with.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// A signature that has the form of one. Nothing about it is known to be true.
pub struct Sealed {
    /// The key that it says it was made with.
    pub key: PublicKey,
    hash: HashAlg,
    signature: Signature,
}

/// Reads a signature file. The first signature counts, and what stands behind it does not, as in OpenSSH.
pub fn open(file: &[u8]) -> Result<Sealed, Refusal> {
    if file.len() > LARGEST_SIGNATURE {
        return Err(Reason::TooLarge.into());
    }
    let body = file.strip_prefix(HEADER).ok_or(Reason::NotASignature)?;
    let end = body.windows(FOOTER.len()).position(|part| part == FOOTER);
    let body = &body[..end.ok_or(Reason::Damaged)?];
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let text: Vec<u8> = body.iter().copied().filter(|byte| !is_blank(byte)).collect();
    let text = String::from_utf8(text).map_err(|_| Reason::Damaged)?;
    let bytes = Base64::decode_vec(&text).map_err(|_| Reason::Damaged)?;
    let claims = Claims::read(&bytes).ok_or(Reason::Damaged)?;

    let key = key::read(claims.key).map_err(|no_key| match no_key {
        NoKey::Damaged => Reason::Damaged,
        NoKey::Certificate => Reason::Certificate,
        NoKey::Unsupported(kind) => Reason::UnsupportedKey(kind),
    })?;
    match claims.check(&key) {
        Ok((hash, signature)) => Ok(Sealed { key, hash, signature }),
        Err(reason) => Err(Refusal::of_key(reason, &key)),
    }
}

impl Sealed {
    /// Whether the key signed this message.
    pub fn check(&self, message: &[u8]) -> Result<(), Reason> {
        SshSig::new(
            self.key.key_data().clone(),
            NAMESPACE,
            self.hash,
            self.signature.clone(),
        )
        .and_then(|signature| self.key.verify(NAMESPACE, message, &signature))
        .map_err(|_| Reason::Wrong)
    }
}

/// The fields of a signature.
struct Claims<'a> {
    key: &'a [u8],
    namespace: &'a [u8],
    hash: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Claims<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(bytes.strip_prefix(b"SSHSIG")?);
        let version = fields.number()?;
        let key = fields.string()?;
        let namespace = fields.string()?;
        // Not signed, so that nothing may stand in it.
        let reserved = fields.string()?;
        let hash = fields.string()?;
        let signature = fields.string()?;
        let is_whole = version == 1 && reserved.is_empty() && fields.0.is_empty();
        is_whole.then_some(Claims {
            key,
            namespace,
            hash,
            signature,
        })
    }

    fn check(&self, key: &PublicKey) -> Result<(HashAlg, Signature), Reason> {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        if self.namespace != NAMESPACE.as_bytes() {
            return Err(Reason::OtherNamespace(text(self.namespace)));
        }
        let hash = text(self.hash);
        let hash = HashAlg::new(&hash).map_err(|_| Reason::UnsupportedHash(hash))?;
        if let KeyData::Rsa(rsa) = key.key_data() {
            let bits = key::bits(&rsa.n);
            if !RSA_BITS.contains(&bits) {
                return Err(Reason::RsaSize(bits));
            }
        }
        Ok((hash, self.signature(key)?))
    }

    /// The signature proper: its algorithm, its numbers, and for a security key what the device adds.
    fn signature(&self, key: &PublicKey) -> Result<Signature, Reason> {
        let mut fields = Fields(self.signature);
        let (name, numbers) = (fields.string(), fields.string());
        let (Some(name), Some(numbers)) = (name, numbers) else {
            return Err(Reason::Damaged);
        };
        let name = String::from_utf8_lossy(name);
        let unsupported = || Reason::UnsupportedKey(name.clone().into_owned());
        let algorithm = Algorithm::new(&name).map_err(|_| unsupported())?;
        match (key.algorithm(), &algorithm) {
            (Algorithm::Rsa { .. }, Algorithm::Rsa { hash: Some(_) }) => {}
            (Algorithm::Rsa { .. }, Algorithm::Rsa { hash: None }) => {
                return Err(Reason::UnsupportedHash("sha1".to_owned()));
            }
            (expected, found) if expected == *found => {}
            _ => return Err(unsupported()),
        }
        let added = match algorithm {
            Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => 5,
            _ => 0,
        };
        if fields.0.len() != added {
            return Err(Reason::Damaged);
        }
        Signature::new(algorithm, [numbers, fields.0].concat()).map_err(|_| Reason::Damaged)
    }
}
