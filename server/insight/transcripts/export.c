/* Transcripts as files. Called by the route; the writers are pure. A long turn becomes several cues,
 * so that subtitles stay readable. */
#include "insight/transcripts/export.h"

#include "insight/transcripts/queries.h"
#include "insight/transcripts/transcripts.h"
#include "insight/transcripts/turns.h"

#define FILE_MAX (16u << 20)
#define CUE_WORDS 14
#define CUE_MS 6000

struct file_fields {
    struct str format;
};

const struct field transcript_file_in[] = {
    {"format", FIELD_TEXT, offsetof(struct file_fields, format), OPTIONAL,
     .choices = "vtt|srt|txt|json", .doc = "WebVTT (if left out), SubRip, plain text or JSON"},
    {0},
};

enum kind { VTT, SRT, TXT };

struct writing {
    struct buf b;
    enum kind kind;
    struct str agent;
    int64_t cues;
};

static struct str name_of(const struct writing *w, enum speaker who)
{
    return who == SPEAKER_AGENT      ? (w->agent.n ? w->agent : STR("Agent"))
           : who == SPEAKER_CUSTOMER ? STR("Customer")
                                     : STR("Speaker");
}

static void put_time(struct buf *b, int32_t ms, char point)
{
    buf_fmt(b, "%02d:%02d:%02d%c%03d", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, point,
            ms % 1000);
}

/* No line ends; markup characters as entities where they would be markup. */
static void put_text(struct writing *w, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if ((unsigned char)c < 0x20 || c == 0x7f)
            buf_char(&w->b, ' ');
        else if (w->kind == VTT && c == '<')
            buf_add(&w->b, STR("&lt;"));
        else if (w->kind == VTT && c == '>')
            buf_add(&w->b, STR("&gt;"));
        else if (w->kind == VTT && c == '&')
            buf_add(&w->b, STR("&amp;"));
        else if (w->kind == SRT && (c == '<' || c == '>'))
            buf_char(&w->b, c == '<' ? '(' : ')');
        else
            buf_char(&w->b, c);
    }
}

/* A name that ends in dashes would make an arrow with the end of its tag. */
static void put_name(struct writing *w, struct str name)
{
    while (w->kind == VTT && name.n && name.p[name.n - 1] == '-')
        name.n--;
    put_text(w, name);
}

static void put_cue(struct writing *w, const struct turn *t, size_t first, size_t n)
{
    int32_t from = t->words[first].start_ms, to = t->words[first + n - 1].end_ms;

    if (w->kind == SRT)
        buf_fmt(&w->b, "%lld\n", (long long)++w->cues);
    put_time(&w->b, from, w->kind == SRT ? ',' : '.');
    buf_add(&w->b, STR(" --> "));
    put_time(&w->b, to > from ? to : from + 1, w->kind == SRT ? ',' : '.');
    buf_add(&w->b, w->kind == VTT ? STR("\n<v ") : STR("\n"));
    put_name(w, name_of(w, t->speaker));
    buf_add(&w->b, w->kind == VTT ? STR(">") : STR(": "));
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(&w->b, ' ');
        put_text(w, t->words[first + i].text);
    }
    buf_add(&w->b, STR("\n\n"));
}

static void put_turn(struct writing *w, const struct turn *t)
{
    size_t first = 0;

    for (size_t i = 1; i <= t->n_words; i++)
        if (i == t->n_words || i - first >= CUE_WORDS ||
            t->words[i].end_ms - t->words[first].start_ms > CUE_MS) {
            put_cue(w, t, first, i - first);
            first = i;
        }
}

static struct str cues(struct arena *a, const struct conversation *c, enum kind kind,
                       struct str agent)
{
    struct writing w = {.b = buf_new(a, FILE_MAX), .kind = kind, .agent = agent};

    if (kind == VTT)
        buf_add(&w.b, STR("WEBVTT\n\n"));
    for (size_t i = 0; i < c->n_turns; i++)
        put_turn(&w, &c->turns[i]);
    return w.b.n ? buf_str(&w.b) : STR("");
}

struct str export_vtt(struct arena *a, const struct conversation *c, struct str agent)
{
    return cues(a, c, VTT, agent);
}

struct str export_srt(struct arena *a, const struct conversation *c, struct str agent)
{
    return cues(a, c, SRT, agent);
}

struct str export_text(struct arena *a, const struct conversation *c, struct str agent)
{
    struct writing w = {.b = buf_new(a, FILE_MAX), .kind = TXT, .agent = agent};

    for (size_t i = 0; i < c->n_turns; i++) {
        const struct turn *t = &c->turns[i];

        buf_fmt(&w.b, "[%02d:%02d:%02d] ", t->start_ms / 3600000, t->start_ms / 60000 % 60,
                t->start_ms / 1000 % 60);
        put_text(&w, name_of(&w, t->speaker));
        buf_char(&w.b, ':');
        for (size_t k = 0; k < t->n_words; k++) {
            buf_char(&w.b, ' ');
            put_text(&w, t->words[k].text);
        }
        buf_char(&w.b, '\n');
    }
    return w.b.n ? buf_str(&w.b) : STR("");
}

static struct str export_json(struct arena *a, const struct transcript_head_out *head,
                              const struct transcript *t)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "call");
    jw_uuid(&w, head->call_id);
    jw_key(&w, "transcript");
    jw_uuid(&w, head->id);
    jw_key(&w, "started_at");
    jw_time(&w, head->started_at);
    jw_key(&w, "engine");
    jw_text(&w, head->engine);
    jw_key(&w, "language");
    jw_text(&w, head->language);
    jw_key(&w, "duration_ms");
    jw_int(&w, t->talk.duration_ms);
    jw_key(&w, "turns");
    jw_raw(&w, t->turns);
    jw_close(&w, '}');
    return jw_done(&w);
}

const struct err *transcript_file(struct req *rq)
{
    const struct file_fields *in = rq->in;
    struct str format = in->format.p ? in->format : STR("vtt");
    struct transcript_head_out head;
    struct transcript t;
    char id[UUID_TEXT];
    const struct err *e = q_transcript_head(rq->db, (struct transcript_head_in){
        rq->param_id[0], req_scope(rq)}, &head);

    if (!e)
        e = transcript_load(rq->db, head.id, &t);
    if (e)
        return e;
    rq->reply.status = 200;
    if (str_is(format, "vtt")) {
        rq->reply.type = STR("text/vtt; charset=utf-8");
        rq->reply.body = export_vtt(rq->a, &t.talk, head.agent_name);
    } else if (str_is(format, "srt")) {
        rq->reply.type = STR("application/x-subrip; charset=utf-8");
        rq->reply.body = export_srt(rq->a, &t.talk, head.agent_name);
    } else if (str_is(format, "txt")) {
        rq->reply.type = STR("text/plain; charset=utf-8");
        rq->reply.body = export_text(rq->a, &t.talk, head.agent_name);
    } else {
        rq->reply.type = STR("application/json");
        rq->reply.body = export_json(rq->a, &head, &t);
    }
    req_set_header(rq, "content-disposition",
                   str_fmt(rq->a, "attachment; filename=\"call-%s.%.*s\"",
                           uuid_text(rq->param_id[0], id).p, STR_ARG(format)));
    return NULL;
}
