/* The sealed words behind the places, and the silence of a recording. Called in the transactions that
 * store transcripts. Words reach no log and no column in clear. */
#include "insight/redaction/queries.h"
#include "insight/redaction/store.h"
#include "insight/trackers/trackers.h"
#include "intake/recordings/recordings.h"
#include "net/services.h"

static struct str about(struct arena *a, struct uuid tenant, const char *where, struct uuid id)
{
    char t[UUID_TEXT], i[UUID_TEXT];

    return str_fmt(a, "%s|%s|%s", uuid_text(tenant, t).p, where, uuid_text(id, i).p);
}

static const struct err *seal(struct arena *a, struct uuid tenant, const char *where, struct uuid id,
                              struct str plain, struct str *ret)
{
    struct key k;
    const struct err *e = keys_load(services()->keys, a, tenant, &k);

    if (!e)
        *ret = crypto_seal(a, &k, about(a, tenant, where, id), plain);
    crypto_wipe(&k, sizeof k);
    return e;
}

static const struct err *open_sealed(struct arena *a, struct uuid tenant, const char *where,
                                     struct uuid id, struct str sealed, struct str *ret)
{
    struct key k;
    const struct err *e = keys_load(services()->keys, a, tenant, &k);

    if (!e)
        e = crypto_open(a, &k, about(a, tenant, where, id), sealed, ret);
    crypto_wipe(&k, sizeof k);
    return e;
}

#define ORIGINAL "redaction_original|sealed"
#define PROVIDER "recording|provider_sealed"

static void put_int(struct jw *w, const char *key, int64_t v)
{
    jw_key(w, key);
    jw_int(w, v);
}

static struct str originals_json(struct arena *a, const struct redacted *r)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < r->n; i++) {
        jw_open(&w, '{');
        put_int(&w, "start_ms", r->places[i].start_ms);
        put_int(&w, "end_ms", r->places[i].end_ms);
        jw_key(&w, "kind");
        jw_text(&w, r->places[i].name);
        jw_key(&w, "words");
        jw_text(&w, r->places[i].words);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

/* Of a transcript that went through earlier settings already: the words of then and of now. */
static const struct err *with_earlier(struct db *db, const struct redaction_keep *what, struct str *io)
{
    struct arena *a = db_arena(db);
    struct original_get_out row;
    struct str then;
    const struct err *e = q_original_get(db, (struct original_get_in){what->transcript}, &row);

    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    e = redaction_open(a, what->tenant, what->transcript, row.sealed, &then);
    if (!e && then.n > 2)
        *io = str_fmt(a, "%.*s,%.*s", STR_ARG(str_sub(then, 0, then.n - 1)),
                      STR_ARG(str_sub(*io, 1, io->n)));
    return e ? e : q_original_drop(db, (struct original_drop_in){what->transcript}, NULL);
}

static struct str silent_json(struct arena *a, const struct redacted *r)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < r->n; i++) {
        jw_open(&w, '{');
        put_int(&w, "from", r->places[i].mute_from_ms > 0 ? r->places[i].mute_from_ms : 0);
        put_int(&w, "to", r->places[i].mute_to_ms);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

const struct err *redaction_keep(struct db *db, const struct redaction_keep *what,
                                 const struct redacted *r)
{
    struct arena *a = db_arena(db);
    struct str sealed, all = originals_json(a, r);
    const struct err *e = r->n ? with_earlier(db, what, &all) : NULL;

    if (!e && r->n)
        e = seal(a, what->tenant, ORIGINAL, what->transcript, all, &sealed);
    if (!e && r->n)
        e = q_original_put(db, (struct original_put_in){what->transcript, what->call, what->recording,
                                                        (int64_t)r->n, sealed}, NULL);
    return e ? e : recordings_silence(db, what->recording, silent_json(a, r), what->add);
}

const struct err *redaction_open(struct arena *a, struct uuid tenant, struct uuid transcript,
                                 struct str sealed, struct str *ret_json)
{
    return open_sealed(a, tenant, ORIGINAL, transcript, sealed, ret_json);
}

const struct err *redaction_seal_provider(struct db *db, struct uuid tenant, struct uuid recording,
                                          struct str text)
{
    struct str sealed;
    const struct err *e = seal(db_arena(db), tenant, PROVIDER, recording, text, &sealed);

    if (!e)
        e = q_provider_seal(db, (struct provider_seal_in){recording, sealed}, NULL);
    return e;
}

const struct err *redaction_open_provider(struct arena *a, struct uuid tenant, struct uuid recording,
                                          struct str sealed, struct str *ret_text)
{
    return open_sealed(a, tenant, PROVIDER, recording, sealed, ret_text);
}
