/* A small HTTP server on a thread for tests of outgoing calls: plain or TLS, one connection at a
 * time, answers by path. Also serves as canary: it counts connections. Included by net_http.c. */
#ifndef RINGSIGHT_TESTS_NET_SERVER_H
#define RINGSIGHT_TESTS_NET_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
    int fd;
    unsigned port;
    pthread_t thread;
    atomic_bool stop;
    atomic_uint connects;
    SSL_CTX *tls; /* NULL: plain */
    unsigned char pin[32];
    unsigned other_port;  /* where /to-other and /loop lead */
    char last[16384];     /* the last request, whole */
    const char *redirect; /* where /redirect leads */
};

struct peer {
    int fd;
    SSL *ssl;
};

static ssize_t peer_read(struct peer *p, void *out, size_t n)
{
    return p->ssl ? SSL_read(p->ssl, out, (int)n) : read(p->fd, out, n);
}

static void peer_write(struct peer *p, const char *text, size_t n)
{
    while (n) {
        ssize_t w = p->ssl ? SSL_write(p->ssl, text, (int)n) : send(p->fd, text, n, MSG_NOSIGNAL);
        if (w <= 0)
            return;
        text += w;
        n -= (size_t)w;
    }
}

static void peer_say(struct peer *p, const char *text)
{
    peer_write(p, text, strlen(text));
}

/* Reads head and body (by Content-Length) into s->last. */
static void read_request(struct server *s, struct peer *p)
{
    size_t n = 0, want = 0;
    char *end = NULL, *length;

    memset(s->last, 0, sizeof s->last);
    while (n + 1 < sizeof s->last) {
        ssize_t got = peer_read(p, s->last + n, sizeof s->last - 1 - n);
        if (got <= 0)
            return;
        n += (size_t)got;
        if (!end && (end = strstr(s->last, "\r\n\r\n")) != NULL) {
            length = strcasestr(s->last, "\r\ncontent-length:");
            want = (size_t)(end - s->last) + 4;
            if (length && length < end)
                want += strtoul(length + 17, NULL, 10);
        }
        if (end && n >= want)
            return;
    }
}

static void many(struct peer *p, size_t kilobytes)
{
    char kb[1024];

    memset(kb, 'x', sizeof kb);
    for (size_t i = 0; i < kilobytes; i++)
        peer_write(p, kb, sizeof kb);
}

static void redirect_to(struct peer *p, int status, const char *where)
{
    char text[512];

    snprintf(text, sizeof text,
             "HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 5\r\n\r\nmoved", status, where);
    peer_say(p, text);
}

static void answer(struct server *s, struct peer *p)
{
    char path[256] = "", where[256];

    sscanf(s->last, "%*15s %255s", path);
    snprintf(where, sizeof where, "http://127.0.0.1:%u/hello", s->other_port);
    if (strncmp(path, "/hello", 6) == 0)
        peer_say(p, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Word:  two words \r\n\r\nhello");
    else if (strcmp(path, "/early") == 0)
        peer_say(p, "HTTP/1.1 103 Early Hints\r\nX-Word: no\r\n\r\nHTTP/1.1 200 OK\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n4\r\n you\r\n0\r\n\r\n");
    else if (strcmp(path, "/big") == 0)
        peer_say(p, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nx");
    else if (strcmp(path, "/stream") == 0)
        peer_say(p, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), many(p, 300);
    else if (strcmp(path, "/cut") == 0)
        peer_say(p, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    else if (strcmp(path, "/headers") == 0)
        peer_say(p, "HTTP/1.1 200 OK\r\nX-Long: "), many(p, 90), peer_say(p, "\r\n\r\n");
    else if (strcmp(path, "/silent") == 0)
        usleep(900000);
    else if (strcmp(path, "/busy") == 0)
        peer_say(p, "HTTP/1.1 429 Slow\r\nRetry-After: 17\r\nContent-Length: 4\r\n\r\nslow");
    else if (strcmp(path, "/down") == 0)
        peer_say(p, "HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n");
    else if (strcmp(path, "/error") == 0)
        peer_say(p, "HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n"), many(p, 300);
    else if (strncmp(path, "/status/", 8) == 0)
        snprintf(where, sizeof where, "HTTP/1.1 %.3s X\r\nContent-Length: 0\r\n\r\n", path + 8),
            peer_say(p, where);
    else if (strcmp(path, "/to-other") == 0)
        redirect_to(p, 302, where);
    else if (strcmp(path, "/to-other-307") == 0)
        redirect_to(p, 307, where);
    else if (strcmp(path, "/to-self-307") == 0)
        redirect_to(p, 307, "/hello");
    else if (strcmp(path, "/loop") == 0)
        redirect_to(p, 301, "/loop");
    else if (strcmp(path, "/redirect") == 0)
        redirect_to(p, 302, s->redirect);
    else
        peer_say(p, "HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n");
}

static void serve(struct server *s, int fd)
{
    struct peer p = {.fd = fd};
    struct timeval patience = {2, 0};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (s->tls) {
        p.ssl = SSL_new(s->tls);
        SSL_set_fd(p.ssl, fd);
    }
    if (!p.ssl || SSL_accept(p.ssl) == 1) {
        read_request(s, &p);
        answer(s, &p);
        if (p.ssl)
            SSL_shutdown(p.ssl);
    }
    SSL_free(p.ssl);
    shutdown(fd, SHUT_WR);
    close(fd);
}

static void *server_loop(void *arg)
{
    struct server *s = arg;

    while (!atomic_load(&s->stop)) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        int fd = poll(&p, 1, 50) > 0 ? accept(s->fd, NULL, NULL) : -1;
        if (fd < 0)
            continue;
        atomic_fetch_add(&s->connects, 1);
        serve(s, fd);
    }
    return NULL;
}

/* A self-signed certificate for localhost, and the hash of its key. */
static SSL_CTX *make_tls(unsigned char pin[32])
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    unsigned char *spki = NULL;
    X509 *cert = X509_new();
    X509_NAME *name;
    int n = i2d_PUBKEY(key, &spki);

    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
    X509_set_pubkey(cert, key);
    name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                               0);
    X509_set_issuer_name(cert, name);
    X509_sign(cert, key, EVP_sha256());
    SSL_CTX_use_certificate(ctx, cert);
    SSL_CTX_use_PrivateKey(ctx, key);
    EVP_Digest(spki, (size_t)n, pin, NULL, EVP_sha256(), NULL);
    OPENSSL_free(spki);
    X509_free(cert);
    EVP_PKEY_free(key);
    return ctx;
}

/* Listens on all addresses of both families, so that nothing that reaches this machine is missed.
 */
static void server_start(struct server *s, bool tls)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
    struct sockaddr_in any4 = {.sin_family = AF_INET};
    socklen_t n = sizeof any;
    int off = 0;

    memset(s, 0, sizeof *s);
    s->fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->fd >= 0) {
        setsockopt(s->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
        if (bind(s->fd, (struct sockaddr *)&any, sizeof any) != 0) {
            close(s->fd);
            s->fd = -1;
        }
    }
    if (s->fd < 0) { /* a machine without IPv6 */
        s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(s->fd, (struct sockaddr *)&any4, sizeof any4) != 0)
            abort();
    }
    if (listen(s->fd, 64) != 0 || getsockname(s->fd, (struct sockaddr *)&any, &n) != 0)
        abort();
    s->port = ntohs(any.sin6_port); /* at the same place in both families */
    if (tls)
        s->tls = make_tls(s->pin);
    pthread_create(&s->thread, NULL, server_loop, s);
}

static void server_stop(struct server *s)
{
    atomic_store(&s->stop, true);
    pthread_join(s->thread, NULL);
    close(s->fd);
    SSL_CTX_free(s->tls);
}

#endif
