/* One XML part after the other through expat, under limits that they share. */
#ifndef RINGSIGHT_MEDIA_CHILD_XML_H
#define RINGSIGHT_MEDIA_CHILD_XML_H

#include <stdbool.h>
#include <stdint.h>

#include "media/child/xlsx.h"

struct XML_ParserStruct;

/* Names come without prefix. Attributes as expat gives them: name, value, ..., NULL. */
struct xml {
    const struct xlsx_parts *parts;
    void *ctx; /* of the three below; any of them may be NULL */
    void (*open)(void *ctx, const char *name, const char **attributes);
    void (*close)(void *ctx, const char *name);
    void (*text)(void *ctx, const char *p, size_t n);
    uint64_t unpacked; /* of all parts so far */
    unsigned depth;
    enum wire_reason reason; /* the first that was given */
    struct XML_ParserStruct *parser;
};

/* Reads a part to its end or until xml_stop. WIRE_SHEET_NOT_XLSX if there is none. */
enum wire_reason xml_read(struct xml *x, const char *part);

/* Within a call of these three: ends the reading; WIRE_OK: all that was wanted has been read. */
void xml_stop(struct xml *x, enum wire_reason reason);

/* The value of that attribute, whatever its prefix; NULL if there is none. */
const char *xml_attribute(const char **attributes, const char *name);

#endif
