//! Keys that count no more: a list as `ssh-keygen -Y verify -r` reads it, a public key on each line.

use ssh_key::PublicKey;

use super::key::{self, NoKey};
use super::list::{self, Wrong};
use crate::finding::Mistake;
use crate::source::SourceFile;
use crate::text::both;

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
    /// Every mistake with its place, up to a hundred.
    pub fn read(name: &str, bytes: Vec<u8>) -> Result<Revoked, Vec<Mistake>> {
        if bytes.starts_with(KRL) {
            return Err(vec![binary(name)]);
        }
        let keys = list::read(name, bytes, |line| {
            let text = line.trim_start_matches([' ', '\t']);
            match text.bytes().next() {
                None | Some(b'#' | b'\n') => Ok(None),
                _ => key::read_line(text).map(Some).map_err(|no_key| wrong(line, &no_key)),
            }
        })?;
        Ok(Revoked { keys })
    }

    /// True if the key is on the list.
    pub(super) fn contains(&self, key: &PublicKey) -> bool {
        self.keys.iter().any(|revoked| revoked.key_data() == key.key_data())
    }
}

fn binary(name: &str) -> Mistake {
    list::whole(
        SourceFile::new(name, ""),
        both(
            "this is a binary list of revoked keys (KRL), which is not read here",
            "dette er en binær liste over tilbakekalte nøkler (KRL), som ikke leses her",
        ),
        both(
            "Write the revoked public keys into a text file, one on each line, as they stand in the files `….pub`. \
             `ssh-keygen -Y verify -r` reads that, too.",
            "Skriv de tilbakekalte offentlige nøklene i en tekstfil, én på hver linje, slik de står i filene `….pub`. \
             `ssh-keygen -Y verify -r` leser også det.",
        ),
    )
}

fn wrong(line: &str, no_key: &NoKey) -> Wrong {
    Wrong {
        at: 0..line.trim_end().len(),
        message: no_key.message(),
        help: both(
            "Copy the line of the file `….pub` whole, or take this one out. OpenSSH, too, accepts no signature while \
             a line cannot be read. An empty line must be quite empty, without CR.",
            "Kopier hele linjen fra filen `….pub`, eller ta ut denne. Heller ikke OpenSSH godtar noen signatur så lenge \
             en linje ikke kan leses. En tom linje må være helt tom, uten CR.",
        ),
    }
}
