/* What `ringsight admin` is told: options, standard input, the terminal; and as whom it runs. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "admin.h"
#include "people/passwords/passwords.h"
#include "platform/tenancy/tenancy.h"

#define STDIN_MAX (1u << 20)
#define CTRL_C 3

static const struct {
    const char *name, *value;
} options[OPT_COUNT] = {
#define X(id, name, value) {name, value},
    ADMIN_OPTIONS(X)
#undef X
};

/* ---- options ---- */

struct str admin_usage(struct arena *a, const struct admin_command *c)
{
    struct buf b = buf_new(a, 2000);

    for (size_t i = 0; i < OPT_COUNT; i++) {
        bool needed = c->needs & 1u << i;
        const char *value = options[i].value;
        if (!((c->needs | c->may) & 1u << i))
            continue;
        buf_fmt(&b, "%s%s--%s%s%s%s", b.n ? " " : "", needed ? "" : "[", options[i].name,
                value ? " " : "", value ? value : "", needed ? "" : "]");
    }
    return buf_str(&b);
}

struct str admin_given(const struct admin *ad)
{
    struct jw w = jw_new(ad->a);

    jw_open(&w, '{');
    for (size_t i = 0; i < OPT_COUNT; i++) {
        if (!ad->opt[i].p || !options[i].value)
            continue;
        jw_key(&w, options[i].name);
        jw_text(&w, ad->opt[i]);
    }
    jw_close(&w, '}');
    return jw_done(&w);
}

/* The number of the option that "--name" or "--name=value" stands for, else OPT_COUNT. */
static size_t option_of(const struct admin_command *c, struct str arg, struct str *ret_value)
{
    struct str rest = arg, name;

    *ret_value = STR_NONE;
    if (!str_starts(arg, STR("--")) || !str_split(&rest, '=', &name))
        return OPT_COUNT;
    if (name.n < arg.n)
        *ret_value = rest;
    for (size_t i = 0; i < OPT_COUNT; i++)
        if (((c->needs | c->may) & 1u << i) && str_is(str_sub(name, 2, name.n), options[i].name))
            return i;
    return OPT_COUNT;
}

static const struct err *wrong(struct admin *ad, const struct admin_command *c, const char *what,
                               struct str which)
{
    return err_why(ad->a, E_BAD_INPUT, "%s%.*s. Usage: ringsight admin %s %.*s", what,
                   STR_ARG(which), c->name, STR_ARG(admin_usage(ad->a, c)));
}

const struct err *admin_parse(struct admin *ad, const struct admin_command *c, int argc,
                              char **argv)
{
    for (int i = 0; i < argc; i++) {
        struct str value, arg = str_of(argv[i]);
        size_t o = option_of(c, arg, &value);
        if (o == OPT_COUNT)
            return wrong(ad, c, "There is no option ", arg);
        if (ad->opt[o].p)
            return wrong(ad, c, "This is given twice: ", arg);
        if (!options[o].value && value.p)
            return wrong(ad, c, "This takes no value: ", arg);
        if (options[o].value && !value.p && i + 1 < argc)
            value = str_of(argv[++i]);
        if (options[o].value && !value.p)
            return wrong(ad, c, "A value is missing behind ", arg);
        ad->opt[o] = options[o].value ? value : STR("");
    }
    for (size_t i = 0; i < OPT_COUNT; i++)
        if ((c->needs & 1u << i) && !ad->opt[i].n)
            return wrong(ad, c, "Give --", str_of(options[i].name));
    return NULL;
}

/* ---- standard input and terminal ---- */

const struct err *admin_stdin(struct admin *ad, struct str *ret)
{
    struct buf b = buf_new(ad->a, STDIN_MAX);
    char part[4096];
    ssize_t n;

    while ((n = read(STDIN_FILENO, part, sizeof part)) > 0 && !b.over)
        buf_add(&b, str_n(part, (size_t)n));
    crypto_wipe(part, sizeof part);
    if (n < 0)
        return err_why(ad->a, E_BAD_INPUT, "Standard input cannot be read: %s.", strerror(errno));
    if (b.over)
        return err_why(ad->a, E_BAD_INPUT, "Standard input holds more than 1 MB.");
    *ret = buf_str(&b);
    return NULL;
}

static void say(int tty, struct str s)
{
    ssize_t ignored = write(tty, s.p, s.n);

    (void)ignored;
}

/* One line, unseen. Signals of the keyboard are off meanwhile, so that the terminal never stays
 * without echo; Ctrl C is looked for instead. */
static const struct err *ask(struct arena *a, int tty, struct str prompt, struct str *ret)
{
    struct termios before, unseen;
    char line[1100];
    ssize_t n;

    if (tcgetattr(tty, &before) != 0)
        return err_why(a, E_BAD_INPUT, "The terminal does not answer: %s.", strerror(errno));
    unseen = before;
    unseen.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    say(tty, prompt);
    tcsetattr(tty, TCSAFLUSH, &unseen);
    n = read(tty, line, sizeof line);
    tcsetattr(tty, TCSAFLUSH, &before);
    say(tty, STR("\n"));
    if (n <= 0 || line[n - 1] != '\n' || memchr(line, CTRL_C, (size_t)n))
        return err_why(a, E_BAD_INPUT, "No password was given.");
    *ret = str_dup(a, str_n(line, (size_t)n - 1));
    crypto_wipe(line, sizeof line);
    return NULL;
}

static const struct err *ask_twice(struct arena *a, int tty, struct str whom, struct str *ret)
{
    struct str again;
    const struct err *e =
        ask(a, tty, str_fmt(a, "Password for %.*s: ", STR_ARG(whom)), ret);

    if (!e)
        e = password_check(a, *ret);
    if (!e)
        e = ask(a, tty, STR("Once more: "), &again);
    if (!e && !str_eq(*ret, again))
        e = err_why(a, E_BAD_INPUT, "The two passwords are not the same.");
    return e;
}

const struct err *admin_password(struct admin *ad, struct str whom, struct str *ret)
{
    const struct err *e;
    struct str text, line;
    int tty;

    if (ad->opt[OPT_PASSWORD_STDIN].p) {
        e = admin_stdin(ad, &text);
        if (e)
            return e;
        *ret = str_split(&text, '\n', &line) ? line : STR("");
        if (str_ends(*ret, STR("\r")))
            *ret = str_sub(*ret, 0, ret->n - 1);
        return password_check(ad->a, *ret);
    }
    tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0)
        return err_why(ad->a, E_BAD_INPUT, "There is no terminal to ask for the password: give "
                       "it on standard input with --password-stdin.");
    e = ask_twice(ad->a, tty, whom, ret);
    close(tty);
    return e;
}

/* ---- as whom ---- */

/* Facts of the first of path and the folders above it that can be looked at. */
static bool look_upwards(struct arena *a, const char *path, struct stat *ret)
{
    struct str p = str_of(path);

    while (stat(str_c(a, p), ret) != 0) {
        while (p.n && p.p[p.n - 1] != '/')
            p.n--;
        while (p.n > 1 && p.p[p.n - 1] == '/')
            p.n--;
        if (p.n <= 1)
            return false;
    }
    return true;
}

const struct err *admin_user_check(struct arena *a, const struct settings *s)
{
    const struct passwd *owner;
    struct stat st;
    bool there = stat(s->keys, &st) == 0;

    if (!there && errno == ENOENT) /* not made yet: then whose is the folder it is made in? */
        there = stat(s->var, &st) == 0;
    else if (!there)
        there = look_upwards(a, s->keys, &st);
    if (!there || st.st_uid == geteuid())
        return NULL;
    owner = getpwuid(st.st_uid);
    return err_why(a, E_FORBIDDEN,
                   "The key folder %s belongs to the user %s: run this command as that user.",
                   s->keys, owner ? owner->pw_name : str_fmt(a, "%u", st.st_uid).p);
}
