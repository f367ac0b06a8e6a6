/* Taking one file: `work` finds the call it belongs to and stores its bytes, `store` gives them to
 * that call or makes one. The order is that of all recordings: put, verify, commit, and only then move
 * or delete at the source. A call is matched by id, by the file that its phone system told of, by
 * number and time; never by name alone. */
#include "intake/calls/calls.h"
#include "intake/dropfolders/inner.h"
#include "intake/dropfolders/pattern.h"
#include "intake/integrations/integrations.h"
#include "intake/recordings/recordings.h"
#include "net/services.h"

#define TAKE_S 840
#define SIDECAR_MAX (64u << 10)
#define WINDOW_S 120
#define AGAIN_S 20

struct taking {
    struct drop_file_task_out file;
    struct drop_folder_read_out folder;
    struct name_facts facts;
    int64_t modified;
    struct uuid call, recording; /* zero: a new call; the recording that gets the bytes */
    struct object_info object;
    bool grew;
};

/* ---- what is known of the call ---- */

static const struct err *collect(void *buf, struct str bytes)
{
    buf_add(buf, bytes);
    return NULL;
}

/* "call.json" or "call.wav.json" beside "call.wav". */
static const struct err *read_sidecar(struct job *job, const struct drop_source *s, struct str name,
                                      struct str *ret)
{
    size_t end = name.n;
    struct buf b = buf_new(job->a, SIDECAR_MAX);
    int64_t modified;
    const struct err *e = s->kind->read(s->self, job->a,
                                        str_fmt(job->a, "%.*s.json", STR_ARG(name)), SIDECAR_MAX,
                                        collect, &b, &modified);

    while (end > 0 && name.p[end - 1] != '.' && name.p[end - 1] != '/')
        end--;
    if (e == E_NOT_FOUND && end > 0 && name.p[end - 1] == '.') {
        b = buf_new(job->a, SIDECAR_MAX);
        e = s->kind->read(s->self, job->a, str_fmt(job->a, "%.*sjson", (int)end, name.p),
                          SIDECAR_MAX, collect, &b, &modified);
    }
    *ret = e ? STR_NONE : buf_str(&b);
    return e == E_NOT_FOUND ? NULL : e;
}

static void prefer(struct str *fact, const struct json *told, const char *key)
{
    struct str v = json_text(told, key);

    if (v.n)
        *fact = v;
}

static const struct err *sidecar_facts(struct job *job, struct taking *t,
                                       const struct drop_source *s)
{
    const struct json *told;
    struct str text;
    const struct err *e = read_sidecar(job, s, t->file.name, &text);

    if (e || !text.n)
        return e;
    e = json_parse(job->a, text, &told);
    if (e || json_kind(told) != J_OBJECT)
        return err_why(job->a, E_BAD_PAYLOAD, "The JSON file beside it cannot be read: %.*s",
                       STR_ARG(arena_why(job->a)));
    prefer(&t->facts.agent, told, "agent");
    prefer(&t->facts.number, told, "number");
    prefer(&t->facts.id, told, "id");
    if (json_text(told, "direction").n)
        t->facts.direction = call_direction_of(json_text(told, "direction"));
    if (json_text(told, "started_at").n &&
        (!(time_parse(json_text(told, "started_at"), &t->facts.started) ||
           time_parse_local(json_text(told, "started_at"), t->folder.zone, &t->facts.started)) ||
         !event_time_fits(t->facts.started)))
        return err_why(job->a, E_BAD_PAYLOAD, "The JSON file beside it has a started_at that is no time "
                                              "like 2026-11-21T09:30:00Z.");
    return NULL;
}

/* What the look found of it in a sheet. */
static void sheet_facts(struct job *job, struct taking *t)
{
    const struct json *told;
    struct name_facts f = {.started = TIME_NONE};

    if (!t->file.facts.n || json_parse(job->a, t->file.facts, &told))
        return;
    prefer(&f.agent, told, "agent");
    prefer(&f.number, told, "number");
    prefer(&f.id, told, "id");
    f.direction = call_direction_of(json_text(told, "direction"));
    if (!time_parse(json_text(told, "started_at"), &f.started))
        f.started = TIME_NONE;
    name_facts_prefer(&t->facts, &f);
}

static struct str base_name(struct str path)
{
    size_t at = path.n;

    while (at > 0 && path.p[at - 1] != '/')
        at--;
    return str_sub(path, at, path.n);
}

static int64_t time_of(const struct taking *t)
{
    if (t->facts.started != TIME_NONE)
        return t->facts.started;
    return t->modified != TIME_NONE ? t->modified : t->file.since;
}

/* ---- the call it belongs to ---- */

static const struct err *match_number(struct db *db, struct job *job, struct taking *t)
{
    struct drop_match_number_out *rows;
    size_t n = 0;
    const struct err *e;

    if (t->facts.number.n < 3 || t->facts.started == TIME_NONE)
        return E_NOT_FOUND;
    e = q_drop_match_number(db, (struct drop_match_number_in){
        .integration = t->folder.integration_id, .number = t->facts.number,
        .agent = t->facts.agent.p ? event_key(job->a, t->facts.agent) : STR(""),
        .at = t->facts.started,
        .window_s = drop_setting(job->a, t->folder.settings, "window_s", WINDOW_S)}, &rows, &n);
    if (e || !n)
        return e ? e : E_NOT_FOUND;
    if (n == 2 && rows[0].seconds == rows[1].seconds)
        return E_NOT_FOUND; /* which of the two nobody can say */
    t->call = rows[0].id;
    return NULL;
}

static const struct err *match(struct db *db, struct job *job, struct taking *t)
{
    struct drop_match_announced_out told;
    struct drop_match_id_out by_id;
    const struct err *e = q_drop_match_announced(db, (struct drop_match_announced_in){
        t->folder.integration_id, base_name(t->file.name), time_of(t)}, &told);

    if (!e) {
        t->call = told.call_id;
        t->recording = told.recording_id;
        return NULL;
    }
    if (e == E_NOT_FOUND && t->facts.id.n) {
        e = q_drop_match_id(db, (struct drop_match_id_in){t->folder.integration_id,
                                                          event_key(job->a, t->facts.id)}, &by_id);
        if (!e)
            t->call = by_id.id;
    }
    return e == E_NOT_FOUND ? match_number(db, job, t) : e;
}

/* E_NOT_READY: its call may still come. */
static const struct err *find_call(struct job *job, struct taking *t)
{
    int64_t wait_s = 60 * drop_setting(job->a, t->folder.settings, "wait_min", 10);
    struct db *db;
    const struct err *e;

    t->recording = uuid_new();
    if (uuid_is_zero(t->folder.integration_id))
        return NULL;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = match(db, job, t);
    job_read_end(job, db);
    if (e != E_NOT_FOUND)
        return e;
    return !t->file.old && time_now() - t->file.since < wait_s * TIME_S ? E_NOT_READY : NULL;
}

/* ---- its bytes ---- */

struct sinking {
    struct job *job;
    struct objects_writer *w;
};

static const struct err *sink(void *arg, struct str bytes)
{
    struct sinking *s = arg;

    return atomic_load(&s->job->lost) ? E_LOST : objects_writer_add(s->w, bytes);
}

static const struct err *bring_in(struct job *job, struct taking *t, const struct drop_source *s)
{
    struct str from = t->file.moved_to.p ? t->file.moved_to : t->file.name;
    struct sinking sinking = {.job = job};
    int64_t modified = TIME_NONE;
    const struct err *e = objects_writer_open(services()->objects, job->a, job->tenant, &sinking.w);

    if (e)
        return e;
    e = s->kind->read(s->self, job->a, from, RECORDING_MAX_BYTES, sink, &sinking, &modified);
    if (!e)
        e = objects_writer_commit(sinking.w, &t->object);
    if (e) {
        objects_writer_abort(sinking.w);
        return e;
    }
    if (modified != TIME_NONE)
        t->modified = modified;
    recordings_look_after(job, t->recording, &t->object);
    t->grew = t->object.bytes != (uint64_t)t->file.size;
    return t->object.bytes ? NULL : err_why(job->a, E_BAD_MEDIA, "The file is empty.");
}

static enum job_result not_taken(struct job *job, const struct err *e)
{
    if (e == E_NOT_READY || e == E_DISK_FULL || e == E_UNAVAILABLE || e == E_UPSTREAM_AUTH) {
        job->snooze_s = e == E_NOT_READY ? AGAIN_S : e == E_UPSTREAM_AUTH ? 600 : 60;
        return JOB_SNOOZE;
    }
    job->last = e == E_NOT_FOUND || e == E_TOO_LARGE || e == E_FORBIDDEN || e == E_BAD_PAYLOAD ||
                e == E_BAD_MEDIA;
    arena_set_why(job->a, e == E_NOT_FOUND ? STR("The file is not there any more.")
                                           : drop_why(job, e));
    return JOB_RETRY;
}

static const struct err *read_rows(struct job *job, struct taking *t)
{
    struct uuid id;
    struct db *db;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "file"), &id))
        return E_NOT_FOUND;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = q_drop_file_task(db, (struct drop_file_task_in){id}, &t->file);
    if (!e)
        e = q_drop_folder_read(db, (struct drop_folder_read_in){t->file.folder_id}, &t->folder);
    job_read_end(job, db);
    return e;
}

static const struct err *take(struct job *job, struct taking *t)
{
    struct drop_source source;
    const struct err *e = drop_source_open(job, &t->folder, time_mono() + TAKE_S * TIME_S, &source);

    if (!e && drop_setting(job->a, t->folder.settings, "sidecar", 0) == 1)
        e = sidecar_facts(job, t, &source);
    if (!e)
        e = find_call(job, t);
    return e ? e : bring_in(job, t, &source);
}

enum job_result drop_take_work(struct job *job, void **ret_product)
{
    struct taking *t = ARENA_NEW(job->a, struct taking);
    const struct err *e = read_rows(job, t);

    *ret_product = t;
    if (e)
        return e == E_NOT_FOUND ? JOB_DISCARD : e == E_UNAVAILABLE ? JOB_SNOOZE : JOB_RETRY;
    if (!str_is(t->file.file_state, "queued"))
        return JOB_DISCARD;
    if (str_is(t->folder.state, "attention") || str_is(t->folder.state, "paused")) {
        job->snooze_s = 60;
        return JOB_SNOOZE;
    }
    t->modified = t->file.modified_at;
    pattern_read(job->a, t->folder.pattern, t->file.name, t->folder.zone, &t->facts);
    sheet_facts(job, t);
    e = take(job, t);
    return e ? not_taken(job, e) : JOB_DONE;
}

/* ---- rows ---- */

static const struct err *new_call(struct job *job, struct taking *t)
{
    struct arena *a = job->a;
    struct event_list list = {0};
    struct call_event *ev = event_add(a, &list);
    struct str number = t->facts.number.p ? event_text(a, t->facts.number, EVENT_MAX_TEXT) : STR("");
    struct uuid integration = t->folder.integration_id, *calls;
    size_t n = 0;
    const struct err *e = NULL;

    ev->call_key = str_fmt(a, "file:%.*s", STR_ARG(crypto_hex(a, str_n(t->object.sha256.b, 16))));
    ev->leg_key = STR("1");
    ev->agent = t->facts.agent.p ? event_key(a, t->facts.agent) : STR("");
    ev->action = STR("FILE");
    /* A number without a direction is, where nothing says otherwise, of who called. */
    ev->direction = t->facts.direction == CALL_UNKNOWN && number.n ? CALL_INBOUND
                                                                   : t->facts.direction;
    ev->disposition = CALL_ANSWERED;
    ev->started = event_time_fits(time_of(t)) ? time_of(t) : time_now();
    ev->from = ev->direction == CALL_OUTBOUND ? ev->agent : number;
    ev->to = ev->direction == CALL_OUTBOUND ? number : ev->agent;
    if (uuid_is_zero(integration))
        e = integration_of_uploads(job->db, job->tenant, t->folder.zone, &integration);
    if (!e)
        e = calls_take_events(job->db, integration, list.v, list.n, (struct uuid){{0}}, &calls, &n);
    if (!e && n != 1)
        e = E_INTERNAL;
    if (!e)
        t->call = calls[0];
    return e;
}

static const struct err *end_file(struct job *job, const struct taking *t, const char *state,
                                  struct str reason)
{
    const struct err *e = q_drop_file_end(job->db, (struct drop_file_end_in){
        .file = t->file.id, .state = str_of(state), .reason = reason, .call = t->call,
        .sha256 = str_n(t->object.sha256.b, sizeof t->object.sha256.b)}, NULL);

    if (!e && str_is(t->folder.after_taking, "move"))
        e = drop_add_settle(job->db, t->file.id);
    return e;
}

/* The policy does not want it: the call is there and says so, its bytes are not kept. */
static const struct err *skip(struct job *job, const struct taking *t, struct str reason)
{
    const struct err *e = q_drop_not_wanted(job->db, (struct drop_not_wanted_in){t->call}, NULL);

    return e ? e : end_file(job, t, "skipped", reason);
}

const struct err *drop_take_store(struct job *job, void *product)
{
    struct taking *t = product;
    struct str sha256 = str_n(t->object.sha256.b, sizeof t->object.sha256.b);
    struct drop_known_out known;
    struct drop_wanted_out wanted;
    const struct err *e;

    if (t->grew)
        return q_drop_file_grew(job->db, (struct drop_file_grew_in){t->file.id}, NULL);
    e = q_drop_content_lock(job->db, (struct drop_content_lock_in){sha256}, NULL);
    if (!e)
        e = q_drop_known(job->db, (struct drop_known_in){sha256}, &known);
    if (!e) {
        t->call = known.call_id;
        return end_file(job, t, "duplicate", STR("The very same recording came before."));
    }
    if (e == E_NOT_FOUND)
        e = uuid_is_zero(t->call) ? new_call(job, t) : NULL;
    if (!e)
        e = q_drop_wanted(job->db, (struct drop_wanted_in){t->call}, &wanted);
    if (!e && !wanted.wanted)
        return skip(job, t, wanted.reason);
    if (!e)
        e = recordings_take_file(job->db, t->call, t->recording, base_name(t->file.name),
                                 &t->object);
    if (e == E_NOT_FOUND)
        return end_file(job, t, "duplicate", STR("The call had this recording already."));
    return e ? e : end_file(job, t, "done", STR_NONE);
}

const struct err *drop_take_dead(struct job *job, struct str reason)
{
    struct drop_file_task_out file;
    struct uuid id;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "file"), &id))
        return NULL;
    e = q_drop_file_task(job->db, (struct drop_file_task_in){id}, &file);
    if (!e)
        e = q_drop_file_end(job->db, (struct drop_file_end_in){.file = id, .state = STR("failed"),
                                                               .reason = reason}, NULL);
    if (!e)
        e = drop_add_settle(job->db, id);
    return e == E_NOT_FOUND ? NULL : e;
}
