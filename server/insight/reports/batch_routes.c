/* The reports of many calls as one archive. Each is written, packed and forgotten before the next: however many there are,
 * memory holds one, and the archive grows on the disk. */
#include <stdlib.h>
#include <string.h>

#include "http/http.h"
#include "http/range.h"
#include "insight/reports/doc.h"
#include "insight/reports/pack.h"
#include "insight/reports/routes_int.h"

#define BATCH_MAX 50 /* named in an address */
#define MANY_MAX 500

struct batch_in {
    struct str calls, format;
};
const struct field batch_in[] = {
    {"calls", FIELD_TEXT, offsetof(struct batch_in, calls), REQUIRED, .max = BATCH_MAX * 37,
     .doc = "Ids of calls with commas between them, at most 50"},
    {"format", FIELD_TEXT, offsetof(struct batch_in, format), OPTIONAL, .choices = "pdf|md",
     .doc = "pdf if left out"},
    {0},
};
const struct field many_in[] = {
    {"calls", FIELD_TEXTS, offsetof(struct batch_in, calls), REQUIRED, .max = MANY_MAX * 40,
     .doc = "Ids of calls, at most 500"},
    {"format", FIELD_TEXT, offsetof(struct batch_in, format), OPTIONAL, .choices = "pdf|md",
     .doc = "pdf if left out"},
    {0},
};

static int order(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct uuid));
}

static const struct err *each_once(struct req *rq, const struct uuid *ids, size_t n)
{
    struct uuid *sorted = ARENA_ARRAY(rq->a, n, struct uuid);

    for (size_t i = 0; i < n; i++)
        sorted[i] = ids[i];
    qsort(sorted, n, sizeof *sorted, order);
    for (size_t i = 1; i < n; i++)
        if (uuid_eq(sorted[i - 1], sorted[i]))
            return req_field(rq, "calls", "Name each call once.");
    return n ? NULL : req_field(rq, "calls", "Name the calls.");
}

static const struct err *read_id(struct req *rq, struct str text, struct uuid *ids, size_t most, size_t *io_n)
{
    if (*io_n == most)
        return req_field(rq, "calls", "At most %zu calls at a time.", most);
    if (!uuid_parse(text, &ids[(*io_n)++]))
        return req_field(rq, "calls", "“%.*s” is no id of a call.", STR_ARG(str_sub(text, 0, 60)));
    return NULL;
}

/* In an arena of its own, which ends with it. */
static const struct err *add_call(struct req *rq, struct pack *zip, struct uuid call, bool pdf)
{
    struct arena *part = arena_new();
    char id[UUID_TEXT];
    struct str bytes = STR("");
    struct doc *d;
    const struct err *e;

    db_use_arena(rq->db, part);
    e = report_read_call(rq, part, call, &d);
    if (!e && pdf)
        e = doc_pdf(d, &bytes);
    else if (!e)
        bytes = doc_markdown(d);
    if (!e)
        e = pack_add(zip, str_fmt(part, "call-%s.%s", uuid_text(call, id).p, pdf ? "pdf" : "md"), bytes, d->dated);
    if (e && arena_why(part).n)
        arena_set_why(rq->a, str_dup(rq->a, arena_why(part)));
    db_use_arena(rq->db, rq->a);
    arena_free(part);
    return e;
}

static const struct err *pack_all(struct req *rq, const struct uuid *ids, size_t n, bool pdf)
{
    struct pack *zip;
    const struct err *e = each_once(rq, ids, n);

    if (!e)
        e = pack_new(rq->a, &zip);
    for (size_t i = 0; i < n && !e; i++)
        e = add_call(rq, zip, ids[i], pdf);
    return e ? e : report_send_pack(rq, zip, STR("call-reports.zip"));
}

const struct err *batch(struct req *rq)
{
    const struct batch_in *in = rq->in;
    struct uuid *ids = ARENA_ARRAY(rq->a, BATCH_MAX, struct uuid);
    struct str list = in->calls, one;
    size_t n = 0;
    const struct err *e = NULL;

    while (!e && list.n && str_split(&list, ',', &one))
        e = read_id(rq, one, ids, BATCH_MAX, &n);
    return e ? e : pack_all(rq, ids, n, !str_is(in->format, "md"));
}

const struct err *batch_many(struct req *rq)
{
    const struct batch_in *in = rq->in;
    struct uuid *ids = ARENA_ARRAY(rq->a, MANY_MAX, struct uuid);
    const struct json *list;
    size_t n = 0;
    const struct err *e = json_parse(rq->a, in->calls, &list);

    for (size_t i = 0; !e && i < json_count(list); i++)
        e = read_id(rq, json_str(json_at(list, i)), ids, MANY_MAX, &n);
    return e ? e : pack_all(rq, ids, n, !str_is(in->format, "md"));
}

/* ---- sending ---- */

struct sending {
    struct pack *zip;
    int64_t at, left;
};

static const struct err *pull(void *ctx, char *out, size_t n, size_t *ret_n)
{
    struct sending *s = ctx;
    const struct err *e = pack_read(s->zip, s->at, out, (int64_t)n < s->left ? n : (size_t)s->left, ret_n);

    if (!e) {
        s->at += (int64_t)*ret_n;
        s->left -= (int64_t)*ret_n;
    }
    return e;
}

/* As the same calls give the same bytes, a broken download goes on where it stopped. */
const struct err *report_send_pack(struct req *rq, struct pack *zip, struct str name)
{
    struct sending *s = ARENA_NEW(rq->a, struct sending);
    struct range r = {RANGE_WHOLE, 0, 0};
    char text[RANGE_TEXT];
    struct hash h;
    struct str etag;
    int64_t bytes;
    const struct err *e = pack_done(zip, &bytes, &h);

    if (!e)
        e = report_reply(rq, STR_NONE, "application/zip", name);
    if (e)
        return e;
    etag = str_fmt(rq->a, "\"%.*s\"", STR_ARG(crypto_hex(rq->a, str_n(h.b, sizeof h.b))));
    req_set_header(rq, "accept-ranges", STR("bytes"));
    req_set_header(rq, "etag", etag);
    if (range_still_valid(req_header(rq, "if-range"), etag, STR_NONE))
        r = range_parse(req_header(rq, "range"), bytes);
    if (r.kind != RANGE_WHOLE)
        req_set_header(rq, "content-range", str_dup(rq->a, range_content(r, bytes, text)));
    if (r.kind == RANGE_OUTSIDE)
        return err_why(rq->a, E_RANGE, "The archive has %lld bytes.", (long long)bytes);
    *s = r.kind == RANGE_PART ? (struct sending){zip, r.first, r.last - r.first + 1} : (struct sending){zip, 0, bytes};
    rq->reply.status = r.kind == RANGE_PART ? 206 : 200;
    rq->reply.stream = (struct stream){.length = s->left, .pull = pull, .ctx = s};
    return NULL;
}
