/* Pieces of sound for engines that are asked, and their words' way back. Called by the engines of
 * engines/<vendor>/. Pure: no network, no clock. */
#include "engines/pieces.h"

#include <string.h>

#include "core/seal.h"

#define SAMPLES_PER_MS (SPEECH_RATE / 1000)
#define BEYOND_MS 1000 /* an engine may round; what begins later than that was not heard */

static const char silence[PIECE_GAP_MS * SAMPLES_PER_MS * 2];

static int32_t length_of(const struct speech_segment *s)
{
    return (int32_t)(s->n_samples / SAMPLES_PER_MS);
}

/* Silence between two segments of a piece. */
static int32_t gap_of(const struct speech_segment *s)
{
    int32_t gap = s[1].start_ms - s[0].end_ms;

    return gap < 0 ? 0 : gap > PIECE_GAP_MS ? PIECE_GAP_MS : gap;
}

static void put_le(char *out, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        out[i] = (char)(v >> (8 * i) & 0xff);
}

static struct str wav_header(struct arena *a, uint64_t data)
{
    char *h = arena_alloc(a, PIECE_WAV_HEADER);
    uint32_t n = data > UINT32_MAX - 36 ? UINT32_MAX - 36 : (uint32_t)data;

    memcpy(h, "RIFF....WAVEfmt ", 16);
    put_le(h + 4, n + 36, 4);
    put_le(h + 16, 16, 4);
    put_le(h + 20, 1, 2);
    put_le(h + 22, 1, 2);
    put_le(h + 24, SPEECH_RATE, 4);
    put_le(h + 28, SPEECH_RATE * 2, 4);
    put_le(h + 32, 2, 2);
    put_le(h + 34, 16, 2);
    memcpy(h + 36, "data", 4);
    put_le(h + 40, n, 4);
    return str_n(h, PIECE_WAV_HEADER);
}

static void add_slice(struct piece *p, struct str s)
{
    if (!s.n)
        return;
    p->slices[p->n_slices++] = s;
    p->bytes += s.n;
}

static struct hash hash_of(const struct piece *p, struct str salt)
{
    struct seal_sha256 h;

    seal_sha256_init(&h);
    seal_sha256_add(&h, salt);
    for (size_t i = 0; i < p->n_slices; i++)
        seal_sha256_add(&h, p->slices[i]);
    return seal_sha256_end(&h);
}

static void fill(struct arena *a, struct piece *p, struct str salt)
{
    uint64_t data = 0;

    p->at_ms = ARENA_ARRAY(a, p->n, int32_t);
    p->slices = ARENA_ARRAY(a, 2 * p->n + 1, struct str);
    p->n_slices = 1;
    for (size_t i = 0; i < p->n; i++) {
        const struct speech_segment *s = &p->segments[i];
        int32_t gap = i + 1 < p->n ? gap_of(s) : 0;

        p->at_ms[i] = p->length_ms;
        p->length_ms += length_of(s) + gap;
        /* Whole milliseconds, or the pieces behind would slip. */
        add_slice(p, str_n((const char *)s->pcm, (size_t)length_of(s) * SAMPLES_PER_MS * 2));
        add_slice(p, str_n(silence, (size_t)gap * SAMPLES_PER_MS * 2));
    }
    data = p->bytes;
    p->slices[0] = wav_header(a, data);
    p->bytes += PIECE_WAV_HEADER;
    p->hash = hash_of(p, salt);
}

struct pieces pieces_build(struct arena *a, struct speech_segment *segments, size_t n,
                           uint64_t max_bytes, size_t max_segments, struct str salt)
{
    struct pieces out = {0, ARENA_ARRAY(a, n, struct piece)};
    uint64_t bytes = 0;

    for (size_t i = 0; i < n; i++) {
        struct piece *p = out.n ? &out.v[out.n - 1] : NULL;
        uint64_t more = (uint64_t)length_of(&segments[i]) * SAMPLES_PER_MS * 2;
        bool joins = p && segments[i - 1].channel == segments[i].channel &&
                     (!max_segments || p->n < max_segments);

        if (joins)
            joins = bytes + more + (uint64_t)gap_of(&segments[i - 1]) * SAMPLES_PER_MS * 2 <=
                    max_bytes;
        if (joins) {
            bytes += more + (uint64_t)gap_of(&segments[i - 1]) * SAMPLES_PER_MS * 2;
            p->n++;
            continue;
        }
        out.v[out.n++] = (struct piece){.segments = &segments[i], .n = 1};
        bytes = more + PIECE_WAV_HEADER;
    }
    for (size_t i = 0; i < out.n; i++) {
        out.v[i].only = out.n == 1;
        fill(a, &out.v[i], salt);
    }
    return out;
}

/* The segment that a time of the piece belongs to: in a gap, the nearer one. */
static size_t segment_at(const struct piece *p, int32_t ms)
{
    size_t i = 0;

    while (i + 1 < p->n) {
        int32_t end = p->at_ms[i] + length_of(&p->segments[i]);

        if (ms < (end + p->at_ms[i + 1]) / 2 + 1)
            break;
        i++;
    }
    return i;
}

static int32_t within(int32_t ms, int32_t low, int32_t high)
{
    return ms < low ? low : ms > high ? high : ms;
}

static struct speech_word placed(const struct piece *p, size_t i, struct speech_word w)
{
    const struct speech_segment *s = &p->segments[i];

    w.start_ms = within(w.start_ms - p->at_ms[i] + s->start_ms, s->start_ms, s->end_ms);
    w.end_ms = within(w.end_ms - p->at_ms[i] + s->start_ms, w.start_ms, s->end_ms);
    w.confidence = within(w.confidence, 0, SPEECH_SURE);
    w.voice = p->only ? w.voice : 0;
    return w;
}

static bool counts(const struct piece *p, const struct speech_word *w)
{
    return w->text.n && w->start_ms <= p->length_ms + BEYOND_MS && w->start_ms <= w->end_ms;
}

void piece_place(struct arena *a, const struct piece *p, const struct speech_word *words, size_t n)
{
    size_t *room = ARENA_ARRAY(a, p->n, size_t);

    for (size_t k = 0; k < n; k++)
        if (counts(p, &words[k]))
            room[segment_at(p, words[k].start_ms / 2 + words[k].end_ms / 2)]++;
    for (size_t i = 0; i < p->n; i++) {
        p->segments[i].words = ARENA_ARRAY(a, room[i], struct speech_word);
        p->segments[i].n_words = 0;
    }
    for (size_t k = 0; k < n; k++) {
        size_t i = segment_at(p, words[k].start_ms / 2 + words[k].end_ms / 2);
        struct speech_segment *s = &p->segments[i];

        if (counts(p, &words[k]))
            s->words[s->n_words++] = placed(p, i, words[k]);
    }
}

/* Bytes of the character at p and whether its script writes without blanks (Chinese, Japanese). */
static size_t character(const char *p, size_t left, bool *ret_alone)
{
    unsigned char c = (unsigned char)*p;
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    uint32_t code = 0;

    n = n > left ? left : n;
    if (n == 3)
        code = (uint32_t)(c & 15) << 12 | (uint32_t)((unsigned char)p[1] & 63) << 6 |
               (uint32_t)((unsigned char)p[2] & 63);
    *ret_alone = code >= 0x3040 && code <= 0x9fff;
    return n;
}

static bool blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

struct speech_word *words_spread(struct arena *a, struct str text, int32_t start_ms, int32_t end_ms,
                                 int32_t confidence, size_t *ret_n)
{
    struct speech_word *out = ARENA_ARRAY(a, text.n, struct speech_word);
    int64_t span = end_ms > start_ms ? end_ms - start_ms : 0, done = 0, all = 0;
    bool inside = false, alone;

    *ret_n = 0;
    if (!text.n || !str_utf8(text))
        return out;
    for (size_t i = 0, c; i < text.n; i += c) {
        c = character(text.p + i, text.n - i, &alone);
        if (blank(text.p[i])) {
            inside = false;
            continue;
        }
        if (inside && !alone)
            out[*ret_n - 1].text.n += c;
        else
            out[(*ret_n)++] = (struct speech_word){.text = str_n(text.p + i, c),
                                                   .confidence = confidence};
        inside = !alone;
    }
    for (size_t i = 0; i < *ret_n; i++)
        all += (int64_t)out[i].text.n + 1;
    for (size_t i = 0; i < *ret_n; i++) {
        out[i].start_ms = start_ms + (int32_t)(span * done / all);
        done += (int64_t)out[i].text.n + 1;
        out[i].end_ms = start_ms + (int32_t)(span * done / all);
    }
    return out;
}

int32_t ms_of_seconds(double seconds)
{
    if (!(seconds > 0))
        return 0;
    return seconds >= INT32_MAX / 1000.0 ? INT32_MAX : (int32_t)(seconds * 1000.0 + 0.5);
}

/* What Whisper calls the languages it tells, and their codes. */
static const char *const LANGUAGES[][2] = {
    {"english", "en"},    {"german", "de"},     {"spanish", "es"},    {"french", "fr"},
    {"italian", "it"},    {"portuguese", "pt"}, {"dutch", "nl"},      {"polish", "pl"},
    {"russian", "ru"},    {"ukrainian", "uk"},  {"czech", "cs"},      {"slovak", "sk"},
    {"hungarian", "hu"},  {"romanian", "ro"},   {"bulgarian", "bg"},  {"greek", "el"},
    {"turkish", "tr"},    {"arabic", "ar"},     {"hebrew", "he"},     {"persian", "fa"},
    {"hindi", "hi"},      {"urdu", "ur"},       {"bengali", "bn"},    {"tamil", "ta"},
    {"telugu", "te"},     {"malayalam", "ml"},  {"kannada", "kn"},    {"marathi", "mr"},
    {"gujarati", "gu"},   {"punjabi", "pa"},    {"chinese", "zh"},    {"japanese", "ja"},
    {"korean", "ko"},     {"vietnamese", "vi"}, {"thai", "th"},       {"indonesian", "id"},
    {"malay", "ms"},      {"tagalog", "tl"},    {"swahili", "sw"},    {"swedish", "sv"},
    {"norwegian", "no"},  {"danish", "da"},     {"finnish", "fi"},    {"estonian", "et"},
    {"latvian", "lv"},    {"lithuanian", "lt"}, {"croatian", "hr"},   {"serbian", "sr"},
    {"slovenian", "sl"},  {"catalan", "ca"},    {"afrikaans", "af"},  {"welsh", "cy"},
};

struct str language_code(struct arena *a, struct str name)
{
    struct str lower = str_lower(a, str_trim(name)), code;

    for (size_t i = 0; i < sizeof LANGUAGES / sizeof *LANGUAGES; i++)
        if (str_is(lower, LANGUAGES[i][0]))
            return str_of(LANGUAGES[i][1]);
    code = lower;
    for (size_t i = 0; i < lower.n; i++)
        if (lower.p[i] == '-' || lower.p[i] == '_') {
            code = str_sub(lower, 0, i);
            break;
        }
    return str_sub(code, 0, 20);
}
