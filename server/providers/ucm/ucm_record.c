/* One call record of a UCM into one event: names and forms of the fields differ by firmware, so a
 * missing or unknown field is normal and only what makes the record useless is refused. Called by
 * ucm.c; pure. Field meanings follow Grandstream's CDR guide and rows seen in the wild. */
#include "providers/ucm/ucm.h"

#include <string.h>

static struct str plain(struct arena *a, const struct json *cdr, const char *key)
{
    const struct json *v = json_get(cdr, key);

    if (json_kind(v) == J_INT)
        return str_fmt(a, "%lld", (long long)json_int(cdr, key, 0));
    return json_str(v);
}

struct str ucm_value(struct arena *a, const struct json *cdr, const char *key)
{
    return event_text(a, plain(a, cdr, key), EVENT_MAX_TEXT);
}

struct str ucm_key(struct arena *a, const struct json *cdr, const char *key)
{
    return event_key(a, plain(a, cdr, key));
}

static int64_t seconds(const struct json *cdr, const char *key)
{
    int64_t n = json_int(cdr, key, -1);

    return n < 0 || n > EVENT_MAX_SECONDS ? -1 : n;
}

/* "0000-00-00 00:00:00" stands for "none" in some firmware. */
static bool local_time(const struct ucm_delivery *d, struct str s, int64_t *ret)
{
    int64_t t;

    if (!s.n || str_starts(s, STR("0000")))
        return true;
    if (!time_parse_local(s, d->zone, &t) || !event_time_fits(t))
        return false;
    *ret = t;
    return true;
}

/* Digits only and short: an extension, not a trunk's or an outside party's name or number. */
static bool is_extension(struct str s)
{
    if (s.n < 1 || s.n > 8)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

/* "1001" of "PJSIP/1001-000004eb", "" where the channel is a trunk's. */
static struct str channel_extension(struct str channel)
{
    ptrdiff_t slash = str_find(channel, STR("/"), 0), dash;
    struct str name;

    if (slash < 0)
        return STR("");
    name = str_sub(channel, (size_t)slash + 1, channel.n);
    dash = str_find(name, STR("-"), 0);
    name = dash < 0 ? name : str_sub(name, 0, (size_t)dash);
    return is_extension(name) ? name : STR("");
}

/* action_type taken apart: "QUEUE[6500]" is what was done and with which number. */
struct action {
    struct str word, number;
};

static struct action action_of(struct str s)
{
    ptrdiff_t open = str_find(s, STR("["), 0);
    struct action act = {s, STR("")};

    if (open < 0)
        return act;
    act.word = str_trim(str_sub(s, 0, (size_t)open));
    act.number = str_sub(s, (size_t)open + 1, s.n);
    if (str_ends(act.number, STR("]")))
        act.number.n--;
    return act;
}

/* userfield, else the trunks. "External" and the old "EXT" say only that an outside party took
 * part. Without the fields, and in an empty main record, "internal" would be invented. */
static enum call_direction direction_of(struct arena *a, const struct json *cdr, bool totals)
{
    struct str word = ucm_value(a, cdr, "userfield");
    bool told = json_get(cdr, "userfield") || json_get(cdr, "src_trunk_name") ||
                json_get(cdr, "dst_trunk_name");

    if (str_case_eq(word, STR("Inbound")))
        return CALL_INBOUND;
    if (str_case_eq(word, STR("Outbound")))
        return CALL_OUTBOUND;
    if (str_case_eq(word, STR("Internal")))
        return CALL_INTERNAL;
    if (ucm_value(a, cdr, "src_trunk_name").n)
        return CALL_INBOUND;
    if (ucm_value(a, cdr, "dst_trunk_name").n)
        return CALL_OUTBOUND;
    if (!told || (totals && !word.n) || str_case_eq(word, STR("External")))
        return CALL_UNKNOWN;
    return CALL_INTERNAL;
}

static bool is_conference(const struct action *act)
{
    return str_starts(act->word, STR("CONFERENCE")) || str_case_eq(act->word, STR("MEETME"));
}

static bool is_voicemail(struct str app, const struct action *act)
{
    return str_case_eq(act->word, STR("VM")) || str_case_eq(act->word, STR("VOICEMAIL")) ||
           str_case_eq(app, STR("VoiceMail"));
}

/* The phone system itself picks up for menus, parking, ring groups and queues and calls that
 * ANSWERED. A person did only if there is a channel to one; where the firmware names no channels
 * at all, the action decides. */
static bool is_machine(struct arena *a, const struct json *cdr, const struct action *act)
{
    if (is_conference(act)) /* people meet in it, though no channel leads on */
        return false;
    if (json_get(cdr, "dstchannel"))
        return !ucm_value(a, cdr, "dstchannel").n;
    return str_case_eq(act->word, STR("IVR")) || str_case_eq(act->word, STR("ANNOUNCEMENT"));
}

static enum call_disposition disposition_of(struct arena *a, const struct json *cdr,
                                            const struct action *act)
{
    struct str word = ucm_value(a, cdr, "disposition");

    if (str_case_eq(word, STR("ANSWERED")) || str_case_eq(word, STR("ANSWER"))) {
        if (is_voicemail(ucm_value(a, cdr, "lastapp"), act))
            return CALL_VOICEMAIL;
        return is_machine(a, cdr, act) ? CALL_NO_ANSWER : CALL_ANSWERED;
    }
    if (str_case_eq(word, STR("NO ANSWER")) || str_case_eq(word, STR("NOANSWER")) ||
        str_case_eq(word, STR("CANCEL")))
        return CALL_NO_ANSWER;
    if (str_case_eq(word, STR("BUSY")))
        return CALL_BUSY;
    if (str_case_eq(word, STR("FAILED")) || str_case_eq(word, STR("CONGESTION")))
        return CALL_FAILED;
    return CALL_DISPOSITION_UNKNOWN;
}

static struct str extension_among(struct arena *a, const struct json *cdr,
                                  const char *const *keys, struct str nobody)
{
    for (; *keys; keys++) {
        struct str s = ucm_value(a, cdr, *keys);
        if (is_extension(s) && !str_eq(s, nobody))
            return s;
    }
    return STR("");
}

/* The extension on the tenant's side: the called one when the call came in, else the caller. A
 * queue, ring group or menu number is nobody. */
static struct str agent_of(struct arena *a, const struct json *cdr, const struct call_event *ev,
                           const struct action *act)
{
    static const char *const callee[] = {"dstchanext", "dstanswer", "dstchannel_ext", "dst", NULL};
    static const char *const caller[] = {"chanext", "channel_ext", "action_owner", "src", NULL};
    bool in = ev->direction == CALL_INBOUND;
    struct str channel;

    if (in && (ev->disposition == CALL_VOICEMAIL || is_machine(a, cdr, act)))
        return STR("");
    channel = channel_extension(ucm_value(a, cdr, in ? "dstchannel" : "channel"));
    if (channel.n)
        return channel;
    channel = extension_among(a, cdr, in ? callee : caller, act->number);
    if (channel.n || ev->direction != CALL_UNKNOWN)
        return channel;
    return extension_among(a, cdr, callee, act->number);
}

/* caller_name, else the quoted part of clid: "Ann Lee" <07000000000>. A number is no name. */
static struct str name_of(struct arena *a, const struct json *cdr)
{
    struct str name = ucm_value(a, cdr, "caller_name"), clid = ucm_value(a, cdr, "clid");
    ptrdiff_t end = str_starts(clid, STR("\"")) ? str_find(clid, STR("\""), 1) : -1;

    if (!name.n && end > 0)
        name = event_text(a, str_sub(clid, 1, (size_t)end - 1), EVENT_MAX_TEXT);
    return str_eq(name, ucm_value(a, cdr, "src")) ? STR("") : name;
}

/* Where recapi probably keeps it; the fetch tries the other folder as well. */
static struct str folder_of(const struct action *act)
{
    if (str_case_eq(act->word, STR("QUEUE")) || str_starts(act->word, STR("TRANSFER")))
        return STR("queue");
    if (is_conference(act))
        return STR("meetme");
    return STR("monitor");
}

/* The seconds of the nth entry of "duration=420,size=6722764B,start-time=1661157852@". */
static int64_t described_seconds(struct str desc, size_t nth)
{
    struct str entry, part;
    int64_t n;

    for (size_t i = 0; str_split(&desc, '@', &entry); i++) {
        if (i < nth)
            continue;
        while (str_split(&entry, ',', &part))
            if (str_starts(part, STR("duration=")) && str_to_int(str_sub(part, 9, part.n), &n))
                return n < 0 || n > EVENT_MAX_SECONDS ? -1 : n;
        break;
    }
    return -1;
}

static void add_recording(struct arena *a, struct call_event *ev, struct str path,
                          const struct action *act, int64_t length)
{
    struct recording_ref *ref;
    struct str part, name = STR("");

    while (str_split(&path, '/', &part))
        name = part;
    name = event_text(a, name, EVENT_MAX_NAME);
    for (size_t i = 0; i < ev->n_recordings; i++)
        if (str_eq(ev->recordings[i].name, name))
            return;
    ref = name.n ? event_add_recording(a, ev) : NULL;
    if (!ref)
        return;
    ref->name = name;
    ref->folder = folder_of(act);
    ref->seconds = length;
}

/* "2022-08/auto-1.wav@2022-08/auto-2.wav@"; the API's own answers part names by commas. The month
 * folder is no part of the name that recapi wants. */
static void add_recordings(struct arena *a, const struct json *cdr, struct call_event *ev,
                           const struct action *act)
{
    struct str files = json_text(cdr, "recordfiles"), entry, path;
    struct str desc = json_text(cdr, "recordfiles_desc");
    size_t nth = 0;

    while (str_split(&files, '@', &entry))
        while (str_split(&entry, ',', &path)) {
            path = str_trim(path);
            if (!path.n || path.n > EVENT_MAX_NAME)
                continue;
            add_recording(a, ev, path, act, described_seconds(desc, nth));
            nth++;
        }
}

/* The second in which Asterisk began: "1661157838.2666". Stands in where start is missing. */
static int64_t unique_time(struct str uniqueid)
{
    ptrdiff_t dot = str_find(uniqueid, STR("."), 0);
    int64_t s;

    if (dot != 10 || !str_to_int(str_sub(uniqueid, 0, 10), &s) || s < 0)
        return TIME_NONE;
    return s * TIME_S;
}

static struct str row_key(struct arena *a, const struct json *cdr)
{
    static const char *const fields[] = {"session", "uniqueid", "channel", "dstchannel", "start",
                                         "dst"};
    struct str acct = ucm_key(a, cdr, "AcctId");
    struct buf facts = buf_new(a, 4096);

    if (acct.n)
        return acct;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        buf_add(&facts, ucm_value(a, cdr, fields[i]));
        buf_char(&facts, '\n');
    }
    return event_hash_key(a, buf_str(&facts));
}

static const struct err *set_times(struct ucm_delivery *d, const struct json *cdr,
                                   struct call_event *ev)
{
    struct str start = ucm_value(d->a, cdr, "start");
    bool answered = ev->disposition == CALL_ANSWERED || ev->disposition == CALL_VOICEMAIL;

    if (!local_time(d, start, &ev->started))
        return err_why(d->a, E_BAD_PAYLOAD,
                       "Record %zu: \"start\" is \"%.*s\", not of the form YYYY-MM-DD HH:MM:SS.",
                       d->records, STR_ARG(start));
    if (ev->started == TIME_NONE)
        ev->started = unique_time(ucm_value(d->a, cdr, "uniqueid"));
    /* Malformed ones are taken for unknown: start has shown that the form is the one we know.
     * Phones that lost a ring-all bear an answer time too, so it counts only with the word. */
    if (answered && !local_time(d, ucm_value(d->a, cdr, "answer"), &ev->answered))
        ev->answered = TIME_NONE;
    if (!local_time(d, ucm_value(d->a, cdr, "end"), &ev->ended))
        ev->ended = TIME_NONE;
    ev->duration = seconds(cdr, "duration");
    ev->talk = 0;
    if (answered || ev->disposition == CALL_DISPOSITION_UNKNOWN)
        ev->talk = seconds(cdr, "billsec");
    return NULL;
}

static const struct err *check(struct ucm_delivery *d, const struct json *cdr, struct str call)
{
    struct arena *a = d->a;

    d->records++;
    if (d->list->n >= EVENT_MAX_PER_DELIVERY)
        return err_why(a, E_BAD_PAYLOAD, "There are more than %d records.",
                       EVENT_MAX_PER_DELIVERY);
    if (call.n || ucm_value(a, cdr, "AcctId").n || ucm_value(a, cdr, "uniqueid").n)
        return NULL;
    if (ucm_value(a, cdr, "start").n &&
        (ucm_value(a, cdr, "src").n || ucm_value(a, cdr, "dst").n))
        return NULL;
    return err_why(a, E_BAD_PAYLOAD,
                   "Record %zu is no call record: it has none of \"session\", \"AcctId\" and "
                   "\"uniqueid\", nor \"start\" with \"src\" or \"dst\".",
                   d->records);
}

const struct err *ucm_record(struct ucm_delivery *d, const struct json *cdr, struct str session,
                             bool totals)
{
    struct arena *a = d->a;
    struct str call = ucm_key(a, cdr, "session"), trunk;
    const struct action act = action_of(ucm_value(a, cdr, "action_type"));
    const struct err *e;
    struct call_event *ev;

    call = call.n ? call : session;
    e = check(d, cdr, call);
    if (e)
        return e;
    ev = event_add(a, d->list);
    ev->totals = totals;
    ev->leg_key = totals ? STR("") : row_key(a, cdr);
    if (!call.n)
        call = ucm_key(a, cdr, "uniqueid");
    ev->call_key = call.n ? call : row_key(a, cdr);
    ev->from = ucm_value(a, cdr, "src");
    if (!ev->from.n)
        ev->from = ucm_value(a, cdr, "new_src");
    ev->to = ucm_value(a, cdr, "dst");
    ev->from_name = name_of(a, cdr);
    ev->direction = direction_of(a, cdr, totals);
    ev->disposition = disposition_of(a, cdr, &act);
    trunk = ucm_value(a, cdr, ev->direction == CALL_OUTBOUND ? "dst_trunk_name" : "src_trunk_name");
    ev->trunk = trunk.n ? trunk : ucm_value(a, cdr, "dst_trunk_name");
    ev->action = act.word;
    if (str_case_eq(act.word, STR("QUEUE")))
        ev->queue = act.number;
    ev->agent = totals ? STR("") : agent_of(a, cdr, ev, &act);
    add_recordings(a, cdr, ev, &act);
    return set_times(d, cdr, ev);
}
