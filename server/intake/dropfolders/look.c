/* One look into a drop folder: `work` lists it and reads the sheets that lie there, `store` remembers
 * what was seen and has the files taken that stayed the same since an earlier look. A refusal that
 * trying again cannot mend stops the looks until the settings are saved anew: a wrong password is never
 * tried in a loop. */
#include "intake/dropfolders/inner.h"
#include "intake/dropfolders/sheets.h"

#define LOOK_S 240
#define OLD_S 86400
#define SAMPLE 50

struct looking {
    struct drop_folder_read_out row;
    struct job *job;
    struct drop_entry *entries;
    size_t n, room;
    struct sheets sheets;
    struct jw files, sample;
    int64_t began, shown;
    bool only, more, refused;
    struct str reason;
};

static void put_text(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_text(w, s);
}

static void put_facts(struct jw *w, const struct name_facts *f)
{
    put_text(w, "agent", f->agent);
    put_text(w, "number", f->number);
    put_text(w, "id", f->id);
    put_text(w, "direction",
             f->direction == CALL_UNKNOWN ? STR_NONE : str_of(call_direction_name(f->direction)));
    jw_key(w, "started_at");
    jw_time(w, f->started);
}

static void put_sample(struct looking *l, const struct drop_entry *entry, const struct beside *b)
{
    struct arena *a = l->job->a;
    struct name_facts f;
    bool fits = pattern_read(a, l->row.pattern, entry->name, l->row.zone, &f);
    struct jw *w = &l->sample;

    if (b->row)
        name_facts_prefer(&f, &b->row->facts);
    jw_open(w, '{');
    put_text(w, "name", entry->name);
    jw_key(w, "size");
    jw_int(w, (int64_t)entry->size);
    jw_key(w, "modified_at");
    jw_time(w, entry->modified);
    jw_key(w, "fits");
    jw_bool(w, fits);
    put_text(w, "sheet", b->row ? b->sheet : STR_NONE);
    put_text(w, "waits", b->reason);
    put_facts(w, &f);
    jw_close(w, '}');
}

/* Old recordings are filled back behind everything that is of today. SFTP's stamps of half a year ago
 * have a year instead of a time. */
static bool is_old(const struct drop_entry *entry)
{
    if (entry->modified != TIME_NONE)
        return entry->modified < time_now() - OLD_S * TIME_S;
    return str_find(entry->stamp, STR(":"), 0) < 0;
}

static void put_file(struct looking *l, const struct drop_entry *entry, const struct beside *b)
{
    struct jw *w = &l->files;

    jw_open(w, '{');
    jw_key(w, "id");
    jw_uuid(w, uuid_new());
    put_text(w, "name", entry->name);
    jw_key(w, "size");
    jw_int(w, (int64_t)entry->size);
    put_text(w, "stamp", entry->stamp);
    jw_key(w, "modified_at");
    jw_time(w, entry->modified);
    jw_key(w, "old");
    jw_bool(w, is_old(entry));
    put_text(w, "held", b->held ? str_of(b->held) : STR_NONE);
    put_text(w, "reason", b->reason);
    if (b->row) {
        jw_key(w, "facts");
        jw_open(w, '{');
        put_facts(w, &b->row->facts);
        jw_close(w, '}');
    }
    jw_close(w, '}');
}

static void seen(void *ctx, const struct drop_entry *entry)
{
    struct looking *l = ctx;

    if (entry->sheet) {
        sheets_seen(&l->sheets, entry);
        return;
    }
    if (l->n == l->room) {
        struct drop_entry *more = ARENA_ARRAY(l->job->a, l->room * 2 + 64, struct drop_entry);
        for (size_t i = 0; i < l->n; i++)
            more[i] = l->entries[i];
        l->entries = more;
        l->room = l->room * 2 + 64;
    }
    l->entries[l->n++] = *entry;
}

static const struct err *look(struct job *job, struct looking *l)
{
    struct drop_source source;
    struct beside b;
    const struct err *e = drop_source_open(job, &l->row, time_mono() + LOOK_S * TIME_S, &source);

    if (!e)
        e = drop_list(&source, job->a, seen, l, &l->more);
    if (!e && drop_setting(job->a, l->row.settings, "sidecar", 0) == DROP_SHEETS)
        e = sheets_read(job, &l->row, &source, &l->sheets);
    else
        l->sheets.n = 0;
    for (size_t i = 0; i < l->n && !e; i++) {
        sheets_say(&l->sheets, job->a, l->entries[i].name, &b);
        if (l->shown++ < SAMPLE)
            put_sample(l, &l->entries[i], &b);
        if (!l->only)
            put_file(l, &l->entries[i], &b);
    }
    return e;
}

enum job_result drop_look_work(struct job *job, void **ret_product)
{
    struct looking *l = ARENA_NEW(job->a, struct looking);
    struct uuid folder;
    const struct err *e = uuid_parse(json_text(job->args, "folder"), &folder)
                              ? drop_read_folder(job, folder, &l->row) : E_NOT_FOUND;

    *ret_product = l;
    if (e)
        return e == E_NOT_FOUND ? JOB_DISCARD : e == E_UNAVAILABLE ? JOB_SNOOZE : JOB_RETRY;
    l->job = job;
    l->only = str_is(str_of(job->kind->name), "dropfolders.try");
    if (!l->only && !str_is(l->row.state, "active"))
        return JOB_DISCARD;
    l->began = time_now();
    l->sheets.a = job->a;
    l->files = jw_new(job->a);
    l->sample = jw_new(job->a);
    jw_open(&l->files, '[');
    jw_open(&l->sample, '[');
    e = look(job, l);
    jw_close(&l->files, ']');
    jw_close(&l->sample, ']');
    if (e == E_LOST || e == E_UNAVAILABLE)
        return JOB_RETRY;
    if (e)
        l->reason = drop_why(job, e);
    l->refused = e == E_UPSTREAM_AUTH || e == E_FORBIDDEN || e == E_BAD_INPUT ||
                 e == E_ADDRESS_REFUSED;
    return JOB_DONE;
}

static struct str result_json(struct looking *l)
{
    struct jw w = jw_new(l->job->a);

    jw_open(&w, '{');
    jw_key(&w, "files");
    jw_int(&w, (int64_t)l->n);
    jw_key(&w, "more");
    jw_bool(&w, l->more);
    jw_key(&w, "error");
    jw_text(&w, l->reason);
    jw_key(&w, "sample");
    jw_raw(&w, jw_done(&l->sample));
    jw_key(&w, "sheets");
    sheets_write(&l->sheets, &w);
    jw_close(&w, '}');
    return jw_done(&w);
}

static const struct err *take_ready(struct job *job, struct looking *l)
{
    struct drop_files_waiting_out waiting;
    struct drop_files_ready_out *ready;
    size_t n = 0;
    const struct err *e = q_drop_files_seen(
        job->db, (struct drop_files_seen_in){l->row.id, jw_done(&l->files)}, NULL);

    if (!e)
        e = q_drop_sheets_seen(job->db, (struct drop_sheets_seen_in){
            l->row.id, sheets_rows(&l->sheets)}, NULL);
    if (!e && !l->more)
        e = q_drop_files_gone(job->db, (struct drop_files_gone_in){l->row.id, l->began}, NULL);
    if (!e && !l->more)
        e = q_drop_sheets_gone(job->db, (struct drop_sheets_gone_in){l->row.id, l->began}, NULL);
    if (!e)
        e = q_drop_files_ready(job->db, (struct drop_files_ready_in){l->row.id, l->row.stable_s},
                               &ready, &n);
    for (size_t i = 0; i < n && !e; i++)
        e = drop_add_take(job->db, ready[i].id, ready[i].old);
    if (!e)
        e = q_drop_files_waiting(job->db, (struct drop_files_waiting_in){l->row.id}, &waiting);
    /* The second look need not wait for the clock. */
    if (!e && waiting.waiting)
        e = drop_add_look(job->db, l->row.id, (int)l->row.stable_s);
    return e;
}

const struct err *drop_look_store(struct job *job, void *product)
{
    struct looking *l = product;
    const struct err *e = q_drop_folder_looked(job->db, (struct drop_folder_looked_in){
        .folder = l->row.id, .version = l->row.version, .look = result_json(l),
        .reason = l->reason, .attention = l->refused && !l->only}, NULL);

    if (e || l->only || l->reason.p)
        return e;
    return take_ready(job, l);
}
