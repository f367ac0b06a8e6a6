/* Tells audio files from each other and from what people upload by mistake. Called by decode.c on
 * the first bytes of a file. Pure: bytes in, verdict out; it must never read past n. */
#include "media/child/sniff.h"

#include <string.h>

#include "media/wire.h"

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static bool at(const uint8_t *p, size_t n, size_t offset, const char *magic, size_t magic_n)
{
    return n >= offset + magic_n && memcmp(p + offset, magic, magic_n) == 0;
}

/* Files that are often taken for call recordings and that we can name in the answer. */
static const struct {
    size_t offset, n;
    const char *magic;
    enum wire_reason reason;
} others[] = {
    {0, 5, "#!AMR", WIRE_IS_AMR_CHANNELS},
    {0, 8, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", WIRE_IS_WMA},
    {0, 4, "FORM", WIRE_IS_AIFF},
    {0, 4, ".snd", WIRE_IS_AU},
    {0, 4, "PK\x03\x04", WIRE_IS_ZIP},
    {0, 2, "\x1f\x8b", WIRE_IS_GZIP},
    {0, 5, "%PDF-", WIRE_IS_PDF},
    {0, 4, "\x89PNG", WIRE_IS_PICTURE},
    {0, 3, "\xff\xd8\xff", WIRE_IS_PICTURE},
    {0, 4, "GIF8", WIRE_IS_PICTURE},
    {0, 4, "RIFF", WIRE_IS_OTHER_RIFF},
    {0, 4, "RIFX", WIRE_IS_OTHER_RIFF},
    {0, 4, "OggS", WIRE_IS_OTHER_OGG},
};

/* Kilobits per second of layer III by index: MPEG 1, then MPEG 2 and 2.5. 0: free or invalid. */
static const uint16_t bitrates[2][16] = {
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
};
static const uint16_t mpeg1_rates[4] = {44100, 48000, 32000, 0};

size_t sniff_mp3_frame(const uint8_t p[4])
{
    unsigned version = (p[1] >> 3) & 3u; /* 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5 */
    unsigned layer = (p[1] >> 1) & 3u;   /* 1: layer III */
    unsigned rate = mpeg1_rates[(p[2] >> 2) & 3u];
    unsigned kbits = bitrates[version != 3][p[2] >> 4];
    unsigned padding = (p[2] >> 1) & 1u;

    if (p[0] != 0xff || (p[1] & 0xe0) != 0xe0 || version == 1 || layer != 1)
        return 0;
    if (!rate || !kbits || (p[3] & 3u) == 2) /* emphasis 2 is reserved */
        return 0;
    if (version != 3)
        rate /= version == 2 ? 2 : 4;
    return (version == 3 ? 144000u : 72000u) * kbits / rate + padding;
}

/* Two frames of one kind in a row; some recorders put a little junk before the first. */
static bool is_mp3(const uint8_t *p, size_t n)
{
    size_t i, frame;

    for (i = 0; i + 4 <= n && i < 4096; i++) {
        frame = sniff_mp3_frame(p + i);
        if (!frame)
            continue;
        if (i == 0 && n <= frame) /* a recording of one frame, or cut within its first */
            return true;
        if (i + frame + 4 <= n && sniff_mp3_frame(p + i + frame) && p[i + 1] == p[i + frame + 1] &&
            (p[i + 2] & 0x0c) == (p[i + frame + 2] & 0x0c))
            return true;
    }
    return false;
}

size_t sniff_adts_frame(const uint8_t p[7])
{
    unsigned rate = (p[2] >> 2) & 15u;
    size_t size = (size_t)(p[3] & 3u) << 11 | (size_t)p[4] << 3 | (size_t)(p[5] >> 5);

    if (p[0] != 0xff || (p[1] & 0xf6) != 0xf0 || rate > 12)
        return 0;
    return size < (p[1] & 1 ? 7u : 9u) ? 0 : size; /* without or with a checksum */
}

/* Two frames of one kind in a row from the start, or the whole file is one. */
static bool is_aac(const uint8_t *p, size_t n)
{
    size_t frame = n >= 7 ? sniff_adts_frame(p) : 0;

    if (!frame || n <= frame)
        return frame != 0;
    return n < frame + 7 || (sniff_adts_frame(p + frame) && p[frame + 1] == p[1] &&
                             (p[frame + 2] & 0x3c) == (p[2] & 0x3c));
}

size_t sniff_amr_frame(uint8_t toc, bool wide)
{
    /* Speech modes, then comfort noise, then (15, wide band 14 too) a frame that says nothing. */
    static const uint8_t sizes[2][16] = {
        {13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1},
        {18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1},
    };

    return sizes[wide][(toc >> 3) & 15u];
}

bool sniff_amr_wide(const uint8_t *p, size_t n)
{
    return at(p, n, 0, "#!AMR-WB\n", 9);
}

static bool is_text(const uint8_t *p, size_t n)
{
    size_t i, ascii = 0;

    if (n > 512)
        n = 512;
    for (i = 0; i < n; i++) {
        if (p[i] < 9 || (p[i] > 13 && p[i] < 32) || p[i] == 127)
            return false;
        if (p[i] < 128)
            ascii++;
    }
    return n > 0 && ascii * 2 >= n;
}

static bool begins(const char *s, size_t n, const char *word)
{
    size_t i;

    for (i = 0; word[i]; i++)
        if (i >= n || (s[i] | 0x20) != (word[i] | 0x20))
            return false;
    return true;
}

static enum wire_reason kind_of_text(const uint8_t *p, size_t n)
{
    const char *s = (const char *)p;

    if (at(p, n, 0, "\xef\xbb\xbf", 3)) /* byte order mark */
        s += 3, n -= 3;
    while (n > 0 && (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n'))
        s++, n--;
    if (begins(s, n, "<!doctype html") || begins(s, n, "<html") || begins(s, n, "<head"))
        return WIRE_WEB_PAGE;
    if (begins(s, n, "<?xml"))
        return WIRE_XML;
    if (n > 0 && (*s == '{' || *s == '['))
        return WIRE_JSON;
    return WIRE_TEXT;
}

enum sniff_kind sniff(const uint8_t *p, size_t n, uint32_t *ret_reason)
{
    size_t i;

    *ret_reason = WIRE_OK;
    if ((at(p, n, 0, "RIFF", 4) || at(p, n, 0, "RF64", 4)) && at(p, n, 8, "WAVE", 4))
        return SNIFF_WAV;
    if (at(p, n, 0, "fLaC", 4))
        return SNIFF_FLAC;
    /* The first page of an Opus stream holds one segment that begins with OpusHead (RFC 7845). */
    if (at(p, n, 0, "OggS", 4) && n > 27 && at(p, n, 27u + p[26], "OpusHead", 8))
        return SNIFF_OGG_OPUS;
    if (at(p, n, 4, "ftyp", 4))
        return SNIFF_MP4;
    if (at(p, n, 0, "\x1a\x45\xdf\xa3", 4))
        return SNIFF_WEBM;
    if (at(p, n, 0, "#!AMR\n", 6) || sniff_amr_wide(p, n))
        return SNIFF_AMR;
    if (n == 0) {
        *ret_reason = WIRE_EMPTY;
        return SNIFF_NONE;
    }
    for (i = 0; i < sizeof others / sizeof *others; i++) {
        if (at(p, n, others[i].offset, others[i].magic, others[i].n)) {
            *ret_reason = others[i].reason;
            return SNIFF_NONE;
        }
    }
    if (is_text(p, n)) {
        *ret_reason = kind_of_text(p, n);
        return SNIFF_NONE;
    }
    if (is_aac(p, n))
        return SNIFF_AAC;
    if (is_mp3(p, n))
        return SNIFF_MP3;
    *ret_reason = WIRE_UNKNOWN;
    return SNIFF_NONE;
}

size_t sniff_id3(const uint8_t *p, size_t n)
{
    size_t size;

    if (n < 10 || memcmp(p, "ID3", 3) != 0 || p[3] == 0xff || p[4] == 0xff)
        return 0;
    if ((p[6] | p[7] | p[8] | p[9]) & 0x80)
        return 0;
    size = (size_t)p[6] << 21 | (size_t)p[7] << 14 | (size_t)p[8] << 7 | (size_t)p[9];
    return size + (p[5] & 0x10 ? 20 : 10);
}

bool sniff_wav_promise(const uint8_t *p, size_t n, size_t *ret_at, uint64_t *ret_bytes)
{
    size_t i = 12;
    uint32_t size;

    if (!at(p, n, 0, "RIFF", 4))
        return false;
    while (i + 8 <= n) {
        size = le32(p + i + 4);
        if (memcmp(p + i, "data", 4) == 0) {
            *ret_at = i + 8;
            *ret_bytes = size;
            return size != 0 && size < 0x7ffff000u;
        }
        if (size > n - i - 8)
            return false;
        i += 8 + (size_t)size + (size & 1u);
    }
    return false;
}

bool sniff_mp4_moov(const uint8_t *p, size_t n)
{
    size_t i = 0;
    uint64_t size;

    while (n - i >= 8) {
        size = be32(p + i);
        if (size == 1 && n - i >= 16) /* the size is too large for 32 bits and follows */
            size = (uint64_t)be32(p + i + 8) << 32 | be32(p + i + 12);
        else if (size == 0) /* up to the end of the file */
            size = n - i;
        if (size < 8 || size > n - i)
            return false;
        if (memcmp(p + i + 4, "moov", 4) == 0)
            return true;
        i += (size_t)size;
    }
    return false;
}
