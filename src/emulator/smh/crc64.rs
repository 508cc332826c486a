//! The checksum that every file carries: CRC-64/XZ.

const POLYNOMIAL: u64 = 0xC96C_5795_D787_0F42;

const TABLE: [u64; 256] = table();

const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 {
                (value >> 1) ^ POLYNOMIAL
            } else {
                value >> 1
            };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
}

/// The checksum of some bytes.
pub(crate) fn crc64(bytes: &[u8]) -> u64 {
    let step = |crc: u64, byte: &u8| {
        let [lowest, ..] = crc.to_le_bytes();
        TABLE[usize::from(lowest ^ byte)] ^ (crc >> 8)
    };
    !bytes.iter().fold(u64::MAX, step)
}

/// The checksum of a file whose bytes nobody keeps: the same for the same size and text, and
/// that of no bytes at all for an empty file.
pub(crate) fn invented(size: u64, text: &str) -> u64 {
    if size == 0 {
        return crc64(b"");
    }
    crc64(format!("{size} {text}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_catalogue_comes_out() {
        assert_eq!(crc64(b"123456789"), 0x995D_C9BB_DF19_39FA);
        assert_eq!(crc64(b""), 0);
    }

    #[test]
    fn invented_checksums_follow_size_and_text() {
        assert_eq!(invented(7, "a"), invented(7, "a"));
        assert_ne!(invented(7, "a"), invented(8, "a"));
        assert_ne!(invented(7, "a"), invented(7, "b"));
        assert_eq!(invented(0, "a"), 0);
    }
}
