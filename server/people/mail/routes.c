/* The mails of a tenant. */
#include "people/mail/inner.h"
#include "people/mail/queries.h"

static const struct route routes[] = {
    {GET, "/mails", PEOPLE_WRITE, .sql = SQL_MAILS_LIST,
     .doc = "Mails to people, newest first: whether each was sent, and if not, why"},
    {0},
};

const struct feature mail_feature = {
    .name = "mail", .doc = "Mail to people.", .routes = routes, .jobs = mail_jobs,
};
