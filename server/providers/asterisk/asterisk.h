/* Asterisk: events of its manager interface (AMI), which a client of ours keeps for each call and
 * delivers together, and call records (CDR) that a dialplan script posts. This header is the
 * folder's own; features.c and the AMI client need what is named so. */
#ifndef RINGSIGHT_PROVIDERS_ASTERISK_H
#define RINGSIGHT_PROVIDERS_ASTERISK_H

#include "providers/asterisk/ami.h"
#include "providers/provider.h"

/* For features.c. */
extern const struct provider asterisk_provider;

/* For the AMI client: the method that marks a delivery as stored AMI messages (ami_store); no HTTP
 * request has it. */
#define ASTERISK_AMI_METHOD "AMI"

/* For the AMI client: host (IPv6 in brackets) and port of the setting "host"; false if it has no such
 * form. */
bool asterisk_address(const struct json *settings, struct str *ret_host, int64_t *ret_port);

/* For the AMI client: order of two unique ids by age, "system-1700000000.12" or without the system:
 * by second, then number, then bytes. */
int asterisk_id_order(struct str x, struct str y);

/* ---- the folder's own ---- */

/* What the reading of one delivery needs to know. */
struct ast_delivery {
    struct arena *a;
    struct str zone;   /* of the times in call records, "" is UTC */
    struct str trunks; /* the integration's list; "" if it has none */
    struct event_list *list;
    size_t records;    /* read so far; names the place in error sentences */
    int64_t now;       /* when the delivery came */
};

/* A call record under AMI's names or those of the dialplan's CDR(), whichever there are. */
struct ast_cdr {
    struct str uniqueid, linkedid, channel, dst_channel, source, destination, caller_id;
    struct str app, data, start, answer, end, disposition, duration, billed;
};

/* One call record as a leg of the call `key`. `n` counts records of the same two channels from 0.
 * E_BAD_PAYLOAD if its start is no time. */
const struct err *ast_leg(struct ast_delivery *d, const struct ast_cdr *c, struct str key,
                          size_t n) MUST_USE;

/* All stored AMI messages of a delivery. */
const struct err *ast_messages(struct ast_delivery *d, struct str body) MUST_USE;

/* Whether anything stands there that can be told from nothing once control characters are gone. */
bool ast_is_id(struct str s);

/* "1001" of "PJSIP/1001-0000000a": the endpoint of a channel. */
struct str ast_endpoint(struct str channel);
/* Is it a trunk's? Named in the integration's list; without a list, every endpoint that is not a
 * number of at most 6 digits. Local channels are neither. */
bool ast_is_trunk(const struct ast_delivery *d, struct str channel);
bool ast_is_extension(const struct ast_delivery *d, struct str channel);
bool ast_is_local(struct str channel);
/* Who takes part: direction, agent and trunk of a leg between two channels ("" if there is none). */
void ast_parties(const struct ast_delivery *d, struct str from_channel, struct str to_channel,
                 struct call_event *ev);
/* The second in which a channel began, TIME_NONE if its id does not say. */
int64_t ast_id_time(struct str id);
/* The key of the leg between a channel and the other one's name. */
struct str ast_leg_key(struct arena *a, struct str id, struct str to_channel, size_t n);
struct str ast_text(struct arena *a, struct str s);

#endif
