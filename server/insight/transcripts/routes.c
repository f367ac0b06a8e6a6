/* Reading a call's transcript, having it made again, and which engines there are. */
#include "engines/engines.h"
#include "http/http.h"
#include "insight/transcripts/export.h"
#include "insight/transcripts/queries.h"
#include "insight/transcripts/revise.h"
#include "insight/transcripts/store.h"
#include "insight/transcripts/transcripts.h"
#include "intake/recordings/recordings.h"
#include "jobs/jobs.h"
#include "live/live.h"

static const struct err *run_again(struct req *rq)
{
    struct uuid call = rq->param_id[0];
    struct transcript_recording_out from;
    struct transcript_restart_out row;
    const struct err *e =
        q_transcript_recording(rq->db, (struct transcript_recording_in){call, req_scope(rq)}, &from);

    if (e)
        return e;
    e = transcript_counts(rq->db, rq->a, call);
    if (e)
        return e;
    if (uuid_is_zero(from.recording_id))
        return err_why(rq->a, E_CONFLICT, "This call has no recording to transcribe.");
    e = recordings_add_transcript(rq->db, call, from.recording_id);
    if (!e)
        e = q_transcript_restart(rq->db, (struct transcript_restart_in){
            .call = call, .state = STR("transcribing")}, &row);
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

struct channel_fields {
    struct str agent_channel;
};

static const struct field channels_in[] = {
    {"agent_channel", FIELD_TEXT, offsetof(struct channel_fields, agent_channel), REQUIRED,
     .choices = "left|right", .doc = "Where the own people are on stereo recordings"},
    {0},
};

static const struct err *channels(struct req *rq)
{
    const struct channel_fields *in = rq->in;
    int64_t n = 0;
    const struct err *e = q_channels_set(
        rq->db, (struct channels_set_in){rq->param_id[0], in->agent_channel}, &n);

    return e ? e : n ? req_none(rq) : E_NOT_FOUND;
}

static const struct route routes[] = {
    {GET, "/calls/{call}/transcript", CALLS_READ, .sql = SQL_TRANSCRIPT_GET,
     .doc = "What was said, word by word"},
    {POST, "/calls/{call}/transcript", CALLS_WRITE, .run = run_again, .limit = LIMIT_COSTLY,
     .doc = "Transcribes the recording again, then analyses and scores it"},
    {GET, "/calls/{call}/transcript/file", CALLS_READ, transcript_file_in, .run = transcript_file,
     .out = "file", .doc = "The transcript as WebVTT, SubRip, text or JSON"},
    {GET, "/calls/{call}/transcript/versions", CALLS_READ, .sql = SQL_TRANSCRIPT_VERSIONS,
     .doc = "What engines wrote and what people changed, newest first"},
    {POST, "/calls/{call}/transcript/turns", CALLS_WRITE, transcript_turn_in,
     .run = transcript_turn_change, .out = "created", .creates = CREATES,
     .doc = "Correct the words of a turn: a new version, analysed and scored anew"},
    {POST, "/calls/{call}/transcript/swap", CALLS_WRITE, transcript_swap_in, .run = transcript_swap,
     .out = "created", .creates = CREATES,
     .doc = "Exchange the speakers: a new version, analysed and scored anew"},
    {GET, "/integrations/{integration}/channels", INTEGRATIONS_READ, .sql = SQL_CHANNELS_GET,
     .doc = "Which channel of stereo recordings is whose"},
    {PUT, "/integrations/{integration}/channels", INTEGRATIONS_WRITE, channels_in, .run = channels,
     .doc = "Say which channel is whose, for recordings transcribed from now on"},
    {GET, "/engines", SCORECARDS_READ, .run = engines, .tx = TX_NONE, .out = "engines",
     .doc = "The engines that transcribe and analyse"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define NUMBER "{\"type\":\"integer\"}"
#define HOW "{\"enum\":[\"channel\",\"guess\",\"person\"]}"
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
    {"transcript_notes",
     "{\"type\":\"object\",\"required\":[\"removed\",\"corrected\",\"no_confidence\","
     "\"times_spread\",\"tags\"],\"properties\":{\"removed\":" NUMBER ",\"corrected\":" NUMBER
     ",\"no_confidence\":{\"type\":\"boolean\"},\"times_spread\":{\"type\":\"boolean\"},"
     "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\","
     "\"start_ms\",\"end_ms\"],\"properties\":{\"kind\":{\"enum\":[\"prompt\",\"voicemail\","
     "\"wordless\"]},\"start_ms\":" NUMBER ",\"end_ms\":" NUMBER "}}}}}"},
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
