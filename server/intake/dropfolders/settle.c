/* Moving a file to done/ or failed/ once that is settled in the database. Repeats do no harm: what is
 * not there any more was moved before. */
#include "intake/dropfolders/inner.h"

#define SETTLE_S 240

struct settling {
    struct drop_file_task_out file;
    struct drop_folder_read_out folder;
    struct str to;
};

static const struct err *read_both(struct job *job, struct settling *s)
{
    struct uuid id;
    struct db *db;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "file"), &id))
        return E_NOT_FOUND;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = q_drop_file_task(db, (struct drop_file_task_in){id}, &s->file);
    if (!e)
        e = q_drop_folder_read(db, (struct drop_folder_read_in){s->file.folder_id}, &s->folder);
    job_read_end(job, db);
    return e;
}

/* The JSON file beside it goes where it goes, if there is one. */
static const struct err *move_sidecar(struct job *job, const struct settling *s,
                                      const struct drop_source *source, struct str from)
{
    size_t end = from.n;
    const struct err *e = source->kind->move(source->self, job->a,
                                             str_fmt(job->a, "%.*s.json", STR_ARG(from)),
                                             str_fmt(job->a, "%.*s.json", STR_ARG(s->to)));

    while (end > 0 && from.p[end - 1] != '.' && from.p[end - 1] != '/')
        end--;
    if (e == E_NOT_FOUND && end > 0 && from.p[end - 1] == '.')
        e = source->kind->move(source->self, job->a, str_fmt(job->a, "%.*sjson", (int)end, from.p),
                               str_fmt(job->a, "%.*s.json", STR_ARG(s->to)));
    return e == E_NOT_FOUND || e == E_CONFLICT ? NULL : e;
}

static const struct err *settle(struct job *job, struct settling *s)
{
    bool failed = str_is(s->file.file_state, "failed");
    struct str from = s->file.moved_to.p ? s->file.moved_to : s->file.name;
    struct drop_source source;
    char id[UUID_TEXT];
    const struct err *e = drop_source_open(job, &s->folder, time_mono() + SETTLE_S * TIME_S,
                                           &source);

    if (e)
        return e;
    s->to = str_fmt(job->a, "%s/%.*s", failed ? DROP_FAILED : DROP_DONE, STR_ARG(s->file.name));
    if (str_eq(from, s->to))
        return NULL;
    e = source.kind->move(source.self, job->a, from, s->to);
    if (e == E_CONFLICT) {
        /* Another file of this name was there before: both stay. */
        s->to = str_fmt(job->a, "%s/%s/%.*s", failed ? DROP_FAILED : DROP_DONE,
                        uuid_text(s->file.id, id).p, STR_ARG(s->file.name));
        e = source.kind->move(source.self, job->a, from, s->to);
    }
    if (!e && failed)
        e = source.kind->note(source.self, job->a,
                              str_fmt(job->a, "%.*s.reason.txt", STR_ARG(s->to)),
                              str_fmt(job->a, "%.*s\n", STR_ARG(s->file.file_reason.p
                                                                    ? s->file.file_reason
                                                                    : STR("It failed."))));
    if (!e && drop_setting(job->a, s->folder.settings, "sidecar", 0) == 1)
        e = move_sidecar(job, s, &source, from);
    if (e == E_NOT_FOUND) { /* moved before, or taken away by somebody */
        s->to = STR_NONE;
        return NULL;
    }
    return e;
}

enum job_result drop_settle_work(struct job *job, void **ret_product)
{
    struct settling *s = ARENA_NEW(job->a, struct settling);
    const struct err *e = read_both(job, s);

    *ret_product = s;
    if (e)
        return e == E_NOT_FOUND ? JOB_DISCARD : e == E_UNAVAILABLE ? JOB_SNOOZE : JOB_RETRY;
    if (str_is(s->file.file_state, "seen") || str_is(s->file.file_state, "queued") ||
        str_is(s->folder.after_taking, "keep"))
        return JOB_DISCARD;
    e = settle(job, s);
    if (e == E_UPSTREAM_AUTH) {
        job->snooze_s = 600;
        return JOB_SNOOZE;
    }
    if (e)
        arena_set_why(job->a, drop_why(job, e));
    return e ? JOB_RETRY : JOB_DONE;
}

const struct err *drop_settle_store(struct job *job, void *product)
{
    const struct settling *s = product;

    return q_drop_file_moved(job->db, (struct drop_file_moved_in){s->file.id, s->to, STR_NONE},
                             NULL);
}

const struct err *drop_settle_dead(struct job *job, struct str reason)
{
    struct uuid id;

    if (!uuid_parse(json_text(job->args, "file"), &id))
        return NULL;
    return q_drop_file_moved(job->db, (struct drop_file_moved_in){
        id, STR_NONE, str_fmt(job->a, "It could not be moved: %.*s", STR_ARG(reason))}, NULL);
}
