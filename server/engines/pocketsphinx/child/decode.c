/* PocketSphinx behind one function. Called by child/main.c, in a process of its own for every
 * segment. It must not read the clock, the environment or anything else that could make two runs
 * over the same samples differ. Memory comes from the library (ckd_*) and ends with the process. */
#include "engines/pocketsphinx/child/decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <pocketsphinx.h>
#include <sphinxbase/ckd_alloc.h>
#include <sphinxbase/err.h>

#include "engines/pocketsphinx/child/gate.h"
#include "engines/pocketsphinx/protocol.h"

#define FRAME_MS 10
#define TEXT_MAX 100

/* The settings, measured by tests/bench/asr. The VAD of the library is off: it takes frames out, and
 * the times of all later words move by as much. Noise removal is off: on clean audio it costs words.
 * 3000 HMMs a frame is where errors begin to rise: at 1500 there are half as many again. */
static char hmm[500], lm[500], dict[500];
static char *arguments[] = {
    "-hmm", hmm, "-lm", lm, "-dict", dict, "-remove_silence", "no", "-remove_noise", "no", "-cmn",
    "batch", "-agc", "none", "-maxhmmpf", "3000", "-bestpath", "yes", "-dither", "no",
};

static ps_decoder_t *decoder;
static char problem[300];

struct out {
    uint8_t *p;
    size_t n, cap;
    uint64_t confidence_sum;
    size_t n_words;
};

static void complain(void *ctx, err_lvl_t level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void complain(void *ctx, err_lvl_t level, const char *fmt, ...)
{
    va_list ap;

    (void)ctx;
    if (level < ERR_ERROR)
        return;
    va_start(ap, fmt);
    vsnprintf(problem, sizeof problem, fmt, ap);
    va_end(ap);
    problem[strcspn(problem, "\n")] = 0;
}

const char *decode_problem(void)
{
    return problem;
}

bool decode_open(const char *folder)
{
    const int32 n = sizeof arguments / sizeof *arguments;
    cmd_ln_t *config;

    err_set_callback(complain, NULL);
    snprintf(hmm, sizeof hmm, "%s/en-us", folder);
    snprintf(lm, sizeof lm, "%s/en-us.lm.bin", folder);
    snprintf(dict, sizeof dict, "%s/cmudict-en-us.dict", folder);
    config = cmd_ln_parse_r(NULL, ps_args(), n, arguments, TRUE);
    decoder = config ? ps_init(config) : NULL;
    return decoder != NULL;
}

/* "going(2)" is "going"; "<sil>", "[NOISE]", "++UH++" are no words: 0. */
static size_t clean(const char *word, char out[TEXT_MAX])
{
    size_t n = strcspn(word, "(");

    if (!strchr("<[+", word[0]) && n < TEXT_MAX) {
        memcpy(out, word, n);
        return n;
    }
    return 0;
}

static void put_word(struct out *o, struct asr_word w, const char *text)
{
    if (o->cap - o->n < sizeof w + w.text_n) {
        o->cap = 2 * o->cap + 4096;
        o->p = ckd_realloc(o->p, o->cap);
    }
    memcpy(o->p + o->n, &w, sizeof w);
    memcpy(o->p + o->n + sizeof w, text, w.text_n);
    o->n += sizeof w + w.text_n;
    o->confidence_sum += w.confidence;
    o->n_words++;
}

static uint32_t confidence_of(int32 log_posterior)
{
    double p = logmath_exp(ps_get_logmath(decoder), log_posterior);

    return p >= 1 ? 10000 : p <= 0 ? 0 : (uint32_t)(p * 10000 + 0.5);
}

/* The best path's words between the given frames of the segment. */
static void collect(struct out *o, const struct gate *g, size_t from, size_t to)
{
    for (ps_seg_t *s = ps_seg_iter(decoder); s; s = ps_seg_next(s)) {
        char text[TEXT_MAX];
        size_t n = clean(ps_seg_word(s), text);
        struct asr_word w;
        int first, last;

        ps_seg_frames(s, &first, &last);
        first += (int)from;
        last += (int)from;
        if (n == 0 || !gate_has_voice(g, first, last))
            continue;
        w.start_ms = (uint32_t)first * FRAME_MS;
        w.end_ms = (uint32_t)(last < (int)to ? last + 1 : (int)to) * FRAME_MS;
        w.confidence = confidence_of(ps_seg_prob(s, NULL, NULL, NULL));
        w.text_n = (uint32_t)n;
        put_word(o, w, text);
    }
}

/* One piece as one utterance, whole: full_utt takes the mean of the cepstra over the piece and over
 * nothing else, where streaming would carry an estimate along. */
static bool decode_piece(const int16_t *pcm, size_t n_samples)
{
    if (ps_start_stream(decoder) < 0 || ps_start_utt(decoder) < 0)
        return false;
    if (ps_process_raw(decoder, pcm, n_samples, FALSE, TRUE) < 0)
        return false;
    if (ps_end_utt(decoder) < 0)
        return false;
    /* Only this runs the third pass, which the posteriors come from. */
    ps_get_hyp(decoder, NULL);
    return true;
}

bool decode_segment(const int16_t *pcm, size_t n_samples, const uint8_t **ret_body, size_t *ret_n)
{
    size_t frames = gate_frames(n_samples);
    struct gate g = {0, ckd_calloc(frames + 1, sizeof *g.level), ckd_calloc(frames + 1, 1)};
    static struct out o;

    o = (struct out){0};
    gate_measure(&g, pcm, n_samples);
    for (size_t from = 0, to; gate_is_speech(&g) && from < g.n; from = to) {
        size_t end;

        to = gate_cut(&g, from);
        end = to == g.n ? n_samples : to * GATE_HOP;
        if (!decode_piece(pcm + from * GATE_HOP, end - from * GATE_HOP))
            return false;
        collect(&o, &g, from, (end + GATE_HOP - 1) / GATE_HOP);
    }
    if (!gate_confident(o.confidence_sum, o.n_words))
        o.n = 0;
    *ret_body = o.p;
    *ret_n = o.n;
    return true;
}
