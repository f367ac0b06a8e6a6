/* Reads XML for xlsx.c and what belongs to it. No part may declare a document type: with it go entities,
 * of this file or of another, and the ways to blow them up. */
#include "media/child/xml.h"

#include <expat.h>
#include <string.h>
#include <sys/auxv.h>

#define DEPTH_MAX 64

static const char *bare(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

void xml_stop(struct xml *x, enum wire_reason reason)
{
    if (x->reason == WIRE_OK)
        x->reason = reason;
    XML_StopParser(x->parser, XML_FALSE);
}

static void on_open(void *ctx, const char *name, const char **attributes)
{
    struct xml *x = ctx;

    if (++x->depth > DEPTH_MAX)
        xml_stop(x, WIRE_SHEET_DAMAGED);
    else if (x->open)
        x->open(x->ctx, bare(name), attributes);
}

static void on_close(void *ctx, const char *name)
{
    struct xml *x = ctx;

    x->depth--;
    if (x->close)
        x->close(x->ctx, bare(name));
}

static void on_text(void *ctx, const char *p, int n)
{
    struct xml *x = ctx;

    if (x->text)
        x->text(x->ctx, p, (size_t)n);
}

static void on_doctype(void *ctx, const char *name, const char *system, const char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    xml_stop(ctx, WIRE_SHEET_DOCTYPE);
}

/* From what the kernel laid beside the stack: the sandbox has no other chance. */
static unsigned long salt(void)
{
    const void *random = (const void *)getauxval(AT_RANDOM); /* NOLINT(performance-no-int-to-ptr) */
    unsigned long n = 0;

    if (random)
        memcpy(&n, random, sizeof n);
    return n ? n : 1; /* 0 would have expat ask the system */
}

static enum wire_reason parse(struct xml *x, void *part)
{
    ptrdiff_t got;
    void *buf;

    do {
        buf = XML_GetBuffer(x->parser, 16384);
        if (!buf)
            return WIRE_NO_MEMORY;
        got = x->parts->read(part, buf, 16384);
        if (got < 0)
            return WIRE_SHEET_DAMAGED;
        x->unpacked += (uint64_t)got;
        if (x->unpacked > WIRE_SHEET_MAX_UNPACKED)
            return WIRE_SHEET_BIG;
        if (XML_ParseBuffer(x->parser, (int)got, got == 0) != XML_STATUS_OK)
            return XML_GetErrorCode(x->parser) == XML_ERROR_ABORTED     ? x->reason
                   : XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY ? WIRE_NO_MEMORY
                                                                        : WIRE_SHEET_DAMAGED;
    } while (got > 0);
    return WIRE_OK;
}

enum wire_reason xml_read(struct xml *x, const char *part)
{
    void *opened = x->parts->open(x->parts->ctx, part);
    enum wire_reason reason;

    if (!opened)
        return WIRE_SHEET_NOT_XLSX;
    x->parser = XML_ParserCreate(NULL);
    if (!x->parser) {
        x->parts->close(opened);
        return WIRE_NO_MEMORY;
    }
    x->depth = 0;
    XML_SetHashSalt(x->parser, salt());
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_open, on_close);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    reason = parse(x, opened);
    XML_ParserFree(x->parser);
    x->parser = NULL;
    x->parts->close(opened);
    return reason;
}

const char *xml_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(bare(attributes[i]), name) == 0)
            return attributes[i + 1];
    return NULL;
}
