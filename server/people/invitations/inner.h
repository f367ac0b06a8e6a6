/* What the files of invitations/ share. */
#ifndef RINGSIGHT_PEOPLE_INVITATIONS_INNER_H
#define RINGSIGHT_PEOPLE_INVITATIONS_INNER_H

#include "people/invitations/invitations.h"
#include "people/members/members.h"

#define INVITATION_DAYS 7

/* By whom and to what, as the mail tells it. */
struct invitation_facts {
    struct uuid id;
    struct str sign_in, role_name;
    bool by_mail;
};

/* A new secret for an open invitation: *ret_link where it is handed over, STR_NONE where a mail brings it. */
struct invitation_secret {
    struct str token;
    struct hash hash;
};
struct invitation_secret invitation_secret_new(struct arena *a);
const struct err *invitation_deliver(struct db *db, const struct identity *who, const struct invitation_facts *f,
                                     const struct invitation_secret *s, struct str *ret_link) MUST_USE;

/* What a tenant may send in a day, so that nobody writes to the world through it. E_LIMIT. */
const struct err *invitation_room(struct db *db) MUST_USE;

/* "maria@harbour": how somebody without an address signs in. False if the name cannot be one. */
bool invitation_user_name(struct arena *a, struct str name, struct str tenant_slug, struct str *ret_sign_in);

/* Accepting, in accept.c. */
const struct err *invitation_look(struct req *rq);
const struct err *invitation_accept(struct req *rq);
const struct err *invitation_accept_own(struct req *rq);
extern const struct field invitation_look_in[], invitation_accept_in[];

#endif
