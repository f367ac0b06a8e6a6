/* The engine "openai": uploads pieces one after the other and puts the words where they belong.
 * Called by the transcript job and the engine's test. Must not send more at a time than the
 * provider takes, nor anything twice that was answered. */
#include "engines/openai/openai_speech.h"

#include "engines/ask.h"
#include "engines/pieces.h"

#define PIECE_BYTES (24u << 20)   /* the provider's limit is 25 MiB for the whole body */
#define SMALLEST_BYTES (256u << 10)
#define HINTS_BYTES 800           /* Whisper reads no more than the last 224 tokens of a prompt */

struct run {
    struct arena *a;
    struct speech_ask *ask;
    enum openai_style style;
    struct str model, salt;
    uint64_t max_bytes;
    size_t done, all; /* segments */
};

static bool starts(struct str s, const char *with)
{
    return str_starts(s, str_of(with));
}

enum openai_style openai_style_of(struct str model)
{
    if (str_find(model, STR("-transcribe-diarize"), 0) >= 0)
        return OPENAI_DIARIZE;
    if (starts(model, "gpt-4o-transcribe") || starts(model, "gpt-4o-mini-transcribe") ||
        starts(model, "gpt-transcribe"))
        return OPENAI_TEXT;
    return OPENAI_WHISPER;
}

/* ---- the form ---- */

static void part(struct buf *b, struct str boundary, const char *name, struct str value)
{
    buf_fmt(b, "--%.*s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n", STR_ARG(boundary),
            name);
    buf_add(b, value);
    buf_add(b, STR("\r\n"));
}

/* Words to expect, as a prompt: the model continues in the spelling it finds there. */
static struct str prompt_of(struct arena *a, const struct speech_ask *ask)
{
    struct buf b = buf_new(a, HINTS_BYTES + 200);

    for (size_t i = 0; i < ask->n_hints && b.n + ask->hints[i].n + 2 <= HINTS_BYTES; i++)
        buf_fmt(&b, "%s%.*s", b.n ? ", " : "", STR_ARG(ask->hints[i]));
    return b.n ? buf_str(&b) : STR_NONE;
}

static void language_parts(struct buf *b, struct str boundary, const struct speech_ask *ask,
                           bool lists)
{
    struct str code = language_code(b->a, ask->language);

    if (code.n)
        part(b, boundary, lists ? "languages[]" : "language", code);
}

static void hint_parts(struct buf *b, struct str boundary, const struct speech_ask *ask, bool lists)
{
    struct str prompt = prompt_of(b->a, ask);

    if (!lists && prompt.n)
        part(b, boundary, "prompt", prompt);
    for (size_t i = 0; lists && i < ask->n_hints; i++)
        part(b, boundary, "keywords[]", ask->hints[i]);
}

struct openai_form openai_form(struct arena *a, enum openai_style style,
                               const struct speech_ask *ask, struct str boundary)
{
    static const char *const formats[] = {"verbose_json", "json", "diarized_json"};
    struct buf b = buf_new(a, 1u << 20);
    bool lists = starts(ask->model, "gpt-transcribe"); /* the API of 2026 has lists for both */

    part(&b, boundary, "model", ask->model);
    part(&b, boundary, "response_format", str_of(formats[style]));
    language_parts(&b, boundary, ask, lists);
    if (style == OPENAI_WHISPER) {
        part(&b, boundary, "timestamp_granularities[]", STR("word"));
        part(&b, boundary, "timestamp_granularities[]", STR("segment"));
        part(&b, boundary, "temperature", STR("0"));
    }
    if (style != OPENAI_DIARIZE)
        hint_parts(&b, boundary, ask, lists);
    if (style == OPENAI_TEXT)
        part(&b, boundary, "include[]", STR("logprobs"));
    if (style == OPENAI_DIARIZE) /* needed over 30 s, harmless below */
        part(&b, boundary, "chunking_strategy", STR("auto"));
    buf_fmt(&b, "--%.*s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"call.wav\"\r\n"
                "Content-Type: audio/wav\r\n\r\n", STR_ARG(boundary));
    return (struct openai_form){
        str_fmt(a, "multipart/form-data; boundary=%.*s", STR_ARG(boundary)), buf_str(&b),
        str_fmt(a, "\r\n--%.*s--\r\n", STR_ARG(boundary))};
}

/* ---- asking ---- */

static const struct err *upload(struct run *r, const struct piece *p, struct str *ret_answer)
{
    struct str *slices = ARENA_ARRAY(r->a, p->n_slices + 2, struct str);
    struct openai_form form = openai_form(
        r->a, r->style, r->ask,
        str_fmt(r->a, "ringsight-%.*s", STR_ARG(crypto_hex(r->a, str_n(p->hash.b, 12)))));
    struct http_header headers[] = {
        {STR("Content-Type"), form.type},
        {STR("Accept"), STR("application/json")},
        {STR("Authorization"), str_fmt(r->a, "Bearer %.*s", STR_ARG(r->ask->key))},
    };
    struct ask_request rq = {
        .url = str_fmt(r->a, "%.*s/audio/transcriptions",
                       STR_ARG(ask_base(r->ask, openai_speech_engine.default_url))),
        .n_headers = r->ask->key.n ? 3 : 2, .headers = headers, .n_slices = p->n_slices + 2,
        .slices = slices};
    struct http_response rs = {0};
    const struct err *e;

    slices[0] = form.head;
    for (size_t i = 0; i < p->n_slices; i++)
        slices[i + 1] = p->slices[i];
    slices[p->n_slices + 1] = form.tail;
    e = ask_send(r->a, r->ask, &rq, &rs);
    *ret_answer = rs.body;
    return e;
}

/* The answer for a piece: kept from an earlier try, or asked for and kept. */
static const struct err *answer_of(struct run *r, const struct piece *p, struct str *ret)
{
    struct str id;
    const struct err *e = ask_shelf_find(r->a, r->ask, &p->hash, &id, ret);

    if (e || ret->p)
        return e;
    e = upload(r, p, ret);
    if (e)
        return e;
    r->ask->sent_ms += p->length_ms;
    return ask_shelf_keep(r->a, r->ask, &p->hash, STR_NONE, *ret);
}

static const struct err *hear(struct run *r, const struct piece *p, bool *ret_untimed)
{
    struct openai_heard heard;
    struct str answer;
    const struct err *e = answer_of(r, p, &answer);

    *ret_untimed = false;
    if (!e)
        e = openai_speech_parse(r->a, r->style, answer, p->length_ms, &heard);
    if (e == E_BAD_PAYLOAD) {
        r->ask->final = true;
        return e;
    }
    if (e)
        return e;
    if (r->style == OPENAI_WHISPER && !heard.timed && p->n > 1) {
        *ret_untimed = true; /* a server that knows no times: ask stretch by stretch */
        return NULL;
    }
    piece_place(r->a, p, heard.words, heard.n);
    r->ask->no_confidence = r->ask->no_confidence || heard.no_confidence;
    r->ask->times_spread = r->ask->times_spread || !heard.timed;
    if (!r->ask->heard_language.n && heard.language.n)
        r->ask->heard_language = heard.language;
    return NULL;
}

static void report(struct run *r, size_t segments)
{
    r->done += segments;
    if (r->ask->progress && r->all)
        r->ask->progress(r->ask->progress_arg, (int)(r->done * 100 / r->all));
}

/* All segments from the first on; one by one where `single`. */
static const struct err *run_from(struct run *r, struct speech_segment *segments, size_t n,
                                  bool single)
{
    struct pieces pieces = pieces_build(r->a, segments, n, r->max_bytes, single ? 1 : 0, r->salt);
    const struct err *e = NULL;
    bool untimed = false;
    size_t from = 0;

    for (size_t i = 0; i < pieces.n && !e; i++) {
        struct piece *p = &pieces.v[i];

        if (r->ask->cancelled && r->ask->cancelled(r->ask->cancelled_arg))
            return E_LOST;
        e = hear(r, p, &untimed);
        if (e == E_TOO_LARGE && p->n > 1 && r->max_bytes / 2 >= SMALLEST_BYTES) {
            r->max_bytes = (p->bytes < r->max_bytes ? p->bytes : r->max_bytes) / 2;
            return run_from(r, segments + from, n - from, single);
        }
        if (e)
            return e;
        if (untimed)
            return run_from(r, segments + from, n - from, true);
        from += p->n;
        report(r, p->n);
    }
    return e;
}

static const struct err *ask(struct arena *a, struct speech_ask *ask,
                             struct speech_segment *segments, size_t n)
{
    struct run r = {.a = a, .ask = ask, .max_bytes = PIECE_BYTES, .all = n};
    struct openai_form form;
    const struct err *e;

    if (!ask->model.n)
        ask->model = STR("whisper-1");
    r.style = openai_style_of(ask->model);
    form = openai_form(a, r.style, ask, STR("-"));
    r.salt = str_fmt(a, "%.*s|%.*s", STR_ARG(ask_base(ask, openai_speech_engine.default_url)),
                     STR_ARG(form.head));
    e = run_from(&r, segments, n, r.style == OPENAI_TEXT);
    if (e == E_TOO_LARGE)
        ask->final = true;
    return e;
}

const struct speech_engine openai_speech_engine = {
    .name = "openai",
    .title = "OpenAI or compatible",
    .version = "1",
    .notice = "OpenAI's API, or a server of your own that speaks it: whisper.cpp, faster-whisper, "
              "vLLM. For a server in the house, the operator has to allow its address "
              "(RINGSIGHT_EGRESS_ALLOW, use \"engine\").",
    .ask = ask,
    .default_url = "https://api.openai.com/v1",
    .models = "whisper-1|gpt-4o-transcribe|gpt-4o-mini-transcribe|gpt-4o-transcribe-diarize",
    .key_label = "API key",
    .any_model = true,
    .takes_hints = true,
};
