/* Reads and writes AMI messages. Called by the parser of stored deliveries, by the AMI client and by
 * the fuzzer. Must bear any bytes: what stands at the other end may be no Asterisk at all. */
#include "providers/asterisk/ami.h"

#include "core/crypto.h"

/* The line at the front with its end; *ret_text without. False if it has no end. */
static bool next_line(struct str s, bool last, struct str *ret_line, struct str *ret_text)
{
    ptrdiff_t end = str_find(s, STR("\n"), 0);

    if (end < 0 && (!last || !s.n))
        return false;
    *ret_line = str_sub(s, 0, end < 0 ? s.n : (size_t)end + 1);
    *ret_text = *ret_line;
    while (ret_text->n && (ret_text->p[ret_text->n - 1] == '\n' ||
                           ret_text->p[ret_text->n - 1] == '\r'))
        ret_text->n--;
    return true;
}

static void take_field(struct ami_message *m, struct str text)
{
    struct str key;

    if (str_find(text, STR(":"), 0) <= 0 || m->n == AMI_MAX_FIELDS)
        return;
    str_split(&text, ':', &key);
    m->f[m->n++] = (struct ami_field){str_trim(key), str_trim(text)};
}

bool ami_next(struct str *rest, bool last, struct ami_message *ret)
{
    struct str at = *rest, line, text;

    ret->raw = str_n(at.p, 0);
    ret->n = 0;
    while (next_line(at, last, &line, &text)) {
        at = str_sub(at, line.n, at.n);
        if (text.n) {
            if (!ret->raw.n)
                ret->raw.p = line.p;
            ret->raw.n += line.n;
            take_field(ret, text);
        } else if (ret->raw.n) {
            *rest = at;
            return true;
        }
    }
    if (last)
        *rest = at;
    return last && ret->raw.n;
}

struct str ami_get(const struct ami_message *m, const char *key)
{
    for (size_t i = 0; i < m->n; i++)
        if (str_case_eq(m->f[i].key, str_of(key)))
            return m->f[i].value;
    return STR("");
}

bool ami_is_event(const struct ami_message *m, const char *name)
{
    return str_case_eq(ami_get(m, "Event"), str_of(name));
}

void ami_store(struct buf *b, const struct ami_message *m, int64_t received, struct str linked)
{
    char text[32];

    buf_fmt(b, "X-Received: %.*s\r\n", STR_ARG(time_iso(received, text)));
    if (linked.n)
        buf_fmt(b, "X-Linkedid: %.*s\r\n", STR_ARG(linked));
    buf_add(b, m->raw);
    if (m->raw.n && m->raw.p[m->raw.n - 1] != '\n')
        buf_add(b, STR("\r\n"));
    buf_add(b, STR("\r\n"));
}

bool ami_tells_of_call(const struct ami_message *m)
{
    static const char *const kept[] = {"Newchannel", "DialBegin", "DialEnd", "BridgeEnter",
                                       "Hangup", "Cdr", "QueueCallerJoin", "AgentConnect",
                                       "CoreShowChannel"};

    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (ami_is_event(m, kept[i]))
            return true;
    return false;
}

static bool plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

bool ami_action(struct arena *a, const char *action, const char *id,
                const struct ami_field *fields, size_t n, struct str *ret)
{
    struct buf b = buf_new(a, AMI_MAX_MESSAGE);

    buf_fmt(&b, "Action: %s\r\nActionID: %s\r\n", action, id);
    for (size_t i = 0; i < n; i++) {
        if (!plain(fields[i].key) || !plain(fields[i].value))
            return false;
        buf_fmt(&b, "%.*s: %.*s\r\n", STR_ARG(fields[i].key), STR_ARG(fields[i].value));
    }
    buf_add(&b, STR("\r\n"));
    *ret = buf_str(&b);
    return !b.over;
}

struct str ami_login_key(struct arena *a, struct str challenge, struct str secret)
{
    return crypto_md5_hex(a, str_fmt(a, "%.*s%.*s", STR_ARG(challenge), STR_ARG(secret)));
}
