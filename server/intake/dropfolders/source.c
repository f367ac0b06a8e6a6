/* Opening a drop folder's source, and walking it. Called by the jobs; knows no kind from inside. */
#include "intake/dropfolders/source.h"

#include "intake/dropfolders/sheet.h"

#include "intake/dropfolders/queries.h"
#include "net/services.h"

#define DEPTH_MAX 8

/* ---- settings ---- */

static struct str about(struct arena *a, struct uuid tenant, struct uuid folder)
{
    char t[UUID_TEXT], f[UUID_TEXT];

    return str_fmt(a, "%s|drop_folder|secrets|%s", uuid_text(tenant, t).p, uuid_text(folder, f).p);
}

const struct err *drop_seal(struct arena *a, struct uuid tenant, struct uuid folder,
                            struct str secret, struct str *ret_sealed)
{
    struct key k;
    const struct err *e;

    *ret_sealed = STR_NONE;
    if (!secret.p)
        return NULL;
    e = keys_load(services()->keys, a, tenant, &k);
    if (e)
        return e;
    *ret_sealed = crypto_seal(a, &k, about(a, tenant, folder), secret);
    crypto_wipe(&k, sizeof k);
    return NULL;
}

static void copy_members(struct jw *w, const struct json *from)
{
    const struct json *value;
    struct str key;
    void *it = NULL;

    while (json_next(from, &it, &key, &value)) {
        jw_key_str(w, key);
        jw_text(w, json_str(value));
    }
}

const struct err *drop_settings(struct arena *a, struct uuid tenant, struct uuid folder,
                                struct str settings, struct str sealed, const struct json **ret)
{
    const struct json *plain, *secret = NULL;
    struct jw w = jw_new(a);
    struct str text;
    struct key k;
    const struct err *e = json_parse(a, settings, &plain);

    if (!e && sealed.p) {
        e = keys_load(services()->keys, a, tenant, &k);
        if (!e)
            e = crypto_open(a, &k, about(a, tenant, folder), sealed, &text);
        crypto_wipe(&k, sizeof k);
        if (!e)
            e = json_parse(a, text, &secret);
    }
    if (e)
        return e;
    jw_open(&w, '{');
    copy_members(&w, plain);
    copy_members(&w, secret);
    jw_close(&w, '}');
    return json_parse(a, jw_done(&w), ret);
}

const struct err *drop_source_open(struct job *job, const struct drop_folder_read_out *row,
                                   int64_t deadline, struct drop_source *ret)
{
    const struct json *settings;
    const struct err *e = drop_settings(job->a, job->tenant, row->id, row->settings, row->secrets,
                                        &settings);

    if (e)
        return e;
    if (str_is(row->kind, "local"))
        return drop_local_open(job->a, row->slug, settings, ret);
    if (str_is(row->kind, "sftp"))
        return drop_sftp_open(job, settings, deadline, ret);
    return drop_bucket_open(job, settings, ret);
}

/* ---- walking ---- */

/* What senders call a file until all of it is there; and what lies beside recordings. */
static const char *const not_taken[] = {".part", ".partial", ".tmp", ".temp", ".filepart",
                                        ".crdownload", ".uploading", ".lock", ".swp", ".json",
                                        ".csv", ".xml", ".txt", ".log", ".md", "~"};

bool drop_name_fits(struct str name)
{
    struct arena *a;
    struct str low;
    bool fits = name.n > 0 && name.n <= 255 && name.p[0] != '.' && str_utf8(name);

    for (size_t i = 0; fits && i < name.n; i++)
        fits = (unsigned char)name.p[i] >= 0x20 && name.p[i] != 0x7f && name.p[i] != '/';
    if (!fits)
        return false;
    a = arena_new();
    low = str_lower(a, name);
    for (size_t i = 0; fits && i < sizeof not_taken / sizeof *not_taken; i++)
        fits = !str_ends(low, str_of(not_taken[i]));
    arena_free(a);
    return fits;
}

struct walk {
    const struct drop_source *s;
    struct arena *a;
    drop_each *each;
    void *ctx;
    size_t n;
    bool more;
    struct str under;
    struct str *folders; /* found in this one */
    size_t n_folders, room;
};

static struct str joined(struct walk *w, struct str name)
{
    return w->under.n ? str_fmt(w->a, "%.*s/%.*s", STR_ARG(w->under), STR_ARG(name))
                      : str_dup(w->a, name);
}

static void keep_folder(struct walk *w, struct str name)
{
    if (name.p[0] == '.' || !str_utf8(name) ||
        (!w->under.n && (str_is(name, DROP_DONE) || str_is(name, DROP_FAILED))))
        return;
    if (w->n_folders == w->room) {
        struct str *more = ARENA_ARRAY(w->a, w->room * 2 + 16, struct str);
        for (size_t i = 0; i < w->n_folders; i++)
            more[i] = w->folders[i];
        w->folders = more;
        w->room = w->room * 2 + 16;
    }
    w->folders[w->n_folders++] = joined(w, name);
}

static void found(void *ctx, const struct drop_entry *entry)
{
    struct walk *w = ctx;
    struct drop_entry out = *entry;

    if (!entry->name.n)
        return;
    if (entry->folder) {
        keep_folder(w, entry->name);
        return;
    }
    out.sheet = sheet_name(entry->name) && str_utf8(entry->name);
    if (!out.sheet && !drop_name_fits(entry->name))
        return;
    if (w->n >= DROP_LIST_MAX) {
        w->more = true;
        return;
    }
    w->n++;
    out.name = joined(w, entry->name);
    out.stamp = str_dup(w->a, entry->stamp);
    w->each(w->ctx, &out);
}

static const struct err *walk_folder(struct walk *w, struct str folder, int depth)
{
    struct walk here = *w;
    const struct err *e;

    here.under = folder;
    here.folders = NULL;
    here.n_folders = here.room = 0;
    e = w->s->kind->list(w->s->self, w->a, folder, found, &here);
    w->n = here.n;
    w->more = here.more;
    for (size_t i = 0; i < here.n_folders && !e && depth < DEPTH_MAX && !w->more; i++) {
        e = walk_folder(w, here.folders[i], depth + 1);
        if (e == E_NOT_FOUND || e == E_FORBIDDEN)
            e = NULL; /* gone meanwhile, or not for us */
    }
    return e;
}

const struct err *drop_list(const struct drop_source *s, struct arena *a, drop_each *each, void *ctx,
                            bool *ret_more)
{
    struct walk w = {.s = s, .a = a, .each = each, .ctx = ctx};
    const struct err *e = walk_folder(&w, STR(""), 0);

    *ret_more = w.more;
    return e;
}
