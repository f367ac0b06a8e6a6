/* The calls that a line is telling of just now: which messages belong to which, and which are over.
 * Memory only; what it holds is in the journal too. Of line.c and the tests; one thread. */
#ifndef RINGSIGHT_INTAKE_LINES_BOOK_H
#define RINGSIGHT_INTAKE_LINES_BOOK_H

#include "core/uuid.h"
#include "providers/asterisk/ami.h"

/* A call whose channels are gone is over after this long without a word: its records come last. */
#define BOOK_GRACE_US (2 * TIME_S)
/* One that nobody spoke of for so long is over too, whatever its channels. */
#define BOOK_STALE_US (4 * 3600 * TIME_S)
/* Told in parts when it grows larger: parts of one call add up. */
#define BOOK_PART_BYTES (256u << 10)

struct book;

/* Lives until book_free; calls come and go within it. */
struct book *book_new(void);
void book_free(struct book *b);

/* Takes a message that is in the journal under this id; `stored` is its text there (ami_store).
 * `now` is time_mono's, here and below. */
void book_take(struct book *b, struct uuid id, struct str stored, int64_t now);

/* The Linkedid of a call that was told of and is gone, found by the id in a call record; "" if not
 * known or not gone. */
struct str book_linked(const struct book *b, struct str id);

/* Listing the channels of the phone system: those that were open at the beginning, and of which
 * neither the list nor anything else has spoken until the end, are gone. */
void book_list_begin(struct book *b);
/* True if the listed channel tells nothing new; notes that it was named. */
bool book_knows(struct book *b, const struct ami_message *m, int64_t now);
struct book_gone {
    struct str channel, linked; /* ids */
};
/* *ret_n of them, in the arena; they stay open until a message closes them. */
struct book_gone *book_list_end(struct book *b, struct arena *a, size_t *ret_n);

/* A call to be delivered. */
struct book_part {
    struct str body;         /* its messages, as stored */
    size_t n;
    const struct uuid *ids;  /* their journal rows */
};
/* The next call that is over, or part of one; false if there is none. The same again until
 * book_done. With `all` every call is. */
bool book_next(struct book *b, int64_t now, bool all, struct book_part *ret);
void book_done(struct book *b);

/* Calls with open channels. */
size_t book_open(const struct book *b);

#endif
