/* What the files of mail/ and its tests share. */
#ifndef RINGSIGHT_PEOPLE_MAIL_INNER_H
#define RINGSIGHT_PEOPLE_MAIL_INNER_H

#include "jobs/jobs.h"
#include "people/mail/mail.h"

#define MAIL_SEND "mail.send"
#define MAIL_FACTS_MAX 16
#define MAIL_TEMPLATE_MAX (64u << 10)

extern const struct job_kind mail_jobs[];

/* Facts as they lie in the row: JSON, sealed under the tenant's key, or the service's where it is zero. */
const struct err *mail_seal(struct arena *a, struct uuid tenant, struct uuid id, struct str facts,
                            struct str *ret_sealed) MUST_USE;
const struct err *mail_unseal(struct arena *a, struct uuid tenant, struct uuid id, struct str sealed,
                              struct str *ret_facts) MUST_USE;

/* Puts facts in place of {{name}}. In HTML what they hold is escaped; in both, control characters become
 * blanks, so that no fact makes a line of its own. E_INTERNAL for an unknown name or an open {{. */
const struct err *mail_fill(struct arena *a, struct str template, const struct mail_fact *facts, size_t n,
                            bool html, struct str *ret) MUST_USE;

struct mail_written {
    struct str subject, text, html;
};
/* Both templates of that name, filled; the text's first line is "Subject: …". */
const struct err *mail_write(struct arena *a, const char *templates_dir, struct str name,
                             const struct mail_fact *facts, size_t n, struct mail_written *ret) MUST_USE;

#endif
