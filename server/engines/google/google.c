/* The engine "google". Called by the transcript job and the engine's test. */
#include "engines/google/google.h"

#include <string.h>

#include "core/json.h"
#include "core/time.h"
#include "engines/ask.h"
#include "engines/pieces.h"

/* 55 seconds: inline sound may be a minute long (and 10 MB). */
#define PIECE_BYTES (55u * SPEECH_RATE * 2u)

struct run {
    struct arena *a;
    struct speech_ask *ask;
    struct google_request request;
    struct str token;
};

/* The file is the key: what is wrong with it only an admin can mend. */
static const struct err *refused(struct run *r, const struct err *e)
{
    if (e != E_BAD_INPUT)
        return e;
    r->ask->stop = true;
    r->ask->final = false;
    return E_UPSTREAM_AUTH;
}

static const struct err *log_in(struct run *r)
{
    const struct http_header form = {STR("Content-Type"),
                                     STR("application/x-www-form-urlencoded")};
    struct google_account account;
    struct http_response rs = {0};
    struct ask_request rq = {.n_headers = 1, .headers = &form};
    const struct json *tree;
    struct str jwt;
    const struct err *e = google_account_read(r->a, r->ask->key, &account);

    if (!e)
        e = google_claim(r->a, &account, time_now() / TIME_S, &jwt);
    if (e)
        return refused(r, e);
    rq.url = account.token_url;
    rq.body = str_fmt(r->a, "grant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%3Ajwt-bearer"
                            "&assertion=%.*s", STR_ARG(jwt));
    e = ask_send(r->a, r->ask, &rq, &rs);
    if (e)
        return refused(r, e);
    e = json_parse(r->a, rs.body, &tree);
    r->token = e ? STR_NONE : json_text(tree, "access_token");
    return r->token.n ? NULL : err_why(r->a, E_UPSTREAM, "Google's login gave no access token.");
}

static struct str file_of(struct arena *a, const struct piece *p)
{
    char *out = arena_alloc(a, p->bytes);
    size_t n = 0;

    for (size_t i = 0; i < p->n_slices; i++) {
        memcpy(out + n, p->slices[i].p, p->slices[i].n);
        n += p->slices[i].n;
    }
    return str_n(out, n);
}

static const struct err *upload(struct run *r, const struct piece *p, struct str *ret_answer)
{
    const struct str slices[] = {r->request.head, crypto_base64(r->a, file_of(r->a, p)),
                                 r->request.tail};
    const struct http_header headers[] = {
        {STR("Authorization"), str_fmt(r->a, "Bearer %.*s", STR_ARG(r->token))},
        {STR("Content-Type"), STR("application/json")},
    };
    struct ask_request rq = {
        .url = str_fmt(r->a, "%.*s/v1/speech:recognize",
                       STR_ARG(ask_base(r->ask, google_engine.default_url))),
        .n_headers = 2, .headers = headers, .n_slices = 3, .slices = slices};
    struct http_response rs = {0};
    const struct err *e = ask_send(r->a, r->ask, &rq, &rs);

    *ret_answer = rs.body;
    return e;
}

static const struct err *answer_of(struct run *r, const struct piece *p, struct str *ret)
{
    struct str id;
    const struct err *e = ask_shelf_find(r->a, r->ask, &p->hash, &id, ret);

    if (e || ret->p)
        return e;
    if (!r->token.n)
        e = log_in(r);
    if (!e)
        e = upload(r, p, ret);
    if (e)
        return e;
    r->ask->sent_ms += p->length_ms;
    return ask_shelf_keep(r->a, r->ask, &p->hash, STR_NONE, *ret);
}

static const struct err *hear(struct run *r, const struct piece *p)
{
    struct google_heard heard;
    struct str answer;
    const struct err *e = answer_of(r, p, &answer);

    if (!e)
        e = google_parse(r->a, answer, &heard);
    if (e == E_BAD_PAYLOAD)
        r->ask->final = true;
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
    struct run r = {.a = a, .ask = ask};
    struct pieces pieces;
    const struct err *e = NULL;

    if (!ask->model.n)
        ask->model = STR("phone_call");
    if (!ask->language.n)
        ask->language = STR("en-US");
    r.request = google_request(a, ask);
    pieces = pieces_build(a, segments, n, PIECE_BYTES, 0, r.request.head);
    for (size_t i = 0; i < pieces.n && !e; i++) {
        e = hear(&r, &pieces.v[i]);
        if (!e && ask->progress)
            ask->progress(ask->progress_arg, (int)((i + 1) * 100 / pieces.n));
    }
    if (e == E_TOO_LARGE)
        ask->final = true;
    return e;
}

const struct speech_engine google_engine = {
    .name = "google",
    .title = "Google Speech-to-Text",
    .version = "1",
    .notice = "Google's API takes a minute of sound at a time without a storage bucket, so a call is "
              "sent in pieces of up to 55 seconds. It needs the language, and cannot tell two "
              "speakers on one channel apart.",
    .ask = ask,
    .default_url = "https://speech.googleapis.com",
    .models = "phone_call|latest_long|telephony",
    .key_label = "Service account (the whole JSON file)",
    .any_model = true,
    .key_required = true,
    .language_required = true,
    .takes_hints = true,
};
