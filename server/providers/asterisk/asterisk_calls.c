/* Stored AMI messages into events. A delivery holds what came of one call, in any number of parts:
 * its channels are found, those that Asterisk ever gave one Linkedid belong together, and the key of
 * the call is the oldest channel's id, which is what Asterisk itself settles on after a transfer.
 * Legs are its call records; where none came they are worked out from dialling, bridging and hanging
 * up, under the same keys, so that a record that comes later completes them. Pure. */
#include "providers/asterisk/asterisk.h"

#include <string.h>

#define MAX_CHANNELS 1000
#define MAX_MESSAGES (EVENT_MAX_PER_DELIVERY - MAX_CHANNELS) /* each gives one event at most */
#define NONE ((size_t)-1)

struct channel {
    struct str id, name, number, caller, exten, queue;
    size_t root;   /* towards the group's first channel */
    size_t source; /* who dialled it, NONE */
    int64_t answered, ended;
    enum call_disposition dialled;
    bool seen, up, gone; /* told of by itself; ever connected; no more there */
};

struct record {
    struct ast_cdr cdr;
    size_t channel;
};

struct reading {
    struct ast_delivery *d;
    size_t n, n_records, cap_records;
    struct channel *v; /* MAX_CHANNELS */
    struct record *records;
    int64_t at; /* when the message at hand came */
};

static size_t root_of(struct reading *r, size_t i)
{
    while (r->v[i].root != i) {
        r->v[i].root = r->v[r->v[i].root].root;
        i = r->v[i].root;
    }
    return i;
}

static void unite(struct reading *r, size_t x, size_t y)
{
    if (x == NONE || y == NONE)
        return;
    x = root_of(r, x);
    y = root_of(r, y);
    if (x != y)
        r->v[x > y ? x : y].root = x < y ? x : y;
}

/* The channel of that id, made where it is new; NONE for what is no id and where there are too many. */
static size_t channel_of(struct reading *r, struct str id)
{
    struct channel *c;

    if (!ast_is_id(id))
        return NONE;
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->v[i].id, id))
            return i;
    if (r->n == MAX_CHANNELS)
        return NONE;
    c = &r->v[r->n];
    *c = (struct channel){.id = id, .root = r->n, .source = NONE, .answered = TIME_NONE,
                          .ended = TIME_NONE};
    c->name = c->number = c->caller = c->exten = c->queue = STR("");
    return r->n++;
}

static size_t channel_named(const struct reading *r, struct str name)
{
    for (size_t i = 0; name.n && i < r->n; i++)
        if (str_eq(r->v[i].name, name))
            return i;
    return NONE;
}

static struct str first(struct str had, struct str s)
{
    return had.n || str_is(s, "<unknown>") ? had : s;
}

static struct str prefixed(const struct ami_message *m, const char *prefix, const char *key)
{
    char name[40];
    size_t n = strlen(prefix);

    memcpy(name, prefix, n);
    memcpy(name + n, key, strlen(key) + 1);
    return ami_get(m, name);
}

/* What the message says of the channel whose fields bear this prefix ("" or "Dest"). */
static size_t snapshot(struct reading *r, const struct ami_message *m, const char *prefix)
{
    size_t i = channel_of(r, prefixed(m, prefix, "Uniqueid"));
    struct channel *c = &r->v[i == NONE ? 0 : i];

    if (i == NONE)
        return NONE;
    unite(r, i, channel_of(r, prefixed(m, prefix, "Linkedid")));
    c->name = first(c->name, prefixed(m, prefix, "Channel"));
    c->number = first(c->number, prefixed(m, prefix, "CallerIDNum"));
    c->caller = first(c->caller, prefixed(m, prefix, "CallerIDName"));
    c->exten = first(c->exten, prefixed(m, prefix, "Exten"));
    c->seen = c->seen || c->name.n;
    c->up = c->up || str_case_eq(prefixed(m, prefix, "ChannelStateDesc"), STR("Up"));
    return i;
}

/* The values of DialStatus (Asterisk's documentation of DialEnd). */
static enum call_disposition dial_status(struct str s)
{
    if (str_is(s, "ANSWER"))
        return CALL_ANSWERED;
    if (str_is(s, "BUSY"))
        return CALL_BUSY;
    if (str_is(s, "CHANUNAVAIL") || str_is(s, "CONGESTION"))
        return CALL_FAILED;
    return CALL_NO_ANSWER; /* ABORT, CANCEL, CONTINUE, GOTO, NOANSWER */
}

static void take_cdr(struct reading *r, const struct ami_message *m)
{
    struct record *grown, *rec;

    if (r->n_records == r->cap_records) {
        r->cap_records = r->cap_records ? 2 * r->cap_records : 16;
        grown = ARENA_ARRAY(r->d->a, r->cap_records, struct record);
        if (r->n_records)
            memcpy(grown, r->records, r->n_records * sizeof *grown);
        r->records = grown;
    }
    rec = &r->records[r->n_records];
    rec->channel = channel_of(r, ami_get(m, "UniqueID"));
    if (rec->channel == NONE)
        return;
    r->n_records++;
    unite(r, rec->channel, channel_of(r, ami_get(m, "X-Linkedid")));
    rec->cdr = (struct ast_cdr){
        .uniqueid = ami_get(m, "UniqueID"), .linkedid = STR(""), .channel = ami_get(m, "Channel"),
        .dst_channel = ami_get(m, "DestinationChannel"), .source = ami_get(m, "Source"),
        .destination = ami_get(m, "Destination"), .caller_id = ami_get(m, "CallerID"),
        .app = ami_get(m, "LastApplication"), .data = ami_get(m, "LastData"),
        .start = ami_get(m, "StartTime"), .answer = ami_get(m, "AnswerTime"),
        .end = ami_get(m, "EndTime"), .disposition = ami_get(m, "Disposition"),
        .duration = ami_get(m, "Duration"), .billed = ami_get(m, "BillableSeconds")};
}

static void take(struct reading *r, const struct ami_message *m)
{
    size_t one, other;

    if (!time_parse(ami_get(m, "X-Received"), &r->at) || !event_time_fits(r->at))
        r->at = r->d->now;
    if (ami_is_event(m, "Cdr")) {
        take_cdr(r, m);
        return;
    }
    one = snapshot(r, m, "");
    other = snapshot(r, m, "Dest");
    if (one == NONE && other == NONE)
        return;
    unite(r, one, other);
    if (ami_is_event(m, "DialBegin") && other != NONE && r->v[other].source == NONE)
        r->v[other].source = one;
    if (ami_is_event(m, "DialEnd") && other != NONE) {
        struct channel *c = &r->v[other];
        c->dialled = dial_status(ami_get(m, "DialStatus"));
        if (c->dialled == CALL_ANSWERED && c->answered == TIME_NONE)
            c->answered = r->at;
    }
    if (ami_is_event(m, "BridgeEnter") && one != NONE && r->v[one].answered == TIME_NONE)
        r->v[one].answered = r->at;
    if (ami_is_event(m, "Hangup") && one != NONE) {
        r->v[one].ended = r->at;
        r->v[one].gone = true;
    }
    if (ami_is_event(m, "X-Gone") && one != NONE)
        r->v[one].gone = true;
    if (one != NONE)
        r->v[one].queue = first(r->v[one].queue, ami_get(m, "Queue"));
}

static size_t oldest_of(struct reading *r, size_t root)
{
    size_t best = root;

    for (size_t i = root; i < r->n; i++)
        if (root_of(r, i) == root && asterisk_id_order(r->v[i].id, r->v[best].id) < 0)
            best = i;
    return best;
}

/* A record towards a Local channel tells again, without the phone, what the record of the phone
 * behind it tells. */
static bool is_ghost(struct reading *r, const struct record *rec, size_t root)
{
    if (!ast_is_local(rec->cdr.dst_channel))
        return false;
    for (size_t i = 0; i < r->n_records; i++) {
        const struct record *o = &r->records[i];
        if (root_of(r, o->channel) == root && o->cdr.dst_channel.n &&
            !ast_is_local(o->cdr.dst_channel))
            return true;
    }
    return false;
}

static size_t times_told(const struct reading *r, size_t k)
{
    size_t n = 0;

    for (size_t i = 0; i < k; i++)
        n += r->records[i].channel == r->records[k].channel &&
             str_eq(r->records[i].cdr.dst_channel, r->records[k].cdr.dst_channel);
    return n;
}

static const struct err *put_records(struct reading *r, size_t root, struct str key, size_t *ret_n)
{
    const struct err *e = NULL;

    for (size_t k = 0; k < r->n_records && !e; k++) {
        const struct record *rec = &r->records[k];
        if (root_of(r, rec->channel) != root)
            continue;
        ++*ret_n;
        if (!is_ghost(r, rec, root))
            e = ast_leg(r->d, &rec->cdr, key, times_told(r, k));
    }
    return e;
}

/* A channel that was rung or bridged, as the leg that its call record will be. */
static void put_channel(struct reading *r, const struct channel *c, const struct channel *oldest,
                        struct str key)
{
    const struct channel *from = c->source == NONE ? oldest : &r->v[c->source];
    struct arena *a = r->d->a;
    struct call_event *ev = event_add(a, r->d->list);
    bool spoke = c->answered != TIME_NONE || c->up;

    ev->call_key = event_key(a, key);
    ev->leg_key = ast_leg_key(a, from->id, c->name, 0);
    ev->from = ast_text(a, from->number.n ? from->number : oldest->number);
    ast_parties(r->d, ast_is_local(from->name) ? oldest->name : from->name, c->name, ev);
    ev->to = ast_is_trunk(r->d, c->name) ? ast_text(a, oldest->exten)
                                         : ast_text(a, ast_endpoint(c->name));
    ev->queue = ast_text(a, oldest->queue);
    ev->started = ast_id_time(c->id);
    ev->answered = c->answered;
    ev->ended = c->ended;
    ev->disposition = spoke ? CALL_ANSWERED : c->dialled;
    if (ev->disposition == CALL_DISPOSITION_UNKNOWN && c->gone)
        ev->disposition = CALL_NO_ANSWER;
}

/* The call as a whole, told by its oldest channel. */
static void put_totals(struct reading *r, size_t root, size_t oldest, struct str key)
{
    const struct channel *c = &r->v[oldest];
    struct arena *a = r->d->a;
    struct call_event *ev = event_add(a, r->d->list);
    struct str to = STR("");

    for (size_t i = root; i < r->n && !to.n; i++)
        if (i != oldest && root_of(r, i) == root && ast_is_trunk(r->d, r->v[i].name))
            to = r->v[i].name;
    for (size_t i = root; i < r->n && !to.n; i++)
        if (i != oldest && root_of(r, i) == root && ast_is_extension(r->d, r->v[i].name))
            to = r->v[i].name;
    ev->totals = true;
    ev->call_key = event_key(a, key);
    ast_parties(r->d, c->name, to, ev);
    ev->agent = STR(""); /* its legs say who spoke */
    ev->from = ast_text(a, c->number);
    ev->from_name = ast_text(a, c->caller);
    ev->to = str_is(c->exten, "s") ? STR("") : ast_text(a, c->exten);
    ev->queue = ast_text(a, c->queue);
    ev->started = ast_id_time(c->id);
    ev->ended = c->ended;
}

static const struct err *put_group(struct reading *r, size_t root)
{
    size_t oldest = oldest_of(r, root), told = 0, legs = r->d->list->n;
    struct str key = r->v[oldest].id;
    const struct err *e = put_records(r, root, key, &told);

    for (size_t i = root; i < r->n && !e && !told; i++) {
        const struct channel *c = &r->v[i];
        if (root_of(r, i) != root || i == oldest || !c->seen || ast_is_local(c->name))
            continue;
        put_channel(r, c, &r->v[oldest], key);
    }
    if (e || !r->v[oldest].seen)
        return e;
    put_totals(r, root, oldest, key);
    if (r->d->list->n == legs + 1 && r->v[oldest].gone) /* it reached nobody */
        r->d->list->v[legs].disposition = CALL_NO_ANSWER;
    return NULL;
}

const struct err *ast_messages(struct ast_delivery *d, struct str body)
{
    struct reading r = {.d = d, .v = ARENA_ARRAY(d->a, MAX_CHANNELS, struct channel)};
    struct ami_message *m = ARENA_NEW(d->a, struct ami_message);
    const struct err *e = NULL;
    size_t read = 0;

    while (ami_next(&body, true, m)) {
        if (++read > MAX_MESSAGES)
            return err_why(d->a, E_BAD_PAYLOAD, "There are more than %d messages.", MAX_MESSAGES);
        take(&r, m);
        d->list->skipped += !ami_tells_of_call(m);
    }
    if (r.n == MAX_CHANNELS)
        return err_why(d->a, E_BAD_PAYLOAD, "There are more than %d channels.", MAX_CHANNELS - 1);
    for (size_t k = 0; k < r.n_records; k++)
        unite(&r, r.records[k].channel, channel_named(&r, r.records[k].cdr.dst_channel));
    for (size_t i = 0; i < r.n && !e; i++)
        if (root_of(&r, i) == i)
            e = put_group(&r, i);
    return e;
}
