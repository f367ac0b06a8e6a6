/* Idempotency-Key on rows that create: the key goes into the handler's transaction first, so of
 * equal requests one creates and the others wait for its answer. An error rolls the key back with
 * everything else. Called by the dispatcher around the handler, on a worker thread; must not
 * commit. */
#include "http/inner.h"
#include "http/queries.h"

#define KEY_MAX 200

static bool key_fits(struct str key)
{
    for (size_t i = 0; i < key.n; i++)
        if (key.p[i] <= ' ' || key.p[i] > '~')
            return false;
    return key.n > 0 && key.n <= KEY_MAX;
}

/* What makes two requests the same: method, address, body, and of the headers those in which an
 * upload says what others say in a body. */
static struct hash request_hash(const struct req *rq)
{
    struct buf b = buf_new(rq->a, SIZE_MAX);

    buf_fmt(&b, "%d %.*s?%.*s\n", (int)rq->method, STR_ARG(rq->path), STR_ARG(rq->query));
    for (size_t i = 0; i < rq->n_headers; i++)
        if (str_starts(rq->headers[i].name, STR("upload-")))
            buf_fmt(&b, "%.*s: %.*s\n", STR_ARG(rq->headers[i].name),
                    STR_ARG(rq->headers[i].value));
    buf_char(&b, '\n');
    buf_add(&b, rq->body);
    return crypto_sha256(buf_str(&b));
}

static void give_headers(struct req *rq, struct str lines)
{
    struct str name, value;

    while (str_split(&lines, '\n', &name) && str_split(&lines, '\n', &value))
        req_set_header(rq, str_c(rq->a, name), value);
    req_set_header(rq, "idempotency-replayed", STR("true"));
}

static const struct err *answer_again(struct req *rq, struct str key, struct str hash)
{
    struct repeat_find_out row;
    const struct err *e = q_repeat_find(
        rq->db, (struct repeat_find_in){rq->who.account, key}, &row);

    if (e)
        return e == E_NOT_FOUND ? E_BUSY : e; /* swept this very moment */
    if (!str_eq(row.request, hash))
        return E_KEY_REUSED;
    if (row.status == SQL_NULL)
        return E_REPEATED;
    give_headers(rq, row.headers);
    return req_json(rq, (int)row.status, row.body);
}

const struct err *idempotency_begin(struct req *rq, bool *ret_answered)
{
    struct str key = req_header(rq, "idempotency-key"), text;
    struct hash hash;
    int64_t n = 0;
    const struct err *e;

    *ret_answered = false;
    if (!rq->route->creates || !key.p)
        return NULL;
    if (!key_fits(key))
        return err_why(rq->a, E_BAD_REQUEST,
                       "Give an Idempotency-Key of 1 to %d letters, digits and signs.", KEY_MAX);
    hash = request_hash(rq);
    text = str_n(hash.b, sizeof hash.b);
    e = q_repeat_claim(rq->db, (struct repeat_claim_in){rq->who.account, key, text}, &n);
    if (e || n)
        return e;
    *ret_answered = true;
    return answer_again(rq, key, text);
}

const struct err *idempotency_keep(struct req *rq)
{
    struct str key = req_header(rq, "idempotency-key");
    struct buf headers = buf_new(rq->a, SIZE_MAX);

    if (rq->route->creates != CREATES || !key.p || rq->reply.secret)
        return NULL;
    for (size_t i = 0; i < rq->reply.n_headers; i++)
        buf_fmt(&headers, "%.*s\n%.*s\n", STR_ARG(rq->reply.headers[i].name),
                STR_ARG(rq->reply.headers[i].value));
    return q_repeat_keep(rq->db, (struct repeat_keep_in){
        rq->who.account, key, rq->reply.status, buf_str(&headers), rq->reply.body}, NULL);
}
