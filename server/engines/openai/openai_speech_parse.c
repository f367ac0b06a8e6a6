/* Answers of /audio/transcriptions as words. Called for each answer, kept ones too. Pure. */
#include <math.h>

#include "core/json.h"
#include "engines/openai/openai_speech.h"
#include "engines/pieces.h"

#define NO_SPEECH 0.6    /* Whisper's own thresholds for "this is silence" */
#define LOW_LOGPROB -1.0
#define VOICES_MAX 16

/* What is read so far; room for `cap` words. */
struct gathering {
    struct arena *a;
    size_t n, cap;
    struct speech_word *v;
};

static void add(struct gathering *g, struct speech_word w)
{
    if (g->n == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 256;
        struct speech_word *v = ARENA_ARRAY(g->a, cap, struct speech_word);

        for (size_t i = 0; i < g->n; i++)
            v[i] = g->v[i];
        g->v = v;
        g->cap = cap;
    }
    g->v[g->n++] = w;
}

static int32_t certainty(double probability)
{
    return probability >= 1 ? SPEECH_SURE : probability > 0 ? (int32_t)(probability * 10000) : 0;
}

/* The probability of a segment's words, -1 if the answer does not tell. */
static double segment_probability(const struct json *segment)
{
    double log = json_number(segment, "avg_logprob", 1);

    return log <= 0 ? exp(log) : -1;
}

static bool is_silence(const struct json *segment)
{
    return json_number(segment, "no_speech_prob", 0) > NO_SPEECH &&
           json_number(segment, "avg_logprob", 0) < LOW_LOGPROB;
}

static int32_t time_of(const struct json *o, const char *key)
{
    return ms_of_seconds(json_number(o, key, 0));
}

static void add_spread(struct gathering *g, struct str text, int32_t from, int32_t to,
                       int32_t confidence, int32_t voice)
{
    size_t n;
    struct speech_word *w = words_spread(g->a, text, from, to, confidence, &n);

    for (size_t i = 0; i < n; i++) {
        w[i].voice = voice;
        add(g, w[i]);
    }
}

/* The segment that a word lies in: words have no confidence of their own in OpenAI's answers. */
static const struct json *segment_of(const struct json *segments, int32_t ms, size_t *io_at)
{
    size_t n = json_count(segments);

    while (*io_at + 1 < n && time_of(json_at(segments, *io_at + 1), "start") <= ms)
        ++*io_at;
    return *io_at < n ? json_at(segments, *io_at) : NULL;
}

static void add_word(struct gathering *g, const struct json *w, const struct json *segment,
                     bool *io_unknown)
{
    double p = json_number(w, "probability", -1);
    struct str text = json_text(w, "word");

    if (p < 0)
        p = segment_probability(segment);
    if (p < 0)
        *io_unknown = true;
    if (!text.n || !str_utf8(text) || (segment && is_silence(segment)))
        return;
    add(g, (struct speech_word){.text = str_trim(text), .start_ms = time_of(w, "start"),
                                .end_ms = time_of(w, "end"),
                                .confidence = p < 0 ? SPEECH_SURE : certainty(p)});
}

static void read_whisper(struct gathering *g, const struct json *tree, struct openai_heard *h,
                         int32_t length_ms)
{
    const struct json *words = json_get(tree, "words"), *segments = json_get(tree, "segments");
    size_t at = 0;

    for (size_t i = 0; i < json_count(words) && json_kind(words) == J_LIST; i++) {
        const struct json *w = json_at(words, i);

        add_word(g, w, segment_of(segments, time_of(w, "start"), &at), &h->no_confidence);
    }
    for (size_t i = 0; json_kind(segments) == J_LIST && !g->n && i < json_count(segments); i++) {
        const struct json *s = json_at(segments, i), *own = json_get(s, "words");
        double p = segment_probability(s);

        for (size_t k = 0; json_kind(own) == J_LIST && k < json_count(own); k++)
            add_word(g, json_at(own, k), s, &h->no_confidence);
        if (json_kind(own) == J_LIST && json_count(own))
            continue;
        h->no_confidence = h->no_confidence || p < 0;
        if (!is_silence(s))
            add_spread(g, json_text(s, "text"), time_of(s, "start"), time_of(s, "end"),
                       p < 0 ? SPEECH_SURE : certainty(p), 0);
    }
    h->timed = json_kind(words) == J_LIST || json_kind(segments) == J_LIST;
    if (!h->timed) {
        h->no_confidence = true;
        add_spread(g, json_text(tree, "text"), 0, length_ms, SPEECH_SURE, 0);
    }
}

/* The probability of the text from byte `from` to `to`, of the tokens that make it up. */
static int32_t token_certainty(const struct json *tokens, size_t from, size_t to)
{
    double sum = 0;
    size_t at = 0, n = 0;

    for (size_t i = 0; i < json_count(tokens) && at < to; i++) {
        const struct json *t = json_at(tokens, i);
        size_t end = at + json_text(t, "token").n;

        if (end > from) {
            sum += json_number(t, "logprob", 0);
            n++;
        }
        at = end;
    }
    return n ? certainty(exp(sum / (double)n)) : 0;
}

static void read_text(struct gathering *g, const struct json *tree, struct openai_heard *h,
                      int32_t length_ms)
{
    const struct json *tokens = json_get(tree, "logprobs");
    struct str text = json_text(tree, "text");
    struct buf joined = buf_new(g->a, text.n + 64);
    bool same;

    h->no_confidence = json_kind(tokens) != J_LIST || !json_count(tokens);
    for (size_t i = 0; !h->no_confidence && i < json_count(tokens); i++)
        buf_add(&joined, json_text(json_at(tokens, i), "token"));
    same = !h->no_confidence && !joined.over && str_eq(buf_str(&joined), text);
    add_spread(g, text, 0, length_ms, SPEECH_SURE, 0);
    for (size_t i = 0; !h->no_confidence && i < g->n; i++) {
        size_t from = (size_t)(g->v[i].text.p - text.p);

        g->v[i].confidence = same ? token_certainty(tokens, from, from + g->v[i].text.n)
                                  : token_certainty(tokens, 0, SIZE_MAX);
    }
}

static int32_t voice_of(struct str name, struct str *names, size_t *io_n)
{
    if (!name.n)
        return 0;
    for (size_t i = 0; i < *io_n; i++)
        if (str_eq(names[i], name))
            return (int32_t)i + 1;
    if (*io_n == VOICES_MAX)
        return VOICES_MAX;
    names[*io_n] = name;
    return (int32_t)++*io_n;
}

static void read_diarized(struct gathering *g, const struct json *tree, struct openai_heard *h)
{
    const struct json *segments = json_get(tree, "segments");
    struct str names[VOICES_MAX];
    size_t n = 0;

    h->timed = true;
    h->no_confidence = true;
    for (size_t i = 0; json_kind(segments) == J_LIST && i < json_count(segments); i++) {
        const struct json *s = json_at(segments, i);

        add_spread(g, json_text(s, "text"), time_of(s, "start"), time_of(s, "end"), SPEECH_SURE,
                   voice_of(json_text(s, "speaker"), names, &n));
    }
}

const struct err *openai_speech_parse(struct arena *a, enum openai_style style, struct str body,
                                      int32_t length_ms, struct openai_heard *ret)
{
    struct gathering g = {.a = a};
    const struct json *tree;
    const struct err *e = json_parse(a, body, &tree);

    *ret = (struct openai_heard){0};
    if (!e && (json_kind(tree) != J_OBJECT || (json_kind(json_get(tree, "text")) != J_TEXT &&
                                               json_kind(json_get(tree, "segments")) != J_LIST)))
        e = E_BAD_PAYLOAD;
    if (e)
        return err_why(a, E_BAD_PAYLOAD, "The server's answer is no transcript: is the address that "
                                         "of an OpenAI-compatible API, like https://host/v1?");
    if (style == OPENAI_TEXT)
        read_text(&g, tree, ret, length_ms);
    else if (style == OPENAI_DIARIZE && json_kind(json_get(tree, "segments")) == J_LIST)
        read_diarized(&g, tree, ret);
    else
        read_whisper(&g, tree, ret, length_ms);
    if (json_text(tree, "language").n)
        ret->language = language_code(a, json_text(tree, "language"));
    ret->n = g.n;
    ret->words = g.v;
    return NULL;
}
