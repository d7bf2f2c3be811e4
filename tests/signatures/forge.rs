//! Signatures taken apart, put together otherwise, and made as `ssh-keygen` would not make them.

use base64ct::{Base64, Encoding as _};
use sha2::{Digest as _, Sha256};
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, PrivateKey, Signature, SigningKey, SshSig};

use super::{Bench, MESSAGE, NAMESPACE};

/// The name that a security key belongs to.
pub const APPLICATION: &[u8] = b"ssh:";

/// The fields of a signature, each as it stands there.
#[derive(Clone)]
pub struct Parts {
    pub version: u32,
    pub key: Vec<u8>,
    pub namespace: Vec<u8>,
    pub reserved: Vec<u8>,
    pub hash: Vec<u8>,
    pub signature: Vec<u8>,
    pub behind: Vec<u8>,
}

/// Bytes with their number before them.
pub fn field(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

/// The first field, and what follows it.
pub fn split(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let (count, rest) = bytes.split_at(4);
    let count = u32::from_be_bytes(count.try_into().unwrap()) as usize;
    (rest[..count].to_vec(), &rest[count..])
}

/// The bytes in an armored signature.
pub fn dearmor(file: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(file.to_vec()).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    Base64::decode_vec(&body).unwrap()
}

pub fn armor(bytes: &[u8]) -> Vec<u8> {
    let text = Base64::encode_string(bytes);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(70)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n",
        lines.join("\n")
    )
    .into_bytes()
}

impl Parts {
    pub fn of(file: &[u8]) -> Parts {
        let bytes = dearmor(file);
        let (key, rest) = split(&bytes[10..]);
        let (namespace, rest) = split(rest);
        let (reserved, rest) = split(rest);
        let (hash, rest) = split(rest);
        let (signature, rest) = split(rest);
        assert!(rest.is_empty() && reserved.is_empty(), "a signature of ssh-keygen");
        Parts {
            version: 1,
            key,
            namespace,
            reserved,
            hash,
            signature,
            behind: Vec::new(),
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = [b"SSHSIG".as_slice(), &self.version.to_be_bytes()].concat();
        for part in [&self.key, &self.namespace, &self.reserved, &self.hash, &self.signature] {
            bytes.extend(field(part));
        }
        bytes.extend(&self.behind);
        bytes
    }

    pub fn file(&self) -> Vec<u8> {
        armor(&self.bytes())
    }

    /// The same with one thing changed.
    pub fn but(&self, change: impl FnOnce(&mut Parts)) -> Vec<u8> {
        let mut parts = self.clone();
        change(&mut parts);
        parts.file()
    }
}

pub fn private(bench: &Bench, name: &str) -> PrivateKey {
    PrivateKey::from_openssh(std::fs::read(bench.path(name)).unwrap()).unwrap()
}

/// What is signed, here also with something in the reserved field.
pub fn to_sign(reserved: &[u8]) -> Vec<u8> {
    let hash = HashAlg::Sha512.digest(MESSAGE);
    let parts = [NAMESPACE.as_bytes(), reserved, b"sha512", &hash].map(field).concat();
    [b"SSHSIG".as_slice(), &parts].concat()
}

pub fn raw<S: SigningKey>(key: &S, message: &[u8]) -> Signature {
    key.try_sign(message).unwrap()
}

/// A line with the key, type and Base64.
pub fn line(key: &[u8]) -> String {
    format!(
        "{} {}",
        String::from_utf8(split(key).0).unwrap(),
        Base64::encode_string(key)
    )
}

/// The key of a security device, and a signature as it makes one, with the application written in the key and the
/// one that is signed. The private key lies in a file instead of the device.
pub fn security_key(bench: &Bench, name: &str, written: &[u8], signed: &[u8], flags: u8) -> (String, Vec<u8>) {
    let private = private(bench, name);
    let (kind, public) = match private.public_key().key_data() {
        KeyData::Ed25519(key) => ("sk-ssh-ed25519@openssh.com", field(&key.0)),
        KeyData::Ecdsa(key) => (
            "sk-ecdsa-sha2-nistp256@openssh.com",
            [field(b"nistp256"), field(key.as_sec1_bytes())].concat(),
        ),
        _ => panic!("{name} is of no type that security keys have"),
    };
    let kind = field(kind.as_bytes());
    let key = [kind.clone(), public, field(written)].concat();
    let added = [&[flags], &7_u32.to_be_bytes()[..]].concat();
    let message = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, MESSAGE).unwrap();
    let message = [&Sha256::digest(signed)[..], &added, &Sha256::digest(message)].concat();
    let numbers = field(raw(&private, &message).as_bytes());
    let parts = Parts {
        version: 1,
        key: key.clone(),
        namespace: NAMESPACE.as_bytes().to_vec(),
        reserved: Vec::new(),
        hash: b"sha512".to_vec(),
        signature: [kind, numbers, added].concat(),
        behind: Vec::new(),
    };
    (line(&key), parts.file())
}

/// The order of the curve of Ed25519, the lowest byte first.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Another signature for the same message, which anybody can make of an Ed25519 signature: its second number with
/// the order added.
pub fn other_form(numbers: &mut [u8]) {
    let mut carry = 0;
    for (digit, add) in numbers[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*digit) + u16::from(add) + carry;
        *digit = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}
