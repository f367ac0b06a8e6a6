/* Requests to Google Speech-to-Text and its answers. Pure but for the signature's key. */
#include "core/json.h"
#include "engines/google/google.h"
#include "engines/pieces.h"

#define HINTS_MAX 500 /* phrases that a request takes */
#define SCOPE "https://www.googleapis.com/auth/cloud-platform"
#define TOKEN_URL "https://oauth2.googleapis.com/token"
#define CLAIM_S 3600

struct google_request google_request(struct arena *a, const struct speech_ask *ask)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "config");
    jw_open(&w, '{');
    jw_key(&w, "encoding");
    jw_text(&w, STR("LINEAR16"));
    jw_key(&w, "sampleRateHertz");
    jw_int(&w, SPEECH_RATE);
    jw_key(&w, "languageCode");
    jw_text(&w, ask->language);
    jw_key(&w, "model");
    jw_text(&w, ask->model);
    jw_key(&w, "enableWordTimeOffsets");
    jw_bool(&w, true);
    jw_key(&w, "enableWordConfidence");
    jw_bool(&w, true);
    jw_key(&w, "enableAutomaticPunctuation");
    jw_bool(&w, true);
    if (ask->n_hints) {
        jw_key(&w, "speechContexts");
        jw_open(&w, '[');
        jw_open(&w, '{');
        jw_key(&w, "phrases");
        jw_open(&w, '[');
        for (size_t i = 0; i < ask->n_hints && i < HINTS_MAX; i++)
            jw_text(&w, ask->hints[i]);
        jw_close(&w, ']');
        jw_close(&w, '}');
        jw_close(&w, ']');
    }
    jw_close(&w, '}');
    jw_key(&w, "audio");
    jw_open(&w, '{');
    jw_key(&w, "content");
    return (struct google_request){str_fmt(a, "%.*s\"", STR_ARG(jw_done(&w))), STR("\"}}")};
}

const struct err *google_account_read(struct arena *a, struct str file, struct google_account *ret)
{
    const struct json *tree;

    if (json_parse(a, file, &tree) || json_kind(tree) != J_OBJECT)
        return err_why(a, E_BAD_INPUT, "Paste the whole file of the service account, from { to }.");
    ret->email = json_text(tree, "client_email");
    ret->private_key = json_text(tree, "private_key");
    ret->token_url = json_text(tree, "token_uri");
    if (!ret->token_url.n)
        ret->token_url = STR(TOKEN_URL);
    if (!ret->email.n || !ret->private_key.n)
        return err_why(a, E_BAD_INPUT, "The file of the service account has no \"client_email\" or "
                                       "no \"private_key\": make a key of type JSON.");
    return NULL;
}

const struct err *google_claim(struct arena *a, const struct google_account *account, int64_t now,
                               struct str *ret_jwt)
{
    struct jw w = jw_new(a);
    struct str text, signature;
    const struct err *e;

    jw_open(&w, '{');
    jw_key(&w, "iss");
    jw_text(&w, account->email);
    jw_key(&w, "scope");
    jw_text(&w, STR(SCOPE));
    jw_key(&w, "aud");
    jw_text(&w, account->token_url);
    jw_key(&w, "iat");
    jw_int(&w, now);
    jw_key(&w, "exp");
    jw_int(&w, now + CLAIM_S);
    jw_close(&w, '}');
    text = str_fmt(a, "%.*s.%.*s",
                   STR_ARG(crypto_base64url(a, STR("{\"alg\":\"RS256\",\"typ\":\"JWT\"}"))),
                   STR_ARG(crypto_base64url(a, jw_done(&w))));
    e = crypto_rs256(a, account->private_key, text, &signature);
    if (!e)
        *ret_jwt = str_fmt(a, "%.*s.%.*s", STR_ARG(text), STR_ARG(crypto_base64url(a, signature)));
    return e;
}

/* "1.300s" in milliseconds. */
static int32_t duration(struct str s)
{
    int64_t ms = 0, scale = 1000;
    bool behind = false;

    for (size_t i = 0; i < s.n && s.p[i] != 's'; i++) {
        if (s.p[i] == '.' && !behind) {
            behind = true;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9' || ms > INT32_MAX)
            return 0;
        if (behind) {
            scale /= 10;
            ms += (s.p[i] - '0') * scale;
        } else {
            ms = ms * 10 + (s.p[i] - '0') * 1000;
        }
    }
    return ms > INT32_MAX ? INT32_MAX : (int32_t)ms;
}

static size_t count_words(const struct json *results)
{
    size_t n = 0;

    for (size_t i = 0; i < json_count(results); i++) {
        const struct json *best = json_get(json_at(results, i), "alternatives");

        if (json_kind(best) == J_LIST && json_count(best))
            n += json_count(json_get(json_at(best, 0), "words"));
    }
    return n;
}

static void read_result(const struct json *result, struct google_heard *ret)
{
    const struct json *best = json_get(result, "alternatives"), *words;
    double whole;

    if (json_kind(best) != J_LIST || !json_count(best))
        return;
    best = json_at(best, 0);
    words = json_get(best, "words");
    whole = json_number(best, "confidence", 0);
    for (size_t i = 0; json_kind(words) == J_LIST && i < json_count(words); i++) {
        const struct json *w = json_at(words, i);

        ret->words[ret->n++] = (struct speech_word){
            .text = json_text(w, "word"), .start_ms = duration(json_text(w, "startTime")),
            .end_ms = duration(json_text(w, "endTime")),
            .confidence = ms_of_seconds(json_number(w, "confidence", whole) * 10)};
    }
}

const struct err *google_parse(struct arena *a, struct str body, struct google_heard *ret)
{
    const struct json *tree, *results;
    const struct err *e = json_parse(a, body, &tree);

    *ret = (struct google_heard){0};
    if (e || json_kind(tree) != J_OBJECT)
        return err_why(a, E_BAD_PAYLOAD, "The answer is none of Google Speech-to-Text.");
    results = json_get(tree, "results"); /* silence has none */
    if (json_kind(results) != J_LIST)
        return NULL;
    ret->words = ARENA_ARRAY(a, count_words(results), struct speech_word);
    for (size_t i = 0; i < json_count(results); i++) {
        read_result(json_at(results, i), ret);
        if (!ret->language.n && json_text(json_at(results, i), "languageCode").n)
            ret->language = language_code(a, json_text(json_at(results, i), "languageCode"));
    }
    return NULL;
}
