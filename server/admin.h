/* What the files of `ringsight admin` share: its options and what a person types in. */
#ifndef RINGSIGHT_ADMIN_H
#define RINGSIGHT_ADMIN_H

#include "core/json.h"
#include "core/settings.h"
#include "db/db.h"

#define ADMIN_OPTIONS(X)                                                                           \
    X(EMAIL, "email", "E")                                                                         \
    X(NAME, "name", "N")                                                                           \
    X(SLUG, "slug", "S")                                                                           \
    X(ZONE, "zone", "Z")                                                                           \
    X(OWNER_EMAIL, "owner-email", "E")                                                             \
    X(OWNER_NAME, "owner-name", "N")                                                               \
    X(TENANT, "tenant", "S")                                                                       \
    X(ROLE, "role", "R")                                                                           \
    X(EXTENSION, "extension", "X")                                                                 \
    X(PROVIDER, "provider", "P")                                                                   \
    X(TO, "to", "s3|local")                                                                        \
    X(CALL, "call", "ID")                                                                          \
    X(SINCE, "since", "TIME")                                                                      \
    X(UNTIL, "until", "TIME")                                                                      \
    X(SCORECARD, "scorecard", "ID")                                                                \
    X(TIMES, "times", "N")                                                                         \
    X(CALLS, "calls", "N")                                                                         \
    X(CONFIRM, "confirm", "S")                                                                     \
    X(YES, "yes", NULL)                                                                            \
    X(OFFLINE, "offline", NULL)                                                                    \
    X(PASSWORD_STDIN, "password-stdin", NULL)                                                      \
    X(SETTINGS_STDIN, "settings-stdin", NULL)

enum admin_option {
#define X(id, name, value) OPT_##id,
    ADMIN_OPTIONS(X)
#undef X
    OPT_COUNT
};
#define OPT(id) (1u << OPT_##id)

struct admin;

struct admin_command {
    const char *name, *doc;
    unsigned needs, may; /* bits of options */
    bool keys;           /* opens the key folder */
    bool told;           /* changes something: written into the service's audit log */
    const struct err *(*run)(struct admin *ad, struct jw *out);
};

struct admin {
    struct arena *a;
    const struct settings *s;
    struct db *db;
    struct str opt[OPT_COUNT]; /* STR_NONE: not given; switches: "" */
};

/* "--email E [--name N]" */
struct str admin_usage(struct arena *a, const struct admin_command *c);
/* The options given and their values as JSON, for the audit log; none of them is a secret. */
struct str admin_given(const struct admin *ad);
/* Reads the arguments behind the command. E_BAD_INPUT with a sentence. */
const struct err *admin_parse(struct admin *ad, const struct admin_command *c, int argc,
                              char **argv) MUST_USE;

/* The password for `whom`: a line of standard input with --password-stdin, else asked for twice on
 * the terminal, unseen. */
const struct err *admin_password(struct admin *ad, struct str whom, struct str *ret) MUST_USE;
/* The whole of standard input, at most 1 MB. */
const struct err *admin_stdin(struct admin *ad, struct str *ret) MUST_USE;

/* E_FORBIDDEN, naming the user to become, when the key folder belongs to another one. Run before
 * the folder is opened, for opening makes it where it is missing. */
const struct err *admin_user_check(struct arena *a, const struct settings *s) MUST_USE;

/* Measures of scores (admin_scores.c). */
const struct err *admin_replay(struct admin *ad, struct jw *out) MUST_USE;
const struct err *admin_rerun(struct admin *ad, struct jw *out) MUST_USE;

/* Whether a tenant's audit chain holds, or without one that of the service (admin_audit.c); E_CONFLICT with the
 * first thing that does not fit. */
const struct err *admin_verify_audit(struct admin *ad, struct jw *out) MUST_USE;
/* Writes into the service's audit log that a command was run, and by whom of this machine. */
const struct err *admin_tell(struct admin *ad, const char *command) MUST_USE;

/* A tenant with all it has (admin_erase.c); prints the certificate. */
const struct err *admin_erase_tenant(struct admin *ad, struct jw *out) MUST_USE;

/* A mail by the settings as they are (admin_mail.c); E_* with what the mail server said. */
const struct err *admin_mail_test(struct admin *ad, struct jw *out) MUST_USE;

#endif
