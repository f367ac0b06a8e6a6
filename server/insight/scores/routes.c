/* Reading a call's score. */
#include "http/http.h"
#include "insight/scores/queries.h"
#include "insight/scores/scores.h"
#include "insight/scores/store.h"
#include "insight/transcripts/transcripts.h"

static const struct field which_in[] = {
    {"card", FIELD_UUID, .doc = "Of this card (card_id); else the oldest card whose scores count"},
    {0},
};

/* What it had stays until the new ones are there. */
static const struct err *again(struct req *rq)
{
    struct uuid call = rq->param_id[0];
    struct score_call_out row;
    const struct err *e = q_score_call(rq->db, (struct score_call_in){call, req_scope(rq)}, &row);

    if (!e)
        e = transcript_counts(rq->db, rq->a, call);
    if (!e && uuid_is_zero(row.transcript_id))
        return err_why(rq->a, E_CONFLICT, "This call has no transcript to score.");
    if (!e)
        e = transcript_follow(rq->db, "scores.run", call, row.transcript_id);
    return e ? e : req_none(rq);
}

/* What a reviewer must not know yet it does not tell: only whether the bytes are the same. */
static const struct err *replay(struct req *rq)
{
    struct replay r = {.score = rq->param_id[0], .scope = req_scope(rq), .since = TIME_NONE,
                       .until = TIME_NONE};
    struct jw w = jw_new(rq->a);
    struct replayed *found;
    size_t n = 0;
    const struct err *e = scores_replay(rq->db, &r, &found, &n);

    if (!e && !n)
        return E_NOT_FOUND;
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "equal");
    jw_bool(&w, !found->differs.n);
    jw_key(&w, "differs");
    jw_text(&w, found->differs);
    jw_key(&w, "engine");
    jw_text(&w, found->engine);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/calls/{call}/score", CALLS_READ, which_in, .sql = SQL_SCORE_GET,
     .doc = "The score, its sections, and every verdict with the words it rests on"},
    {POST, "/calls/{call}/score", CALLS_WRITE, .run = again, .limit = LIMIT_COSTLY,
     .doc = "Scores the call again, by the cards that take it now"},
    {GET, "/calls/{call}/scores", CALLS_READ, .sql = SQL_SCORE_LIST,
     .doc = "The call's newest score by each card"},
    {GET, "/scorecards/{scorecard}/spread", SCORECARDS_READ, .sql = SQL_SCORE_SPREAD,
     .doc = "How the scores by exactly this version spread"},
    {GET, "/scorecards/{scorecard}/models", SCORECARDS_READ, .sql = SQL_SCORE_MODELS,
     .doc = "Which engines and models made the scores by exactly this version, since when, and how scores "
            "of the same calls differ from one to the next"},
    {GET, "/scores/{score}/replay", REVIEWS_WRITE, .run = replay, .out = "score_replay",
     .lane = WORK_SLOW,
     .doc = "Derives the score anew from what it pins, and says whether all is as stored"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define NUMBER "{\"type\":\"integer\"}"
#define NUMBER_NULL "{\"type\":[\"integer\",\"null\"]}"
#define YES_NO "{\"type\":\"boolean\"}"

static const struct schema schemas[] = {
    {"scorecard_ref",
     "{\"type\":\"object\",\"required\":[\"id\",\"card_id\",\"name\",\"version\"],\"properties\":{\"id\":" TEXT
     ",\"card_id\":" TEXT ",\"name\":" TEXT ",\"version\":" NUMBER "}}"},
    {"dispute",
     "{\"type\":\"object\",\"required\":[\"id\",\"state\",\"body\",\"resolution\"],\"properties\":{\"id\":"
     TEXT ",\"state\":{\"enum\":[\"open\",\"upheld\",\"rejected\"]},\"body\":" TEXT
     ",\"resolution\":{\"type\":[\"string\",\"null\"]}}}"},
    {"score_replay",
     "{\"type\":\"object\",\"required\":[\"equal\",\"differs\",\"engine\"],\"properties\":{\"equal\":"
     YES_NO ",\"differs\":" TEXT ",\"engine\":" TEXT "}}"},
    {"score_models",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"engine\",\"model\",\"scores\","
     "\"first_at\",\"last_at\",\"mean_bp\"],\"properties\":{\"engine\":" TEXT ",\"model\":" TEXT
     ",\"scores\":" NUMBER ",\"first_at\":" TEXT ",\"last_at\":" TEXT ",\"mean_bp\":" NUMBER "}}}"},
    {"score_model_changes",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"from\",\"to\",\"calls\","
     "\"within_ten\",\"mean_change_bp\"],\"properties\":{\"from\":" TEXT ",\"to\":" TEXT ",\"calls\":" NUMBER
     ",\"within_ten\":" NUMBER ",\"mean_change_bp\":" NUMBER_NULL "}}}"},
    {"score_histogram", "{\"type\":\"array\",\"items\":" NUMBER "}"},
    {"score_sections",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"score_bp\","
     "\"weight\"],"
     "\"properties\":{\"name\":" TEXT ",\"score_bp\":" NUMBER_NULL ",\"weight\":" NUMBER "}}}"},
    {"score_criteria",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"key\",\"section\","
     "\"text\","
     "\"weight\",\"auto_fail\",\"answer\",\"by_rule\",\"reason\",\"points_bp\",\"spans\"],"
     "\"properties\":{"
     "\"key\":" TEXT ",\"section\":" TEXT ",\"text\":" TEXT ",\"weight\":" NUMBER ","
     "\"auto_fail\":" YES_NO
     ",\"answer\":{\"enum\":[\"yes\",\"partly\",\"no\",\"na\",\"value\",\"not_assessed\",\"unsupported\"]},"
     "\"type\":{\"enum\":[\"scale\",\"choice\",\"number\"]},\"value\":" TEXT ",\"label\":" TEXT ","
     "\"decided_by\":{\"enum\":[\"human\"]},\"by_person\":" YES_NO ",\"off\":" YES_NO ","
     "\"by_rule\":" YES_NO ",\"reason\":" TEXT ",\"points_bp\":" NUMBER_NULL
     ",\"spans\":{\"$ref\":\"#/components/schemas/spans\"}}}}"},
    {0},
};

const struct feature scores_feature = {
    .name = "scores", .doc = "How calls score.", .routes = routes, .jobs = score_jobs,
    .schemas = schemas,
};
