/* Waits, silences, peaks and names of recordings. Called by this folder's jobs and routes. Pure: no
 * database, no clock. */
#include "intake/recordings/rules.h"

#include <string.h>

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

int64_t recording_again_s(int64_t age_s)
{
    if (age_s < MINUTE)
        return 5;
    if (age_s < 10 * MINUTE)
        return 30;
    if (age_s < HOUR)
        return 300;
    return age_s < DAY ? 1800 : 0;
}

int64_t recording_attention_s(int64_t age_s)
{
    if (age_s < HOUR)
        return 300;
    return age_s < 7 * DAY ? 1800 : 0;
}

int64_t recording_busy_s(int64_t retry_after_s)
{
    if (retry_after_s < 0)
        return 30;
    if (retry_after_s < 5)
        return 5;
    return retry_after_s < HOUR ? retry_after_s : HOUR;
}

/* Where both lists have a span. */
static struct media_spans common(struct arena *a, struct media_spans x, struct media_spans y)
{
    struct media_span *out = ARENA_ARRAY(a, x.n + y.n, struct media_span);
    size_t n = 0, i = 0, k = 0;

    while (i < x.n && k < y.n) {
        int64_t start = x.at[i].start_ms, end = x.at[i].end_ms;
        if (y.at[k].start_ms > start)
            start = y.at[k].start_ms;
        if (y.at[k].end_ms < end)
            end = y.at[k].end_ms;
        if (start < end)
            out[n++] = (struct media_span){start, end};
        if (x.at[i].end_ms < y.at[k].end_ms)
            i++;
        else
            k++;
    }
    return (struct media_spans){out, n};
}

struct media_spans recording_silences(struct arena *a, const struct media_info *info)
{
    if (!info->channels)
        return (struct media_spans){NULL, 0};
    if (info->channels == 1)
        return info->channel[0].silences;
    return common(a, info->channel[0].silences, info->channel[1].silences);
}

static size_t thin(const uint8_t *from, size_t n, size_t step, char *out)
{
    size_t made = 0;

    for (size_t i = 0; i < n; i += step) {
        uint8_t most = 0;
        for (size_t k = i; k < n && k < i + step; k++)
            if (from[k] > most)
                most = from[k];
        out[made++] = (char)most;
    }
    return made;
}

struct str recording_peaks(struct arena *a, const struct media_info *info, int *ret_per_second)
{
    static const size_t steps[] = {1, 2, 5, 10};
    size_t step = 10, n = 0;
    char *out;

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if ((info->levels + steps[i] - 1) / steps[i] <= PEAKS_MAX) {
            step = steps[i];
            break;
        }
    }
    out = arena_alloc(a, info->channels * (info->levels / step + 1));
    for (unsigned c = 0; c < info->channels && c < 2; c++)
        n += thin(info->channel[c].peaks, info->levels, step, out + n);
    *ret_per_second = (int)(MEDIA_LEVELS_PER_S / step);
    return str_n(out, n);
}

struct str recording_note(struct arena *a, const struct media_info *info, int64_t talk_s)
{
    struct buf b = buf_new(a, 400);
    int64_t seconds = (info->duration_ms + 500) / 1000, slack = talk_s / 10;

    if (slack < 5)
        slack = 5;
    if (talk_s >= 0 && seconds < talk_s - slack)
        buf_fmt(&b, "The recording is %lld s shorter than the call. ",
                (long long)(talk_s - seconds));
    if (info->truncated)
        buf_add(&b, STR("The file ends before it should. "));
    if (info->damaged)
        buf_add(&b, STR("Parts of the recording could not be decoded. "));
    return b.n ? str_trim(buf_str(&b)) : STR_NONE;
}

static const char *ending_of(struct str type)
{
    static const char *const table[][2] = {
        {"audio/wav", "wav"}, {"audio/mpeg", "mp3"}, {"audio/ogg", "ogg"}, {"audio/flac", "flac"},
        {"audio/mp4", "m4a"}, {"audio/aac", "aac"},  {"audio/amr", "amr"}, {"audio/webm", "webm"}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_is(type, table[i][0]))
            return table[i][1];
    return "bin";
}

/* The last part of a path or address, without query. */
static struct str last_part(struct str s)
{
    size_t n = 0, from = 0;

    while (n < s.n && s.p[n] != '?' && s.p[n] != '#')
        n++;
    for (size_t i = 0; i < n; i++)
        if (s.p[i] == '/' || s.p[i] == '\\')
            from = i + 1;
    return str_sub(s, from, n - from);
}

bool recording_plays(struct str codec)
{
    static const char *const strange[] = {"gsm", "amr_nb", "amr_wb", "pcm_f64"};

    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
        if (str_is(codec, strange[i]))
            return false;
    return true;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct str recording_file_name(struct arena *a, struct str name, struct str title, struct str type)
{
    struct str part = last_part(title.n ? title : name);
    struct buf b = buf_new(a, 100);
    size_t dot = part.n;

    while (dot > 0 && part.n - dot < 6 && part.p[dot - 1] != '.')
        dot--;
    if (dot > 1 && part.p[dot - 1] == '.')
        part = str_sub(part, 0, dot - 1); /* the ending is what was decoded, not what was claimed */
    for (size_t i = 0; i < part.n && b.n < 80; i++) {
        char c = part.p[i];
        bool mark = c == '.' || !is_plain(c);
        if (!mark)
            buf_char(&b, c);
        else if (b.n && is_plain(b.p[b.n - 1])) /* never two in a row, never first */
            buf_char(&b, c == '.' ? '.' : '-');
    }
    while (b.n && !is_plain(b.p[b.n - 1]))
        b.n--;
    if (!b.n)
        buf_add(&b, STR("recording"));
    buf_fmt(&b, ".%s", ending_of(type));
    return buf_str(&b);
}
