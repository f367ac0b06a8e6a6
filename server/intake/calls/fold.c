/* The call that a set of events tells of, see fold.h for the rules. Called by the fold job under
 * the lock on the call, and by the tests. Pure: no clock, no database, no order of arrival. */
#include "intake/calls/fold.h"

#include <stdlib.h>
#include <string.h>

#include "intake/calls/fold_legs.h"

/* A stretch of talk. */
struct span {
    struct str agent;
    int64_t from, to; /* from TIME_NONE: its place in time is unknown, `to` is its length */
};

static bool is_talk(const struct call_event *leg)
{
    return leg->disposition == CALL_ANSWERED;
}

static struct span span_of(const struct call_event *leg)
{
    int64_t length = leg->talk * TIME_S;

    if (leg->answered != TIME_NONE)
        return (struct span){leg->agent, leg->answered, leg->answered + length};
    if (leg->ended != TIME_NONE)
        return (struct span){leg->agent, leg->ended - length, leg->ended};
    return (struct span){leg->agent, TIME_NONE, length};
}

static int by_time(const struct span *x, const struct span *y)
{
    int order = number_order(x->from, y->from);

    return order ? order : number_order(x->to, y->to);
}

static int by_span(const void *a, const void *b)
{
    return by_time(a, b);
}

static int by_agent_and_span(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    int order = text_order(x->agent, y->agent);

    return order ? order : by_time(x, y);
}

/* Length of the union of n sorted spans; one whose place is unknown may lie within the others, so
 * it counts only if it is longer than all of them. */
static int64_t covered(const struct span *v, size_t n)
{
    int64_t sum = 0, loose = 0, end = INT64_MIN;

    for (size_t i = 0; i < n; i++) {
        if (v[i].from == TIME_NONE) {
            loose = v[i].to > loose ? v[i].to : loose;
            continue;
        }
        if (v[i].to <= end)
            continue;
        sum += v[i].to - (v[i].from > end ? v[i].from : end);
        end = v[i].to;
    }
    return sum > loose ? sum : loose;
}

/* The talk spans of the legs; *ret_n of them. */
static struct span *spans_of(struct arena *a, const struct legs *legs, size_t *ret_n)
{
    struct span *v = ARENA_ARRAY(a, legs->n, struct span);
    size_t n = 0;

    for (size_t i = 0; i < legs->n; i++)
        if (is_talk(&legs->v[i]) && legs->v[i].talk >= 0)
            v[n++] = span_of(&legs->v[i]);
    *ret_n = n;
    return v;
}

static int64_t talk_of(struct arena *a, const struct legs *legs, enum call_disposition d)
{
    size_t n;
    struct span *v = spans_of(a, legs, &n);

    if (d != CALL_ANSWERED)
        return d == CALL_DISPOSITION_UNKNOWN ? -1 : 0;
    if (n == 0)
        return legs->totals.talk;
    qsort(v, n, sizeof *v, by_span);
    return covered(v, n) / TIME_S;
}

/* Who talked longest. One who began at an unknown time comes after all others. */
static struct str longest_talker(struct arena *a, const struct legs *legs)
{
    size_t n, end;
    struct span *v = spans_of(a, legs, &n);
    struct str best = STR("");
    int64_t most = -1, began = 0;

    qsort(v, n, sizeof *v, by_agent_and_span);
    for (size_t i = 0; i < n; i = end) {
        int64_t time, from = v[i].from == TIME_NONE ? INT64_MAX : v[i].from;
        for (end = i + 1; end < n && str_eq(v[end].agent, v[i].agent); end++)
            ;
        time = covered(v + i, end - i);
        if (!v[i].agent.n || time < most || (time == most && from >= began))
            continue;
        best = v[i].agent;
        most = time;
        began = from;
    }
    return best;
}

/* The only one whose phone rang, or whose answered leg has no figures. */
static struct str only_agent(const struct legs *legs, bool answered)
{
    struct str only = STR("");

    for (size_t i = 0; i < legs->n; i++) {
        const struct call_event *leg = &legs->v[i];
        if (!leg->agent.n || is_talk(leg) != answered)
            continue;
        if (only.n && !str_eq(only, leg->agent))
            return STR("");
        only = leg->agent;
    }
    return only;
}

static struct str agent_of(struct arena *a, const struct legs *legs, enum call_disposition d)
{
    struct str agent = STR("");

    if (d == CALL_ANSWERED)
        agent = longest_talker(a, legs);
    if (!agent.n)
        agent = only_agent(legs, d == CALL_ANSWERED);
    return agent.n ? agent : legs->totals.agent;
}

static enum call_direction direction_of(const struct legs *legs)
{
    enum call_direction found = CALL_UNKNOWN;

    if (legs->totals.direction != CALL_UNKNOWN)
        return legs->totals.direction;
    for (size_t i = 0; i < legs->n; i++) {
        enum call_direction d = legs->v[i].direction;
        if (d == CALL_INBOUND || d == CALL_OUTBOUND)
            return d; /* an internal leg before it is a transfer or pick-up inside the house */
        found = d == CALL_UNKNOWN ? found : d;
    }
    return found;
}

static enum call_disposition disposition_of(const struct legs *legs)
{
    static const enum call_disposition best_first[] = {CALL_ANSWERED, CALL_VOICEMAIL,
                                                       CALL_NO_ANSWER, CALL_BUSY, CALL_FAILED};

    for (size_t k = 0; k < sizeof best_first / sizeof *best_first; k++)
        for (size_t i = 0; i < legs->n; i++)
            if (legs->v[i].disposition == best_first[k])
                return best_first[k];
    return legs->totals.disposition;
}

/* The first leg that goes the way the call does, else the first. */
static const struct call_event *main_leg(const struct legs *legs, enum call_direction direction)
{
    for (size_t i = 0; i < legs->n; i++)
        if (legs->v[i].direction == direction)
            return &legs->v[i];
    return &legs->v[0];
}

static void set_parties(const struct legs *legs, struct call_row *row)
{
    const struct call_event *leg = main_leg(legs, row->direction), *all = &legs->totals;

    row->from = all->from.n ? all->from : leg->from;
    row->to = all->to.n ? all->to : leg->to;
    row->customer_number = row->customer_name = STR("");
    if (row->direction == CALL_OUTBOUND)
        row->customer_number = row->to;
    if (row->direction != CALL_INBOUND)
        return;
    row->customer_number = row->from;
    row->customer_name = all->from_name;
    for (size_t i = 0; i < legs->n && !row->customer_name.n; i++)
        if (str_eq(legs->v[i].from, row->from))
            row->customer_name = legs->v[i].from_name;
}

static void set_labels(struct arena *a, const struct legs *legs, struct call_row *row)
{
    struct str other_queue = STR("");

    row->agent = agent_of(a, legs, row->disposition);
    row->trunk = main_leg(legs, row->direction)->trunk;
    row->queue = STR("");
    for (size_t i = 0; i < legs->n; i++) {
        const struct call_event *leg = &legs->v[i];
        if (!row->trunk.n)
            row->trunk = leg->trunk;
        if (is_talk(leg) && !row->queue.n)
            row->queue = leg->queue;
        if (!other_queue.n)
            other_queue = leg->queue;
    }
    if (!row->queue.n)
        row->queue = other_queue.n ? other_queue : legs->totals.queue;
    if (!row->trunk.n)
        row->trunk = legs->totals.trunk;
}

static int64_t earlier(int64_t x, int64_t y)
{
    return x == TIME_NONE || (y != TIME_NONE && y < x) ? y : x;
}

static void set_times(struct arena *a, const struct legs *legs, struct call_row *row)
{
    const struct call_event *all = &legs->totals;
    int64_t longest = -1;
    bool guessed;

    row->started = row->answered = row->ended = TIME_NONE;
    for (size_t i = 0; i < legs->n; i++) {
        const struct call_event *leg = &legs->v[i];
        row->started = earlier(row->started, leg->started);
        if (is_talk(leg))
            row->answered = earlier(row->answered, leg->answered);
        row->ended = leg->ended > row->ended ? leg->ended : row->ended; /* NONE is the least */
        longest = leg->duration > longest ? leg->duration : longest;
    }
    row->started = row->started == TIME_NONE ? all->started : row->started;
    row->ended = row->ended == TIME_NONE ? all->ended : row->ended;
    if (row->answered == TIME_NONE && row->disposition == CALL_ANSWERED)
        row->answered = all->answered;
    guessed = row->started == TIME_NONE && (row->answered != TIME_NONE || row->ended != TIME_NONE);
    if (guessed) /* nobody said; it was no later than this, and not when we happen to hear of it */
        row->started = earlier(row->answered, row->ended);
    row->duration = longest >= 0 ? longest : all->duration;
    if (row->started != TIME_NONE && row->ended != TIME_NONE && row->ended >= row->started)
        row->duration = (row->ended - row->started) / TIME_S;
    row->talk = talk_of(a, legs, row->disposition);
    row->wait = -1;
    if (guessed)
        return;
    if (row->disposition != CALL_ANSWERED)
        row->wait = row->disposition == CALL_DISPOSITION_UNKNOWN ? -1 : row->duration;
    else if (row->answered != TIME_NONE && row->started != TIME_NONE)
        row->wait = row->answered > row->started ? (row->answered - row->started) / TIME_S : 0;
}

/* A recording that several legs name belongs to the leg that talked longest. */
struct found {
    const struct recording_ref *ref;
    int64_t talk;
    size_t leg; /* place in the sorted legs */
};

static int by_name_and_talk(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    int order = text_order(x->ref->name, y->ref->name);

    if (!order)
        order = number_order(y->talk, x->talk);
    if (!order)
        order = number_order((int64_t)x->leg, (int64_t)y->leg);
    return order;
}

static void set_recordings(struct arena *a, const struct legs *legs, struct call_row *row)
{
    size_t n = legs->totals.n_recordings, m = 0;
    struct found *v;

    for (size_t i = 0; i < legs->n; i++)
        n += legs->v[i].n_recordings;
    v = ARENA_ARRAY(a, n, struct found);
    for (size_t i = 0; i < legs->n; i++)
        for (size_t j = 0; j < legs->v[i].n_recordings; j++)
            v[m++] = (struct found){&legs->v[i].recordings[j], legs->v[i].talk, i};
    for (size_t j = 0; j < legs->totals.n_recordings; j++)
        v[m++] = (struct found){&legs->totals.recordings[j], -2, legs->n}; /* after any leg's */
    qsort(v, m, sizeof *v, by_name_and_talk);
    row->recordings = ARENA_ARRAY(a, m, struct recording_ref);
    for (size_t i = 0; i < m; i++) {
        struct recording_ref *last = row->recordings + row->n_recordings;
        if (i == 0 || !str_eq(v[i].ref->name, last[-1].name)) {
            *last = *v[i].ref;
            row->n_recordings++;
            continue;
        }
        if (!last[-1].folder.n)
            last[-1].folder = v[i].ref->folder;
        if (last[-1].seconds < 0)
            last[-1].seconds = v[i].ref->seconds;
        if (!last[-1].transcript.n)
            last[-1].transcript = v[i].ref->transcript;
    }
}

/* The smallest, should a caller ever mix events of two calls. */
static struct str key_of(const struct call_event *events, size_t n)
{
    struct str key = events[0].call_key;

    for (size_t i = 1; i < n; i++)
        if (text_order(events[i].call_key, key) < 0)
            key = events[i].call_key;
    return key;
}

void call_fold(struct arena *a, const struct call_event *events, size_t n,
               struct call_row *ret_call)
{
    struct call_row row = {.call_key = key_of(events, n)};
    struct legs legs;

    legs_of(a, events, n, &legs);
    row.direction = direction_of(&legs);
    row.disposition = disposition_of(&legs);
    set_parties(&legs, &row);
    set_labels(a, &legs, &row);
    set_times(a, &legs, &row);
    set_recordings(a, &legs, &row);
    row.n_legs = legs.n;
    row.legs = legs.v;
    *ret_call = row;
}

static void put_seconds(struct jw *w, const char *key, int64_t s)
{
    jw_key(w, key);
    if (s < 0)
        jw_null(w);
    else
        jw_int(w, s);
}

static void put_text(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_text(w, s.p ? s : STR(""));
}

static void put_time(struct jw *w, const char *key, int64_t t)
{
    jw_key(w, key);
    jw_time(w, t);
}

static void put_recordings(struct jw *w, const struct call_row *c)
{
    jw_key(w, "recordings");
    jw_open(w, '[');
    for (size_t i = 0; i < c->n_recordings; i++) {
        jw_open(w, '{');
        put_text(w, "name", c->recordings[i].name);
        put_text(w, "folder", c->recordings[i].folder);
        put_text(w, "leg_key", c->recordings[i].leg_key);
        put_seconds(w, "seconds", c->recordings[i].seconds);
        put_text(w, "transcript", c->recordings[i].transcript);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

struct str call_row_json(struct arena *a, const struct call_row *c)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    put_text(&w, "call_key", c->call_key);
    put_text(&w, "direction", str_of(call_direction_name(c->direction)));
    put_text(&w, "disposition", str_of(call_disposition_name(c->disposition)));
    put_text(&w, "from", c->from);
    put_text(&w, "to", c->to);
    put_text(&w, "customer_number", c->customer_number);
    put_text(&w, "customer_name", c->customer_name);
    put_text(&w, "agent", c->agent);
    put_text(&w, "queue", c->queue);
    put_text(&w, "trunk", c->trunk);
    put_time(&w, "started", c->started);
    put_time(&w, "answered", c->answered);
    put_time(&w, "ended", c->ended);
    put_seconds(&w, "duration", c->duration);
    put_seconds(&w, "talk", c->talk);
    put_seconds(&w, "wait", c->wait);
    jw_key(&w, "legs");
    jw_open(&w, '[');
    for (size_t i = 0; i < c->n_legs; i++)
        jw_raw(&w, event_encode(a, &c->legs[i]));
    jw_close(&w, ']');
    put_recordings(&w, c);
    jw_close(&w, '}');
    return jw_done(&w);
}
