/* Requests and answers of the UCM's HTTPS API as text, see ucm_api.h. Called by ucm_fetch.c and
 * the tests. Pure: no network, no clock; never logs, for tokens and cookies pass through here. */
#include "providers/ucm/ucm_api.h"

#include "core/crypto.h"
#include "core/json.h"
#include "providers/event.h"

static void member(struct jw *w, const char *key, struct str value)
{
    jw_key(w, key);
    jw_text(w, value.p ? value : STR(""));
}

static struct jw request(struct arena *a, const char *action)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "request");
    jw_open(&w, '{');
    member(&w, "action", str_of(action));
    return w;
}

static struct str request_done(struct jw *w)
{
    jw_close(w, '}');
    jw_close(w, '}');
    return jw_done(w);
}

struct str ucm_challenge_request(struct arena *a, struct str user)
{
    struct jw w = request(a, "challenge");

    member(&w, "user", user);
    member(&w, "version", STR("1.0"));
    return request_done(&w);
}

struct str ucm_login_request(struct arena *a, struct str user, struct str token)
{
    struct jw w = request(a, "login");

    member(&w, "user", user);
    member(&w, "token", token);
    return request_done(&w);
}

struct str ucm_recapi_request(struct arena *a, struct str cookie, struct str filedir,
                              struct str filename)
{
    struct jw w = request(a, "recapi");

    member(&w, "cookie", cookie);
    member(&w, "filedir", filedir);
    member(&w, "filename", filename);
    return request_done(&w);
}

struct str ucm_record_infos_request(struct arena *a, struct str cookie, struct str acct_id)
{
    struct jw w = request(a, "getRecordInfosByCall");

    member(&w, "cookie", cookie);
    member(&w, "id", acct_id);
    return request_done(&w);
}

struct str ucm_cdr_request(struct arena *a, struct str cookie, const struct ucm_span *span)
{
    struct jw w = request(a, "cdrapi");

    member(&w, "cookie", cookie);
    member(&w, "format", STR("json"));
    member(&w, "numRecords", str_fmt(a, "%d", UCM_PAGE));
    member(&w, "offset", str_fmt(a, "%lld", (long long)span->offset));
    member(&w, "startTime", span->from);
    member(&w, "endTime", span->to);
    return request_done(&w);
}

/* A success is the bare list, "cdr_root" or "cdr" by the API's age, without a status. The first item
 * is known by its AcctId, a group by all it says. */
bool ucm_page_read(struct arena *a, struct str text, size_t *ret_n, struct str *ret_first)
{
    const struct json *root, *list;

    if (json_parse(a, text, &root) || json_kind(root) != J_OBJECT)
        return false;
    list = json_get(root, "cdr_root");
    if (!list)
        list = json_get(root, "cdr");
    if (json_kind(list) != J_LIST)
        return false;
    *ret_n = json_count(list);
    *ret_first = STR("");
    if (*ret_n)
        *ret_first = json_text(json_at(list, 0), "AcctId");
    if (*ret_n && !ret_first->n)
        *ret_first = event_hash_key(a, json_canonical(a, json_at(list, 0)));
    *ret_first = event_key(a, *ret_first);
    return true;
}

struct str ucm_token(struct arena *a, struct str challenge, struct str password)
{
    return crypto_md5_hex(a, str_fmt(a, "%.*s%.*s", STR_ARG(challenge), STR_ARG(password)));
}

static const struct {
    int64_t status;
    enum ucm_verdict verdict;
    const char *text;
} statuses[] = {
    {0, UCM_OK, "all is well"},
    {-1, UCM_REFUSED, "the UCM does not take the parameters of the request"},
    {-5, UCM_LOGIN, "the UCM wants a login first"},
    {-6, UCM_LOGIN, "the UCM no longer knows our session"},
    {-7, UCM_RETRY, "the UCM closed the connection"},
    {-8, UCM_RETRY, "the UCM took too long"},
    {-9, UCM_RETRY, "the UCM reports a system error"},
    {-15, UCM_ABSENT, "the UCM has no such recording"},
    {-16, UCM_ABSENT, "the UCM has no such item"},
    {-19, UCM_REFUSED, "this UCM does not know the request: its firmware is too old, or the user "
                       "is no API user"},
    {-24, UCM_REFUSED, "the UCM could not work on its data"},
    {-25, UCM_REFUSED, "the UCM could not update its data"},
    {-26, UCM_REFUSED, "the UCM could not read its data"},
    {-37, UCM_STOP, "user name or password is wrong"},
    {-45, UCM_RETRY, "the UCM is asked too often"},
    {-46, UCM_RETRY, "the UCM is asked too often"},
    {-47, UCM_STOP, "the API user lacks the permission"},
    {-50, UCM_REFUSED, "the UCM does not take some characters of the request"},
    {-51, UCM_RETRY, "the UCM is busy with another task"},
    {-57, UCM_RETRY, "the UCM asks us to wait a minute"},
    {-68, UCM_STOP, "logging in is blocked for a while after failed tries"},
    {-70, UCM_STOP, "logging in is forbidden to this user or from our address"},
    {-71, UCM_STOP, "there is no such API user"},
    {-251, UCM_RETRY, "the UCM is busy with another task"},
};

#define N_STATUSES (sizeof statuses / sizeof *statuses)

enum ucm_verdict ucm_verdict_of(int64_t status)
{
    for (size_t i = 0; i < N_STATUSES; i++)
        if (statuses[i].status == status)
            return statuses[i].verdict;
    return UCM_REFUSED;
}

const char *ucm_status_text(int64_t status)
{
    for (size_t i = 0; i < N_STATUSES; i++)
        if (statuses[i].status == status)
            return statuses[i].text;
    return "the UCM refuses the request";
}

/* Firmware differs in whether numbers are texts, and in where beside the status they stand. */
static int64_t number(const struct json *root, const struct json *inner, const char *key)
{
    int64_t n = json_int(inner, key, -1);

    return n >= 0 ? n : json_int(root, key, -1);
}

const struct err *ucm_answer_read(struct arena *a, struct str text, struct ucm_answer *ret)
{
    const struct json *root, *inner;
    struct ucm_answer answer = {0};
    int64_t unsaid = 1; /* no status is positive */

    if (json_parse(a, text, &root) || json_kind(root) != J_OBJECT)
        return err_why(a, E_UPSTREAM,
                       "The address does not answer like a UCM: check address and port, and that "
                       "HTTPS API Settings (New) are enabled.");
    inner = json_get(root, "response");
    answer.status = json_int(root, "status", json_int(inner, "status", unsaid));
    if (answer.status == unsaid && json_kind(inner) == J_OBJECT)
        answer.status = 0;
    if (answer.status == unsaid)
        return err_why(a, E_UPSTREAM,
                       "The address answers JSON, but not like a UCM: there is no status in it.");
    answer.challenge = json_text(inner, "challenge");
    answer.cookie = json_text(inner, "cookie");
    answer.recordfiles = json_text(inner, "recordfiles");
    answer.tries_left = number(root, inner, "remain_num");
    answer.wait_s = number(root, inner, "remain_time");
    *ret = answer;
    return NULL;
}

static const struct err *stop_err(struct arena *a, const struct ucm_answer *answer,
                                  const char *doing)
{
    struct str more = STR("");

    if (answer->tries_left >= 0)
        more = str_fmt(a, " The UCM leaves %lld more tries before it locks the user.",
                       (long long)answer->tries_left);
    else if (answer->wait_s > 0)
        more = str_fmt(a, " The UCM says the lock ends in %lld s.", (long long)answer->wait_s);
    return err_why(a, E_UPSTREAM_AUTH,
                   "Cannot %s: %s (status %lld). Correct the API user and password in the "
                   "integration's settings; until then the UCM is not asked again.%.*s",
                   doing, ucm_status_text(answer->status), (long long)answer->status,
                   STR_ARG(more));
}

/* The waits that the table of return codes names. */
static int64_t wait_of(const struct ucm_answer *answer)
{
    switch (answer->status) {
    case -45:
    case -46:
        return 15;
    case -57:
        return 60;
    default:
        return -1;
    }
}

const struct err *ucm_answer_err(struct arena *a, const struct ucm_answer *answer,
                                 const char *doing, int64_t *ret_wait_s)
{
    const char *text = ucm_status_text(answer->status);
    const struct err *e = E_UPSTREAM;

    *ret_wait_s = -1;
    switch (ucm_verdict_of(answer->status)) {
    case UCM_OK:
        return NULL;
    case UCM_STOP:
        return stop_err(a, answer, doing);
    case UCM_RETRY:
        *ret_wait_s = wait_of(answer);
        e = E_UPSTREAM_BUSY;
        break;
    case UCM_LOGIN:
        e = E_UPSTREAM_AUTH;
        text = "the UCM forgets our session at once; does another program use the same API user?";
        break;
    case UCM_ABSENT:
        e = E_NOT_READY;
        break;
    case UCM_REFUSED:
        break;
    }
    return err_why(a, e, "Cannot %s: %s (status %lld).", doing, text, (long long)answer->status);
}

struct str ucm_record_name(struct str name)
{
    struct str part, last = STR_NONE;

    while (str_split(&name, '/', &part))
        last = part;
    last = str_trim(last);
    if (!last.n || last.n > EVENT_MAX_NAME || str_is(last, ".") || str_is(last, "..") ||
        !str_utf8(last))
        return STR_NONE;
    for (size_t i = 0; i < last.n; i++)
        if (last.p[i] == '@' || last.p[i] == '\\' || (last.p[i] >= 0 && last.p[i] < 0x20))
            return STR_NONE;
    return last;
}

size_t ucm_record_names(struct str recordfiles, struct str *names, size_t max)
{
    struct str entry, path;
    size_t n = 0;

    while (str_split(&recordfiles, '@', &entry))
        while (str_split(&entry, ',', &path)) {
            struct str name = ucm_record_name(path);
            if (name.n && n < max)
                names[n++] = name;
        }
    return n;
}

/* "monitor" and "queue" stand in for each other (PROVIDERS: try the guess, then the other). The
 * rest are asked only if the record named them. */
void ucm_filedirs(struct str hint, const char *ret_dirs[UCM_FILEDIRS])
{
    static const char *const others[] = {"meetme", "voicemail/default"};
    size_t n = 0;

    for (size_t i = 0; i < 2; i++)
        if (str_is(hint, others[i]))
            ret_dirs[n++] = others[i];
    ret_dirs[n++] = str_is(hint, "queue") ? "queue" : "monitor";
    ret_dirs[n++] = str_is(hint, "queue") ? "monitor" : "queue";
    ret_dirs[n] = NULL;
}
