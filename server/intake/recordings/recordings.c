/* Wanting recordings: called by the fold inside its transaction. Must not speak to a phone system:
 * the jobs do. */
#include "intake/recordings/recordings.h"

#include "intake/recordings/queries.h"

/* A job of this recording; one of a kind lives at a time. */
static const struct err *add(struct db *db, const char *kind, struct uuid recording, int delay_s)
{
    char text[UUID_TEXT];
    struct arena *a = db_arena(db);

    uuid_text(recording, text);
    return job_add(db, kind, str_fmt(a, "{\"recording\":\"%s\"}", text),
                   str_fmt(a, "%s:%s", kind, text), delay_s);
}

const struct err *recordings_add_fetch(struct db *db, struct uuid recording, int delay_s)
{
    return add(db, "recordings.fetch", recording, delay_s);
}

const struct err *recordings_add_inspect(struct db *db, struct uuid recording)
{
    return add(db, "recordings.inspect", recording, 0);
}

static struct str refs_json(struct arena *a, const struct recording_ref *refs, size_t n)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, '{');
        jw_key(&w, "id");
        jw_uuid(&w, uuid_new());
        jw_key(&w, "name");
        jw_text(&w, refs[i].name.p ? refs[i].name : STR(""));
        jw_key(&w, "folder");
        jw_text(&w, refs[i].folder.p ? refs[i].folder : STR(""));
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

const struct err *recordings_want(struct db *db, struct uuid call, const struct recording_ref *refs,
                                  size_t n, int delay_s)
{
    struct recordings_want_out *fresh;
    size_t n_fresh = 0;
    const struct err *e;

    if (!n)
        return NULL;
    e = q_recordings_want(db, (struct recordings_want_in){call, refs_json(db_arena(db), refs, n)},
                          &fresh, &n_fresh);
    for (size_t i = 0; i < n_fresh && !e; i++)
        e = recordings_add_fetch(db, fresh[i].id, delay_s);
    return e;
}
