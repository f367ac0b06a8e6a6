/* The strict reading of HTTP/1 heads and chunks, and the two functions that put it in place of
 * libh2o's own. Called by libh2o on the event loops. It must not allocate, log or block, and knows
 * of no h2o type: the same code runs in the fuzzers. RTLD_NEXT needs -D_GNU_SOURCE. */
#include "http/strict.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "http/host.h"

enum fault {
    FAULT_NONE = 0,
    FAULT_PARSER,
    FAULT_LONG_HEAD,
    FAULT_CONTROL,
    FAULT_BARE_CR,
    FAULT_BARE_LF,
    FAULT_NO_END,
    FAULT_REQUEST_LINE,
    FAULT_METHOD,
    FAULT_TARGET,
    FAULT_LONG_TARGET,
    FAULT_VERSION,
    FAULT_FOLDED,
    FAULT_HEADER_NAME,
    FAULT_BLANK_BEFORE_COLON,
    FAULT_MANY_HEADERS,
    FAULT_NO_HOST,
    FAULT_TWO_HOSTS,
    FAULT_HOST,
    FAULT_TWO_LENGTHS,
    FAULT_LENGTH,
    FAULT_TRANSFER_ENCODING,
    FAULT_TE_OLD_VERSION,
    FAULT_LENGTH_AND_TE,
    FAULT_DOUBLE_HEADER,
    FAULT_DISAGREE,
    FAULTS_END
};

/* The method strings are the markers: strict_is_fault compares addresses, so each fault has one. */
static const struct {
    char method[8];
    const char *reason;
} faults[FAULTS_END] = {
    [FAULT_NONE] = {"", NULL},
    [FAULT_PARSER] = {"REFUSED", "not an HTTP/1 request"},
    [FAULT_LONG_HEAD] = {"REFUSED", "request head too long"},
    [FAULT_CONTROL] = {"REFUSED", "control byte in the head"},
    [FAULT_BARE_CR] = {"REFUSED", "CR without LF"},
    [FAULT_BARE_LF] = {"REFUSED", "LF without CR"},
    [FAULT_NO_END] = {"REFUSED", "head does not end in one empty line"},
    [FAULT_REQUEST_LINE] = {"REFUSED", "malformed request line"},
    [FAULT_METHOD] = {"REFUSED", "malformed method"},
    [FAULT_TARGET] = {"REFUSED", "request target is not a plain path"},
    [FAULT_LONG_TARGET] = {"REFUSED", "request target too long"},
    [FAULT_VERSION] = {"REFUSED", "version is neither HTTP/1.0 nor HTTP/1.1"},
    [FAULT_FOLDED] = {"REFUSED", "folded header line"},
    [FAULT_HEADER_NAME] = {"REFUSED", "malformed header name"},
    [FAULT_BLANK_BEFORE_COLON] = {"REFUSED", "blank before the colon of a header"},
    [FAULT_MANY_HEADERS] = {"REFUSED", "too many headers"},
    [FAULT_NO_HOST] = {"REFUSED", "no Host header"},
    [FAULT_TWO_HOSTS] = {"REFUSED", "more than one Host header"},
    [FAULT_HOST] = {"REFUSED", "malformed Host header"},
    [FAULT_TWO_LENGTHS] = {"REFUSED", "more than one Content-Length"},
    [FAULT_LENGTH] = {"REFUSED", "malformed Content-Length"},
    [FAULT_TRANSFER_ENCODING] = {"REFUSED", "Transfer-Encoding other than chunked once"},
    [FAULT_TE_OLD_VERSION] = {"REFUSED", "Transfer-Encoding in HTTP/1.0"},
    [FAULT_LENGTH_AND_TE] = {"REFUSED", "both Content-Length and Transfer-Encoding"},
    [FAULT_DOUBLE_HEADER] = {"REFUSED", "a header that may stand once stands twice"},
    [FAULT_DISAGREE] = {"REFUSED", "two readings of the head disagree"},
};

/* What is gathered from the header lines; judged together when the last one is read. */
struct seen {
    unsigned headers, hosts, lengths, codings;
    unsigned once; /* bit i: singular[i] was there */
    int minor;
};

/* Headers that mean one thing; of two, a proxy in front may believe the other one. */
static const char *const singular[] = {"authorization", "content-type", "expect", "origin",
                                       "upgrade"};

static bool is_token(char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
        return true;
    return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static bool all_tokens(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_token(s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct str trim(struct str s)
{
    while (s.n && is_blank(s.p[0]))
        s = (struct str){s.p + 1, s.n - 1};
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static bool name_is(struct str s, const char *lower)
{
    size_t n = strlen(lower);

    if (s.n != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = s.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if (c != lower[i])
            return false;
    }
    return true;
}

/* Line ends and control bytes of the whole head. Afterwards each CR is followed by LF and each LF
 * is preceded by CR, so that lines can be cut at CR alone. */
static enum fault check_bytes(struct str raw)
{
    for (size_t i = 0; i < raw.n; i++) {
        unsigned char c = (unsigned char)raw.p[i];
        if (c == '\r' && (i + 1 == raw.n || raw.p[i + 1] != '\n'))
            return FAULT_BARE_CR;
        if (c == '\n' && (i == 0 || raw.p[i - 1] != '\r'))
            return FAULT_BARE_LF;
        if ((c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
            return FAULT_CONTROL;
    }
    return FAULT_NONE;
}

static bool next_line(struct str *rest, struct str *ret_line)
{
    const char *cr = rest->n ? memchr(rest->p, '\r', rest->n) : NULL;
    size_t n;

    if (!cr)
        return false;
    n = (size_t)(cr - rest->p);
    *ret_line = (struct str){rest->p, n};
    *rest = (struct str){cr + 2, rest->n - n - 2};
    return true;
}

static enum fault check_target(struct str method, struct str target)
{
    if (target.n > STRICT_MAX_TARGET)
        return FAULT_LONG_TARGET;
    if (target.n == 1 && target.p[0] == '*')
        return method.n == 7 && !memcmp(method.p, "OPTIONS", 7) ? FAULT_NONE : FAULT_TARGET;
    if (target.n == 0 || target.p[0] != '/')
        return FAULT_TARGET;
    for (size_t i = 0; i < target.n; i++) {
        unsigned char c = (unsigned char)target.p[i];
        if (c <= 0x20 || c >= 0x7f || c == '#')
            return FAULT_TARGET;
    }
    return FAULT_NONE;
}

static enum fault check_request_line(struct str line, int *ret_minor)
{
    struct str method = {line.p, 0}, target, version;
    enum fault f;

    while (method.n < line.n && line.p[method.n] != ' ')
        method.n++;
    if (method.n == line.n)
        return FAULT_REQUEST_LINE;
    target = (struct str){line.p + method.n + 1, 0};
    while (method.n + 1 + target.n < line.n && target.p[target.n] != ' ')
        target.n++;
    if (method.n + 1 + target.n == line.n)
        return FAULT_REQUEST_LINE;
    version = (struct str){target.p + target.n + 1, line.n - method.n - target.n - 2};

    if (!all_tokens(method) || method.n > STRICT_MAX_METHOD)
        return FAULT_METHOD;
    if ((f = check_target(method, target)) != FAULT_NONE)
        return f;
    if (version.n != 8 || memcmp(version.p, "HTTP/1.", 7) != 0)
        return FAULT_VERSION;
    if (version.p[7] != '0' && version.p[7] != '1')
        return FAULT_VERSION;
    *ret_minor = version.p[7] - '0';
    return FAULT_NONE;
}

/* RFC 9110 section 8.6 allows leading zeros; nobody sends them, and some readers take octal. */
static bool length_ok(struct str v)
{
    if (v.n == 0 || v.n > 18 || (v.n > 1 && v.p[0] == '0'))
        return false;
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] < '0' || v.p[i] > '9')
            return false;
    return true;
}

static enum fault note_header(struct seen *seen, struct str name, struct str value)
{
    struct host host;

    if (name_is(name, "host")) {
        if (seen->hosts++)
            return FAULT_TWO_HOSTS;
        return host_parse(value, &host) ? FAULT_NONE : FAULT_HOST;
    }
    if (name_is(name, "content-length")) {
        if (seen->lengths++)
            return FAULT_TWO_LENGTHS;
        return length_ok(value) ? FAULT_NONE : FAULT_LENGTH;
    }
    if (name_is(name, "transfer-encoding")) {
        if (seen->codings++ || !name_is(value, "chunked"))
            return FAULT_TRANSFER_ENCODING;
        return FAULT_NONE;
    }
    for (unsigned i = 0; i < sizeof(singular) / sizeof(singular[0]); i++) {
        if (!name_is(name, singular[i]))
            continue;
        if (seen->once & (1u << i))
            return FAULT_DOUBLE_HEADER;
        seen->once |= 1u << i;
    }
    return FAULT_NONE;
}

static enum fault check_header(struct seen *seen, struct str line)
{
    const char *colon = memchr(line.p, ':', line.n);
    struct str name;

    if (is_blank(line.p[0]))
        return FAULT_FOLDED;
    if (!colon)
        return FAULT_HEADER_NAME;
    if (++seen->headers > STRICT_MAX_HEADERS)
        return FAULT_MANY_HEADERS;
    name = (struct str){line.p, (size_t)(colon - line.p)};
    if (name.n && is_blank(name.p[name.n - 1]))
        return FAULT_BLANK_BEFORE_COLON;
    if (!all_tokens(name))
        return FAULT_HEADER_NAME;
    return note_header(seen, name, trim((struct str){colon + 1, line.n - name.n - 1}));
}

static enum fault check_framing(const struct seen *seen)
{
    if (seen->minor == 1 && seen->hosts == 0)
        return FAULT_NO_HOST;
    if (seen->codings && seen->lengths)
        return FAULT_LENGTH_AND_TE;
    if (seen->codings && seen->minor == 0)
        return FAULT_TE_OLD_VERSION;
    return FAULT_NONE;
}

static enum fault check_head(struct str raw, struct seen *seen)
{
    struct str rest = raw, line;
    enum fault f;

    if (raw.n > STRICT_MAX_HEAD)
        return FAULT_LONG_HEAD;
    if ((f = check_bytes(raw)) != FAULT_NONE)
        return f;
    /* RFC 9112 section 2.2: one empty line before the request is forgiven, and no more. */
    if (rest.n >= 2 && rest.p[0] == '\r')
        rest = (struct str){rest.p + 2, rest.n - 2};
    if (!next_line(&rest, &line))
        return FAULT_NO_END;
    if ((f = check_request_line(line, &seen->minor)) != FAULT_NONE)
        return f;
    while (next_line(&rest, &line)) {
        if (line.n == 0)
            return rest.n == 0 ? check_framing(seen) : FAULT_NO_END;
        if ((f = check_header(seen, line)) != FAULT_NONE)
            return f;
    }
    return FAULT_NO_END;
}

const char *strict_head_fault(struct str raw)
{
    struct seen seen = {0};

    return faults[check_head(raw, &seen)].reason;
}

/* The fault whose marker this is; FAULT_NONE for any other pointer. */
static enum fault marker(const char *method)
{
    for (size_t f = FAULT_NONE + 1; f < FAULTS_END; f++)
        if (method == faults[f].method)
            return (enum fault)f;
    return FAULT_NONE;
}

bool strict_is_fault(const char *method)
{
    return marker(method) != FAULT_NONE;
}

const char *strict_fault_reason(const char *method)
{
    return faults[marker(method)].reason;
}

static atomic_uint_fast64_t heads_seen, chunks_seen;

uint64_t strict_heads_seen(void)
{
    return atomic_load_explicit(&heads_seen, memory_order_relaxed);
}

uint64_t strict_chunks_seen(void)
{
    return atomic_load_explicit(&chunks_seen, memory_order_relaxed);
}

typedef int parse_request_fn(const char *, size_t, const char **, size_t *, const char **, size_t *,
                             int *, struct phr_header *, size_t *, size_t);

/* The library's own parser: the next definition of the name after the executable's. */
static parse_request_fn *library_parser(void)
{
    static _Atomic(parse_request_fn *) cached;
    parse_request_fn *fn = atomic_load_explicit(&cached, memory_order_relaxed);
    void *found;

    if (fn)
        return fn;
    found = dlsym(RTLD_NEXT, "phr_parse_request");
    if (!found)
        abort(); /* linked against another libh2o: nothing can be served */
    memcpy(&fn, &found, sizeof(fn));
    atomic_store_explicit(&cached, fn, memory_order_relaxed);
    return fn;
}

__attribute__((visibility("default"), used)) int
phr_parse_request(const char *buf, size_t len, const char **ret_method, size_t *ret_method_len,
                  const char **ret_path, size_t *ret_path_len, int *ret_minor_version,
                  struct phr_header *headers, size_t *num_headers, size_t last_len)
{
    int ret = library_parser()(buf, len, ret_method, ret_method_len, ret_path, ret_path_len,
                               ret_minor_version, headers, num_headers, last_len);
    struct seen seen = {0};
    enum fault f = FAULT_NONE;

    atomic_fetch_add_explicit(&heads_seen, 1, memory_order_relaxed);
    if (ret == -2)
        f = len > STRICT_MAX_HEAD ? FAULT_LONG_HEAD : FAULT_NONE;
    else if (ret < 0)
        f = FAULT_PARSER;
    else
        f = check_head((struct str){buf, (size_t)ret}, &seen);
    if (ret > 0 && f == FAULT_NONE && seen.headers != *num_headers)
        f = FAULT_DISAGREE;

    if (f != FAULT_NONE) {
        *ret_method = faults[f].method;
        *ret_method_len = strlen(faults[f].method);
        *ret_path = "/";
        *ret_path_len = 1;
        /* HTTP/1.0 without headers: no body is read and the connection does not persist. */
        *ret_minor_version = 0;
        *num_headers = 0;
        return (int)len;
    }
    /* The library keeps blanks behind a value, which are not part of it (RFC 9112 section 5.1). */
    for (size_t i = 0; ret > 0 && i < *num_headers; i++)
        headers[i].value_len = trim((struct str){headers[i].value, headers[i].value_len}).n;
    return ret;
}

/* CHUNK_DATA keeps the number it has in picohttpparser: the library's own
 * phr_decode_chunked_is_in_data looks for it. */
enum chunk_state {
    CHUNK_SIZE = 0,
    CHUNK_SIZE_LF = 1,
    CHUNK_DATA = 2,
    CHUNK_CR,
    CHUNK_LF,
    CHUNK_END_CR,
    CHUNK_END_LF,
    CHUNK_DONE,
    CHUNK_BROKEN
};

#define CHUNK_MAX_DIGITS 8

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* One byte outside of chunk data moves the decoder to this state. */
static enum chunk_state chunk_step(struct phr_chunked_decoder *d, char c)
{
    int v = hex_value(c);

    switch ((enum chunk_state)d->_state) {
    case CHUNK_SIZE:
        if (v >= 0 && d->_hex_count < CHUNK_MAX_DIGITS) {
            d->bytes_left_in_chunk = d->bytes_left_in_chunk * 16 + (size_t)v;
            d->_hex_count++;
            return CHUNK_SIZE;
        }
        return c == '\r' && d->_hex_count > 0 ? CHUNK_SIZE_LF : CHUNK_BROKEN;
    case CHUNK_SIZE_LF:
        d->_hex_count = 0;
        if (c != '\n')
            return CHUNK_BROKEN;
        if (d->bytes_left_in_chunk > 0)
            return CHUNK_DATA;
        return d->consume_trailer ? CHUNK_END_CR : CHUNK_DONE;
    case CHUNK_CR:
        return c == '\r' ? CHUNK_LF : CHUNK_BROKEN;
    case CHUNK_LF:
        return c == '\n' ? CHUNK_SIZE : CHUNK_BROKEN;
    case CHUNK_END_CR:
        return c == '\r' ? CHUNK_END_LF : CHUNK_BROKEN;
    case CHUNK_END_LF:
        return c == '\n' ? CHUNK_DONE : CHUNK_BROKEN;
    case CHUNK_DATA:
    case CHUNK_DONE:
    case CHUNK_BROKEN:
        break;
    }
    return CHUNK_BROKEN;
}

__attribute__((visibility("default"), used)) ssize_t
phr_decode_chunked(struct phr_chunked_decoder *decoder, char *buf, size_t *bufsz)
{
    size_t src = 0, dst = 0, size = *bufsz;

    atomic_fetch_add_explicit(&chunks_seen, 1, memory_order_relaxed);
    while (src < size && decoder->_state != CHUNK_DONE && decoder->_state != CHUNK_BROKEN) {
        if (decoder->_state == CHUNK_DATA) {
            size_t n = size - src;
            if (n > decoder->bytes_left_in_chunk)
                n = decoder->bytes_left_in_chunk;
            memmove(buf + dst, buf + src, n);
            src += n;
            dst += n;
            decoder->bytes_left_in_chunk -= n;
            if (decoder->bytes_left_in_chunk == 0)
                decoder->_state = CHUNK_CR;
        } else {
            decoder->_state = (char)chunk_step(decoder, buf[src++]);
        }
    }
    memmove(buf + dst, buf + src, size - src);
    *bufsz = dst;
    if (decoder->_state == CHUNK_BROKEN)
        return -1;
    return decoder->_state == CHUNK_DONE ? (ssize_t)(size - src) : -2;
}
