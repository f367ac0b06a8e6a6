/* Rules of retention: listed, tried before they are saved, added, ended; what was deleted; holds. */
#include "jobs/schedule.h"
#include "platform/retention/queries.h"
#include "platform/retention/retention.h"

#define RULES_MAX 100
#define COUNTED_MAX 1000000

struct rule_fields {
    struct str kind, direction, disposition;
    struct uuid integration;
    int64_t days;
    bool forever;
};

static const struct field rule_in[] = {
    {"kind", FIELD_TEXT, offsetof(struct rule_fields, kind), REQUIRED, .choices = "recordings|transcripts|calls|hooks",
     .doc = "recordings: the sound; transcripts: what was said and all made of it; calls: with all that hangs on "
            "them; hooks: what phone systems sent, as it came"},
    {"days", FIELD_INT, offsetof(struct rule_fields, days), OPTIONAL, .min = 1, .max = 36500,
     .doc = "After the call began, or the hook came"},
    {"forever", FIELD_BOOL, offsetof(struct rule_fields, forever), OPTIONAL,
     .doc = "Instead of days: kept, though a rule with fewer conditions would delete it"},
    {"integration", FIELD_UUID, offsetof(struct rule_fields, integration), OPTIONAL, .doc = "Only what came by this one"},
    {"direction", FIELD_TEXT, offsetof(struct rule_fields, direction), OPTIONAL, .choices = "inbound|outbound|internal|unknown"},
    {"disposition", FIELD_TEXT, offsetof(struct rule_fields, disposition), OPTIONAL,
     .choices = "answered|no_answer|busy|failed|voicemail|unknown"},
    {0},
};

static struct str or_none(struct str s)
{
    return s.n ? s : STR_NONE;
}

static const struct err *check(struct req *rq, const struct rule_fields *in)
{
    if (in->forever && in->days != SQL_NULL)
        return req_field(rq, "days", "Give days, or say that it is kept forever, not both.");
    if (!in->forever && in->days == SQL_NULL)
        return req_field(rq, "days", "Give a number of days, or say forever.");
    if (in->forever && uuid_is_zero(in->integration) && !in->direction.n && !in->disposition.n)
        return req_field(rq, "forever", "What no rule names is kept anyway: add a condition, or leave the rule out.");
    if (str_is(in->kind, "hooks") && (in->direction.n || in->disposition.n))
        return req_field(rq, in->direction.n ? "direction" : "disposition",
                         "Hooks are not calls yet: only an integration can be named.");
    return NULL;
}

/* What it would take if it were saved now. */
static const struct err *preview(struct req *rq)
{
    const struct rule_fields *in = rq->in;
    struct retention_preview_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = check(rq, in);

    if (!e)
        e = q_retention_preview(rq->db, (struct retention_preview_in){
            .kind = in->kind, .id = uuid_new(), .days = in->days, .integration = in->integration,
            .direction = or_none(in->direction), .disposition = or_none(in->disposition), .most = COUNTED_MAX}, &row);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "due");
    jw_int(&w, row.due);
    jw_key(&w, "by_this");
    jw_int(&w, row.by_this);
    jw_key(&w, "held");
    jw_int(&w, row.held);
    jw_key(&w, "bytes");
    jw_int(&w, row.bytes);
    jw_key(&w, "oldest_at");
    jw_time(&w, row.oldest_at);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

/* The clock of the tenant's deletions, at a minute of its own. */
static const struct err *clock(struct req *rq, struct uuid any)
{
    return schedule_put(rq->db, &(struct schedule){
        .name = STR("retention"), .kind = STR(RETENTION_RUN), .cron = str_fmt(rq->a, "%d * * * *", any.b[15] % 60)});
}

static const struct err *add(struct req *rq)
{
    const struct rule_fields *in = rq->in;
    struct uuid id = uuid_new();
    struct retention_rules_count_out all;
    const struct err *e = check(rq, in);

    if (!e)
        e = q_retention_rules_count(rq->db, &all);
    if (!e && all.n >= RULES_MAX)
        return req_field(rq, "kind", "There are %d rules already: end one first.", RULES_MAX);
    if (!e)
        e = q_retention_rule_add(rq->db, (struct retention_rule_add_in){
            .id = id, .kind = in->kind, .days = in->days, .integration = in->integration,
            .direction = or_none(in->direction), .disposition = or_none(in->disposition),
            .by_name = retention_who(rq), .account = rq->who.account}, NULL);
    if (e == E_NO_PARENT)
        return req_field(rq, "integration", "There is none of this id.");
    if (e == E_CONFLICT)
        return err_why(rq->a, E_IN_USE, "There is a rule for just this already: end it first.");
    if (!e && !all.n)
        e = clock(rq, id);
    return e ? e : req_created(rq, id);
}

static const struct err *run_now(struct req *rq)
{
    const struct err *e = retention_soon(rq->db);

    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/retention-rules", RETENTION_WRITE, .sql = SQL_RETENTION_RULES_LIST,
     .doc = "How long what is kept; without a rule it is kept for ever"},
    {POST, "/retention-rules/preview", RETENTION_WRITE, rule_in, .run = preview, .out = "retention_preview", .audit = AUDIT_NOT,
     .limit = LIMIT_COSTLY, .lane = WORK_SLOW,
     .doc = "What would be deleted within the hour were this rule saved, and what a legal hold keeps"},
    {POST, "/retention-rules", RETENTION_WRITE, rule_in, .run = add, .out = "created", .creates = CREATES,
     .doc = "Add a rule. Of those that fit a call the one with the most conditions counts, of equal ones the longest"},
    {DELETE, "/retention-rules/{rule}", RETENTION_WRITE, .sql = SQL_RETENTION_RULE_DELETE,
     .doc = "End a rule; what it deleted is gone"},
    {POST, "/retention-rules/run", RETENTION_WRITE, .run = run_now, .limit = LIMIT_COSTLY,
     .doc = "Delete what is due now instead of within the hour"},
    {GET, "/deletions", RETENTION_WRITE, .sql = SQL_DELETIONS_LIST,
     .doc = "What rules deleted: one row a rule and day, newest first, without personal data"},
    {GET, "/deletions/{deletion}/files", RETENTION_WRITE, .sql = SQL_DELETION_FILES,
     .doc = "SHA-256 of the names of the objects that went, and when the store had removed each"},
    {GET, "/legal-holds", RETENTION_WRITE, .sql = SQL_HOLDS_LIST, .doc = "Holds in force and of before, newest first"},
    {POST, "/legal-holds", RETENTION_WRITE, hold_in, .run = hold_add, .out = "created", .creates = CREATES,
     .doc = "Keep what is due until the hold ends"},
    {DELETE, "/legal-holds/{hold}", RETENTION_WRITE, .run = hold_release, .doc = "Release a hold; what is due goes"},
    {0},
};

static const struct schema schemas[] = {
    {"retention_words",
     "{\"type\":\"object\",\"required\":[\"days\",\"integration_id\",\"direction\",\"disposition\"],\"properties\":{"
     "\"days\":{\"type\":[\"integer\",\"null\"]},\"integration_id\":{\"type\":[\"string\",\"null\"]},"
     "\"direction\":{\"type\":[\"string\",\"null\"]},\"disposition\":{\"type\":[\"string\",\"null\"]}}}"},
    {"retention_preview",
     "{\"type\":\"object\",\"required\":[\"due\",\"by_this\",\"held\",\"bytes\",\"oldest_at\"],\"properties\":{"
     "\"due\":{\"type\":\"integer\"},\"by_this\":{\"type\":\"integer\"},\"held\":{\"type\":\"integer\"},"
     "\"bytes\":{\"type\":\"integer\"},\"oldest_at\":{\"type\":[\"string\",\"null\"]}}}"},
    {0},
};

const struct feature retention_feature = {
    .name = "retention", .doc = "How long what is kept, legal holds, and what was deleted.", .routes = routes,
    .jobs = retention_jobs, .schemas = schemas,
};
