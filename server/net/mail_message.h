/* One mail as bytes (RFC 5322): headers that no value can break out of, a text and an HTML part.
 * Pure: no network, no clock. */
#ifndef RINGSIGHT_NET_MAIL_MESSAGE_H
#define RINGSIGHT_NET_MAIL_MESSAGE_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

#define MAIL_ADDRESS_MAX 254
#define MAIL_SUBJECT_MAX 300

#define MAIL_FILE_MAX (10u << 20) /* of an attached file: about 14 MB as it travels, which most servers take */

struct mail_file {
    struct str name, type, bytes; /* name: letters, digits, '.', '-', '_'; no bytes: no file */
};

struct mail_message {
    struct str from, from_name, to, to_name; /* names may be empty, in any letters */
    struct str subject, text, html;
    struct str id; /* of Message-ID, without the brackets */
    int64_t date;
    struct mail_file file;
    struct str off; /* address where one ends such mails (List-Unsubscribe, RFC 2369); none: none */
};

/* Whether this is an address that every mail server takes: one @, ASCII letters, a host with a dot. */
bool mail_address_ok(struct str address);

/* E_BAD_INPUT for an address that is none, a subject without letters or too long, text that is no UTF-8, or
 * a file of another name; E_TOO_LARGE beyond MAIL_FILE_MAX. Lines end in CRLF. */
const struct err *mail_message_write(struct arena *a, const struct mail_message *m,
                                     struct str *ret) MUST_USE;

#endif
