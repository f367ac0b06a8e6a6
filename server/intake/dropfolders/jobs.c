/* The jobs of drop folders, and what they share. */
#include "intake/dropfolders/inner.h"

static struct job_new job_of(struct arena *a, const char *kind, const char *what, struct uuid id)
{
    char text[UUID_TEXT];

    uuid_text(id, text);
    return (struct job_new){.kind = kind, .object = id,
                            .args = str_fmt(a, "{\"%s\":\"%s\"}", what, text),
                            .dedupe = str_fmt(a, "%s:%s", kind, text)};
}

const struct err *drop_add_look(struct db *db, struct uuid folder, int delay_s)
{
    struct job_new job = job_of(db_arena(db), "dropfolders.look", "folder", folder);

    job.delay_s = delay_s;
    return job_add(db, &job);
}

const struct err *drop_look_now(struct db *db, struct uuid folder, bool only)
{
    struct job_new job = job_of(db_arena(db), only ? "dropfolders.try" : "dropfolders.look",
                                "folder", folder);

    return job_add_again(db, &job);
}

const struct err *drop_add_take(struct db *db, struct uuid file, bool old)
{
    struct job_new job = job_of(db_arena(db), old ? "dropfolders.take_old" : "dropfolders.take",
                                "file", file);

    return job_add(db, &job);
}

const struct err *drop_add_settle(struct db *db, struct uuid file)
{
    struct job_new job = job_of(db_arena(db), "dropfolders.settle", "file", file);

    return job_add(db, &job);
}

const struct err *drop_read_folder(struct job *job, struct uuid folder,
                                   struct drop_folder_read_out *ret)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_drop_folder_read(db, (struct drop_folder_read_in){folder}, ret);
    job_read_end(job, db);
    return e;
}

int64_t drop_setting(struct arena *a, struct str settings, const char *name, int64_t otherwise)
{
    const struct json *tree;

    return json_parse(a, settings, &tree) ? otherwise : json_int(tree, name, otherwise);
}

struct str drop_why(struct job *job, const struct err *e)
{
    return arena_why(job->a).n ? str_dup(job->a, arena_why(job->a)) : str_of(e->title);
}

const struct job_kind dropfolders_jobs[] = {
    {"dropfolders.look", drop_look_work, drop_look_store, NULL, .attempts = 3, .timeout_s = 300,
     .priority = JOB_NORMAL, .cap = 2},
    {"dropfolders.try", drop_look_work, drop_look_store, NULL, .attempts = 1, .timeout_s = 120,
     .priority = JOB_INTERACTIVE, .cap = 2},
    {"dropfolders.take", drop_take_work, drop_take_store, drop_take_dead, .attempts = 6,
     .timeout_s = 900, .priority = JOB_NORMAL, .cap = 2},
    {"dropfolders.take_old", drop_take_work, drop_take_store, drop_take_dead, .attempts = 6,
     .timeout_s = 900, .priority = JOB_BACKFILL, .cap = 2},
    {"dropfolders.settle", drop_settle_work, drop_settle_store, drop_settle_dead, .attempts = 8,
     .timeout_s = 300, .priority = JOB_NORMAL, .cap = 2},
    {0},
};
