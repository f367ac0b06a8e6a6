/* Energy gate, silences and pieces of speech. Called by collect.c for every recording and by the
 * transcriber through media.h. Pure arithmetic on levels: it must not look at samples, so that the
 * same result can be had from what is stored. */
#include "media/speech.h"

/* All levels in 1/100 dB relative to full scale. */
#define NOTHING_BELOW (-5500) /* speech on a working line is 20 dB louder */
#define DIGITAL_ZERO (-9000)  /* muted or suppressed: says nothing about the noise of the line */
#define MIN_RISE 600          /* of speech over noise */
#define MAX_RISE 1500

/* In windows of 20 ms. */
#define MIN_SOUND 4    /* shorter is a click */
#define BRIDGE 15      /* gaps within a sentence */
#define JOIN 40        /* gaps that do not end a piece */
#define PAD 7          /* 140 ms; with the window's own edge about 150 */
#define MAX_PIECE 1000 /* 20 s, padding included */
#define MIN_SILENCE 25 /* half a second */
#define MIN_HEARD 5    /* a channel with less than 100 ms of sound is dead */

/* Stretch of windows, end exclusive. */
struct run {
    size_t from, to;
};

struct runs {
    struct run *at;
    size_t n;
};

/* The level below which `part` of 1000 of the windows lie, digital silence left out; one bin per
 * half decibel. MEDIA_QUIETEST if there is nothing but silence. */
static int percentile(const int16_t *levels, size_t n, size_t part)
{
    size_t bins[201] = {0}, counted = 0, sum = 0, i;

    for (i = 0; i < n; i++) {
        if (levels[i] < DIGITAL_ZERO)
            continue;
        bins[(size_t)(levels[i] > 0 ? 0 : -levels[i]) / 50]++;
        counted++;
    }
    if (!counted)
        return MEDIA_QUIETEST;
    for (i = 200; i > 0; i--) {
        sum += bins[i];
        if (sum * 1000 > counted * part)
            break;
    }
    return -(int)i * 50;
}

/* The gate lies above the noise floor (the level that a tenth of the windows stay below) by 30 % of
 * the span from there to the loud parts, but at least 6 and at most 15 dB. Steady noise, tones and
 * hum have no such span, so nothing of them passes. */
static int16_t gate_of(const int16_t *levels, size_t n)
{
    int floor = percentile(levels, n, 100);
    int rise = (percentile(levels, n, 950) - floor) * 3 / 10;
    int gate;

    rise = rise < MIN_RISE ? MIN_RISE : rise > MAX_RISE ? MAX_RISE : rise;
    gate = floor + rise;
    return (int16_t)(gate < NOTHING_BELOW ? NOTHING_BELOW : gate > 0 ? 0 : gate);
}

/* Stretches above the gate: gaps up to `bridge` closed first, then clicks dropped. */
static struct runs runs_of(struct arena *a, const int16_t *levels, size_t n, int gate,
                           size_t bridge)
{
    struct runs r = {NULL, 0};
    size_t i, heard = 0;
    struct run *last;

    /* Each run but the last is followed by more than `bridge` quiet windows. */
    r.at = ARENA_ARRAY(a, n / (bridge + 2) + 1, struct run);
    for (i = 0; i < n; i++) {
        if (levels[i] <= gate)
            continue;
        last = r.n ? &r.at[r.n - 1] : NULL;
        if (last && i - last->to <= bridge) {
            last->to = i + 1;
            heard++;
            continue;
        }
        if (last && heard < MIN_SOUND)
            r.n--;
        r.at[r.n++] = (struct run){i, i + 1};
        heard = 1;
    }
    if (r.n && heard < MIN_SOUND)
        r.n--;
    return r;
}

/* Where to cut a run that is too long: the quietest 100 ms of its second half up to the limit. */
static size_t cut_of(const int16_t *levels, struct run run, size_t most)
{
    size_t i, k, best = run.from + most;
    int sum, least = INT32_MAX;

    for (i = run.from + most / 2; i + 3 <= run.from + most && i + 3 <= run.to; i++) {
        sum = 0;
        for (k = i - 2; k <= i + 2; k++)
            sum += levels[k];
        if (sum <= least) {
            least = sum;
            best = i;
        }
    }
    return best;
}

struct pieces {
    struct run *at;
    size_t n, cap;
};

static void piece_add(struct arena *a, struct pieces *p, struct run run)
{
    struct run *more;
    size_t i;

    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 32;
        more = ARENA_ARRAY(a, p->cap, struct run);
        for (i = 0; i < p->n; i++)
            more[i] = p->at[i];
        p->at = more;
    }
    p->at[p->n++] = run;
}

/* Joins runs over short gaps while the piece stays short enough, and cuts those that are not. */
static struct pieces pieces_of(struct arena *a, const int16_t *levels, struct runs runs)
{
    const size_t most = MAX_PIECE - 2 * PAD;
    struct pieces p = {NULL, 0, 0};
    struct run now = {0, 0};
    size_t i, cut;

    for (i = 0; i < runs.n; i++) {
        struct run run = runs.at[i];

        if (now.to && run.from - now.to <= JOIN && run.to - now.from <= most) {
            now.to = run.to;
            continue;
        }
        if (now.to)
            piece_add(a, &p, now);
        now = run;
        while (now.to - now.from > most) {
            cut = cut_of(levels, now, most);
            piece_add(a, &p, (struct run){now.from, cut});
            now.from = cut;
        }
    }
    if (now.to)
        piece_add(a, &p, now);
    return p;
}

struct media_spans media_speech(struct arena *a, const struct media_info *info, unsigned channel)
{
    const struct media_channel *c = &info->channel[channel];
    struct pieces p;
    struct media_span *spans;
    size_t i, before, after, gap;
    int64_t end;

    if (channel >= info->channels)
        return (struct media_spans){NULL, 0};
    p = pieces_of(a, c->levels, runs_of(a, c->levels, info->levels, c->gate, BRIDGE));
    spans = ARENA_ARRAY(a, p.n, struct media_span);
    for (i = 0; i < p.n; i++) {
        gap = p.at[i].from - (i ? p.at[i - 1].to : 0);
        before = i ? gap / 2 : gap; /* two neighbours share a gap */
        gap = (i + 1 < p.n ? p.at[i + 1].from : info->levels) - p.at[i].to;
        after = i + 1 < p.n ? gap / 2 : gap;
        before = before < PAD ? before : PAD;
        after = after < PAD ? after : PAD;
        end = (int64_t)(p.at[i].to + after) * MEDIA_LEVEL_MS;
        spans[i].start_ms = (int64_t)(p.at[i].from - before) * MEDIA_LEVEL_MS;
        spans[i].end_ms = end < info->duration_ms ? end : info->duration_ms;
    }
    return (struct media_spans){spans, p.n};
}

static struct media_spans silences_of(struct arena *a, const struct media_info *info,
                                      const struct media_channel *c)
{
    struct runs heard = runs_of(a, c->levels, info->levels, c->gate, BRIDGE);
    struct media_span *spans = ARENA_ARRAY(a, heard.n + 1, struct media_span);
    size_t i, from = 0, to, n = 0;

    for (i = 0; i <= heard.n; i++) {
        to = i < heard.n ? heard.at[i].from : info->levels;
        if (to - from >= MIN_SILENCE)
            spans[n++] =
                (struct media_span){(int64_t)from * MEDIA_LEVEL_MS,
                                    i < heard.n ? (int64_t)to * MEDIA_LEVEL_MS : info->duration_ms};
        from = i < heard.n ? heard.at[i].to : to;
    }
    return (struct media_spans){spans, n};
}

static bool is_dead(const struct media_info *info, const struct media_channel *c)
{
    size_t i, heard = 0;

    for (i = 0; i < info->levels && heard < MIN_HEARD; i++)
        heard += c->levels[i] > NOTHING_BELOW;
    return heard < MIN_HEARD;
}

/* A copy has the same shape at about the same level; real parties hear each other as a faint echo
 * at most, which is alike in shape but far quieter. */
static enum media_sides sides_of(const struct media_info *info)
{
    const struct media_channel *c = info->channel;
    bool left = !is_dead(info, &c[0]);
    bool right = info->channels == 2 && !is_dead(info, &c[1]);
    int32_t apart = c[0].loudness - c[1].loudness;

    if (!left && !right)
        return MEDIA_SILENT;
    if (info->channels == 1)
        return MEDIA_MONO;
    if (left != right)
        return left ? MEDIA_LEFT_ONLY : MEDIA_RIGHT_ONLY;
    if ((info->correlation >= 9500 || info->correlation <= -9500) && apart > -1000 && apart < 1000)
        return MEDIA_SAME;
    return MEDIA_STEREO;
}

void speech_judge(struct arena *a, struct media_info *info)
{
    unsigned i;

    for (i = 0; i < info->channels; i++) {
        info->channel[i].gate = gate_of(info->channel[i].levels, info->levels);
        info->channel[i].silences = silences_of(a, info, &info->channel[i]);
    }
    info->sides = sides_of(info);
}
