/* The engine "assemblyai". Called by the transcript job and the engine's test. Must keep a
 * transcript's id before it asks for it, and look a kept one up before it orders another. */
#include "engines/assemblyai/assemblyai.h"

#include "core/json.h"
#include "engines/ask.h"
#include "engines/pieces.h"

#define PIECE_BYTES (110u << 20) /* an hour; see deepgram.c */
#define POLL_FIRST_MS 1000
#define POLL_MOST_MS 10000

struct run {
    struct arena *a;
    struct speech_ask *ask;
};

static const struct err *exchange(struct run *r, const char *method, struct str path,
                              const struct piece *p, struct str body, struct http_response *ret)
{
    const struct http_header headers[] = {
        {STR("Authorization"), r->ask->key}, /* bare: no "Bearer" */
        {STR("Content-Type"), p ? STR("application/octet-stream") : STR("application/json")},
    };
    struct ask_request rq = {
        .method = method,
        .url = str_fmt(r->a, "%.*s%.*s", STR_ARG(ask_base(r->ask, assemblyai_engine.default_url)),
                       STR_ARG(path)),
        .n_headers = body.p || p ? 2 : 1, .headers = headers,
        .n_slices = p ? p->n_slices : 0, .slices = p ? p->slices : NULL, .body = body};

    *ret = (struct http_response){0};
    return ask_send(r->a, r->ask, &rq, ret);
}

static const struct err *odd(struct run *r, const struct err *e)
{
    r->ask->final = true;
    return e;
}

/* Uploads and orders; the id is kept before anything else happens. */
static const struct err *order(struct run *r, const struct piece *p, struct str *ret_id)
{
    struct http_response rs;
    const struct json *tree;
    struct assemblyai_heard heard;
    const struct err *e = exchange(r, "POST", STR("/v2/upload"), p, STR_NONE, &rs);

    if (!e)
        e = json_parse(r->a, rs.body, &tree);
    if (e)
        return e;
    if (!json_text(tree, "upload_url").n)
        return odd(r, err_why(r->a, E_BAD_PAYLOAD, "The upload was answered without an address."));
    e = exchange(r, "POST", STR("/v2/transcript"), NULL,
             assemblyai_order(r->a, r->ask, json_text(tree, "upload_url")), &rs);
    if (!e)
        e = assemblyai_parse(r->a, rs.body, &heard);
    if (e)
        return e;
    r->ask->sent_ms += p->length_ms;
    *ret_id = heard.id;
    ask_note_id(r->a, r->ask, heard.id);
    return ask_shelf_keep(r->a, r->ask, &p->hash, heard.id, STR_NONE);
}

static const struct err *failed(struct run *r, const struct assemblyai_heard *h)
{
    r->ask->final = true;
    return err_why(r->a, E_BAD_INPUT, "AssemblyAI could not transcribe it: %.*s",
                   (int)(h->error.n < 200 ? h->error.n : 200), h->error.n ? h->error.p : "");
}

/* Asks until the transcript is there. *ret_gone: the provider does not know it (any more). */
static const struct err *collect(struct run *r, struct str id, struct str *ret_answer,
                                 bool *ret_gone)
{
    struct str path = str_fmt(r->a, "/v2/transcript/%.*s", STR_ARG(ask_encoded(r->a, id)));
    int64_t wait = r->ask->once ? 300 : POLL_FIRST_MS;
    struct http_response rs;
    struct assemblyai_heard heard;
    const struct err *e;

    *ret_gone = false;
    for (;;) {
        e = exchange(r, "GET", path, NULL, STR_NONE, &rs);
        if (e == E_NOT_FOUND)
            *ret_gone = true;
        if (!e)
            e = assemblyai_parse(r->a, rs.body, &heard);
        if (e)
            return e;
        if (heard.state == ASSEMBLYAI_FAILED)
            return failed(r, &heard);
        if (heard.state == ASSEMBLYAI_DONE)
            break;
        e = ask_wait(r->a, r->ask, wait);
        if (e)
            return e;
        wait = wait * 2 > POLL_MOST_MS ? POLL_MOST_MS : wait * 2;
    }
    *ret_answer = rs.body;
    return NULL;
}

static const struct err *answer_of(struct run *r, const struct piece *p, struct str *ret)
{
    struct str id;
    bool gone = false;
    const struct err *e = ask_shelf_find(r->a, r->ask, &p->hash, &id, ret);

    if (e || ret->p)
        return e;
    if (id.p) {
        e = collect(r, id, ret, &gone);
        ask_note_id(r->a, r->ask, id);
    }
    if (!id.p || gone) {
        e = order(r, p, &id);
        if (!e)
            e = collect(r, id, ret, &gone);
    }
    return e ? e : ask_shelf_keep(r->a, r->ask, &p->hash, id, *ret);
}

static const struct err *hear(struct run *r, const struct piece *p)
{
    struct assemblyai_heard heard;
    struct str answer;
    const struct err *e = answer_of(r, p, &answer);

    if (!e)
        e = assemblyai_parse(r->a, answer, &heard);
    if (e == E_BAD_PAYLOAD)
        return odd(r, e);
    if (e)
        return e;
    piece_place(r->a, p, heard.words, heard.n);
    if (!r->ask->heard_language.n)
        r->ask->heard_language = heard.language;
    return NULL;
}

static const struct err *ask(struct arena *a, struct speech_ask *ask,
                             struct speech_segment *segments, size_t n)
{
    struct run r = {a, ask};
    struct pieces pieces;
    const struct err *e = NULL;

    if (!ask->model.n)
        ask->model = STR("universal-3-pro,universal-2");
    pieces = pieces_build(a, segments, n, PIECE_BYTES, 0, assemblyai_order(a, ask, STR("")));
    for (size_t i = 0; i < pieces.n && !e; i++) {
        e = hear(&r, &pieces.v[i]);
        if (!e && ask->progress)
            ask->progress(ask->progress_arg, (int)((i + 1) * 100 / pieces.n));
    }
    if (e == E_TOO_LARGE)
        ask->final = true;
    return e;
}

const struct speech_engine assemblyai_engine = {
    .name = "assemblyai",
    .title = "AssemblyAI",
    .version = "1",
    .notice = "AssemblyAI's asynchronous API. For data that must stay in the EU, give the address "
              "https://api.eu.assemblyai.com.",
    .ask = ask,
    .default_url = "https://api.assemblyai.com",
    .models = "universal-3-pro,universal-2|universal-2",
    .key_label = "API key",
    .any_model = true,
    .key_required = true,
    .takes_hints = true,
};
