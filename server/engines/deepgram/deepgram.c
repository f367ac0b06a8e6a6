/* The engine "deepgram". Called by the transcript job and the engine's test. */
#include "engines/deepgram/deepgram.h"

#include "core/json.h"
#include "engines/ask.h"
#include "engines/pieces.h"

/* The provider takes 2 GB; its answer for more than an hour is longer than we read at once. */
#define PIECE_BYTES (110u << 20)
#define HINTS_MAX 100

struct str deepgram_path(struct arena *a, const struct speech_ask *ask)
{
    struct buf b = buf_new(a, 1u << 16);
    bool nova3 = str_starts(ask->model, STR("nova-3"));

    buf_fmt(&b, "/v1/listen?model=%.*s&smart_format=true&punctuate=true",
            STR_ARG(ask_encoded(a, ask->model)));
    if (ask->both_on_one)
        buf_add(&b, STR("&diarize=true"));
    if (ask->language.n)
        buf_fmt(&b, "&language=%.*s", STR_ARG(ask_encoded(a, ask->language)));
    else
        buf_add(&b, STR("&detect_language=true"));
    for (size_t i = 0; i < ask->n_hints && i < HINTS_MAX; i++)
        buf_fmt(&b, "&%s=%.*s", nova3 ? "keyterm" : "keywords",
                STR_ARG(ask_encoded(a, ask->hints[i])));
    return buf_str(&b);
}

const struct err *deepgram_parse(struct arena *a, struct str body, struct deepgram_heard *ret)
{
    const struct json *tree, *channel, *best, *words;
    const struct err *e = json_parse(a, body, &tree);

    *ret = (struct deepgram_heard){0};
    channel = e ? NULL : json_get(json_get(tree, "results"), "channels");
    channel = json_kind(channel) == J_LIST && json_count(channel) ? json_at(channel, 0) : NULL;
    best = json_get(channel, "alternatives");
    if (json_kind(best) != J_LIST)
        return err_why(a, E_BAD_PAYLOAD, "The answer is no transcript of Deepgram's.");
    words = json_count(best) ? json_get(json_at(best, 0), "words") : NULL;
    ret->n = json_kind(words) == J_LIST ? json_count(words) : 0;
    ret->words = ARENA_ARRAY(a, ret->n, struct speech_word);
    for (size_t i = 0; i < ret->n; i++) {
        const struct json *w = json_at(words, i);
        struct str text = json_text(w, "punctuated_word");
        int64_t voice = json_int(w, "speaker", -1);

        ret->words[i] = (struct speech_word){
            .text = text.n ? text : json_text(w, "word"),
            .start_ms = ms_of_seconds(json_number(w, "start", 0)),
            .end_ms = ms_of_seconds(json_number(w, "end", 0)),
            .confidence = ms_of_seconds(json_number(w, "confidence", 0) * 10),
            .voice = voice >= 0 && voice < 1000 ? (int32_t)voice + 1 : 0};
    }
    if (json_text(channel, "detected_language").n)
        ret->language = language_code(a, json_text(channel, "detected_language"));
    ret->request_id = json_text(json_get(tree, "metadata"), "request_id");
    return NULL;
}

static const struct err *answer_of(struct arena *a, struct speech_ask *ask, const struct piece *p,
                                   struct str path, struct str *ret)
{
    const struct http_header headers[] = {
        {STR("Authorization"), str_fmt(a, "Token %.*s", STR_ARG(ask->key))},
        {STR("Content-Type"), STR("audio/wav")},
        {STR("Accept"), STR("application/json")},
    };
    struct ask_request rq = {
        .url = str_fmt(a, "%.*s%.*s", STR_ARG(ask_base(ask, deepgram_engine.default_url)),
                       STR_ARG(path)),
        .n_headers = 3, .headers = headers, .n_slices = p->n_slices, .slices = p->slices};
    struct http_response rs = {0};
    struct str id;
    const struct err *e = ask_shelf_find(a, ask, &p->hash, &id, ret);

    if (e || ret->p)
        return e;
    e = ask_send(a, ask, &rq, &rs);
    if (e)
        return e;
    *ret = rs.body;
    ask->sent_ms += p->length_ms;
    return ask_shelf_keep(a, ask, &p->hash, STR_NONE, *ret);
}

static const struct err *hear(struct arena *a, struct speech_ask *ask, const struct piece *p,
                              struct str path)
{
    struct deepgram_heard heard;
    struct str answer;
    const struct err *e = answer_of(a, ask, p, path, &answer);

    if (e)
        return e;
    e = deepgram_parse(a, answer, &heard);
    if (e) {
        ask->final = true;
        return e;
    }
    piece_place(a, p, heard.words, heard.n);
    ask_note_id(a, ask, heard.request_id);
    if (!ask->heard_language.n)
        ask->heard_language = heard.language;
    return NULL;
}

static const struct err *ask(struct arena *a, struct speech_ask *ask,
                             struct speech_segment *segments, size_t n)
{
    struct pieces pieces;
    struct str path;
    const struct err *e = NULL;

    if (!ask->model.n)
        ask->model = STR("nova-3");
    path = deepgram_path(a, ask);
    pieces = pieces_build(a, segments, n, PIECE_BYTES, 0, path);
    for (size_t i = 0; i < pieces.n && !e; i++) {
        e = hear(a, ask, &pieces.v[i], path);
        if (!e && ask->progress)
            ask->progress(ask->progress_arg, (int)((i + 1) * 100 / pieces.n));
    }
    if (e == E_TOO_LARGE)
        ask->final = true;
    return e;
}

const struct speech_engine deepgram_engine = {
    .name = "deepgram",
    .title = "Deepgram",
    .version = "1",
    .notice = "Deepgram's prerecorded API. The key needs the right to use the API only.",
    .ask = ask,
    .default_url = "https://api.deepgram.com",
    .models = "nova-3|nova-2|nova-2-phonecall",
    .key_label = "API key",
    .any_model = true,
    .key_required = true,
    .takes_hints = true,
};
