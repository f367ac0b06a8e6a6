/* Addresses and answers of the XAPI as text, see threecx_api.h. Called by threecx_fetch.c, the
 * tests and a fuzzer. Pure; never logs, for keys and tokens pass through here. */
#include "providers/threecx/threecx_api.h"

#include "core/crypto.h"
#include "core/json.h"
#include "core/time.h"
#include "providers/event.h"

#define UNTOLD_LIFE_S 60
#define TOKEN_MAX 16000
#define NEAR_BEFORE_S 120
#define NEAR_AFTER_S 60
#define NUMBER_TAIL 7 /* digits that must agree: prefixes are written in many ways */

static void escape(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            c == '-' || c == '_' || c == '.' || c == '~')
            buf_char(b, c);
        else
            buf_fmt(b, "%%%02X", (unsigned)(unsigned char)c);
    }
}

struct str threecx_token_form(struct arena *a, struct str client, struct str secret)
{
    struct buf b = buf_new(a, 64u << 10);

    buf_add(&b, STR("client_id="));
    escape(&b, client);
    buf_add(&b, STR("&client_secret="));
    escape(&b, secret);
    buf_add(&b, STR("&grant_type=client_credentials"));
    return buf_str(&b);
}

/* The text between the first two dots, base64url without padding (RFC 7515), as JSON. Nothing is
 * verified: 3CX checks its token itself, we only want to know when it ends. */
static int64_t expiry_claim(struct arena *a, struct str token)
{
    struct str rest = token, part, plain;
    const struct json *claims;
    struct buf b = buf_new(a, TOKEN_MAX);

    if (!str_split(&rest, '.', &part) || !str_split(&rest, '.', &part))
        return -1;
    for (size_t i = 0; i < part.n; i++)
        buf_char(&b, part.p[i] == '-' ? '+' : part.p[i] == '_' ? '/' : part.p[i]);
    while (b.n % 4)
        buf_char(&b, '=');
    if (!crypto_unbase64(a, buf_str(&b), &plain) || json_parse(a, plain, &claims))
        return -1;
    return json_int(claims, "exp", -1);
}

const struct err *threecx_token_read(struct arena *a, struct str text, int64_t now,
                                     struct threecx_token *ret)
{
    const struct json *tree;
    int64_t exp;

    if (json_parse(a, text, &tree))
        return err_why(a, E_UPSTREAM, "The address does not answer like 3CX v20 to a login.");
    ret->token = json_text(tree, "access_token");
    if (!ret->token.n || ret->token.n > TOKEN_MAX)
        return err_why(a, E_UPSTREAM, "3CX took the login, but sent no access token.");
    for (size_t i = 0; i < ret->token.n; i++)
        if (ret->token.p[i] <= ' ' || ret->token.p[i] > '~')
            return err_why(a, E_UPSTREAM, "3CX sent an access token that is none.");
    exp = expiry_claim(a, ret->token);
    if (exp > 0 && exp < INT64_MAX / TIME_S)
        ret->expires_at = exp * TIME_S;
    else
        ret->expires_at = now + UNTOLD_LIFE_S * TIME_S;
    return NULL;
}

static struct str moment(struct arena *a, int64_t seconds)
{
    char text[32];

    return str_dup(a, time_iso(seconds * TIME_S, text));
}

/* All eleven parameters are needed; types 0 and empty filters mean "all" (vendor's swagger). */
struct str threecx_log_url(struct arena *a, struct str base, int64_t from, int64_t to, int64_t skip)
{
    return str_fmt(a,
                   "%.*s/xapi/v1/ReportCallLogData/Pbx.GetCallLogData(periodFrom=%.*s,periodTo=%.*s,"
                   "sourceType=0,sourceFilter='',destinationType=0,destinationFilter='',callsType=0,"
                   "callTimeFilterType=0,callTimeFilterFrom='0:00:00',callTimeFilterTo='0:00:00',"
                   "hidePcalls=true)?$top=%d&$skip=%lld",
                   STR_ARG(base), STR_ARG(moment(a, from / TIME_S)),
                   STR_ARG(moment(a, to / TIME_S)), THREECX_PAGE, (long long)skip);
}

static const struct err *rows_of(struct arena *a, struct str text, const struct json **ret)
{
    const struct json *tree;

    if (json_parse(a, text, &tree) || json_kind(json_get(tree, "value")) != J_LIST)
        return err_why(a, E_UPSTREAM,
                       "3CX answered, but not with a list: is the address that of a 3CX v20?");
    *ret = json_get(tree, "value");
    return NULL;
}

const struct err *threecx_page_read(struct arena *a, struct str text, size_t *ret_n,
                                    struct str *ret_first)
{
    const struct json *rows, *first;
    const struct err *e = rows_of(a, text, &rows);

    if (e)
        return e;
    *ret_n = json_count(rows);
    *ret_first = STR("");
    if (!*ret_n)
        return NULL;
    first = json_at(rows, 0);
    *ret_first = event_hash_key(a, json_canonical(a, first));
    return NULL;
}

struct str threecx_download_url(struct arena *a, struct str base, int64_t id)
{
    return str_fmt(a, "%.*s/xapi/v1/Recordings/Pbx.DownloadRecording(recId=%lld)", STR_ARG(base),
                   (long long)id);
}

bool threecx_wanted_read(struct str name, struct threecx_wanted *ret)
{
    struct str rest, start, end, agent;

    if (!str_starts(name, STR("find:")))
        return false;
    rest = str_sub(name, 5, name.n);
    if (!str_split(&rest, ',', &start) || !str_split(&rest, ',', &end) ||
        !str_split(&rest, ',', &agent) || !rest.p || !str_to_int(start, &ret->start) ||
        !str_to_int(end, &ret->end) || !event_time_fits(ret->start * TIME_S) ||
        !event_time_fits(ret->end * TIME_S))
        return false;
    ret->agent = agent;
    ret->number = rest;
    return true;
}

struct str threecx_find_url(struct arena *a, struct str base, const struct threecx_wanted *w)
{
    return str_fmt(a,
                   "%.*s/xapi/v1/Recordings?$filter=StartTime%%20ge%%20%.*s%%20and%%20StartTime%%20le"
                   "%%20%.*s&$orderby=Id&$top=%d",
                   STR_ARG(base), STR_ARG(moment(a, w->start - NEAR_BEFORE_S)),
                   STR_ARG(moment(a, w->end + NEAR_AFTER_S)), THREECX_PAGE);
}

/* The last digits of a number, whatever stands around them. */
static struct str tail(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, EVENT_MAX_NAME);
    struct str digits;

    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            buf_char(&b, s.p[i]);
    digits = buf_str(&b);
    return digits.n > NUMBER_TAIL ? str_sub(digits, digits.n - NUMBER_TAIL, NUMBER_TAIL) : digits;
}

static bool fits(struct arena *a, const struct json *row, const struct threecx_wanted *w)
{
    struct str number = tail(a, w->number);
    bool by_agent = str_eq(json_text(row, "FromDn"), w->agent) ||
                    str_eq(json_text(row, "ToDn"), w->agent);

    if (w->agent.n && !by_agent)
        return false;
    if (!number.n)
        return w->agent.n > 0;
    return str_eq(tail(a, json_text(row, "FromCallerNumber")), number) ||
           str_eq(tail(a, json_text(row, "ToCallerNumber")), number);
}

const struct err *threecx_find_read(struct arena *a, struct str text,
                                    const struct threecx_wanted *w, int64_t *ret_id)
{
    const struct json *rows;
    int64_t best = INT64_MAX;
    const struct err *e = rows_of(a, text, &rows);

    *ret_id = 0;
    for (size_t i = 0; !e && i < json_count(rows); i++) {
        const struct json *row = json_at(rows, i);
        int64_t id = json_int(row, "Id", 0), at, off;
        if (id <= 0 || !fits(a, row, w) || !time_parse(json_text(row, "StartTime"), &at))
            continue;
        off = at / TIME_S - w->start;
        off = off < 0 ? -off : off;
        if (off < best) {
            best = off;
            *ret_id = id;
        }
    }
    return e;
}

struct str threecx_error_text(struct arena *a, struct str text)
{
    const struct json *tree;

    if (json_parse(a, text, &tree))
        return STR("");
    return event_text(a, json_text(json_get(tree, "error"), "message"), EVENT_MAX_TEXT);
}
