/* From sound to a transcript, over the decoder and a speech engine. Called by the transcribing job
 * and by the bench. Knows neither database nor HTTP. */
#include "insight/transcripts/transcripts.h"

#include "insight/scores/scores.h"
#include "insight/transcripts/turns.h"

#define SAMPLES_PER_MS (MEDIA_RATE / 1000)
#define DECODED_PERCENT 5 /* decoding takes about that much of the time */

struct report {
    void (*progress)(void *ctx, int percent);
    void *ctx;
};

static void report(void *report, int percent)
{
    const struct report *r = report;

    if (r->progress)
        r->progress(r->ctx, DECODED_PERCENT + percent * (100 - DECODED_PERCENT) / 100);
}

/* Bit i: something of its own is heard on channel i. */
static unsigned live_channels(const struct media_info *info)
{
    switch (info->sides) {
    case MEDIA_STEREO:
        return 3;
    case MEDIA_RIGHT_ONLY:
        return 2;
    case MEDIA_SILENT:
        return 0;
    default:
        return 1;
    }
}

static void add_segments(const struct media_pcm *pcm, struct media_spans spans, unsigned channel,
                         struct speech_segment *out)
{
    for (size_t i = 0; i < spans.n; i++) {
        size_t from = (size_t)spans.at[i].start_ms * SAMPLES_PER_MS;
        size_t to = (size_t)spans.at[i].end_ms * SAMPLES_PER_MS;

        to = to > pcm->n ? pcm->n : to;
        from = from > to ? to : from;
        out[i] = (struct speech_segment){.channel = (int32_t)channel,
                                         .start_ms = (int32_t)spans.at[i].start_ms,
                                         .end_ms = (int32_t)spans.at[i].end_ms,
                                         .pcm = pcm->channel[channel] + from,
                                         .n_samples = to - from};
    }
}

static struct speech_segment *segments_of(struct arena *a, const struct media_info *info,
                                          const struct media_pcm *pcm, size_t *ret_n)
{
    struct media_spans spans[2] = {{0}};
    struct speech_segment *out;

    for (unsigned c = 0; c < info->channels && c < 2; c++)
        if (live_channels(info) & 1u << c)
            spans[c] = media_speech(a, info, c);
    *ret_n = spans[0].n + spans[1].n;
    out = ARENA_ARRAY(a, *ret_n, struct speech_segment);
    add_segments(pcm, spans[0], 0, out);
    add_segments(pcm, spans[1], 1, out + spans[0].n);
    return out;
}

static void settle(struct arena *a, struct transcript *t)
{
    t->confidence_bp = turns_confidence(&t->talk, &t->words);
    t->turns = turns_json(a, &t->talk);
    t->hash = crypto_sha256(t->turns);
    t->state = "ok";
    t->reason = STR_NONE;
    if (!t->words) {
        t->state = "no_speech";
        t->reason = STR("No speech in the recording.");
    } else if (t->confidence_bp < SCORE_GATE_BP) {
        t->state = "uncertain";
        t->reason = str_fmt(a, "The words were heard with little certainty (%d %% on average).",
                            t->confidence_bp / 100);
    }
}

const struct err *transcribe(struct arena *a, struct media_source source,
                             const struct speech_engine *engine, struct str direction,
                             void (*progress)(void *ctx, int percent), void *ctx,
                             struct transcript *ret)
{
    struct report to = {progress, ctx};
    struct media_info info;
    struct media_pcm pcm;
    struct speech_segment *segments;
    struct voices voices;
    size_t n = 0;
    const struct err *e = media_decode(a, source, &info, &pcm);

    if (e)
        return e;
    report(&to, 0);
    segments = segments_of(a, &info, &pcm, &n);
    if (n)
        e = engine->recognise(a, segments, n, report, &to);
    if (e)
        return e;
    /* Phone systems that record both sides apart put the own extension on the left. */
    voices = (struct voices){info.sides == MEDIA_STEREO, SPEAKER_AGENT, direction};
    *ret = (struct transcript){
        .talk = turns_build(a, segments, n, &voices, (int32_t)info.duration_ms),
        .attribution = voices.by_channel ? "channel" : "direction_guess"};
    settle(a, ret);
    return NULL;
}
