/* Security headers as tables. Called once at the start and read for each answer. What stands here
 * is for all routes; a route that needs another policy must not exist. */
#include "http/security.h"

/* No unsafe-inline, no unsafe-eval, no foreign origin. Safari before 15.4 does not take 'self' for
 * web sockets, hence the spelt-out origin. */
#define PAGE_POLICY                                                                                \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "              \
    "font-src 'self'; connect-src 'self' %s; media-src 'self' blob:; manifest-src 'self'; "        \
    "worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "             \
    "object-src 'none'"

#define DATA_POLICY                                                                                \
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

#define PERMISSIONS                                                                                \
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "              \
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=()"

enum only { ALWAYS = 0, HTTPS_ONLY, NOT_PAGES, API_ONLY };

static const struct {
    const char *name;
    const char *value;
    enum only only;
} common[] = {
    {"x-content-type-options", "nosniff", ALWAYS},
    {"referrer-policy", "no-referrer", ALWAYS},
    {"cross-origin-opener-policy", "same-origin", ALWAYS},
    {"cross-origin-resource-policy", "same-origin", ALWAYS},
    {"x-frame-options", "DENY", ALWAYS},
    {"permissions-policy", PERMISSIONS, ALWAYS},
    {"strict-transport-security", "max-age=31536000; includeSubDomains", HTTPS_ONLY},
    {"content-security-policy", DATA_POLICY, NOT_PAGES},
    {"cache-control", "no-store", API_ONLY},
};

static bool applies(enum only only, enum answer_kind kind, bool https)
{
    switch (only) {
    case ALWAYS:
        return true;
    case HTTPS_ONLY:
        return https;
    case NOT_PAGES:
        return kind != ANSWER_PAGE;
    case API_ONLY:
        return kind == ANSWER_API;
    }
    return false;
}

static void add(struct security *s, enum answer_kind kind, const char *name, struct str value)
{
    s->headers[kind][s->n[kind]++] = (struct answer_header){name, value};
}

const struct security *security_new(struct arena *a, const struct public_url *url)
{
    struct security *s = ARENA_NEW(a, struct security);
    struct str socket =
        str_fmt(a, "%s%s", url->https ? "wss" : "ws", url->origin + (url->https ? 5 : 4));
    struct str policy = str_fmt(a, PAGE_POLICY, str_c(a, socket));

    for (size_t kind = 0; kind < ANSWER_KINDS; kind++) {
        for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
            if (applies(common[i].only, (enum answer_kind)kind, url->https))
                add(s, (enum answer_kind)kind, common[i].name, str_of(common[i].value));
    }
    add(s, ANSWER_PAGE, "content-security-policy", policy);
    return s;
}
