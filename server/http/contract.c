/* Serves the contract at GET /api/v1/openapi.json: what `ringsight openapi` prints, made once a
 * process. Open to everybody, for it holds no tenant's facts. */
#include <pthread.h>

#include "http/http.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct arena *volatile kept; /* as long as the process; volatile: leak checkers look for it */
static struct str contract;

static void make(void)
{
    kept = arena_new();
    contract = openapi_print(kept);
}

static const struct err *show(struct req *rq)
{
    pthread_once(&once, make);
    return req_json(rq, 200, contract);
}

static const struct route routes[] = {
    {GET, "/openapi.json", PUBLIC, .run = show, .out = "contract", .tx = TX_NONE,
     .doc = "This API as an OpenAPI 3.1 document"},
    {0},
};

static const struct schema schemas[] = {
    {"contract",
     "{\"type\":\"object\",\"required\":[\"openapi\",\"info\",\"paths\",\"components\"],\"properties\":"
     "{\"openapi\":{\"type\":\"string\"},\"info\":{\"type\":\"object\"},\"paths\":{\"type\":\"object\"},"
     "\"components\":{\"type\":\"object\"}}}"},
    {0},
};

const struct feature contract_feature = {
    .name = "contract", .doc = "The API's own description.", .routes = routes, .schemas = schemas,
};
