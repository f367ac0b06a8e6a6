/* Channels, their ids, and one call record as a leg. Called by asterisk_calls.c for AMI's Cdr events
 * and by asterisk.c for records that a script posts. Pure. Asterisk's channel names are
 * "technology/endpoint-number"; Local channels ("Local/1001@queue-00000001;2") are its own plumbing. */
#include "providers/asterisk/asterisk.h"

#include <string.h>

#define EXTENSION_DIGITS 6

struct str ast_text(struct arena *a, struct str s)
{
    return event_text(a, s, EVENT_MAX_TEXT);
}

static bool digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

bool ast_is_id(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] > ' ' && s.p[i] != 0x7f)
            return true;
    return false;
}

/* "system-1700000000.12" into second and number; false if it is no such id. */
static bool id_parts(struct str id, int64_t *ret_second, int64_t *ret_number)
{
    size_t from = id.n;
    struct str second;

    while (from > 0 && id.p[from - 1] != '-')
        from--;
    id = str_sub(id, from, id.n);
    return str_split(&id, '.', &second) && second.n == 10 && digits(second) &&
           str_to_int(second, ret_second) && id.n <= 18 && digits(id) &&
           str_to_int(id, ret_number);
}

int64_t ast_id_time(struct str id)
{
    int64_t second, number;

    return id_parts(id, &second, &number) ? second * TIME_S : TIME_NONE;
}

int asterisk_id_order(struct str x, struct str y)
{
    int64_t xs = INT64_MAX, ys = INT64_MAX, xn = 0, yn = 0;
    size_t n = x.n < y.n ? x.n : y.n;
    int order;

    if (!id_parts(x, &xs, &xn))
        xs = INT64_MAX;
    if (!id_parts(y, &ys, &yn))
        ys = INT64_MAX;
    if (xs != ys)
        return xs < ys ? -1 : 1;
    if (xs != INT64_MAX && xn != yn)
        return xn < yn ? -1 : 1;
    order = n ? memcmp(x.p, y.p, n) : 0;
    return order ? order : (x.n > y.n) - (x.n < y.n);
}

struct str ast_endpoint(struct str channel)
{
    ptrdiff_t slash = str_find(channel, STR("/"), 0);
    size_t end;

    if (slash < 0)
        return STR("");
    channel = str_sub(channel, (size_t)slash + 1, channel.n);
    /* The number behind the last dash is the channel's; an endpoint's name may hold dashes too. */
    for (end = channel.n; end > 0 && channel.p[end - 1] != '-'; end--)
        ;
    return end ? str_sub(channel, 0, end - 1) : channel;
}

bool ast_is_local(struct str channel)
{
    return str_case_eq(str_sub(channel, 0, 6), STR("Local/"));
}

bool ast_is_trunk(const struct ast_delivery *d, struct str channel)
{
    struct str endpoint = ast_endpoint(channel), rest = d->trunks, one;

    if (!channel.n || ast_is_local(channel))
        return false;
    if (!d->trunks.n)
        return !digits(endpoint) || endpoint.n > EXTENSION_DIGITS;
    while (str_split(&rest, ',', &one)) {
        one = str_trim(one);
        /* "DAHDI" stands for all channels of that technology, "provider" for one endpoint. */
        if (one.n && (str_case_eq(one, endpoint) ||
                      (str_case_eq(one, str_sub(channel, 0, one.n)) && channel.n > one.n &&
                       (channel.p[one.n] == '/' || channel.p[one.n] == '-'))))
            return true;
    }
    return false;
}

bool ast_is_extension(const struct ast_delivery *d, struct str channel)
{
    return channel.n && !ast_is_local(channel) && !ast_is_trunk(d, channel);
}

void ast_parties(const struct ast_delivery *d, struct str from_channel, struct str to_channel,
                 struct call_event *ev)
{
    bool from_trunk = ast_is_trunk(d, from_channel), to_trunk = ast_is_trunk(d, to_channel);
    bool from_ext = ast_is_extension(d, from_channel), to_ext = ast_is_extension(d, to_channel);
    struct str agent = STR("");

    if (from_trunk)
        ev->direction = CALL_INBOUND;
    else if (to_trunk)
        ev->direction = CALL_OUTBOUND;
    else if (from_ext && to_ext)
        ev->direction = CALL_INTERNAL;
    if (to_ext && (ev->direction == CALL_INBOUND || !from_ext))
        agent = to_channel;
    else if (from_ext)
        agent = from_channel;
    ev->agent = ast_text(d->a, ast_endpoint(agent));
    if (from_trunk || to_trunk)
        ev->trunk = ast_text(d->a, ast_endpoint(from_trunk ? from_channel : to_channel));
}

struct str ast_leg_key(struct arena *a, struct str id, struct str to_channel, size_t n)
{
    struct str key = str_fmt(a, "%.*s>%.*s", STR_ARG(id), STR_ARG(to_channel));

    return event_key(a, n ? str_fmt(a, "%.*s#%zu", STR_ARG(key), n + 1) : key);
}

/* Wall-clock time of the integration's zone, or seconds since 1970 as CDR(start,u) has them. */
static bool cdr_time(const struct ast_delivery *d, struct str s, int64_t *ret)
{
    struct str whole = s, second;
    int64_t t;

    if (!s.n || str_starts(s, STR("0000")) || str_is(s, "0") || str_starts(s, STR("0.0")))
        return true;
    if (str_split(&whole, '.', &second) && digits(second) && second.n <= 11) {
        if (!str_to_int(second, &t))
            return false;
        t *= TIME_S;
    } else if (!time_parse_local(s, d->zone, &t)) {
        return false;
    }
    if (!event_time_fits(t))
        return false;
    *ret = t;
    return true;
}

static int64_t cdr_seconds(struct str s)
{
    struct str whole;
    int64_t n;

    if (!str_split(&s, '.', &whole) || !str_to_int(whole, &n))
        return -1;
    return n < 0 || n > EVENT_MAX_SECONDS ? -1 : n;
}

/* A call that only a program of Asterisk's took (menu, queue music, parking) reached nobody. */
static enum call_disposition disposition_of(const struct ast_cdr *c)
{
    struct str d = c->disposition;

    if (str_case_eq(d, STR("ANSWERED"))) {
        if (c->dst_channel.n)
            return CALL_ANSWERED;
        return str_case_eq(str_sub(c->app, 0, 9), STR("VoiceMail")) ? CALL_VOICEMAIL
                                                                     : CALL_NO_ANSWER;
    }
    if (str_case_eq(d, STR("NO ANSWER")) || str_case_eq(d, STR("NOANSWER")))
        return CALL_NO_ANSWER;
    if (str_case_eq(d, STR("BUSY")))
        return CALL_BUSY;
    if (str_case_eq(d, STR("FAILED")) || str_case_eq(d, STR("CONGESTION")))
        return CALL_FAILED;
    return CALL_DISPOSITION_UNKNOWN;
}

/* "Ann Lee" of "\"Ann Lee\" <02079460101>". */
static struct str name_of(struct arena *a, struct str caller_id)
{
    struct str name;

    str_split(&caller_id, '<', &name);
    name = str_trim(name.p ? name : STR(""));
    if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
        name = str_sub(name, 1, name.n - 2);
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] != '+' && (name.p[i] < '0' || name.p[i] > '9'))
            return ast_text(a, name);
    return STR(""); /* a number is no name */
}

static const struct err *set_times(struct ast_delivery *d, const struct ast_cdr *c,
                                   struct call_event *ev)
{
    bool spoke = ev->disposition == CALL_ANSWERED || ev->disposition == CALL_VOICEMAIL;

    if (!cdr_time(d, c->start, &ev->started))
        return err_why(d->a, E_BAD_PAYLOAD,
                       "Record %zu: its start is \"%.*s\", neither YYYY-MM-DD HH:MM:SS nor seconds "
                       "since 1970.",
                       d->records, STR_ARG(ast_text(d->a, c->start)));
    if (ev->started == TIME_NONE)
        ev->started = ast_id_time(c->uniqueid);
    if (spoke && !cdr_time(d, c->answer, &ev->answered))
        ev->answered = TIME_NONE;
    if (!cdr_time(d, c->end, &ev->ended))
        ev->ended = TIME_NONE;
    ev->duration = cdr_seconds(c->duration);
    ev->talk = spoke || ev->disposition == CALL_DISPOSITION_UNKNOWN ? cdr_seconds(c->billed) : 0;
    return NULL;
}

const struct err *ast_leg(struct ast_delivery *d, const struct ast_cdr *c, struct str key, size_t n)
{
    struct arena *a = d->a;
    struct str rest = c->data, queue;
    struct call_event *ev;

    d->records++;
    if (d->list->n >= EVENT_MAX_PER_DELIVERY)
        return err_why(a, E_BAD_PAYLOAD, "There are more than %d records.",
                       EVENT_MAX_PER_DELIVERY);
    ev = event_add(a, d->list);
    ev->call_key = event_key(a, key);
    ev->leg_key = ast_leg_key(a, c->uniqueid, c->dst_channel, n);
    ev->from = ast_text(a, c->source);
    ev->to = ast_text(a, c->destination);
    ev->from_name = name_of(a, c->caller_id);
    ev->action = ast_text(a, c->app);
    ev->disposition = disposition_of(c);
    ast_parties(d, c->channel, c->dst_channel, ev);
    if (!c->dst_channel.n && ev->direction == CALL_INBOUND)
        ev->agent = STR("");
    if (str_case_eq(c->app, STR("Queue")) && str_split(&rest, ',', &queue))
        ev->queue = ast_text(a, queue);
    return set_times(d, c, ev);
}
