/* Mail to people: a row per mail in the transaction of its cause, sent by a job. What fills a template
 * (links hold secrets) is sealed in the row until the mail is sent or given up, and gone then. */
#ifndef RINGSIGHT_PEOPLE_MAIL_H
#define RINGSIGHT_PEOPLE_MAIL_H

#include "http/http.h"
#include "net/mail_message.h"

struct job;

extern const struct feature mail_feature;

struct mail_fact {
    const char *name;
    struct str value;
};

struct mail_new {
    const char *template; /* templates/mail/<template>.txt and .html */
    struct str to, to_name;
    struct uuid object; /* what it is about */
    size_t n_facts; /* at most 16 */
    const struct mail_fact *facts;
};

/* False where no mail server is set up: then links are handed over by hand. */
bool mail_possible(void);

/* A mail of the transaction's tenant, or of the service where it has none (in a job only). E_BAD_INPUT
 * for an address that cannot be written to. */
const struct err *mail_add(struct db *db, const struct mail_new *m) MUST_USE;
/* What is made at the moment it goes out, as a report: hands one mail over inside a job's work, without a row.
 * `id` names it for ever, so that one which goes out twice (the answer was lost) is known as one. `off`: where
 * its reader ends such mails, STR_NONE: nowhere. Errors of mail_message_write and smtp_send; E_UNAVAILABLE
 * without a mail server. */
const struct err *mail_hand_over(struct job *job, struct uuid id, const struct mail_new *m,
                                 const struct mail_file *file, struct str off) MUST_USE;
/* What still waits about an object is not sent any more. */
const struct err *mail_drop(struct db *db, struct uuid object) MUST_USE;

/* "https://calls.example.com/join#<token>": from the public URL alone. Behind the # it is never sent to
 * a server, so no log or referrer holds it. */
struct str mail_link(struct arena *a, const char *page, struct str token);
/* "4 December 2026, 10:45 UTC". */
struct str mail_time(struct arena *a, int64_t t);

#endif
