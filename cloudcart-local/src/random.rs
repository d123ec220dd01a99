//! The randomness behind ids, receipt handles and keys, so that tests own it.

use ring::rand::{SecureRandom, SystemRandom};

/// Where the local cloud gets its randomness.
pub trait Random: Send + Sync + 'static {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);

    /// `bytes` random bytes as lower-case hexadecimal.
    fn hex(&self, bytes: usize) -> String {
        let mut buffer = vec![0; bytes];
        self.fill(&mut buffer);
        hex::encode(buffer)
    }

    /// `length` characters of `A-Z0-9` (the alphabet of physical ids and access keys; `2-7` of base32 included).
    fn upper(&self, length: usize) -> String {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut buffer = vec![0; length];
        self.fill(&mut buffer);
        buffer.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
    }

    /// A version 4 UUID, as AWS request ids are.
    fn uuid(&self) -> String {
        let mut buffer = [0; 16];
        self.fill(&mut buffer);
        uuid::Builder::from_random_bytes(buffer).into_uuid().to_string()
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone)]
pub struct SystemRandomness(SystemRandom);

impl Default for SystemRandomness {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Random for SystemRandomness {
    fn fill(&self, buffer: &mut [u8]) {
        // getrandom(2) does not fail once the system has booted; ids made of zeros would be worse than stopping.
        self.0.fill(buffer).expect("the operating system gives randomness");
    }
}
