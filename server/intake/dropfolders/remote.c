/* Folders elsewhere: on an SFTP server and in a bucket. Called by the jobs; the guard of net decides
 * what may be called. */
#include "intake/dropfolders/source.h"

#include "net/s3.h"
#include "net/services.h"
#include "net/sftp.h"

static bool is_lost(void *job)
{
    return atomic_load(&((struct job *)job)->lost);
}

/* ---- SFTP ---- */

struct remote {
    struct sftp *s;
    struct str top; /* without '/' at its end */
};

struct passing {
    drop_each *each;
    void *ctx;
    struct str under;
};

static struct str at(const struct remote *r, struct arena *a, struct str name)
{
    return name.n ? str_fmt(a, "%.*s/%.*s", STR_ARG(r->top), STR_ARG(name)) : r->top;
}

static void sftp_each(void *ctx, const struct sftp_entry *entry)
{
    const struct passing *p = ctx;

    p->each(p->ctx, &(struct drop_entry){.name = entry->name, .size = entry->size,
                                         .stamp = entry->stamp, .modified = TIME_NONE,
                                         .folder = entry->folder});
}

static const struct err *remote_list(void *self, struct arena *a, struct str folder, drop_each *each,
                                     void *ctx)
{
    struct remote *r = self;
    struct passing p = {each, ctx, STR_NONE};

    return sftp_list(r->s, a, at(r, a, folder), sftp_each, &p);
}

static const struct err *remote_read(void *self, struct arena *a, struct str name, size_t max_bytes,
                                     http_sink *sink, void *arg, int64_t *ret_modified)
{
    struct remote *r = self;

    return sftp_get(r->s, a, at(r, a, name), max_bytes, sink, arg, ret_modified);
}

static const struct err *remote_move(void *self, struct arena *a, struct str from, struct str to)
{
    struct remote *r = self;
    const struct err *e = NULL;

    for (size_t i = 0; i < to.n && !e; i++)
        if (to.p[i] == '/')
            e = sftp_make_folder(r->s, a, at(r, a, str_sub(to, 0, i)));
    if (!e)
        e = sftp_rename(r->s, a, at(r, a, from), at(r, a, to));
    return e == E_UPSTREAM ? E_CONFLICT : e; /* servers refuse a taken name in words of their own */
}

static const struct err *remote_note(void *self, struct arena *a, struct str name, struct str text)
{
    struct remote *r = self;

    return sftp_put(r->s, a, at(r, a, name), text);
}

static const struct drop_kind remote_kind = {
    .list = remote_list, .read = remote_read, .move = remote_move, .note = remote_note};

const struct err *drop_sftp_open(struct job *job, const struct json *settings, int64_t deadline,
                                 struct drop_source *ret)
{
    struct remote *r = ARENA_NEW(job->a, struct remote);
    struct sftp_config c = {
        .http = services()->http, .host = json_text(settings, "host"),
        .port = (unsigned)json_int(settings, "port", 22), .user = json_text(settings, "user"),
        .password = json_text(settings, "password"),
        .private_key = json_text(settings, "private_key"),
        .host_key = json_text(settings, "host_key"), .deadline = deadline, .cancelled = is_lost,
        .cancelled_arg = job};
    const struct err *e = sftp_open(job->a, &c, &r->s);

    r->top = json_text(settings, "path");
    while (r->top.n > 1 && r->top.p[r->top.n - 1] == '/')
        r->top.n--;
    if (r->top.n && r->top.p[0] != '/' && r->top.p[0] != '~')
        r->top = str_fmt(job->a, "~/%.*s", STR_ARG(r->top));
    if (!r->top.n)
        r->top = STR("~");
    *ret = (struct drop_source){&remote_kind, r};
    return e;
}

/* ---- a bucket ---- */

static void s3_each(void *ctx, const struct s3_entry *entry)
{
    const struct passing *p = ctx;
    struct drop_entry out = {.name = str_sub(entry->key, p->under.n, entry->key.n),
                             .size = entry->size, .stamp = entry->etag, .folder = entry->folder};

    if (out.folder && out.name.n)
        out.name.n--; /* its '/' */
    if (!time_parse(entry->modified, &out.modified))
        out.modified = TIME_NONE;
    if (out.name.n)
        p->each(p->ctx, &out);
}

static const struct err *bucket_list(void *self, struct arena *a, struct str folder, drop_each *each,
                                     void *ctx)
{
    struct passing p = {each, ctx, STR("")};

    if (folder.n)
        p.under = str_fmt(a, "%.*s/", STR_ARG(folder));
    return s3_list(self, a, p.under, s3_each, &p);
}

struct counted {
    http_sink *sink;
    void *arg;
    size_t left;
    struct arena *a;
};

static const struct err *count_sink(void *arg, struct str bytes)
{
    struct counted *c = arg;

    if (bytes.n > c->left)
        return err_why(c->a, E_TOO_LARGE, "The file is too large.");
    c->left -= bytes.n;
    return c->sink(c->arg, bytes);
}

static const struct err *bucket_read(void *self, struct arena *a, struct str name, size_t max_bytes,
                                     http_sink *sink, void *arg, int64_t *ret_modified)
{
    struct counted c = {sink, arg, max_bytes, a};
    struct s3_object object;
    const struct err *e = s3_get(self, a, name, 0, 0, count_sink, &c, &object);

    if (e || !time_parse_mail(object.modified, STR(""), ret_modified))
        *ret_modified = TIME_NONE;
    return e;
}

static const struct err *bucket_move(void *self, struct arena *a, struct str from, struct str to)
{
    struct s3_object there;
    const struct err *e = s3_head(self, a, to, &there);

    if (!e)
        return err_why(a, E_CONFLICT, "There is a %.*s already.", STR_ARG(to));
    if (e == E_NOT_FOUND)
        e = s3_copy(self, a, from, to);
    return e ? e : s3_delete(self, a, from);
}

static const struct err *bucket_note(void *self, struct arena *a, struct str name, struct str text)
{
    return s3_put_bytes(self, a, name, text);
}

static const struct drop_kind bucket_kind = {
    .list = bucket_list, .read = bucket_read, .move = bucket_move, .note = bucket_note};

const struct err *drop_bucket_open(struct job *job, const struct json *settings,
                                   struct drop_source *ret)
{
    struct s3 *s = ARENA_NEW(job->a, struct s3);
    struct str prefix = json_text(settings, "path");

    *s = (struct s3){.http = services()->http, .use = "s3-drop", .endpoint = json_text(settings, "endpoint"),
                     .region = json_text(settings, "region"), .bucket = json_text(settings, "bucket"),
                     .prefix = prefix.n ? prefix : STR(""),
                     .path_style = str_is(json_text(settings, "path_style"), "yes"),
                     .id = json_text(settings, "access_key_id"),
                     .secret = json_text(settings, "secret_access_key"), .cancelled = is_lost,
                     .cancelled_arg = job};
    if (prefix.n && !str_ends(prefix, STR("/")))
        s->prefix = str_fmt(job->a, "%.*s/", STR_ARG(prefix));
    *ret = (struct drop_source){&bucket_kind, s};
    return s3_check(s, job->a);
}
