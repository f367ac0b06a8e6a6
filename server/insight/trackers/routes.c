/* Trackers: made, changed, tried on a call before they are kept, looked for in past calls. */
#include "insight/trackers/queries.h"
#include "insight/trackers/store.h"
#include "insight/transcripts/transcripts.h"

#define PAST_DAYS 366

struct tracker_fields {
    struct str name, kind, speaker, patterns;
    bool active;
    int64_t days;
    struct uuid call;
};

#define PATTERN_FIELDS(needed)                                                                     \
    {"kind", FIELD_TEXT, offsetof(struct tracker_fields, kind), needed, .choices = "phrase|pattern", \
     .doc = "phrase: whole words in this order, * for any ending; pattern: Perl-compatible"},      \
    {"speaker", FIELD_TEXT, offsetof(struct tracker_fields, speaker), needed,                      \
     .choices = "anyone|agent|customer"},                                                          \
    {"patterns", FIELD_TEXTS, offsetof(struct tracker_fields, patterns), needed,                    \
     .doc = "A list of 1 to 20 phrases or patterns; one of them is enough"}

static const struct field create_in[] = {
    {"name", FIELD_TEXT, offsetof(struct tracker_fields, name), REQUIRED, .min = 1, .max = 120},
    PATTERN_FIELDS(REQUIRED),
    {0},
};
static const struct field change_in[] = {
    {"name", FIELD_TEXT, offsetof(struct tracker_fields, name), OPTIONAL, .min = 1, .max = 120},
    PATTERN_FIELDS(OPTIONAL),
    {"active", FIELD_BOOL, offsetof(struct tracker_fields, active), OPTIONAL},
    {0},
};
static const struct field try_in[] = {
    PATTERN_FIELDS(REQUIRED),
    {"call", FIELD_UUID, offsetof(struct tracker_fields, call), REQUIRED,
     .doc = "A call with a transcript"},
    {0},
};
static const struct field past_in[] = {
    {"days", FIELD_INT, offsetof(struct tracker_fields, days), REQUIRED, .min = 1, .max = PAST_DAYS,
     .doc = "How far back"},
    {0},
};

static const struct err *compiled(struct req *rq, struct str kind, struct str speaker,
                                  struct str patterns, const struct tracker **ret)
{
    const struct err *e = tracker_read(rq->a, kind, speaker, patterns, ret);

    return e ? req_field(rq, "patterns", "%.*s", STR_ARG(arena_why(rq->a))) : NULL;
}

static const struct err *check_name(struct req *rq, struct str name)
{
    return name.p && !str_trim(name).n ? req_field(rq, "name", "This is needed.") : NULL;
}

static const struct err *named(struct req *rq, const struct err *e)
{
    return e == E_CONFLICT ? req_field(rq, "name", "Another tracker has this name.") : e;
}

static const struct err *create(struct req *rq)
{
    const struct tracker_fields *in = rq->in;
    const struct tracker *t;
    struct uuid id = uuid_new();
    const struct err *e = check_name(rq, in->name);

    if (!e)
        e = compiled(rq, in->kind, in->speaker, in->patterns, &t);
    if (!e)
        e = named(rq, q_tracker_add(rq->db, (struct tracker_add_in){
            id, str_trim(in->name), in->kind, in->speaker, in->patterns}, NULL));
    return e ? e : req_created(rq, id);
}

static const struct err *show(struct req *rq)
{
    struct tracker_get_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = q_tracker_get(rq->db, (struct tracker_get_in){rq->param_id[0]}, &row);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, row.id);
    jw_key(&w, "name");
    jw_text(&w, row.name);
    jw_key(&w, "kind");
    jw_text(&w, row.kind);
    jw_key(&w, "speaker");
    jw_text(&w, row.speaker);
    jw_key(&w, "patterns");
    jw_raw(&w, row.patterns);
    jw_key(&w, "active");
    jw_bool(&w, row.active);
    jw_key(&w, "version");
    jw_int(&w, row.version);
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)row.version));
    return req_json(rq, 200, jw_done(&w));
}

/* What the tracker will be is compiled as a whole: a new kind may not fit the old patterns. */
static const struct err *check_change(struct req *rq, const struct tracker_get_out *row)
{
    const struct tracker_fields *in = rq->in;
    const struct tracker *t;
    const struct err *e = check_name(rq, in->name);

    return e ? e : compiled(rq, in->kind.p ? in->kind : row->kind,
                            in->speaker.p ? in->speaker : row->speaker,
                            in->patterns.p ? in->patterns : row->patterns, &t);
}

static bool given(const struct req *rq, const char *field)
{
    for (size_t i = 0; rq->route->in[i].name; i++)
        if (str_is(str_of(rq->route->in[i].name), field))
            return rq->texts[i].p != NULL;
    return false;
}

static const struct err *change(struct req *rq)
{
    const struct tracker_fields *in = rq->in;
    struct tracker_get_out row;
    int64_t version, n = 0;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = q_tracker_get(rq->db, (struct tracker_get_in){rq->param_id[0]}, &row);
    if (!e)
        e = check_change(rq, &row);
    if (!e)
        e = named(rq, q_tracker_change(rq->db, (struct tracker_change_in){
            rq->param_id[0], version, in->name.p ? str_trim(in->name) : STR_NONE, in->kind,
            in->speaker, in->patterns, given(rq, "active") ? in->active : row.active}, &n));
    if (!e && !n)
        e = E_STALE;
    return e ? e : show(rq);
}

static const struct err *past(struct req *rq)
{
    const struct tracker_fields *in = rq->in;
    struct tracker_get_out row;
    const struct err *e = q_tracker_get(rq->db, (struct tracker_get_in){rq->param_id[0]}, &row);

    if (!e)
        e = trackers_add_past(rq->db, row.id, in->days);
    return e ? e : req_none(rq);
}

static const struct err *load_call(struct req *rq, struct uuid call, struct transcript *ret)
{
    struct tracker_try_on_out row;
    const struct err *e = q_tracker_try_on(rq->db, (struct tracker_try_on_in){call, req_scope(rq)},
                                           &row);

    if (e == E_NOT_FOUND)
        return req_field(rq, "call", "There is no such call.");
    if (!e && uuid_is_zero(row.transcript_id))
        return req_field(rq, "call", "This call has no transcript: choose another.");
    return e ? e : transcript_load(rq->db, row.transcript_id, ret);
}

static const struct err *try_on(struct req *rq)
{
    const struct tracker_fields *in = rq->in;
    struct transcript x;
    const struct tracker *t;
    struct tracker_hits h;
    struct jw w = jw_new(rq->a);
    const struct err *e = compiled(rq, in->kind, in->speaker, in->patterns, &t);

    if (!e)
        e = load_call(rq, in->call, &x);
    if (e)
        return e;
    h = tracker_find(rq->a, t, &x.talk);
    jw_open(&w, '{');
    jw_key(&w, "count");
    jw_int(&w, h.count);
    jw_key(&w, "stopped");
    jw_bool(&w, h.stopped);
    jw_key(&w, "spans");
    jw_raw(&w, tracker_spans_json(rq->a, &x.talk, &h));
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/trackers", SCORECARDS_READ, .sql = SQL_TRACKERS_LIST,
     .doc = "Trackers by name, with the calls of the last thirty days in which they were said"},
    {POST, "/trackers", SCORECARDS_WRITE, create_in, .run = create, .out = "created",
     .creates = CREATES, .doc = "Add a tracker; it is looked for in calls from now on"},
    {POST, "/trackers/try", SCORECARDS_WRITE, try_in, .run = try_on, .out = "tracker_trial",
     .lane = WORK_SLOW, .limit = LIMIT_COSTLY, .doc = "Where a tracker's words are said in one call; nothing is stored"},
    {GET, "/trackers/{tracker}", SCORECARDS_READ, .run = show, .out = "tracker", .doc = "One tracker"},
    {PATCH, "/trackers/{tracker}", SCORECARDS_WRITE, change_in, .run = change, .out = "tracker",
     .doc = "Change it; needs If-Match. What it found before stays until it is looked for again"},
    {DELETE, "/trackers/{tracker}", SCORECARDS_WRITE, .sql = SQL_TRACKER_DELETE,
     .doc = "Remove it and what it found"},
    {POST, "/trackers/{tracker}/past", SCORECARDS_WRITE, past_in, .run = past, .limit = LIMIT_COSTLY,
     .doc = "Look for it in past calls, by a job"},
    {GET, "/trackers/{tracker}/calls", CALLS_READ, .sql = SQL_TRACKER_CALLS,
     .doc = "Calls in which it was said, newest first"},
    {GET, "/calls/{call}/trackers", CALLS_READ, .sql = SQL_CALL_TRACKERS,
     .doc = "Trackers whose words were said in the call"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"

static const struct schema schemas[] = {
    {"tracker",
     "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"kind\",\"speaker\",\"patterns\",\"active\","
     "\"version\"],\"properties\":{\"id\":" TEXT ",\"name\":" TEXT ",\"kind\":" TEXT
     ",\"speaker\":" TEXT ",\"patterns\":{\"$ref\":\"#/components/schemas/strings\"},"
     "\"active\":{\"type\":\"boolean\"},\"version\":{\"type\":\"integer\"}}}"},
    {"tracker_trial",
     "{\"type\":\"object\",\"required\":[\"count\",\"stopped\",\"spans\"],\"properties\":{"
     "\"count\":{\"type\":\"integer\"},\"stopped\":{\"type\":\"boolean\",\"description\":"
     "\"a pattern took too much work: the rest was not looked at\"},"
     "\"spans\":{\"$ref\":\"#/components/schemas/spans\"}}}"},
    {0},
};

const struct feature trackers_feature = {
    .name = "trackers", .doc = "Words and phrases watched for in all calls.", .routes = routes,
    .jobs = trackers_jobs, .schemas = schemas,
};
