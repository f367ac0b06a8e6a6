/* The rules for new passwords. Called wherever one is set. Knows no HTTP. */
#include "people/passwords/passwords.h"

const struct err *password_check(struct arena *a, struct str password)
{
    if (!str_utf8(password))
        return err_why(a, E_BAD_INPUT, "The password must be UTF-8 text.");
    if (str_letters(password) < PASSWORD_MIN || password.n > PASSWORD_MAX)
        return err_why(a, E_BAD_INPUT, "The password must have %d to %d characters.", PASSWORD_MIN, PASSWORD_MAX);
    return NULL;
}
