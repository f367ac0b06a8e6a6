/* Clips of calls over HTTP: a part of a recording, decoded by the sandboxed child, and its words. */
#include "insight/reports/call.h"
#include "insight/reports/clip.h"
#include "insight/reports/pack.h"
#include "insight/reports/routes_int.h"
#include "insight/transcripts/transcripts.h"
#include "intake/recordings/recordings.h"
#include "net/services.h"

struct clip_fields {
    int64_t from_ms, to_ms;
    struct uuid recording;
};
const struct field clip_in[] = {
    {"from_ms", FIELD_INT, offsetof(struct clip_fields, from_ms), OPTIONAL, .min = 0,
     .max = MEDIA_MAX_HOURS * 3600000, .doc = "From the beginning of the recording; 0 if left out"},
    {"to_ms", FIELD_INT, offsetof(struct clip_fields, to_ms), OPTIONAL, .min = 1,
     .max = MEDIA_MAX_HOURS * 3600000, .doc = "At most five minutes later; 30 seconds if left out"},
    {"recording", FIELD_UUID, offsetof(struct clip_fields, recording), OPTIONAL,
     .doc = "Of several; else the one that was written down"},
    {0},
};

struct cut {
    struct report_clip_out row;
    int64_t from, to;
};

static const struct err *find(struct req *rq, struct cut *c)
{
    const struct clip_fields *in = rq->in;
    const struct err *e;

    c->from = in->from_ms;
    c->to = rq->texts[1].p ? in->to_ms : c->from + 30000;
    e = q_report_clip(rq->db, (struct report_clip_in){rq->param_id[0], req_scope(rq), in->recording},
                      &c->row);
    if (e)
        return e;
    if (c->to <= c->from)
        return req_field(rq, "to_ms", "The part ends before it begins.");
    if (c->to - c->from > CLIP_MAX_MS)
        return req_field(rq, "to_ms", "At most five minutes at a time.");
    if (c->row.duration_ms > 0 && c->from >= c->row.duration_ms)
        return req_field(rq, "from_ms", "The recording is over by then.");
    return NULL;
}

struct reading {
    struct object *object;
    uint64_t at;
};

static const struct err *read_object(void *ctx, void *buf, size_t n, size_t *ret_n)
{
    struct reading *r = ctx;
    const struct err *e = objects_read_at(r->object, r->at, n, buf, ret_n);

    if (!e)
        r->at += *ret_n;
    return e;
}

static const struct err *sound_of(struct req *rq, const struct cut *c, struct str *ret)
{
    struct reading r = {NULL, 0};
    struct media_pcm pcm;
    struct str muted;
    unsigned channels;
    const struct err *e = recording_heard(rq->a, &(struct recording_hearing){
        .looked = c->row.looked, .silent = c->row.silent, .muted_key = c->row.muted_key,
        .muted_reason = c->row.muted_reason}, &muted);

    if (e)
        return e;
    if (!c->row.object_key.p)
        return err_why(rq->a, E_NOT_FOUND, "There is no audio of this recording.");
    e = objects_open(services()->objects, rq->a, rq->who.tenant, muted.p ? muted : c->row.object_key,
                     &r.object);
    if (!e)
        e = media_clip(rq->a, (struct media_source){read_object, &r}, c->from, c->to, &pcm, &channels);
    if (!e)
        *ret = clip_wav(rq->a, &pcm, channels);
    return e;
}

static const struct err *words_of(struct req *rq, const struct cut *c, struct str *ret)
{
    struct doc *d = doc_new(rq->a, STR("Clip of a call"), c->row.title, c->row.started_at);
    struct transcript t;
    const struct err *e = NULL;

    doc_add(d, (struct doc_block){.kind = DOC_FACT, .text = STR("Agent"),
                                  .more = c->row.agent_name.n ? c->row.agent_name : STR("Not known")});
    doc_add(d, (struct doc_block){.kind = DOC_FACT, .text = STR("When"),
                                  .more = report_when(rq->a, c->row.started_at, rq->who.tenant_zone)});
    doc_add(d, (struct doc_block){
        .kind = DOC_FACT, .text = STR("Part"),
        .more = str_fmt(rq->a, "%.*s to %.*s", STR_ARG(doc_clock(rq->a, c->from)),
                        STR_ARG(doc_clock(rq->a, c->to)))});
    doc_add(d, (struct doc_block){.kind = DOC_PART, .text = STR("What is said")});
    if (!uuid_is_zero(c->row.transcript_id))
        e = transcript_load(rq->db, c->row.transcript_id, &t);
    if (e)
        return e;
    if (!uuid_is_zero(c->row.transcript_id))
        clip_words(d, &t.talk, c->from, c->to);
    else
        doc_add(d, (struct doc_block){.kind = DOC_TEXT,
                                      .text = STR("This recording has not been written down.")});
    *ret = doc_markdown(d);
    return NULL;
}

static struct str name_of(struct req *rq, const struct cut *c, const char *ending)
{
    char id[UUID_TEXT];

    return str_fmt(rq->a, "call-%s-%lld-%lld.%s", uuid_text(rq->param_id[0], id).p,
                   (long long)c->from / 1000, (long long)c->to / 1000, ending);
}

const struct err *clip_sound(struct req *rq)
{
    struct cut c;
    struct str wav;
    const struct err *e = find(rq, &c);

    if (!e)
        e = sound_of(rq, &c, &wav);
    return e ? e : report_reply(rq, wav, "audio/wav", name_of(rq, &c, "wav"));
}

const struct err *clip_text(struct req *rq)
{
    struct cut c;
    struct str words;
    const struct err *e = find(rq, &c);

    if (!e)
        e = words_of(rq, &c, &words);
    return e ? e : report_reply(rq, words, "text/markdown; charset=utf-8", name_of(rq, &c, "md"));
}

const struct err *clip_both(struct req *rq)
{
    struct cut c;
    struct str wav, words;
    struct pack *p;
    const struct err *e = find(rq, &c);

    if (!e)
        e = sound_of(rq, &c, &wav);
    if (!e)
        e = words_of(rq, &c, &words);
    if (!e)
        e = pack_new(rq->a, &p);
    if (!e)
        e = pack_add(p, name_of(rq, &c, "wav"), wav, c.row.started_at);
    if (!e)
        e = pack_add(p, name_of(rq, &c, "md"), words, c.row.started_at);
    return e ? e : report_send_pack(rq, p, name_of(rq, &c, "zip"));
}
