/* What a workbook says about its first sheet: where it is, the texts its cells share, which of its styles
 * show dates. */
#ifndef RINGSIGHT_MEDIA_CHILD_BOOK_H
#define RINGSIGHT_MEDIA_CHILD_BOOK_H

#include "media/child/xml.h"

#define BOOK_NAME_MAX 256
#define BOOK_STYLES_MAX 65536 /* Excel has 65,490 */
#define BOOK_FORMATS_MAX 1000

/* A text that grows. */
struct text {
    char *p;
    size_t n, room;
};

/* False if it would get larger than `most` or there is no memory. */
bool text_add(struct text *t, const char *p, size_t n, size_t most);

struct book {
    struct xml *xml;
    bool from_1904;
    char relation[BOOK_NAME_MAX], sheet[BOOK_NAME_MAX];
    struct text strings;   /* one after the other */
    struct text ends;      /* of each: uint32_t */
    struct text styles;    /* of each: 1 if it shows a date */
    struct text formats;   /* ids of number formats that are dates: unsigned */
    bool in_styles, in_text, in_reading;
};

/* Reads all but the sheet. book_end is due after it, whatever it says. */
enum wire_reason book_read(struct book *b, struct xml *x);
void book_end(struct book *b);

/* The text of that number; NULL if there is none. */
const char *book_string(const struct book *b, unsigned long at, size_t *ret_n);
bool book_style_is_date(const struct book *b, unsigned long style);

#endif
