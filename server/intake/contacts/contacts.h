/* Contacts: the people who call and are called, found by their numbers. A call's contact is looked up
 * when it is read, so a contact made today is that of last year's calls too. */
#ifndef RINGSIGHT_INTAKE_CONTACTS_H
#define RINGSIGHT_INTAKE_CONTACTS_H

#include "http/http.h"

extern const struct feature contacts_feature;

/* The form a contact's numbers are kept in: E.164 where the tenant's region tells it, else as given. */
const struct err *contacts_form(struct db *db, struct str number, struct str *ret) MUST_USE;

/* Makes a contact of this name for a number that has none, in the open transaction; one that has keeps
 * it. `call`: where the name was heard, may be zero. E_BAD_INPUT for a name over 120 characters. */
const struct err *contacts_name(struct db *db, struct str number, struct str name,
                                struct uuid call) MUST_USE;

/* E_NOT_FOUND where there is no such contact, or not for these eyes; `scope` as in req_scope. */
const struct err *contacts_seen(struct db *db, struct uuid contact, struct str scope) MUST_USE;

struct contact_known {
    struct uuid id;  /* zero: nobody known */
    bool by_calls;   /* its name is what calls told, no person's word */
};

/* The contact of a number, which is locked until the transaction ends; `make`: one is made where there
 * is none, to be given its name by contacts_rename. `call`: where it was told. */
const struct err *contacts_heard(struct db *db, struct str number, bool make, struct uuid call,
                                 struct contact_known *ret) MUST_USE;

/* Gives a contact the name that a call told, cut at 120 characters, unless a person named it. */
const struct err *contacts_rename(struct db *db, struct uuid contact, struct str name,
                                  struct uuid call) MUST_USE;

#endif
