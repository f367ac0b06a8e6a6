/* The speech gate of ringsight-asr: levels, voicing, and the rules of gate.h upon them. Pure
 * arithmetic on the samples of one segment. Called by decode.c and the unit tests; it must not
 * remember anything from one segment to the next, for results may not depend on order. */
#include "engines/pocketsphinx/child/gate.h"

#include <math.h>
#include <string.h>

#define FLOOR (-5500)        /* hundredths of a decibel to full scale */
#define LOWEST (-9600)       /* what digital silence counts as */
#define MOVES 300            /* hundredths of a decibel */
#define LEAST_FRAMES 5       /* 50 ms */
#define STEADY_FROM 100      /* voiced frames: the rule needs a second to be fair */
#define VOICED 0.5f          /* normalised autocorrelation */
#define GRACE 3              /* frames */
#define CONFIDENCE_LEAST 1000
#define PIECE_MIN 1500       /* frames: 15 s */
#define PIECE_MAX 3000       /* frames: 30 s */
#define QUIET_RUN 20         /* frames: 200 ms */
#define WINDOW (4 * GATE_HOP)
/* Pitch is looked for at 8 kHz, which is enough for it and takes a quarter of the work. */
#define HALF (WINDOW / 2)
#define LAG_MIN 20           /* 400 Hz */
#define LAG_MAX 133          /* 60 Hz */

size_t gate_frames(size_t n_samples)
{
    return n_samples < WINDOW ? (n_samples ? 1 : 0) : (n_samples - WINDOW) / GATE_HOP + 1;
}

static int16_t level_of(const float x[WINDOW])
{
    float sum = 0;
    float db;

    for (size_t i = 0; i < WINDOW; i++)
        sum += x[i] * x[i];
    sum /= (float)WINDOW * 32768.0f * 32768.0f;
    if (sum < 1e-9f)
        return LOWEST + 600; /* below -90 dB nothing is told apart */
    db = 1000.0f * log10f(sum);
    return db < LOWEST ? LOWEST : (int16_t)db;
}

/* A local peak, not just a large value: coloured noise correlates highly at short lags, falling
 * from there, while a voice comes back after one period. */
static bool is_voiced(const float x[WINDOW])
{
    float y[HALF], r[LAG_MAX + 2];
    const size_t m = HALF - LAG_MAX - 1;
    float head = 0, tail = 0;

    y[0] = 0;
    for (size_t i = 1; i < HALF; i++)
        y[i] = x[2 * i] + x[2 * i + 1] - 0.97f * (x[2 * i - 2] + x[2 * i - 1]);
    for (size_t i = 0; i < m; i++)
        head += y[i] * y[i];
    for (size_t i = LAG_MIN - 1; i < LAG_MIN - 1 + m; i++)
        tail += y[i] * y[i];
    for (size_t lag = LAG_MIN - 1; lag <= LAG_MAX + 1; lag++) {
        float dot = 0;

        for (size_t i = 0; i < m; i++)
            dot += y[i] * y[i + lag];
        r[lag] = dot / (sqrtf(head * (tail > 0 ? tail : 0)) + 1.0f);
        if (lag + m < HALF)
            tail += y[lag + m] * y[lag + m] - y[lag] * y[lag];
    }
    for (size_t lag = LAG_MIN; lag <= LAG_MAX; lag++)
        if (r[lag] >= VOICED && r[lag] >= r[lag - 1] && r[lag] >= r[lag + 1])
            return true;
    return false;
}

void gate_measure(struct gate *g, const int16_t *pcm, size_t n_samples)
{
    float x[WINDOW];

    g->n = gate_frames(n_samples);
    for (size_t f = 0; f < g->n; f++) {
        size_t have = n_samples - f * GATE_HOP < WINDOW ? n_samples - f * GATE_HOP : WINDOW;
        float mean = 0;

        for (size_t i = 0; i < WINDOW; i++)
            mean += i < have ? (float)pcm[f * GATE_HOP + i] : 0;
        mean /= (float)have;
        /* A constant offset is not loudness. */
        for (size_t i = 0; i < WINDOW; i++)
            x[i] = i < have ? (float)pcm[f * GATE_HOP + i] - mean : 0;
        g->level[f] = level_of(x);
        g->voiced[f] = g->level[f] >= FLOOR && is_voiced(x);
    }
}

/* The level that `percent` of the `voiced` voiced frames stay at or below. */
static int percentile(const struct gate *g, size_t voiced, size_t percent)
{
    size_t count[-LOWEST / 10 + 1] = {0}, sum = 0;
    size_t step = -LOWEST / 10;

    for (size_t f = 0; f < g->n; f++)
        if (g->voiced[f])
            count[-g->level[f] / 10]++;
    while (step > 0 && (sum += count[step]) * 100 < voiced * percent)
        step--;
    return -10 * (int)step;
}

bool gate_is_speech(const struct gate *g)
{
    size_t loud = 0, voiced = 0;

    for (size_t f = 0; f < g->n; f++) {
        loud += g->level[f] >= FLOOR;
        voiced += g->voiced[f];
    }
    if (loud < LEAST_FRAMES || voiced < LEAST_FRAMES)
        return false;
    return voiced < STEADY_FROM ||
           percentile(g, voiced, 95) - percentile(g, voiced, 10) >= MOVES;
}

bool gate_has_voice(const struct gate *g, int first_frame, int last_frame)
{
    size_t f = first_frame > GRACE ? (size_t)(first_frame - GRACE) : 0;

    for (; f < g->n && (int)f <= last_frame + GRACE; f++)
        if (g->voiced[f])
            return true;
    return false;
}

bool gate_confident(uint64_t confidence_sum, size_t n_words)
{
    return n_words > 0 && confidence_sum / n_words >= CONFIDENCE_LEAST;
}

size_t gate_cut(const struct gate *g, size_t from)
{
    size_t best = from + PIECE_MIN;
    int64_t sum = 0, least = INT64_MAX;

    if (g->n - from <= PIECE_MAX)
        return g->n;
    for (size_t f = from + PIECE_MIN; f < from + PIECE_MAX; f++) {
        sum += g->level[f];
        if (f < from + PIECE_MIN + QUIET_RUN)
            continue;
        sum -= g->level[f - QUIET_RUN];
        if (sum < least) {
            least = sum;
            best = f - QUIET_RUN / 2;
        }
    }
    return best;
}
