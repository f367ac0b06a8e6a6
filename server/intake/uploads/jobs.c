/* Joining the parts of an upload, and deleting parts that are no longer needed. Objects are deleted
 * only after the rows that named them are gone for good. */
#include "intake/uploads/uploads.h"

#include "intake/uploads/queries.h"
#include "net/services.h"

#define COPY_BYTES (256u << 10)

static const struct err *read_parts(struct job *job, struct uuid upload,
                                    struct upload_parts_out **ret_parts, size_t *ret_n)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_upload_parts(db, (struct upload_parts_in){upload}, ret_parts, ret_n);
    job_read_end(job, db);
    return e;
}

/* Every part begins where the one before ended, and the last ends at the length. */
static bool parts_fit(const struct upload_parts_out *parts, size_t n)
{
    int64_t at = 0;

    for (size_t i = 0; i < n; i++) {
        if (parts[i].first_byte != at)
            return false;
        at += parts[i].bytes;
    }
    return n > 0 && at == parts[0].length;
}

static const struct err *read_out(struct object *object, uint64_t length, char *buf,
                                  http_sink *sink, void *arg)
{
    uint64_t at = 0;
    size_t n = 1;
    const struct err *e = NULL;

    while (!e && n) {
        e = objects_read_at(object, at, COPY_BYTES, buf, &n);
        at += n;
        if (!e && n)
            e = sink(arg, str_n(buf, n));
    }
    return e ? e : at == length ? NULL : E_SEAL;
}

/* An arena of its own: what an open object needs would add up over thousands of parts. */
static const struct err *copy_part(struct job *job, const struct upload_parts_out *part, char *buf,
                                   http_sink *sink, void *arg)
{
    struct arena *a = arena_new();
    struct object *object;
    const struct err *e = objects_open(services()->objects, a, job->tenant, part->object_key,
                                       &object);

    if (e == E_NOT_FOUND)
        e = E_GONE;
    else if (!e)
        e = read_out(object, (uint64_t)part->bytes, buf, sink, arg);
    if (e && arena_why(a).n)
        arena_set_why(job->a, str_dup(job->a, arena_why(a)));
    arena_free(a);
    return e;
}

const struct err *upload_bytes(struct job *job, struct uuid upload, http_sink *sink, void *arg)
{
    struct upload_parts_out *parts;
    size_t n = 0;
    char *buf = arena_alloc(job->a, COPY_BYTES);
    const struct err *e = read_parts(job, upload, &parts, &n);

    if (!e && !parts_fit(parts, n))
        return err_why(job->a, E_GONE, "The upload's parts are not there any more.");
    for (size_t i = 0; i < n && !e; i++)
        e = copy_part(job, &parts[i], buf, sink, arg);
    return e;
}

const struct err *upload_parts_done(struct db *db, struct uuid upload)
{
    struct arena *a = db_arena(db);
    struct upload_parts_gone_out *parts;
    struct jw w = jw_new(a);
    size_t n = 0;
    const struct err *e = q_upload_parts_gone(db, (struct upload_parts_gone_in){upload}, &parts,
                                              &n);

    if (e || !n)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "keys");
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        jw_text(&w, parts[i].object_key);
    jw_close(&w, ']');
    jw_close(&w, '}');
    return job_add(db, &(struct job_new){.kind = "uploads.clean", .args = jw_done(&w)});
}

/* Deleting what is gone already is no error, so that a repeated run ends well. */
static enum job_result clean_work(struct job *job, void **ret_product)
{
    const struct json *keys = json_get(job->args, "keys");

    *ret_product = NULL;
    for (size_t i = 0; i < json_count(keys); i++) {
        const struct err *e = objects_delete(services()->objects, job->a, job->tenant,
                                             json_str(json_at(keys, i)));
        if (e)
            return JOB_RETRY;
    }
    return JOB_DONE;
}

/* Nobody finished it. */
static const struct err *expire_store(struct job *job, void *product)
{
    struct upload_lock_out row;
    struct uuid id;
    const struct err *e;

    (void)product;
    if (!uuid_parse(json_text(job->args, "upload"), &id))
        return NULL;
    e = q_upload_lock(job->db, (struct upload_lock_in){id}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    if (!str_is(row.state, "open"))
        return NULL;
    e = upload_parts_done(job->db, id);
    return e ? e : q_upload_end(job->db, (struct upload_end_in){id}, NULL);
}

const struct job_kind uploads_jobs[] = {
    {"uploads.clean", clean_work, NULL, .attempts = 20, .timeout_s = 60, .priority = JOB_BACKFILL},
    {"uploads.expire", NULL, expire_store, .attempts = 20, .timeout_s = 60,
     .priority = JOB_BACKFILL},
    {0},
};
