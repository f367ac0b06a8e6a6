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
    /* A secret that proves hooks and is changed while hooks come in: "whsec" or "password", what we
     * make anew; "given": only the phone system can. NULL: it proves no hooks. */
    const char *rotates;
};

/* A delivery as received. `headers` is the raw header block without the request line, lines ended
 * by CR LF. */
struct hook {
    struct str method, query, headers, body;
    struct str url; /* the whole address that the sender called: the configured public address, path
                       and query, whatever a proxy made of it. Given to verify, for it may be signed;
                       STR_NONE to parse */
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

/* A field map that people make in the dashboard, for providers that take one. All pure. */
struct provider_map {
    const struct err *(*check)(struct arena *a, const struct json *map); /* E_BAD_INPUT */
    /* Runs the map on a delivery; JSON of the schema map_preview. Bears any map. */
    struct str (*preview)(struct arena *a, const struct json *map, const struct hook *h);
    /* The fields it can fill in, as a JSON list of the schema map_fields. */
    struct str (*fields)(struct arena *a);
};

#define SAMPLE_HEADERS 4
#define SAMPLE_HEADER "X-Ringsight-Trial" /* names the trial; the sample is read as sent by the vendor */

/* A delivery as the phone system would send it, about a call of one minute that never was: for trying
 * the address. */
struct hook_sample {
    const struct json *settings; /* given: as in struct hook */
    struct str url, id;          /* given: where it goes; what makes its call another each time */
    int64_t now;                 /* given */
    const char *type;            /* filled in: Content-Type */
    struct str body;
    size_t n_headers;
    struct {
        const char *name;
        struct str value;
    } headers[SAMPLE_HEADERS];
};
/* Numbers and agent of a sample: no real ones. */
#define SAMPLE_FROM "+442079460199" /* of the range set aside for drama */
#define SAMPLE_TO "+442079460100"

void sample_header(struct hook_sample *s, const char *name, struct str value);
/* Authorization: Basic from two settings, where the first is set. */
void sample_basic(struct arena *a, struct hook_sample *s, const char *user, const char *password);
/* "2026-08-03 10:15:00" by the clock of a zone (UTC where it is unknown). */
struct str sample_wall(struct arena *a, int64_t t, struct str zone);

struct fetch; /* net's side of a recording fetch, see net/fetch.h */
struct poll;  /* net's side of asking for a page of calls, see net/poll.h */

/* An older reading that is kept, because it made something else of the same bytes. */
struct parser_before {
    int version;
    const char *what; /* how it differs from the next, for people */
    const struct err *(*parse)(struct arena *a, const struct hook *h, struct event_list *ret_list);
};

struct provider {
    const char *slug, *title;
    const struct provider_setting *settings; /* ends with name == NULL */
    int parser_version;
    const struct parser_before *parsers_before; /* ends with version 0; NULL: none is kept */
    /* A file that is put into the phone system, below the setting templates_dir; it is filled in for
     * each integration (intake/integrations/setup_file.c). NULL: there is none. */
    const char *setup_file;
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
    /* Asks for one page of the calls of a window (see net/poll.h); the page comes back to parse
     * with the method POLL_METHOD. Errors as fetch. NULL member: it cannot be asked. */
    const struct err *(*poll)(struct arena *a, struct poll *p);
    const char *poll_needs; /* the setting without which it cannot be asked */
    /* What it is asked for names calls otherwise than what it sends: the same call is then known by
     * agent, number and time (intake/calls/twins.c). */
    bool poll_renames;
    /* Where it is called unless a setting of kind SETTING_URL says otherwise; NULL: nowhere. */
    const char *api_url;
    const struct provider_map *map; /* NULL: takes none */
    void (*sample)(struct arena *a, struct hook_sample *s); /* NULL: there is none */
};

/* Every provider, filled in by features.c; ends with NULL. */
extern const struct provider *const providers[];
/* NULL if unknown. */
const struct provider *provider_find(struct str slug);
/* Reads as `parse` did in that version, 0 is today's. E_NOT_FOUND: it is not kept. */
const struct err *provider_parse(const struct provider *p, int64_t version, struct arena *a,
                                 const struct hook *h, struct event_list *ret_list) MUST_USE;
bool provider_has_parser(const struct provider *p, int64_t version);

#endif
