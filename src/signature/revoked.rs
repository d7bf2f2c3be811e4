//! Keys that count no more: a list as `ssh-keygen -Y verify -r` reads it, a public key on each line.

use std::sync::Arc;

use ssh_key::PublicKey;

use super::key::{self, NoKey};
use crate::finding::Mistake;
use crate::source::{SourceFile, Span};
use crate::text::{both, shown};

/// What a binary list of revoked keys begins with.
const KRL: &[u8] = b"SSHKRL\n\0";

/// A list of revoked keys.
#[derive(Clone, Debug, Default)]
pub struct Revoked {
    keys: Vec<PublicKey>,
}

impl Revoked {
    /// Reads a list of revoked keys: one on each line, as in a file `….pub`; lines that begin with `#` are comments.
    ///
    /// # Errors
    /// Every mistake with its place.
    pub fn read(name: &str, bytes: Vec<u8>) -> Result<Revoked, Vec<Mistake>> {
        if bytes.starts_with(KRL) {
            return Err(vec![binary(name)]);
        }
        let source = super::list(name, bytes).map_err(|mistake| vec![mistake])?;
        let (mut keys, mut mistakes, mut at) = (Vec::new(), Vec::new(), 0);
        for line in source.text().split_inclusive('\n') {
            let text = line.trim_start_matches([' ', '\t']);
            if !matches!(text.bytes().next(), None | Some(b'#' | b'\n')) {
                match key::read_line(text) {
                    Ok(key) => keys.push(key),
                    Err(no_key) => mistakes.push(mistake(&source, at, line, no_key)),
                }
            }
            at += line.len();
        }
        match mistakes.is_empty() {
            true => Ok(Revoked { keys }),
            false => Err(mistakes),
        }
    }

    /// True if the key is on the list.
    pub fn contains(&self, key: &PublicKey) -> bool {
        self.keys.iter().any(|revoked| revoked.key_data() == key.key_data())
    }
}

fn binary(name: &str) -> Mistake {
    Mistake {
        source: Arc::new(SourceFile::new(name, "")),
        span: Span::default(),
        message: both(
            "this is a binary list of revoked keys (KRL), which is not read here",
            "dette er en binær liste over tilbakekalte nøkler (KRL), som ikke leses her",
        ),
        help: both(
            "Write the revoked public keys into a text file, one on each line, as they stand in the files `….pub`. \
             `ssh-keygen -Y verify -r` reads that, too.",
            "Skriv de tilbakekalte offentlige nøklene i en tekstfil, én på hver linje, slik de står i filene `….pub`. \
             `ssh-keygen -Y verify -r` leser også det.",
        ),
    }
}

fn mistake(source: &Arc<SourceFile>, at: usize, line: &str, no_key: NoKey) -> Mistake {
    let message = match no_key {
        NoKey::Damaged => both(
            "this line is not a public key",
            "denne linjen er ikke en offentlig nøkkel",
        ),
        NoKey::Certificate => both(
            "this is a certificate, not a key",
            "dette er et sertifikat, ikke en nøkkel",
        ),
        NoKey::Unsupported(kind) => both(
            format!("keys of type `{}` are not supported", shown(&kind)),
            format!("nøkler av typen `{}` støttes ikke", shown(&kind)),
        ),
    };
    Mistake {
        source: Arc::clone(source),
        span: Span::new(at, at + line.trim_end().len()),
        message,
        help: both(
            "Copy the line of the file `….pub` whole, or take this one out. OpenSSH, too, accepts no signature while \
             a line cannot be read. An empty line must be quite empty, without CR.",
            "Kopier hele linjen fra filen `….pub`, eller ta ut denne. Heller ikke OpenSSH godtar noen signatur så lenge \
             en linje ikke kan leses. En tom linje må være helt tom, uten CR.",
        ),
    }
}
