/* Sets of calls that people score, the report of agreement, past scores, the gate. */
#include "http/http.h"
#include "insight/calibration/inner.h"
#include "insight/calibration/queries.h"
#include "jobs/jobs.h"

#define MAX_CALLS 200
#define PAST_MAX_BODY (2 << 20)

struct create_in {
    struct str name, calls;
    struct uuid scorecard;
    int64_t sample;
};
static const struct field create_in[] = {
    {"name", FIELD_TEXT, offsetof(struct create_in, name), REQUIRED, .min = 1, .max = 100},
    {"scorecard", FIELD_UUID, offsetof(struct create_in, scorecard), REQUIRED,
     .doc = "The version whose scores are compared"},
    {"calls", FIELD_JSON, offsetof(struct create_in, calls), OPTIONAL,
     .doc = "Ids of calls with a transcript, at most 200"},
    {"sample", FIELD_INT, offsetof(struct create_in, sample), OPTIONAL, .min = 1, .max = MAX_CALLS,
     .doc = "Instead: so many of the calls last scored by the version, drawn blindly"},
    {0},
};

static const struct field list_in[] = {
    {"scorecard", FIELD_UUID, .doc = "Only sets for this version"},
    {0},
};

struct report_in {
    struct uuid calibration;
};
static const struct field report_in[] = {
    {"calibration", FIELD_UUID, offsetof(struct report_in, calibration), OPTIONAL,
     .doc = "Only calls of this set"},
    {0},
};

struct past_in {
    struct str text;
};
static const struct field past_in[] = {
    {"text", FIELD_TEXT, offsetof(struct past_in, text), REQUIRED, .min = 1, .max = 1 << 20,
     .doc = "CSV with the columns call (id, or the phone system's), rater, score, and one by the key of "
            "each question that has answers"},
    {0},
};

struct gate_in {
    int64_t within_bp, calls;
};
static const struct field gate_in[] = {
    {"within_bp", FIELD_INT, offsetof(struct gate_in, within_bp), REQUIRED, .min = 0, .max = 10000,
     .doc = "Least share of scores within ten points of people's; 0: no gate"},
    {"calls", FIELD_INT, offsetof(struct gate_in, calls), REQUIRED, .min = 1, .max = 200,
     .doc = "Compared on at least so many scores by people"},
    {0},
};

struct rerun_in {
    struct uuid call;
    int64_t times, calls, most_micro;
};
#define RERUN_FIELDS(needed)                                                                       \
    {"call", FIELD_UUID, offsetof(struct rerun_in, call), OPTIONAL,                                \
     .doc = "Only this call; else the newest that the machine judged by the version"},             \
    {"times", FIELD_INT, offsetof(struct rerun_in, times), needed, .min = 2, .max = RERUN_MAX,     \
     .doc = "How often each call is judged; with an engine that costs, each run costs"},           \
    {"calls", FIELD_INT, offsetof(struct rerun_in, calls), needed, .min = 1, .max = RERUN_MAX}

static const struct field estimate_in[] = {RERUN_FIELDS(OPTIONAL), {0}}; /* 5 times, 10 calls */
static const struct field rerun_in[] = {
    RERUN_FIELDS(REQUIRED),
    {"most_micro", FIELD_INT, offsetof(struct rerun_in, most_micro), OPTIONAL, .min = 0, .max = 1000000000000000000,
     .doc = "Needed where an engine of others is asked: what you agree to spend, in millionths, at least what the "
            "estimate says, better its most_micro; the run stops before it would spend more. 0 where the engine has no price"},
    {0},
};

static const struct err *add_calls(struct req *rq, struct uuid set, struct str text)
{
    const struct json *list;
    struct uuid id;
    const struct err *e = json_parse(rq->a, text, &list);

    if (e)
        return e;
    if (json_kind(list) != J_LIST || !json_count(list) || json_count(list) > MAX_CALLS)
        return req_field(rq, "calls", "Give a list of 1 to %d ids.", MAX_CALLS);
    for (size_t i = 0; !e && i < json_count(list); i++) {
        int64_t n = 0;

        if (!uuid_parse(json_str(json_at(list, i)), &id))
            return req_field(rq, "calls", "Give the ids of calls.");
        e = q_calibration_add_call(
            rq->db, (struct calibration_add_call_in){set, id, req_scope(rq)}, &n);
        if (!e && !n)
            return req_field(rq, "calls", "Number %zu is no call with a transcript, or stands twice.",
                             i + 1);
    }
    return e;
}

static const struct err *create(struct req *rq)
{
    const struct create_in *in = rq->in;
    struct uuid id = uuid_new();
    int64_t n = 1;
    bool sample = in->sample > 0;
    const struct err *e;

    if (sample == (in->calls.p != NULL))
        return req_field(rq, "calls", "Give either calls or a sample.");
    e = q_calibration_add(rq->db, (struct calibration_add_in){id, in->name, in->scorecard,
                                                              rq->who.account}, NULL);
    if (e == E_NO_PARENT)
        return req_field(rq, "scorecard", "There is no such scorecard version.");
    if (!e && sample)
        e = q_calibration_draw(rq->db, (struct calibration_draw_in){id, in->scorecard, req_scope(rq),
                                                                    in->sample}, &n);
    else if (!e)
        e = add_calls(rq, id, in->calls);
    if (!e && !n)
        return req_field(rq, "sample", "No call was scored by this version yet.");
    return e ? e : req_created(rq, id);
}

static const struct err *drop(struct req *rq)
{
    int64_t n = 0;
    const struct err *e =
        q_calibration_drop(rq->db, (struct calibration_drop_in){rq->param_id[0]}, &n);

    return e ? e : n ? req_none(rq) : E_NOT_FOUND;
}

static const struct err *report(struct req *rq, struct agree_report *ret)
{
    const struct report_in *in = rq->in;

    return agree_report(rq->db, &(struct agree_ask){rq->param_id[0], in->calibration,
                                                    req_scope(rq), rq->who.account}, ret);
}

static const struct err *show(struct req *rq)
{
    struct agree_report r;
    const struct err *e = report(rq, &r);

    return e ? e : req_json(rq, 200, agree_json(rq->a, &r));
}

static const struct err *file(struct req *rq)
{
    struct agree_report r;
    const struct err *e = report(rq, &r);

    if (e)
        return e;
    req_set_header(rq, "content-disposition",
                   str_fmt(rq->a, "attachment; filename=\"agreement-v%lld.csv\"",
                           (long long)r.version));
    rq->reply.status = 200;
    rq->reply.type = STR("text/csv; charset=utf-8");
    rq->reply.body = agree_csv(rq->a, &r);
    return NULL;
}

static const struct err *put_past(struct req *rq, struct uuid card, const struct past_row *row,
                                  struct past_faults *io)
{
    struct past_call_in in = {.key = row->call, .scope = req_scope(rq)};
    struct past_call_out call;
    const struct err *e;

    if (!uuid_parse(row->call, &in.call))
        in.call = (struct uuid){{0}};
    e = q_past_call(rq->db, in, &call);
    if (e == E_NOT_FOUND) {
        if (io->n < PAST_MAX_FAULTS)
            io->v[io->n++] = str_fmt(rq->a, "Row %lld: there is no call “%.*s”.",
                                     (long long)row->row, STR_ARG(row->call));
        return NULL;
    }
    if (e)
        return e;
    return q_past_put(rq->db, (struct past_put_in){
        .id = uuid_new(), .card = card, .call = call.id, .rater = row->rater,
        .score_bp = row->score_bp < 0 ? SQL_NULL : row->score_bp, .answers = row->answers,
        .account = rq->who.account}, NULL);
}

/* All rows or none: half a file is worse than a list of what is wrong with it. */
static const struct err *import(struct req *rq)
{
    const struct past_in *in = rq->in;
    struct past_faults faults = {0};
    struct agree_card_out of;
    struct past_row *rows;
    struct card card;
    struct jw w = jw_new(rq->a);
    size_t n = 0;
    const struct err *e = q_agree_card(rq->db, (struct agree_card_in){rq->param_id[0]}, &of);

    if (!e)
        e = card_parse(rq->a, of.body, &card);
    if (!e)
        e = past_read(rq->a, &card, in->text, &rows, &n, &faults);
    for (size_t i = 0; !e && i < n; i++)
        e = put_past(rq, of.card_id, &rows[i], &faults);
    if (faults.n) {
        struct buf b = buf_new(rq->a, 4000);

        for (size_t i = 0; i < faults.n; i++)
            buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(faults.v[i]));
        return req_field(rq, "text", "%.*s", STR_ARG(buf_str(&b)));
    }
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "imported");
    jw_int(&w, (int64_t)n);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *forget(struct req *rq)
{
    struct agree_card_out of;
    const struct err *e = q_agree_card(rq->db, (struct agree_card_in){rq->param_id[0]}, &of);

    if (!e)
        e = q_past_drop(rq->db, (struct past_drop_in){rq->param_id[0]}, NULL);
    return e ? e : req_none(rq);
}

static const struct err *set_gate(struct req *rq)
{
    const struct gate_in *in = rq->in;
    struct publish_gate_get_out row;
    int64_t version, n = 0;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = q_publish_gate_get(rq->db, (struct publish_gate_get_in){rq->param_id[0]}, &row);
    if (!e && row.version != version)
        return E_STALE;
    if (!e)
        e = q_publish_gate_put(rq->db, (struct publish_gate_put_in){rq->param_id[0], version,
                                                                    in->within_bp, in->calls}, &n);
    if (e)
        return e;
    return n ? req_none(rq) : E_STALE;
}

static const struct err *reckon(struct req *rq, const struct rerun_ask *ask, struct rerun_estimate *ret)
{
    struct rerun *r;
    struct agree_card_out of;
    const struct err *e = q_agree_card(rq->db, (struct agree_card_in){ask->scorecard}, &of);

    if (e)
        return e;
    *ret = (struct rerun_estimate){.fits = true, .left = {.day = -1, .month = -1, .call = -1}};
    e = rerun_load(rq->db, ask, &r);
    if (e == E_NOT_FOUND && uuid_is_zero(ask->call))
        return NULL; /* none to judge */
    if (e == E_NOT_FOUND)
        return req_field(rq, "call", "The machine has judged no such call by this version.");
    return e ? e : rerun_reckon(rq->db, r, ret);
}

static const struct err *estimate(struct req *rq)
{
    const struct rerun_in *in = rq->in;
    struct rerun_ask ask = {rq->param_id[0], in->call, req_scope(rq), in->times < 2 ? 5 : in->times,
                            in->calls < 1 ? 10 : in->calls};
    struct rerun_estimate x;
    const struct err *e = reckon(rq, &ask, &x);

    return e ? e : req_json(rq, 200, rerun_estimate_json(rq->a, &x));
}

/* Nobody spends what he has not been told of. */
static const struct err *agreed(struct req *rq, const struct rerun_estimate *x)
{
    const struct rerun_in *in = rq->in;

    if (!x->requests || (in->most_micro >= 0 && (!x->by.priced || in->most_micro >= x->micro)))
        return NULL;
    return req_field(rq, "most_micro", "%.*s To go ahead, send most_micro with at least %lld.",
                     STR_ARG(rerun_estimate_text(rq->a, x)), (long long)x->micro);
}

static const struct err *rerun(struct req *rq)
{
    const struct rerun_in *in = rq->in;
    struct rerun_ask ask = {rq->param_id[0], in->call, req_scope(rq), in->times, in->calls};
    struct rerun_estimate x;
    struct uuid id;
    const struct err *e = reckon(rq, &ask, &x);

    if (!e && !x.calls)
        return req_field(rq, "call", "The machine has judged no such call by this version.");
    if (!e)
        e = agreed(rq, &x);
    ask.most_micro = in->most_micro;
    ask.currency = x.requests && x.by.priced ? x.by.currency : STR_NONE;
    if (!e)
        e = rerun_queue(rq->db, &ask, rq->who.account, &id);
    return e ? e : req_created(rq, id);
}

struct go_on_in {
    int64_t most_micro;
};
static const struct field go_on_in[] = {
    {"most_micro", FIELD_INT, offsetof(struct go_on_in, most_micro), REQUIRED, .min = 1, .max = 1000000000000000000,
     .doc = "In all, with what is spent already; in millionths, more than before"},
    {0},
};

static const struct err *go_on(struct req *rq)
{
    const struct go_on_in *in = rq->in;
    const struct err *e = rerun_go_on(rq->db, rq->param_id[0], rq->param_id[1], in->most_micro);

    if (e == E_BAD_INPUT)
        return req_field(rq, "most_micro", "Give more than was agreed before.");
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/calibrations", REVIEWS_WRITE, list_in, .sql = SQL_CALIBRATIONS_LIST,
     .doc = "Sets of calls that several people score, newest first"},
    {POST, "/calibrations", REVIEWS_WRITE, create_in, .run = create, .out = "created",
     .creates = CREATES, .doc = "A set of calls for several people to score, given or drawn"},
    {GET, "/calibrations/{calibration}", REVIEWS_WRITE, .sql = SQL_CALIBRATION_GET,
     .doc = "One set"},
    {GET, "/calibrations/{calibration}/calls", REVIEWS_WRITE, .sql = SQL_CALIBRATION_CALLS,
     .doc = "Its calls, and whether the caller has scored them; never a score"},
    {DELETE, "/calibrations/{calibration}", REVIEWS_WRITE, .run = drop,
     .doc = "Drop the set; calls and scores stay"},
    {GET, "/scorecards/{scorecard}/agreement", REVIEWS_WRITE, report_in, .run = show,
     .out = "agreement", .lane = WORK_SLOW,
     .doc = "How far the machine agrees with people by this version; a draft is tried by its rules"},
    {GET, "/scorecards/{scorecard}/agreement/file", REVIEWS_WRITE, report_in, .run = file,
     .out = "file", .lane = WORK_SLOW, .doc = "The same as CSV"},
    {POST, "/scorecards/{scorecard}/past-scores", REVIEWS_WRITE, past_in, .run = import,
     .out = "past_scores_imported", .lane = WORK_SLOW, .limit = LIMIT_COSTLY,
     .body_max = PAST_MAX_BODY,
     .doc = "Scores that people gave elsewhere, to be compared; a row for a known rater and call replaces it"},
    {DELETE, "/scorecards/{scorecard}/past-scores", REVIEWS_WRITE, .run = forget,
     .doc = "Forget all past scores of the card"},
    {GET, "/scorecards/{scorecard}/publish-gate", SCORECARDS_READ, .sql = SQL_PUBLISH_GATE_GET,
     .doc = "How far the card must agree with people to be published; 0: no gate"},
    {PUT, "/scorecards/{scorecard}/publish-gate", SCORECARDS_PUBLISH, gate_in, .run = set_gate,
     .doc = "Change that; needs If-Match with its version"},
    {GET, "/scorecards/{scorecard}/reruns", REVIEWS_WRITE, .sql = SQL_RERUNS_LIST,
     .doc = "How stable the version's answers are: calls judged several times, newest first"},
    {GET, "/scorecards/{scorecard}/reruns/estimate", SCORECARDS_WRITE, estimate_in, .run = estimate,
     .out = "rerun_estimate", .lane = WORK_SLOW,
     .doc = "What judging the calls again would cost, by the first engine's price of today, and what the caps leave"},
    {POST, "/scorecards/{scorecard}/reruns", SCORECARDS_WRITE, rerun_in, .run = rerun,
     .out = "created", .creates = CREATES, .limit = LIMIT_COSTLY, .lane = WORK_SLOW,
     .doc = "Judge the same calls several times and see what changes; no score is stored"},
    {POST, "/scorecards/{scorecard}/reruns/{rerun}/go-on", SCORECARDS_WRITE, go_on_in, .run = go_on, .limit = LIMIT_COSTLY,
     .doc = "Go on with one that stopped at its most_micro, under a higher one; what was answered is not paid for again"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TEXT_NULL "{\"type\":[\"string\",\"null\"]}"
#define NUMBER "{\"type\":\"integer\"}"
#define NUMBER_NULL "{\"type\":[\"integer\",\"null\"]}"
#define YES_NO "{\"type\":\"boolean\"}"
#define FIGURE_NAMES                                                                               \
    "\"pairs\",\"left_out\",\"within_bp\",\"exact_bp\",\"kappa_bp\",\"bias_bp\",\"error_bp\""
#define FIGURES                                                                                    \
    "\"pairs\":" NUMBER ",\"left_out\":" NUMBER ",\"within_bp\":" NUMBER_NULL                        \
    ",\"exact_bp\":" NUMBER_NULL ",\"kappa_bp\":" NUMBER_NULL ",\"bias_bp\":" NUMBER_NULL             \
    ",\"error_bp\":" NUMBER_NULL

static const struct schema schemas[] = {
    {"agreement",
     "{\"type\":\"object\",\"required\":[\"name\",\"version\",\"state\",\"tried\",\"calls\","
     "\"kept_back\",\"no_machine\",\"scores\",\"questions\",\"raters\"],\"properties\":{\"name\":" TEXT
     ",\"version\":" NUMBER ",\"state\":" TEXT ",\"tried\":" YES_NO ",\"calls\":" NUMBER
     ",\"kept_back\":" NUMBER ",\"no_machine\":" NUMBER
     ",\"scores\":{\"type\":\"object\",\"required\":[" FIGURE_NAMES "],\"properties\":{" FIGURES "}},"
     "\"questions\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"key\",\"text\","
     FIGURE_NAMES "],\"properties\":{\"key\":" TEXT ",\"text\":" TEXT "," FIGURES "}}},"
     "\"raters\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"first\",\"second\","
     FIGURE_NAMES "],\"properties\":{\"first\":" TEXT ",\"second\":" TEXT "," FIGURES "}}}}}"},
    {"rerun",
     "{\"type\":\"object\",\"required\":[\"calls\",\"unstable\",\"spread_bp\",\"questions\"],"
     "\"properties\":{\"engine\":" TEXT ",\"calls\":" NUMBER ",\"unstable\":" NUMBER ",\"spread_bp\":" NUMBER
     ",\"questions\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"key\",\"text\","
     "\"unstable\",\"spread_bp\"],\"properties\":{\"key\":" TEXT ",\"text\":" TEXT
     ",\"unstable\":" NUMBER ",\"spread_bp\":" NUMBER "}}}}}"},
    {"rerun_estimate",
     "{\"type\":\"object\",\"required\":[\"engine\",\"calls\",\"seconds\",\"requests\",\"in_tokens\",\"out_tokens\","
     "\"micro\",\"most_micro\",\"currency\",\"price_since\",\"cap_currency\",\"left_today_micro\",\"left_month_micro\","
     "\"cap_call_micro\",\"fits\",\"text\"],\"properties\":{\"engine\":" TEXT_NULL ",\"calls\":" NUMBER ",\"seconds\":" NUMBER
     ",\"requests\":" NUMBER ",\"in_tokens\":" NUMBER ",\"out_tokens\":" NUMBER ",\"micro\":" NUMBER_NULL ",\"most_micro\":" NUMBER_NULL
     ",\"currency\":" TEXT_NULL ",\"price_since\":" TEXT_NULL ",\"cap_currency\":" TEXT_NULL ",\"left_today_micro\":" NUMBER_NULL
     ",\"left_month_micro\":" NUMBER_NULL ",\"cap_call_micro\":" NUMBER_NULL ",\"fits\":" YES_NO ",\"text\":" TEXT "}}"},
    {"past_scores_imported",
     "{\"type\":\"object\",\"required\":[\"imported\"],\"properties\":{\"imported\":" NUMBER "}}"},
    {0},
};

const struct feature calibration_feature = {
    .name = "calibration", .doc = "How far machine and people agree.", .routes = routes,
    .jobs = calibration_jobs, .schemas = schemas,
};
