#include "include/mastic_hash.h"

#include <string.h>

static inline uint32_t left32(uint32_t x, int n) { return x << n | x >> (32 - n); }
static inline uint32_t right32(uint32_t x, int n) { return x >> n | x << (32 - n); }
static inline uint64_t right64(uint64_t x, int n) { return x >> n | x << (64 - n); }

static inline uint32_t load32(const uint8_t *p) {
  uint32_t x;
  memcpy(&x, p, 4);
  return x;
}
static inline uint64_t load64(const uint8_t *p) {
  uint64_t x;
  memcpy(&x, p, 8);
  return x;
}

// The message ends with a bit, zeros, and its length in bits: one block or two behind the whole ones.
#define BLOCKS(size, length_size, body, state, store_length)                                   \
  size_t whole = length / (size);                                                              \
  for (size_t i = 0; i < whole; i++) body(state, bytes + i * (size));                          \
  uint8_t tail[2 * (size)] = {0};                                                              \
  size_t rest = length - whole * (size);                                                       \
  if (rest) memcpy(tail, bytes + whole * (size), rest);                                        \
  tail[rest] = 0x80;                                                                           \
  size_t blocks = rest + 1 + (length_size) <= (size) ? 1 : 2;                                  \
  store_length(tail + blocks * (size) - 8, (uint64_t)length * 8);                              \
  for (size_t i = 0; i < blocks; i++) body(state, tail + i * (size));

static void store_little(uint8_t *p, uint64_t x) { memcpy(p, &x, 8); }
static void store_big(uint8_t *p, uint64_t x) {
  x = __builtin_bswap64(x);
  memcpy(p, &x, 8);
}

// MARK: MD5

static const uint32_t md5_sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1,
    0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
    0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
    0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
    0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
    0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
static const uint8_t md5_turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static void md5_block(uint32_t *state, const uint8_t *block) {
  uint32_t words[16];
  memcpy(words, block, 64);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  for (int i = 0; i < 64; i++) {
    uint32_t f;
    int g;
    switch (i >> 4) {
    case 0: f = d ^ (b & (c ^ d)), g = i; break;
    case 1: f = c ^ (d & (b ^ c)), g = (5 * i + 1) & 15; break;
    case 2: f = b ^ c ^ d, g = (3 * i + 5) & 15; break;
    default: f = c ^ (b | ~d), g = (7 * i) & 15; break;
    }
    f += a + md5_sines[i] + words[g];
    a = d;
    d = c;
    c = b;
    b += left32(f, md5_turns[i >> 4][i & 3]);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

void mastic_md5(const uint8_t *bytes, size_t length, uint8_t *digest) {
  uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  BLOCKS(64, 8, md5_block, state, store_little)
  memcpy(digest, state, 16);
}

// MARK: SHA-1

static void sha1_block(uint32_t *state, const uint8_t *block) {
  uint32_t w[80];
  for (int i = 0; i < 16; i++) w[i] = __builtin_bswap32(load32(block + i * 4));
  for (int i = 16; i < 80; i++) w[i] = left32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (int i = 0; i < 80; i++) {
    uint32_t f, k;
    if (i < 20) f = d ^ (b & (c ^ d)), k = 0x5a827999;
    else if (i < 40) f = b ^ c ^ d, k = 0x6ed9eba1;
    else if (i < 60) f = (b & c) | (d & (b | c)), k = 0x8f1bbcdc;
    else f = b ^ c ^ d, k = 0xca62c1d6;
    uint32_t next = left32(a, 5) + f + e + k + w[i];
    e = d;
    d = c;
    c = left32(b, 30);
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

void mastic_sha1(const uint8_t *bytes, size_t length, uint8_t *digest) {
  uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  BLOCKS(64, 8, sha1_block, state, store_big)
  for (int i = 0; i < 5; i++) state[i] = __builtin_bswap32(state[i]);
  memcpy(digest, state, 20);
}

// MARK: SHA-2

// The fraction of the cube roots of the first 80 primes; the upper halves of the first 64 are SHA-256's.
static const uint64_t sha2_constants[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b,
    0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1,
    0x9bdc06a725c71235, 0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65, 0x2de92c6f592b0275,
    0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b, 0xa2bfe8a14cf10364, 0xa81a664bbc423001,
    0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8,
    0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec, 0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915,
    0xc67178f2e372532b, 0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c, 0x4cc5d4becb3e42b6,
    0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

static void sha256_block(uint32_t *state, const uint8_t *block) {
  uint32_t w[64], s[8];
  for (int i = 0; i < 16; i++) w[i] = __builtin_bswap32(load32(block + i * 4));
  for (int i = 16; i < 64; i++) {
    uint32_t x = w[i - 15], y = w[i - 2];
    w[i] = w[i - 16] + (right32(x, 7) ^ right32(x, 18) ^ x >> 3) + w[i - 7] + (right32(y, 17) ^ right32(y, 19) ^ y >> 10);
  }
  memcpy(s, state, 32);
  for (int i = 0; i < 64; i++) {
    uint32_t e = s[4], a = s[0];
    uint32_t first = s[7] + (right32(e, 6) ^ right32(e, 11) ^ right32(e, 25)) + (s[6] ^ (e & (s[5] ^ s[6]))) + (uint32_t)(sha2_constants[i] >> 32) + w[i];
    uint32_t second = (right32(a, 2) ^ right32(a, 13) ^ right32(a, 22)) + ((a & s[1]) | (s[2] & (a | s[1])));
    memmove(s + 1, s, 28);
    s[4] += first;
    s[0] = first + second;
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}

static void sha512_block(uint64_t *state, const uint8_t *block) {
  uint64_t w[80], s[8];
  for (int i = 0; i < 16; i++) w[i] = __builtin_bswap64(load64(block + i * 8));
  for (int i = 16; i < 80; i++) {
    uint64_t x = w[i - 15], y = w[i - 2];
    w[i] = w[i - 16] + (right64(x, 1) ^ right64(x, 8) ^ x >> 7) + w[i - 7] + (right64(y, 19) ^ right64(y, 61) ^ y >> 6);
  }
  memcpy(s, state, 64);
  for (int i = 0; i < 80; i++) {
    uint64_t e = s[4], a = s[0];
    uint64_t first = s[7] + (right64(e, 14) ^ right64(e, 18) ^ right64(e, 41)) + (s[6] ^ (e & (s[5] ^ s[6]))) + sha2_constants[i] + w[i];
    uint64_t second = (right64(a, 28) ^ right64(a, 34) ^ right64(a, 39)) + ((a & s[1]) | (s[2] & (a | s[1])));
    memmove(s + 1, s, 56);
    s[4] += first;
    s[0] = first + second;
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}

void mastic_sha2(const uint8_t *bytes, size_t length, int bits, uint8_t *digest) {
  if (bits <= 256) {
    uint32_t state224[8] = {0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4};
    uint32_t state256[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint32_t *state = bits == 224 ? state224 : state256;
    BLOCKS(64, 8, sha256_block, state, store_big)
    for (int i = 0; i < 8; i++) state[i] = __builtin_bswap32(state[i]);
    memcpy(digest, state, (size_t)bits / 8);
  } else {
    uint64_t state384[8] = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
                            0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};
    uint64_t state512[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                            0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
    uint64_t *state = bits == 384 ? state384 : state512;
    BLOCKS(128, 16, sha512_block, state, store_big)
    for (int i = 0; i < 8; i++) state[i] = __builtin_bswap64(state[i]);
    memcpy(digest, state, (size_t)bits / 8);
  }
}

// MARK: CRC-32

// The remainders of all bytes, and of all bytes with 1 to 7 zeros behind them, so that eight bytes are eight look-ups.
static uint32_t crc_tables[8][256];

__attribute__((constructor)) static void fill_crc_tables(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    crc_tables[0][i] = crc;
  }
  for (int table = 1; table < 8; table++) {
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t before = crc_tables[table - 1][i];
      crc_tables[table][i] = before >> 8 ^ crc_tables[0][before & 255];
    }
  }
}

uint32_t mastic_row_crc32(const uint8_t *bytes, size_t length) {
  uint32_t crc = ~0u;
  size_t at = 0;
  for (; at + 8 <= length; at += 8) {
    uint64_t word = load64(bytes + at) ^ crc;
    crc = 0;
    for (int i = 0; i < 8; i++) crc ^= crc_tables[7 - i][word >> (8 * i) & 255];
  }
  for (; at < length; at++) crc = crc >> 8 ^ crc_tables[0][(crc ^ bytes[at]) & 255];
  return ~crc;
}

// MARK: Murmur3

static inline uint32_t murmur_word(uint32_t hash, uint32_t word) {
  word = left32(word * 0xcc9e2d51, 15) * 0x1b873593;
  return left32(hash ^ word, 13) * 5 + 0xe6546b64;
}

uint32_t mastic_murmur3(const uint8_t *bytes, size_t length, uint32_t seed) {
  uint32_t hash = seed;
  size_t at = 0;
  for (; at + 4 <= length; at += 4) hash = murmur_word(hash, load32(bytes + at));
  for (; at < length; at++) hash = murmur_word(hash, (uint32_t)(int32_t)(int8_t)bytes[at]);
  hash ^= (uint32_t)length;
  hash = (hash ^ hash >> 16) * 0x85ebca6b;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35;
  return hash ^ hash >> 16;
}
