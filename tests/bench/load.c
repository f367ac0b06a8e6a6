/* Load for tests/bench/run: sends the requests of a file over many kept connections and reports
 * what came back as one line of JSON. Closed loop (as fast as answered) or, with a rate, an open
 * one: each request has its moment, and its time counts from that moment even when no connection
 * was free. One thread, epoll; its own CPU time is in the report, for it shares the machine.
 * Calls nothing of the server. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define IN_MAX (256u << 10)
#define MARK "@@@@@@@@@@@@" /* in a request: a running number of twelve digits */
#define MARK_N 12
#define CONNS_MAX 2000
#define TIMES_MAX 20000000u

struct request {
    char *bytes;
    size_t n;
    ptrdiff_t mark;
};

struct conn {
    int fd;
    bool busy;
    int64_t began;      /* or the moment it was due */
    char *out;
    size_t out_n, sent;
    size_t in_n, want;  /* want: bytes of the answer, 0 while its head is not whole */
    char in[IN_MAX];
};

static struct {
    int port, conns, seconds, rate, warm;
    const char *file;
    struct request *v;
    size_t n, longest;
} job = {.conns = 16, .seconds = 5};

static struct conn *conns[CONNS_MAX];
static int poller;
static uint32_t *times; /* microseconds */
static size_t n_times;
static uint64_t number, acked, other_status, broken, bytes_in;
static int64_t measure_from, stop_at;
static uint64_t chance = 88172645463325252u;

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* xorshift64: which request comes next. */
static size_t any_below(size_t n)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (size_t)(chance % n);
}

/* ---- the file: requests, each behind a line with its length in bytes ---- */

static void add_request(FILE *f, size_t n)
{
    struct request *r;
    char *at;

    job.v = realloc(job.v, (job.n + 1) * sizeof *job.v);
    if (!job.v)
        die("memory");
    r = &job.v[job.n++];
    r->bytes = malloc(n + 1);
    if (!r->bytes || fread(r->bytes, 1, n, f) != n)
        die("the file of requests ends early");
    r->bytes[n] = '\0';
    r->n = n;
    at = strstr(r->bytes, MARK);
    r->mark = at ? at - r->bytes : -1;
    if (n > job.longest)
        job.longest = n;
}

static void read_requests(void)
{
    FILE *f = fopen(job.file, "re");
    char line[32];

    if (!f)
        die(job.file);
    while (fgets(line, sizeof line, f))
        add_request(f, (size_t)strtoul(line, NULL, 10));
    fclose(f);
    if (!job.n) {
        errno = EINVAL;
        die("no request");
    }
}

/* ---- connections ---- */

static void watch(struct conn *c, int how, uint32_t events)
{
    struct epoll_event ev = {.events = events, .data.ptr = c};

    if (epoll_ctl(poller, how, c->fd, &ev) != 0)
        die("epoll_ctl");
}

static void open_conn(struct conn *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)job.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
}

static void again(struct conn *c)
{
    broken++;
    close(c->fd);
    c->busy = false;
    c->in_n = c->want = 0;
    open_conn(c);
}

static void send_some(struct conn *c)
{
    ssize_t n = send(c->fd, c->out + c->sent, c->out_n - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n < 0 && errno != EAGAIN) {
        again(c);
        return;
    }
    if (n > 0)
        c->sent += (size_t)n;
    if (c->sent < c->out_n)
        watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    else if (n >= 0 && c->out_n != (size_t)n)
        watch(c, EPOLL_CTL_MOD, EPOLLIN);
}

static void start(struct conn *c, int64_t due)
{
    const struct request *r = &job.v[any_below(job.n)];
    char digits[MARK_N + 1];

    memcpy(c->out, r->bytes, r->n);
    number++;
    if (r->mark >= 0) {
        snprintf(digits, sizeof digits, "%012llu", (unsigned long long)(number % 1000000000000u));
        memcpy(c->out + r->mark, digits, MARK_N);
    }
    c->out_n = r->n;
    c->sent = c->in_n = c->want = 0;
    c->busy = true;
    c->began = due;
    send_some(c);
}

/* ---- answers ---- */

/* Length of head and body once the head is there; answers without a length are not expected. */
static size_t answer_length(struct conn *c)
{
    char *end, *length;

    c->in[c->in_n] = '\0';
    end = strstr(c->in, "\r\n\r\n");
    if (!end)
        return 0;
    length = strcasestr(c->in, "\r\ncontent-length:");
    if (!length || length > end) {
        errno = EPROTO;
        die("an answer without content-length");
    }
    return (size_t)(end + 4 - c->in) + (size_t)strtoul(length + 17, NULL, 10);
}

static void finished(struct conn *c)
{
    int64_t now = now_us();

    c->busy = false;
    bytes_in += c->in_n;
    acked += strncmp(c->in, "HTTP/1.1 2", 10) == 0; /* the warm-up's too: each must be kept */
    if (now < measure_from)
        return;
    if (strncmp(c->in, "HTTP/1.1 2", 10) != 0) {
        if (!other_status++)
            fprintf(stderr, "load: %.*s\n", (int)(c->in_n < 900 ? c->in_n : 900), c->in);
        return;
    }
    if (n_times < TIMES_MAX)
        times[n_times++] = (uint32_t)(now - c->began);
}

static void receive(struct conn *c)
{
    ssize_t n = recv(c->fd, c->in + c->in_n, IN_MAX - 1 - c->in_n, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0 || !c->busy) {
        again(c);
        return;
    }
    c->in_n += (size_t)n;
    if (!c->want)
        c->want = answer_length(c);
    if (c->want >= IN_MAX) {
        errno = EMSGSIZE;
        die("an answer");
    }
    if (c->want && c->in_n >= c->want)
        finished(c);
}

/* ---- the two ways ---- */

/* Waits for at most ms and serves what is ready; closed: a free connection asks again at once. */
static void turn(int ms, bool closed)
{
    struct epoll_event ev[256];
    int n = epoll_wait(poller, ev, 256, ms);

    for (int i = 0; i < n; i++) {
        struct conn *c = ev[i].data.ptr;
        if (ev[i].events & EPOLLOUT && c->sent < c->out_n)
            send_some(c);
        if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            receive(c);
        if (closed && !c->busy)
            start(c, now_us());
    }
}

static void run_closed(void)
{
    for (int i = 0; i < job.conns; i++)
        start(conns[i], now_us());
    while (now_us() < stop_at)
        turn(100, true);
}

static struct conn *free_conn(void)
{
    static int at;

    for (int i = 0; i < job.conns; i++) {
        at = (at + 1) % job.conns;
        if (!conns[at]->busy)
            return conns[at];
    }
    return NULL;
}

static void run_paced(void)
{
    int64_t first = now_us(), due = first;
    uint64_t k = 0;

    while (due < stop_at) {
        int64_t now = now_us();
        struct conn *c = now >= due ? free_conn() : NULL;
        if (c) {
            start(c, due);
            due = first + (int64_t)(++k * 1000000u / (uint64_t)job.rate);
            continue;
        }
        turn(now >= due ? 1 : (int)((due - now + 999) / 1000), false);
    }
    for (int i = 0; i < 2000; i++) { /* the last answers, for at most two seconds */
        bool busy = false;
        for (int j = 0; j < job.conns; j++)
            busy = busy || conns[j]->busy;
        if (!busy)
            break;
        turn(1, false);
    }
}

/* ---- report ---- */

static int by_time(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static uint32_t at_share(double share)
{
    return n_times ? times[(size_t)((double)(n_times - 1) * share)] : 0;
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void report(double took)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    qsort(times, n_times, sizeof *times, by_time);
    printf("{\"acked\":%llu,\"answers\":%zu,\"per_second\":%.1f,\"refused\":%llu,\"broken\":%llu,\"p50_us\":%u,"
           "\"p90_us\":%u,\"p99_us\":%u,\"max_us\":%u,\"megabytes\":%.1f,\"cpu_us_each\":%.1f}\n",
           (unsigned long long)acked, n_times, (double)n_times / took, (unsigned long long)other_status,
           (unsigned long long)broken, at_share(0.5), at_share(0.9), at_share(0.99), at_share(1),
           (double)bytes_in / 1e6,
           (seconds_of(used.ru_utime) + seconds_of(used.ru_stime)) * 1e6 / (double)(number + 1));
}

static int usage(void)
{
    fputs("usage: load -p PORT -f REQUESTS [-c CONNECTIONS] [-s SECONDS] [-w WARM-UP] [-r RATE] "
          "[-n FIRST-NUMBER]\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    int o;

    while ((o = getopt(argc, argv, "p:f:c:s:w:r:n:")) != -1) {
        long value = o == 'f' ? 0 : strtol(optarg ? optarg : "0", NULL, 10);
        switch (o) {
        case 'p': job.port = (int)value; break;
        case 'f': job.file = optarg; break;
        case 'c': job.conns = (int)value; break;
        case 's': job.seconds = (int)value; break;
        case 'w': job.warm = (int)value; break;
        case 'r': job.rate = (int)value; break;
        case 'n': number = (uint64_t)value; break;
        default: return usage();
        }
    }
    if (!job.file || !job.port || job.conns < 1 || job.conns > CONNS_MAX || job.seconds < 1)
        return usage();
    read_requests();
    uint64_t first = number;
    times = malloc(TIMES_MAX * sizeof *times);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (!times || poller < 0)
        die("start");
    for (int i = 0; i < job.conns; i++) {
        conns[i] = calloc(1, sizeof **conns);
        if (!conns[i] || !(conns[i]->out = malloc(job.longest)))
            die("memory");
        open_conn(conns[i]);
    }
    chance ^= (uint64_t)now_us() << 20;
    measure_from = now_us() + (int64_t)job.warm * 1000000;
    stop_at = measure_from + (int64_t)job.seconds * 1000000;
    if (job.rate)
        run_paced();
    else
        run_closed();
    number -= first;
    report((double)job.seconds);
    return 0;
}
