/* A phone system's adapter. `verify` and `parse` are pure: bytes in, verdict or events out; no
 * database, clock or network, so they can be fuzzed. `fetch` speaks to the phone system through
 * net and runs in a job. A provider is a folder here and one line in features.c. */
#ifndef RINGSIGHT_PROVIDERS_PROVIDER_H
#define RINGSIGHT_PROVIDERS_PROVIDER_H

#include "providers/event.h"

enum setting_kind { SETTING_TEXT = 0, SETTING_SECRET, SETTING_URL, SETTING_ZONE, SETTING_CHOICE };

/* One field of an integration's settings; the table also draws the form and the help text. */
struct provider_setting {
    const char *name;
    enum setting_kind kind;
    bool required;
    const char *label, *doc;
    const char *choices; /* SETTING_CHOICE: "ca|pinned|insecure", the first is the default */
};

/* A delivery as received. `headers` is the raw header block without the request line, lines ended
 * by CR LF. */
struct hook {
    struct str method, query, headers, body;
    const struct json *settings; /* plain settings of the integration, secrets included; those left
                                    blank are missing or null */
    int64_t now;                 /* when it was received, in core/time.h's scale: verify is pure and
                                    reads no clock */
};

/* First value of a header in the raw block, name without regard to case, blanks trimmed;
 * STR_NONE if missing. */
struct str hook_header(const struct hook *h, const char *name);
/* User and password of an "Authorization: Basic" header (RFC 7617); false if there is none or it
 * is malformed. */
bool hook_basic(struct arena *a, const struct hook *h, struct str *ret_user,
                struct str *ret_password);
/* A text setting, STR_NONE where it is missing, null or no text. */
struct str hook_setting(const struct hook *h, const char *name);

struct fetch; /* net's side of a recording fetch, see net/fetch.h */

struct provider {
    const char *slug, *title;
    const struct provider_setting *settings; /* ends with name == NULL */
    int parser_version;
    /* Looks into values that the table cannot describe, when they are saved: NULL, or a sentence in
     * the arena and the setting's name. NULL member: nothing more to look at. */
    const struct err *(*check)(struct arena *a, const struct json *settings,
                               const char **ret_name);
    /* E_BAD_SIGNATURE, or NULL. NULL member: the token in the address is the only proof. */
    const struct err *(*verify)(struct arena *a, const struct hook *h);
    /* E_BAD_PAYLOAD with a reason in the arena's why: the delivery is kept as unparsed. The list
     * starts zeroed; no events and no error: nothing in it was a call. */
    const struct err *(*parse)(struct arena *a, const struct hook *h, struct event_list *ret_list);
    /* Fetches one recording into f (see net/fetch.h). E_NOT_READY and E_UPSTREAM_BUSY are tried
     * again later; E_UPSTREAM_AUTH stops and tells the admin; E_GONE: there is none. */
    const struct err *(*fetch)(struct arena *a, struct fetch *f);
};

/* Every provider, filled in by features.c; ends with NULL. */
extern const struct provider *const providers[];
/* NULL if unknown. */
const struct provider *provider_find(struct str slug);

#endif
