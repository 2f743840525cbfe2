#pragma once
#include <stddef.h>
#include <stdint.h>

// Digests and checksums of bytes.

/// RFC 1321; 16 bytes.
void mastic_md5(const uint8_t *bytes, size_t length, uint8_t *digest);
/// FIPS 180-4; 20 bytes.
void mastic_sha1(const uint8_t *bytes, size_t length, uint8_t *digest);
/// FIPS 180-4; `bits` is 224, 256, 384 or 512, and the digest as long.
void mastic_sha2(const uint8_t *bytes, size_t length, int bits, uint8_t *digest);
/// The CRC-32 of zip and gzip.
uint32_t mastic_row_crc32(const uint8_t *bytes, size_t length);
/// Spark's variant of Murmur3 (x86, 32 bits): every byte behind the last whole word is mixed in by itself, with its sign.
uint32_t mastic_murmur3(const uint8_t *bytes, size_t length, uint32_t seed);
