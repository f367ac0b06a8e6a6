/* The words of the Asterisk Manager Interface: messages taken out of a stream of bytes, and actions
 * to send. Pure. Framing: "Key: value" lines ended by CR LF, a blank line ends a message, keys may
 * repeat; before the first message comes one greeting line (Asterisk's AMI documentation). */
#ifndef RINGSIGHT_PROVIDERS_ASTERISK_AMI_H
#define RINGSIGHT_PROVIDERS_ASTERISK_AMI_H

#include "core/arena.h"
#include "core/str.h"
#include "core/time.h"

#define AMI_MAX_MESSAGE (64u << 10) /* bytes of one message */
#define AMI_MAX_FIELDS 128          /* of one message; more are passed over */

struct ami_field {
    struct str key, value; /* blanks trimmed */
};

/* Views into the text that it was taken from. */
struct ami_message {
    struct str raw; /* its lines with their ends, without the blank line */
    size_t n;
    struct ami_field f[AMI_MAX_FIELDS];
};

/* Takes the next message off the front of *rest; false if there is no whole one. With `last` the end
 * of the text ends a message too. Lines without a colon are part of raw but no fields. Blank lines
 * before a message are passed over. */
bool ami_next(struct str *rest, bool last, struct ami_message *ret);

/* First value of a key, case ignored (Uniqueid and UniqueID both occur); "" if missing. */
struct str ami_get(const struct ami_message *m, const char *key);
bool ami_is_event(const struct ami_message *m, const char *name);

/* What is stored of a message: its lines behind one more, "X-Received: <time>", which says when it
 * came, for AMI events bear no time; and "X-Linkedid: <id>" where `linked` is not "". A blank line
 * ends it. */
void ami_store(struct buf *b, const struct ami_message *m, int64_t received, struct str linked);

/* True for events that tell something of a call and are kept; all else is dropped as it comes. */
bool ami_tells_of_call(const struct ami_message *m);

/* One action to send; n pairs of key and value. A value with control characters would
 * start a header of its own: false then, and nothing is made. */
bool ami_action(struct arena *a, const char *action, const char *id,
                const struct ami_field *fields, size_t n, struct str *ret);

/* The Key of a login by challenge: lower-case hex MD5 of challenge and secret. */
struct str ami_login_key(struct arena *a, struct str challenge, struct str secret);

#endif
