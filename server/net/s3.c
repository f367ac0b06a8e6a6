/* A bucket's operations: get, head, put, delete, copy, list. Called by the object store and by drop
 * folders, on threads that may wait. Must not sink a byte twice when a broken answer is taken up
 * again, nor call a put done that the store does not confirm. */
#include "core/seal.h"
#include "net/fsio.h"
#include "net/s3_int.h"

#define TRIES 5

/* ---- getting ---- */

struct getting {
    http_sink *sink;
    void *arg;
    uint64_t sunk;
    const struct err *fail; /* the sink's own: not tried again */
};

static const struct err *get_sink(void *arg, struct str bytes)
{
    struct getting *g = arg;

    g->fail = g->sink(g->arg, bytes);
    if (!g->fail)
        g->sunk += bytes.n;
    return g->fail;
}

/* "bytes 0-9/1234" */
static bool total_of(struct str content_range, uint64_t *ret)
{
    struct str before;
    int64_t n;

    if (!str_split(&content_range, '/', &before) || !content_range.p ||
        !str_to_int(content_range, &n) || n < 0)
        return false;
    *ret = (uint64_t)n;
    return true;
}

static const struct err *take_get(struct s3_call *c, struct s3_object *ret)
{
    int64_t length;

    ret->etag = http_response_header(&c->r, "etag");
    ret->modified = http_response_header(&c->r, "last-modified");
    if (c->r.status == 206)
        return total_of(http_response_header(&c->r, "content-range"), &ret->size) ? NULL
                                                                                  : E_UPSTREAM;
    if (!str_to_int(http_response_header(&c->r, "content-length"), &length) || length < 0)
        return E_UPSTREAM;
    ret->size = (uint64_t)length;
    return NULL;
}

/* One answer, from `from` to `to` (exclusive; UINT64_MAX: the end). */
static const struct err *get_part(const struct s3 *s, struct arena *a, struct str key,
                                  uint64_t from, uint64_t to, struct getting *g,
                                  struct s3_object *ret)
{
    struct s3_call c = s3_call_new(s, a, "GET", key);
    uint64_t before = g->sunk, fresh = 0;
    const struct err *e;

    g->sunk = 0;
    c.sink = get_sink;
    c.sink_arg = g;
    c.max_bytes = to == UINT64_MAX ? SIZE_MAX : (size_t)(to - from);
    c.total_ms = to - from > (8u << 20) ? S3_LONG_MS : S3_QUICK_MS;
    if (from || to != UINT64_MAX)
        s3_header(&c, STR("range"),
                   to == UINT64_MAX ? str_fmt(a, "bytes=%llu-", (unsigned long long)from)
                                    : str_fmt(a, "bytes=%llu-%llu", (unsigned long long)from,
                                              (unsigned long long)(to - 1)));
    if (ret->etag.n)
        s3_header(&c, STR("if-match"), ret->etag);
    e = s3_run(&c, &g->sunk);
    fresh = g->sunk;
    g->sunk = before + fresh;
    if (e && c.r.status != 206 && c.r.status != 200)
        return e == E_UPSTREAM && c.r.status == 416 ? E_RANGE : e;
    if (take_get(&c, ret) || (from && c.r.status == 200))
        return err_why(a, E_UPSTREAM_AUTH, "The bucket %.*s does not answer to Range.",
                       STR_ARG(s->bucket));
    return e;
}

const struct err *s3_get(const struct s3 *s, struct arena *a, struct str key, uint64_t offset,
                         uint64_t n, http_sink *sink, void *arg, struct s3_object *ret)
{
    uint64_t to = n ? offset + n : UINT64_MAX;
    struct getting g = {.sink = sink, .arg = arg};
    struct s3_object seen = {0};
    const struct err *e = NULL;

    for (int tried = 1; tried <= TRIES; tried++) {
        uint64_t before = g.sunk;
        e = get_part(s, a, key, offset + g.sunk, to, &g, &seen);
        if (!e || g.fail || g.sunk == before) /* without progress `run` has tried already */
            break;
        if (offset + g.sunk >= (to < seen.size ? to : seen.size)) {
            e = NULL; /* all of it came before it broke */
            break;
        }
    }
    if (e == E_RANGE && g.sunk == 0 && offset == 0)
        e = s3_head(s, a, key, &seen); /* empty */
    if (!e)
        *ret = seen;
    return g.fail ? g.fail : e;
}

const struct err *s3_head(const struct s3 *s, struct arena *a, struct str key,
                          struct s3_object *ret)
{
    struct s3_call c = s3_call_new(s, a, "HEAD", key);
    const struct err *e = s3_run(&c, NULL);

    return e ? e : take_get(&c, ret);
}

/* ---- putting, deleting ---- */

/* What the store says it has must be what it said it took. */
static const struct err *ask_back(struct s3_call *put, uint64_t size)
{
    struct str etag = http_response_header(&put->r, "etag");
    struct s3_object there = {0};
    const struct err *e = s3_head(put->s, put->a, put->key, &there);

    if (e)
        return e;
    if (there.size == size && (!etag.n || !there.etag.n || str_eq(etag, there.etag)))
        return NULL;
    return err_why(put->a, E_UPSTREAM, "The bucket %.*s has something else under the key than what "
                                       "was put there.", STR_ARG(put->s->bucket));
}

static const struct err *put(struct s3_call *c, uint64_t size)
{
    const struct err *e;

    s3_header(c, STR("content-type"), STR("application/octet-stream"));
    e = s3_run(c, NULL);
    return e ? e : ask_back(c, size);
}

const struct err *s3_put(const struct s3 *s, struct arena *a, struct str key, int fd,
                         uint64_t size)
{
    struct s3_call c = s3_call_new(s, a, "PUT", key);
    struct arena *mem = arena_new();
    char *part = arena_alloc(mem, 1 << 16);
    struct seal_sha256 sha;
    struct hash hash;
    const struct err *e = NULL;

    seal_sha256_init(&sha);
    for (uint64_t at = 0; !e && at < size;) {
        size_t n = size - at < 1 << 16 ? (size_t)(size - at) : 1 << 16;
        e = fs_pread(a, fd, part, n, (off_t)at);
        seal_sha256_add(&sha, str_n(part, e ? 0 : n));
        at += n;
    }
    hash = seal_sha256_end(&sha);
    arena_free(mem);
    if (e)
        return e;
    c.hash = crypto_hex(a, str_n(hash.b, sizeof hash.b));
    c.fd = fd;
    c.size = size;
    c.total_ms = S3_LONG_MS;
    return put(&c, size);
}

const struct err *s3_put_bytes(const struct s3 *s, struct arena *a, struct str key,
                               struct str bytes)
{
    struct s3_call c = s3_call_new(s, a, "PUT", key);
    struct hash hash = crypto_sha256(bytes);

    c.hash = crypto_hex(a, str_n(hash.b, sizeof hash.b));
    c.bytes = bytes;
    return put(&c, bytes.n);
}

const struct err *s3_delete(const struct s3 *s, struct arena *a, struct str key)
{
    struct s3_call c = s3_call_new(s, a, "DELETE", key);
    const struct err *e = s3_run(&c, NULL);

    return e == E_NOT_FOUND ? NULL : e;
}

const struct err *s3_copy(const struct s3 *s, struct arena *a, struct str from, struct str to)
{
    struct s3_call c = s3_call_new(s, a, "PUT", to);
    struct buf source = buf_new(a, HTTP_MAX_URL);
    size_t at = 0;
    const struct err *e = s3_key_ok(a, from);

    if (e)
        return e;
    buf_fmt(&source, "/%.*s/", STR_ARG(s->bucket));
    s3_encode(&source, s->prefix, true);
    s3_encode(&source, from, true);
    s3_header(&c, STR("x-amz-copy-source"), buf_str(&source));
    c.bytes = STR("");
    c.total_ms = S3_LONG_MS;
    e = s3_run(&c, NULL);
    /* A copy that fails half-way says so in an answer of status 200. */
    if (!e && s3_xml(a, c.r.body, "Code", &at).n)
        e = s3_why(&c, E_UPSTREAM);
    return e;
}

/* ---- listing ---- */

static void add_query(struct buf *b, const char *name, struct str value)
{
    buf_fmt(b, "%s%s=", b->n ? "&" : "", name);
    s3_encode(b, value, false);
}

static struct str without_prefix(const struct s3 *s, struct str key)
{
    return str_starts(key, s->prefix) ? str_sub(key, s->prefix.n, key.n) : STR_NONE;
}

static void tell_page(const struct s3 *s, struct arena *a, struct str xml,
                      void (*each)(void *ctx, const struct s3_entry *entry), void *ctx)
{
    struct str part;
    size_t at = 0, in;

    while ((part = s3_xml(a, xml, "CommonPrefixes", &at)).p) {
        struct s3_entry entry = {.folder = true};
        in = 0;
        entry.key = without_prefix(s, s3_xml(a, part, "Prefix", &in));
        if (entry.key.n)
            each(ctx, &entry);
    }
    at = 0;
    while ((part = s3_xml(a, xml, "Contents", &at)).p) {
        struct s3_entry entry = {0};
        int64_t size = 0;
        in = 0;
        entry.key = without_prefix(s, s3_xml(a, part, "Key", &in));
        in = 0;
        entry.modified = s3_xml(a, part, "LastModified", &in);
        in = 0;
        entry.etag = s3_xml(a, part, "ETag", &in);
        in = 0;
        if (str_to_int(s3_xml(a, part, "Size", &in), &size) && size >= 0 && entry.key.n) {
            entry.size = (uint64_t)size;
            each(ctx, &entry);
        }
    }
}

/* One page; *token becomes that of the next or STR_NONE. */
static const struct err *list_page(const struct s3 *s, struct arena *a, struct str under,
                                   struct str *token,
                                   void (*each)(void *ctx, const struct s3_entry *entry),
                                   void *ctx)
{
    struct s3_call c = s3_call_new(s, a, "GET", STR_NONE);
    struct buf q = buf_new(a, HTTP_MAX_URL);
    size_t at = 0;
    const struct err *e;

    if (token->n)
        add_query(&q, "continuation-token", *token);
    add_query(&q, "delimiter", STR("/"));
    add_query(&q, "list-type", STR("2"));
    add_query(&q, "prefix", str_fmt(a, "%.*s%.*s", STR_ARG(s->prefix), STR_ARG(under)));
    c.query = buf_str(&q);
    e = s3_run(&c, NULL);
    if (e)
        return e;
    if (!s3_xml(a, c.r.body, "ListBucketResult", &at).p && str_find(c.r.body, STR("<ListBucketResult"), 0) < 0)
        return err_why(a, E_UPSTREAM, "The bucket %.*s does not answer with a list.",
                       STR_ARG(s->bucket));
    tell_page(s, a, c.r.body, each, ctx);
    at = 0;
    *token = s3_xml(a, c.r.body, "NextContinuationToken", &at);
    return NULL;
}

const struct err *s3_list(const struct s3 *s, struct arena *a, struct str under,
                          void (*each)(void *ctx, const struct s3_entry *entry), void *ctx)
{
    struct str token = STR_NONE;
    const struct err *e;

    do {
        struct arena *page = arena_new();
        struct str next = token;
        e = list_page(s, page, under, &next, each, ctx);
        if (e && arena_why(page).n)
            arena_set_why(a, str_dup(a, arena_why(page)));
        token = next.n ? str_dup(a, next) : STR_NONE;
        arena_free(page);
    } while (!e && token.n);
    return e;
}
