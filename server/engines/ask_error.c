/* What providers' error answers mean. Called by ask.c with each answer that is no success. Pure. */
#include "engines/ask.h"

#include "core/json.h"

#define MESSAGE_MAX 200

/* One line without control characters, cut at a character. */
static struct str tidy(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, MESSAGE_MAX);
    size_t n = s.n < MESSAGE_MAX ? s.n : MESSAGE_MAX;

    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++)
        buf_char(&b, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i]);
    return buf_str(&b).n && str_utf8(buf_str(&b)) ? str_trim(str_dup(a, buf_str(&b))) : STR("");
}

static struct str first_text(struct arena *a, const struct json *o, const char *const *keys)
{
    for (; *keys; keys++)
        if (json_text(o, *keys).n)
            return tidy(a, json_text(o, *keys));
    return STR("");
}

struct ask_said ask_error_read(struct arena *a, struct str body)
{
    static const char *const messages[] = {"message", "err_msg", "error", "detail", "details", NULL};
    static const char *const codes[] = {"code", "type", "err_code", "category", "status", NULL};
    static const char *const ids[] = {"request_id", NULL};
    struct ask_said said = {STR(""), STR(""), STR("")};
    const struct json *tree, *inner;

    if (json_parse(a, body, &tree) || json_kind(tree) != J_OBJECT)
        return said;
    inner = json_get(tree, "error");
    if (json_kind(inner) != J_OBJECT)
        inner = tree;
    said.message = first_text(a, inner, messages);
    said.code = first_text(a, inner, codes);
    said.request_id = first_text(a, tree, ids);
    return said;
}

static bool one_of(struct str s, const char *const *list)
{
    for (; *list; list++)
        if (str_case_eq(s, str_of(*list)))
            return true;
    return false;
}

/* Nothing left to pay with: waiting does not help. */
static bool is_empty_account(int status, const struct ask_said *said)
{
    static const char *const codes[] = {
        "insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached",
        "billing_not_active", "ASR_PAYMENT_REQUIRED", NULL};

    return status == 402 || ((status == 429 || status == 403) && one_of(said->code, codes));
}

static bool is_too_large(struct arena *a, int status, const struct ask_said *said)
{
    struct str m;

    if (status == 413)
        return true;
    if (status != 400)
        return false;
    m = str_lower(a, said->message);
    return str_find(m, STR("maximum content size"), 0) >= 0 ||
           str_find(m, STR("file size"), 0) >= 0 || str_find(m, STR("payload size"), 0) >= 0;
}

/* The vendor has no such model (any more): nothing goes through until somebody chooses another. */
static bool is_model_gone(int status, const struct ask_said *said)
{
    static const char *const codes[] = {"model_not_found", "model_deprecated", "DeploymentNotFound",
                                        NULL};

    return (status == 404 || status == 400 || status == 410) &&
           (one_of(said->code, codes) ||
            (str_is(said->code, "not_found_error") && str_starts(said->message, STR("model:"))));
}

struct ask_verdict ask_judge(int status, const struct ask_said *said)
{
    struct arena *a;
    bool large;

    if (status >= 200 && status <= 299)
        return (struct ask_verdict){0};
    if (is_empty_account(status, said) || status == 401 || status == 403 || status == 407)
        return (struct ask_verdict){E_UPSTREAM_AUTH, .stop = true};
    if (is_model_gone(status, said))
        return (struct ask_verdict){E_NOT_FOUND, .stop = true, .final = true};
    if (status == 429)
        return (struct ask_verdict){E_UPSTREAM_BUSY};
    if (status == 503)
        return (struct ask_verdict){E_UPSTREAM_BUSY, .again = true};
    a = arena_new();
    large = is_too_large(a, status, said);
    arena_free(a);
    if (large)
        return (struct ask_verdict){E_TOO_LARGE};
    if (status == 404)
        return (struct ask_verdict){E_NOT_FOUND, .final = true};
    if (status == 408 || status == 409 || status >= 500)
        return (struct ask_verdict){E_UPSTREAM, .again = true};
    return (struct ask_verdict){status >= 400 ? E_BAD_INPUT : E_UPSTREAM, .final = true};
}

/* "6m0s", "1.5s", "12ms" in milliseconds; -1 if it is nothing of that. */
static int64_t go_duration(struct str s)
{
    int64_t ms = 0, whole = 0, part = 0, scale = 1;
    bool any = false, behind = false;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        int64_t unit = c == 'h' ? 3600000 : c == 'm' ? 60000 : c == 's' ? 1000 : 0;

        if (c >= '0' && c <= '9' && whole < 100000000 && scale < 1000000) {
            whole = behind ? whole : whole * 10 + (c - '0');
            part = behind ? part * 10 + (c - '0') : part;
            scale = behind ? scale * 10 : scale;
            any = true;
            continue;
        }
        if (c == '.' && any && !behind) {
            behind = true;
            continue;
        }
        if (c == 'm' && i + 1 < s.n && s.p[i + 1] == 's') {
            unit = 1;
            i++;
        }
        if (!unit || !any)
            return -1;
        ms += whole * unit + part * unit / scale;
        whole = part = 0;
        scale = 1;
        any = behind = false;
    }
    return s.n && !any ? ms : -1;
}

int64_t ask_retry_after(const struct http_response *r)
{
    int64_t ms;

    if (str_to_int(http_response_header(r, "retry-after-ms"), &ms) && ms >= 0 && ms < 86400000)
        return (ms + 999) / 1000;
    if (r->retry_after_s >= 0)
        return r->retry_after_s;
    ms = go_duration(http_response_header(r, "x-ratelimit-reset-requests"));
    return ms >= 0 && ms < 86400000 ? (ms + 999) / 1000 : -1;
}
