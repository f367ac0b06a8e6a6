/* Transcribing recordings, by the tenant's engines in their order. "transcripts.run" does it on this
 * machine, one at a time in a process, for the engine uses all cores; "transcripts.ask" waits for
 * others' services and runs beside them, under the limits of the engine's gate. An engine that
 * fails hands over to the next; one that is merely busy is waited for. A file that cannot be
 * decoded is not tried again. */
#include "core/log.h"
#include "insight/redaction/redaction.h"
#include "insight/transcripts/queries.h"
#include "insight/transcripts/store.h"
#include "insight/transcripts/transcripts.h"
#include "jobs/jobs.h"
#include "live/live.h"
#include "people/webhooks/webhooks.h"
#include "money/spend/spend.h"
#include "net/services.h"

#define HOURS 4
#define ASKING_AT_A_TIME 3
#define ATTENTION_S 900 /* between looks whether an admin has mended the engine */
#define ATTENTION_DAYS 7

struct product {
    struct uuid id, call, recording;
    struct transcript_source_out from;
    struct speech_plan plan;
    struct sound sound;
    const struct speech_line *line; /* that did it */
    struct speech_ask ask;
    struct transcript t;
    struct redaction_rules rules;
    struct redacted redacted; /* rules.active: what t is made of */
    bool linked; /* nothing was done */
};

struct reading {
    struct job *job;
    struct object *object;
    uint64_t at;
};

static const struct err *read_object(void *ctx, void *buf, size_t n, size_t *ret_n)
{
    struct reading *r = ctx;
    const struct err *e;

    if (atomic_load(&r->job->lost))
        return E_LOST;
    e = objects_read_at(r->object, r->at, n, buf, ret_n);
    if (!e)
        r->at += *ret_n;
    return e;
}

static void progress(void *job, int percent)
{
    atomic_store(&((struct job *)job)->percent, percent);
}

static bool cancelled(void *job)
{
    return atomic_load(&((struct job *)job)->lost);
}

static const struct err *source_of(struct job *job, struct product *p)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = transcript_linked(db, p->call, &p->linked);
    if (!e && !p->linked)
        e = q_transcript_source(db, (struct transcript_source_in){p->call, p->recording}, &p->from);
    if (!e && !p->linked)
        e = speech_plan_read(db, job->tenant, &p->plan);
    if (!e && !p->linked)
        e = redaction_rules_read(db, &p->rules);
    job_read_end(job, db);
    if (!e && p->from.provider_sealed.p && !p->from.provider_transcript.p)
        e = redaction_open_provider(job->a, job->tenant, p->recording, p->from.provider_sealed,
                                    &p->from.provider_transcript);
    return e;
}

static const struct err *decode(struct job *job, struct product *p)
{
    struct reading r = {.job = job};
    const struct err *e;

    if (!p->from.object_key.p)
        return err_why(job->a, E_NOT_READY, "The recording has not been fetched.");
    e = objects_open(services()->objects, job->a, job->tenant, p->from.object_key, &r.object);
    return e ? e : sound_decode(job->a, (struct media_source){read_object, &r}, &p->sound);
}

/* ---- one engine after the other ---- */

static struct str why_of(struct job *job, const struct err *e)
{
    return arena_why(job->a).n ? str_dup(job->a, arena_why(job->a)) : str_fmt(job->a, "%s.", e->title);
}

/* Whether the job runs under the gate of this engine: not where it is the next one's turn. */
static bool has_gate_of(const struct job *job, const struct speech_line *line)
{
    char id[UUID_TEXT];

    return str_eq(job->gate, str_fmt(job->a, "%s:%s", line->engine->name,
                                     uuid_text(line->id, id).p));
}

/* What became of it tells the engine's gate; refusals of this one recording tell nothing. */
static void tell_gate(struct job *job, const struct speech_line *line,
                      const struct speech_ask *ask, const struct err *e)
{
    if (!has_gate_of(job, line) || e == E_LOST)
        return;
    if (e == E_UPSTREAM_BUSY && ask->retry_after_s > 0)
        job_gate_told(job, false, ask->retry_after_s, why_of(job, e));
    else if (e == E_UPSTREAM || e == E_UPSTREAM_BUSY || (e == E_TIMEOUT && !ask->status))
        job_gate_told(job, false, 0, why_of(job, e));
    else if (!e)
        job_gate_told(job, true, 0, STR_NONE);
}

/* ---- who pays ---- */

static const struct err *cost_of(struct job *job, const struct speech_line *line, int64_t ms,
                                 struct spend_order *io)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = speech_cost(db, line->id, ms, &io->priced, &io->micro, &io->currency);
    job_read_end(job, db);
    return e;
}

/* All of the sound on each of its channels is the most that can be sent. *ret_spend zero: the engine
 * costs nothing by its nature. */
static const struct err *reserve(struct job *job, const struct product *p,
                                 const struct speech_line *line, struct uuid *ret_spend)
{
    int64_t ms = (int64_t)p->sound.info.duration_ms * p->sound.info.channels;
    struct spend_order order = {.service = "speech", .engine = line->id, .call = p->call,
                                .engine_name = line->name, .number = 1 + (line - p->plan.lines)};
    const struct err *e;

    *ret_spend = (struct uuid){{0}};
    if (!line->engine->default_url || uuid_is_zero(line->id))
        return NULL;
    e = cost_of(job, line, ms, &order);
    if (e)
        return e;
    e = spend_reserve(job, &order, ret_spend);
    if (e)
        *ret_spend = (struct uuid){{0}};
    return e;
}

static const struct err *settle(struct job *job, const struct product *p,
                                const struct speech_line *line, struct uuid spend,
                                const struct err *e)
{
    struct str why = arena_why(job->a);
    struct spend_used used = {.in_tokens = -1, .out_tokens = -1, .sound_ms = p->ask.sent_ms};
    struct spend_order cost = {0};
    const struct err *noted = NULL;

    if (uuid_is_zero(spend))
        return e;
    if (e == E_TIMEOUT || e == E_LOST)
        used.end = SPEND_ASSUMED;
    else if (e && !p->ask.sent_ms)
        used.end = SPEND_RELEASED;
    else
        noted = cost_of(job, line, p->ask.sent_ms, &cost);
    used.micro = cost.priced ? cost.micro : 0;
    if (!noted)
        noted = spend_finish(job, spend, &used);
    arena_set_why(job->a, why);
    return e ? e : noted;
}

static const struct err *try_line(struct job *job, struct product *p, const struct speech_line *line)
{
    struct hearing how = {.engine = line->engine, .ask = &p->ask, .direction = p->from.direction,
                          .left = str_is(p->from.agent_channel, "right") ? SPEAKER_CUSTOMER
                                                                          : SPEAKER_AGENT,
                          .n_corrections = p->plan.n_corrections,
                          .corrections = p->plan.corrections};
    struct uuid spend;
    const struct err *e;

    p->line = line;
    p->ask = speech_ask_of(line);
    p->ask.n_hints = line->engine->takes_hints ? p->plan.n_hints : 0;
    p->ask.hints = p->plan.hints;
    p->ask.own_words = p->from.provider_transcript;
    p->ask.cancelled = cancelled;
    p->ask.cancelled_arg = job;
    if (line->engine->ask && !uuid_is_zero(line->id))
        p->ask.shelf = speech_shelf_of(job, p->recording, line->id);
    e = reserve(job, p, line, &spend);
    if (!e)
        e = transcribe_sound(job->a, &p->sound, &how, progress, job, &p->t);
    return settle(job, p, line, spend, e);
}

/* Whether the next engine may do it instead: not where waiting helps, or where it is our own trouble. */
static bool hands_over(const struct err *e)
{
    return e != E_UPSTREAM_BUSY && e != E_LOST && e != E_UNAVAILABLE && e != E_BUSY;
}

/* *ret_waiting: all that is left waits for an admin. */
static const struct err *try_all(struct job *job, struct product *p, bool *ret_waiting)
{
    const struct err *e = E_NOT_READY, *kept = NULL;
    struct str why = STR_NONE;

    *ret_waiting = true;
    for (size_t i = 0; i < p->plan.n; i++) {
        const struct speech_line *line = &p->plan.lines[i];

        if (!str_is(line->state, "active")) {
            LOG(LOG_INFO, "speech.passed_over", KV("engine", line->name));
            continue;
        }
        e = try_line(job, p, line);
        tell_gate(job, line, &p->ask, e);
        if (!e || !hands_over(e)) {
            *ret_waiting = false;
            return e;
        }
        /* The text that is missing is no news; another engine's failure is. */
        if (e != E_NOT_READY || !kept) {
            kept = e;
            why = why_of(job, e);
        }
        if (p->ask.stop)
            e = speech_attention(job, line, why) ? E_UNAVAILABLE : e;
        else if (e != E_CAPPED) /* the cap is another day's, or an admin raises it */
            *ret_waiting = false;
    }
    if (why.p)
        arena_set_why(job->a, why);
    return kept ? kept : e;
}

static enum job_result not_done(struct job *job, const struct product *p, const struct err *e,
                                bool waiting)
{
    if (e == E_UPSTREAM_BUSY) {
        job->snooze_s = p->ask.retry_after_s > 0 ? p->ask.retry_after_s : 30;
        return JOB_SNOOZE;
    }
    if (e == E_UNAVAILABLE || e == E_BUSY)
        return JOB_SNOOZE;
    if (waiting && (time_now() - job->created_at) / TIME_S < ATTENTION_DAYS * 86400) {
        job->snooze_s = ATTENTION_S;
        return JOB_SNOOZE;
    }
    if (waiting && !arena_why(job->a).n)
        arena_set_why(job->a, STR("No speech engine is ready: see Settings, Engines."));
    arena_set_why(job->a, why_of(job, e));
    job->last = e == E_BAD_MEDIA || e == E_SEAL || e == E_NOT_FOUND || e == E_ADDRESS_REFUSED ||
                p->ask.final;
    return JOB_RETRY;
}

/* Before anything else sees the words. Whatever goes wrong here, nothing is stored. */
static const struct err *redact_it(struct job *job, struct product *p)
{
    const struct json *notes;
    const struct err *e;

    if (!p->rules.active)
        return NULL;
    e = json_parse(job->a, p->t.notes, &notes);
    if (!e)
        e = redact(job->a, &p->rules, &p->t.talk, json_yes(notes, "times_spread"), &p->redacted);
    if (e)
        return e;
    p->t.talk = p->redacted.talk;
    if (p->redacted.n)
        transcript_again(job->a, &p->t, json_yes(notes, "no_confidence"));
    return NULL;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    bool waiting = false;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "call"), &p->call) ||
        !uuid_parse(json_text(job->args, "recording"), &p->recording))
        return JOB_DISCARD;
    e = source_of(job, p);
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* call or recording were deleted meanwhile */
    *ret_product = p;
    if (!e && p->linked)
        return JOB_DONE;
    if (!e)
        e = decode(job, p);
    if (!e)
        e = try_all(job, p, &waiting);
    if (!e)
        e = redact_it(job, p);
    if (e)
        return not_done(job, p, e, waiting);
    p->id = uuid_new();
    return JOB_DONE;
}

static const struct err *put(struct job *job, const struct product *p)
{
    const struct speech_engine *engine = p->line->engine;
    struct str version = p->line->model.n ? str_fmt(job->a, "%s %.*s", engine->version,
                                                    STR_ARG(p->line->model))
                                          : str_of(engine->version);
    struct transcript_put_in in = {
        .id = p->id, .call = p->call, .recording = p->recording, .engine = str_of(engine->name),
        .engine_version = version, .language = p->t.language, .state = str_of(p->t.state),
        .reason = p->t.reason, .attribution = str_of(p->t.attribution),
        .confidence_bp = p->t.confidence_bp, .words = p->t.words,
        .duration_ms = p->t.talk.duration_ms, .hash = str_n(p->t.hash.b, sizeof p->t.hash.b),
        .turns = p->t.turns, .engine_id = p->line->id, .request_ids = p->ask.request_ids,
        .notes = p->t.notes, .sent_ms = p->ask.sent_ms,
        .redacted_by = p->rules.active ? p->rules.version : SQL_NULL};
    bool priced = false;
    const struct err *e = NULL;

    if (!uuid_is_zero(p->line->id))
        e = speech_cost(job->db, p->line->id, p->ask.sent_ms, &priced, &in.cost_micro,
                        &in.cost_currency);
    in.cost_currency = priced ? in.cost_currency : STR_NONE;
    return e ? e : q_transcript_put(job->db, in, NULL);
}

/* The words that were taken out, and what the phone system itself wrote of them. */
static const struct err *keep(struct job *job, const struct product *p)
{
    const struct err *e;

    if (!p->rules.active)
        return NULL;
    e = redaction_keep(job->db, &(struct redaction_keep){
        .tenant = job->tenant, .transcript = p->id, .call = p->call, .recording = p->recording},
        &p->redacted);
    if (!e && p->from.provider_transcript.p && !p->from.provider_sealed.p)
        e = redaction_seal_provider(job->db, job->tenant, p->recording, p->from.provider_transcript);
    return e;
}

static const struct err *store(struct job *job, void *product)
{
    const struct product *p = product;
    struct transcript_adopt_out row;
    struct transcript_current_out current;
    const struct err *e;

    if (p->linked)
        return transcript_stand_back(job->db, p->call);
    e = put(job, p);
    if (!e)
        e = keep(job, p);
    if (!e)
        e = speech_shelf_clear(job->db, p->recording);
    if (e)
        return e;
    e = q_transcript_adopt(job->db, (struct transcript_adopt_in){p->call, p->id, p->recording,
                                                                 p->t.words}, &row);
    if (e == E_NOT_FOUND) { /* another recording stays; scoring it again sets the call's state */
        e = q_transcript_current(job->db, (struct transcript_current_in){p->call}, &current);
        return e ? e : transcript_follow(job->db, "scores.run", p->call,
                                          current.transcript_id);
    }
    if (!e)
        e = transcript_follow(job->db, "analysis.run", p->call, p->id);
    if (!e)
        e = webhook_tell(job->db, WEBHOOK_TRANSCRIPT_READY, p->call);
    return e ? e : live_note(job->db, "call.updated", p->call, row.agent_id);
}

static const struct err *dead(struct job *job, struct str reason)
{
    struct uuid call;

    if (!uuid_parse(json_text(job->args, "call"), &call))
        return NULL;
    return transcript_failed(job->db, call, reason, true);
}

static const struct err *revive(struct job *job)
{
    struct uuid call;

    if (!uuid_parse(json_text(job->args, "call"), &call))
        return NULL;
    return transcript_revived(job->db, call, "transcribing", (struct uuid){{0}});
}

const struct job_kind transcript_jobs[] = {
    {"transcripts.run", work, store, dead, .attempts = 4, .timeout_s = HOURS * 3600,
     .priority = JOB_NORMAL, .cap = 1, .revive = revive},
    /* Six tries reach over an hour: as long as a service's outage mostly takes. */
    {"transcripts.ask", work, store, dead, .attempts = 6, .timeout_s = HOURS * 3600,
     .priority = JOB_NORMAL, .cap = ASKING_AT_A_TIME, .revive = revive, .curve = {10, 4, 3600}},
    {0},
};
