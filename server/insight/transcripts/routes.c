/* Reading a call's transcript, having it made again, and which engines there are. */
#include "engines/engines.h"
#include "http/http.h"
#include "insight/transcripts/queries.h"
#include "insight/transcripts/store.h"
#include "insight/transcripts/transcripts.h"
#include "jobs/jobs.h"
#include "live/live.h"

/* Whose calls these are, as statements take it. */
static struct str scope_of(const struct req *rq)
{
    char text[UUID_TEXT];

    if (str_is(rq->who.scope, "all"))
        return STR_NONE;
    if (uuid_is_zero(rq->who.agent))
        return STR("{}");
    return str_fmt(rq->a, "{%s}", uuid_text(rq->who.agent, text).p);
}

static const struct err *run_again(struct req *rq)
{
    struct uuid call = rq->param_id[0];
    struct transcript_recording_out from;
    struct transcript_restart_out row;
    char c[UUID_TEXT], r[UUID_TEXT];
    const struct err *e =
        q_transcript_recording(rq->db, (struct transcript_recording_in){call, scope_of(rq)}, &from);

    if (e)
        return e;
    if (uuid_is_zero(from.recording_id))
        return err_why(rq->a, E_CONFLICT, "This call has no recording to transcribe.");
    uuid_text(call, c);
    uuid_text(from.recording_id, r);
    e = job_add(rq->db, "transcripts.run",
                str_fmt(rq->a, "{\"call\":\"%s\",\"recording\":\"%s\"}", c, r),
                str_fmt(rq->a, "transcripts.run|%s", r), 0);
    if (!e)
        e = q_transcript_restart(rq->db, (struct transcript_restart_in){call}, &row);
    if (!e)
        e = live_note(rq->db, "call.updated", call, row.agent_id);
    return e ? e : req_none(rq);
}

static void write_engine(struct jw *w, const char *key, const char *name, const char *version,
                         const char *notice)
{
    jw_key(w, key);
    jw_open(w, '{');
    jw_key(w, "name");
    jw_text(w, str_of(name));
    jw_key(w, "version");
    jw_text(w, str_of(version));
    jw_key(w, "notice");
    jw_text(w, str_of(notice));
    jw_close(w, '}');
}

static const struct err *engines(struct req *rq)
{
    const struct speech_engine *s = speech_engines[0];
    const struct language_engine *l = language_engines[0];
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    write_engine(&w, "speech", s->name, s->version, s->notice);
    write_engine(&w, "language", l->name, l->version, l->notice);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/calls/{call}/transcript", CALLS_READ, .sql = SQL_TRANSCRIPT_GET,
     .doc = "What was said, word by word"},
    {POST, "/calls/{call}/transcript", CALLS_WRITE, .run = run_again, .limit = LIMIT_COSTLY,
     .doc = "Transcribes the recording again, then analyses and scores it"},
    {GET, "/engines", SCORECARDS_READ, .run = engines, .tx = TX_NONE, .out = "engines",
     .doc = "The engines that transcribe and analyse"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define NUMBER "{\"type\":\"integer\"}"
#define HOW "{\"enum\":[\"channel\",\"guess\"]}"
#define ENGINE                                                                                     \
    "{\"type\":\"object\",\"required\":[\"name\",\"version\",\"notice\"],\"properties\":" \
    "{\"name\":" TEXT ",\"version\":" TEXT ",\"notice\":" TEXT "}}"

static const struct schema schemas[] = {
    {"speakers",
     "{\"type\":\"object\",\"required\":[\"agent\",\"customer\"],\"properties\":{\"agent\":" HOW
     ",\"customer\":" HOW "}}"},
    {"turns",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"n\",\"speaker\","
     "\"start_ms\","
     "\"end_ms\",\"sentiment_bp\",\"words\"],\"properties\":{\"n\":" NUMBER ","
     "\"speaker\":{\"enum\":[\"agent\",\"customer\",\"unknown\"]},\"start_ms\":" NUMBER ","
     "\"end_ms\":" NUMBER ",\"sentiment_bp\":{\"type\":[\"integer\",\"null\"]},"
     "\"words\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"t\",\"s\","
     "\"e\",\"c\"],"
     "\"properties\":{\"t\":" TEXT ",\"s\":" NUMBER ",\"e\":" NUMBER ",\"c\":" NUMBER "}}}}}}"},
    {"engines",
     "{\"type\":\"object\",\"required\":[\"speech\",\"language\"],"
     "\"properties\":{\"speech\":" ENGINE
     ",\"language\":" ENGINE "}}"},
    {0},
};

const struct feature transcripts_feature = {
    .name = "transcripts", .doc = "What was said in a call.", .routes = routes,
    .jobs = transcript_jobs, .schemas = schemas,
};
