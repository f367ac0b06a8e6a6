/* From sound to a transcript, over the decoder and a speech engine. Called by the transcribing job
 * and by the bench. Knows neither database nor HTTP. */
#include "insight/transcripts/transcripts.h"

#include "engines/pieces.h"
#include "insight/scores/scores.h"
#include "insight/transcripts/mend.h"
#include "insight/transcripts/turns.h"

#define SAMPLES_PER_MS (MEDIA_RATE / 1000)
#define LANGUAGE_SURE_MS 30000 /* shorter calls are too short to tell the language by */
#define DECODED_PERCENT 5 /* decoding takes about that much of the time */

struct report {
    void (*progress)(void *ctx, int percent);
    void *ctx;
};

static void report(void *arg, int percent)
{
    const struct report *r = arg;

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

/* The built-in analysis reads English alone: what it makes of another language is no evidence. */
static struct str other_language(struct arena *a, const struct transcript *t, const struct sound *s)
{
    bool sure = s->info.duration_ms >= LANGUAGE_SURE_MS;

    if (!t->language.n || str_is(t->language, "en") || !sure)
        return STR_NONE;
    return str_fmt(a, "The call seems to be in another language (%.*s) than the one that is "
                      "analysed (en): check it before relying on its score.", STR_ARG(t->language));
}

void transcript_settle(struct arena *a, struct transcript *t, bool no_confidence)
{
    t->confidence_bp = turns_confidence(&t->talk, &t->words);
    t->turns = turns_json(a, &t->talk);
    t->hash = crypto_sha256(t->turns);
    t->state = "ok";
    t->reason = STR_NONE;
    if (!t->words) {
        t->state = "no_speech";
        t->reason = STR("No speech in the recording.");
    } else if (!no_confidence && t->confidence_bp < SCORE_GATE_BP) {
        t->state = "uncertain";
        t->reason = str_fmt(a, "The words were heard with little certainty (%d %% on average).",
                            t->confidence_bp / 100);
    }
}

void transcript_again(struct arena *a, struct transcript *t, bool no_confidence)
{
    const char *state = t->state;
    struct str reason = t->reason;

    transcript_settle(a, t, no_confidence);
    if (str_is(str_of(state), "uncertain")) { /* of another language, say: what was removed changes nothing */
        t->state = state;
        t->reason = reason;
    }
}

const struct err *sound_decode(struct arena *a, struct media_source source, struct sound *ret)
{
    return media_decode(a, source, &ret->info, &ret->pcm);
}

static bool has_voices(const struct speech_segment *segments, size_t n)
{
    int32_t first = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < segments[i].n_words; k++) {
            int32_t voice = segments[i].words[k].voice;

            if (voice && first && voice != first)
                return true;
            first = voice ? voice : first;
        }
    return false;
}

static const struct err *recognise(struct arena *a, const struct sound *s,
                                   const struct hearing *how, struct report *to,
                                   struct speech_segment *segments, size_t n)
{
    if (!how->engine->ask)
        return how->engine->recognise(a, segments, n, report, to);
    how->ask->both_on_one = s->info.sides != MEDIA_STEREO;
    how->ask->progress = report;
    how->ask->progress_arg = to;
    return how->engine->ask(a, how->ask, segments, n);
}

static void build(struct arena *a, const struct sound *s, const struct hearing *how,
                  const struct speech_segment *segments, size_t n, struct transcript *t)
{
    struct voices voices = {s->info.sides == MEDIA_STEREO, how->left, how->direction};
    int32_t ms = (int32_t)s->info.duration_ms;

    t->attribution = voices.by_channel ? "channel" : "direction_guess";
    if (!voices.by_channel && has_voices(segments, n)) {
        t->attribution = "voices";
        t->talk = turns_of_voices(a, segments, n, how->direction, ms);
    } else {
        t->talk = turns_build(a, segments, n, &voices, ms);
    }
}

const struct err *transcribe_sound(struct arena *a, const struct sound *sound,
                                   const struct hearing *how,
                                   void (*progress)(void *ctx, int percent), void *ctx,
                                   struct transcript *ret)
{
    struct report to = {progress, ctx};
    struct speech_ask none = {0}, *ask = how->ask ? how->ask : &none;
    struct mending mended = {0};
    struct speech_segment *segments;
    size_t n = 0;
    const struct err *e = NULL;

    report(&to, 0);
    segments = segments_of(a, &sound->info, &sound->pcm, &n);
    if (n)
        e = recognise(a, sound, how, &to, segments, n);
    if (e)
        return e;
    mended.removed = invented_remove(a, &sound->info, segments, n);
    mended.corrected =
        corrections_apply(a, segments, n, how->corrections, how->n_corrections);
    mended.no_confidence = ask->no_confidence;
    mended.times_spread = ask->times_spread;
    *ret = (struct transcript){.language = ask->heard_language.n ? ask->heard_language
                                           : ask->language.n
                                               ? language_code(a, ask->language)
                                               : STR("en")};
    build(a, sound, how, segments, n, ret);
    transcript_settle(a, ret, ask->no_confidence);
    if (str_is(str_of(ret->state), "ok") && other_language(a, ret, sound).p) {
        ret->state = "uncertain";
        ret->reason = other_language(a, ret, sound);
    }
    ret->notes = notes_json(a, segments, n, &ret->talk, &mended);
    return NULL;
}

const struct err *transcribe(struct arena *a, struct media_source source,
                             const struct speech_engine *engine, struct str direction,
                             void (*progress)(void *ctx, int percent), void *ctx,
                             struct transcript *ret)
{
    struct hearing how = {.engine = engine, .direction = direction, .left = SPEAKER_AGENT};
    struct sound sound;
    const struct err *e = sound_decode(a, source, &sound);

    return e ? e : transcribe_sound(a, &sound, &how, progress, ctx, ret);
}
