// The goals of T (tenants), A (web), O (outgoing) and C (hardening), each with the tests that show it: suite, and words
// that begin the test's title. `open` says what of the goal nothing shows yet. tests/meta/security.mjs holds that each
// named test is there; tests/security/run says what came out of them.
const api = (file, ...titles) => titles.map((title) => ({ suite: 'api', file: `tests/api/${file}.test.ts`, title }));
const unit = (file, ...titles) => titles.map((title) => ({ suite: 'unit', file: `tests/unit/${file}.c`, title }));
const sql = (title) => ({ suite: 'sql', file: 'tests/sql/run', title });
const installed = (title, file = 'units.test') => ({ suite: 'installed', file: `tests/security/${file}.mjs`, title });
const proxy = (title) => installed(title, 'proxy');

export const goals = [
  { id: 'T1', what: 'catalogue lint with mutants', tests: [sql('catalogue lint and its mutants'), sql('every statement prepares')] },
  { id: 'T2', what: 'every route, role and tenant', tests: api('walker', "another tenant's id answers byte for byte", 'nobody gets 401 everywhere', 'an API key may what its role may', 'routes of super admins', 'a super admin has no business', "an agent's view ends"),
    open: 'suspended and deleted tenants, and the timing of foreign ids at 10,000 samples' },
  { id: 'T3', what: 'pooled connections', tests: api('hammer', 'T3: '), open: 'at 100,000 requests of 50 tenants (RINGSIGHT_TEST_LARGE=1 asks 100,000 of two)' },
  { id: 'T4', what: 'canary crawl', tests: [], open: 'no crawl over exports, sockets, mails, logs, metrics and keys; answers are compared by T2' },
  { id: 'T5', what: 'erasing a tenant', tests: [...api('erase-tenant', 'a tenant is erased though the command is killed'), ...unit('objects', 'a_destroyed_key_ends_the_objects'), ...api('erasure', 'a person with two numbers')],
    open: 'at 1,000,000 calls with the p99 of 20 others' },
  { id: 'T6', what: 'export and import', tests: [], open: 'not part of the product so far' },
  { id: 'T7', what: 'sealed values', tests: [...unit('core', 'sealed_values_open_only_in_their_place'), ...unit('keys', 'wrapped_keys_are_bound', 'a_destroyed_key_is_gone_everywhere'), ...unit('objects', 'damaged_objects_do_not_open', 'the_wrong_tenant_sees_nothing'), ...unit('keys', 'the_master_key_is_changed_under_way', 'a_change_that_was_cut_off'), ...api('keys', 'rotate-master: ')] },
  { id: 'T8', what: 'one tenant over its limit', tests: api('limits', 'a person who asks for more', 'a key, a tenant and an address', 'two servers share one allowance'), open: "others' p99 beside a tenant at 20 times its limit" },
  { id: 'T9', what: 'hosts', tests: [...api('doors', "a tenant\\'s host knows nothing"), ...api('invitations', 'links come from the public address'), proxy('T9, A10: links and cookies')], open: 'custom domains' },
  { id: 'T10', what: 'impersonation', tests: [], open: 'not part of the product so far: a super admin has no way into a tenant (T2)' },

  { id: 'A1', what: 'password hash', tests: [...unit('core', 'passwords_verify_and_differ'), ...api('guard', 'people who sign in all at once')], open: "others' p99 beside 200 sign-ins; rehash on login" },
  { id: 'A2', what: 'password rules', tests: api('passwords', 'a mailed link sets a new password once'), open: 'each rule by a test of its own' },
  { id: 'A3', what: 'enumeration', tests: [...api('guard', 'A3: an account that does not exist', 'A3: and takes as long'), ...api('passwords', 'the answer is the same bytes', 'what the request does is the same'), ...api('invitations', 'inviting does not tell')] },
  { id: 'A4', what: 'throttle', tests: api('guard', 'A4: guesses from many addresses', 'A4: one password tried', 'a network that tries many accounts', 'a known device has tries').concat(api('threats', 'a blocked network gets nothing in', 'a network that fails too often')) },
  { id: 'A5', what: 'sessions', tests: [...api('session', 'after signing out the cookie is dead', 'every sign-in is a session of its own'),
    ...api('sessions', 'one session is ended: dead within a second', 'all others are ended', 'the socket of an ended session', "an administrator ends a member's sessions here", 'a sign-in never takes a token', 'once a second factor is set up')], open: 'no limit of idle time' },
  { id: 'A6', what: 'refresh tokens', tests: api('tokens', 'A6: ') },
  { id: 'A7', what: 'JWT', tests: [...unit('jwt', 'heads', 'key_ids', 'claims_refused', 'signatures', 'public_key_as_secret', 'large', 'logout_tokens', 'key_sets'), ...api('oidc', 'an ID token that is not just right')] },
  { id: 'A8', what: 'second factors', tests: [...api('factors', 'A8: ', 'the database holds no seed', 'a recovery code signs in once', 'removing it asks', 'an admin removes that', 'where the setting asks it, a super admin'), ...unit('factors', 'codes_of_rfc_6238', 'codes_of_oathtool', 'one_step_before_and_after'),
    ...api('passkeys', 'A8: ', 'removing asks for the password'), ...unit('passkeys', 'right_ones_are_taken', 'client_data_is_looked_at_whole', 'a_bent_new_one', 'a_bent_use', 'origins_of_tenants_hosts')] },
  { id: 'A9', what: 'API keys', tests: [...api('people', 'a key is shown once', 'keys are for roles that there are'), ...api('roles', 'a key is taken from its networks only', 'a key ends')] },
  { id: 'A10', what: 'cookies and CSRF', tests: [...api('refused', 'A10: '), ...api('session', 'the cookie cannot be read', 'what changes something needs the token', 'what changes something is not taken from another site', 'a cookie given twice'), ...api('problems', 'a body must be JSON'), proxy('T9, A10: links and cookies')] },
  { id: 'A11', what: 'CORS and headers', tests: [...api('refused', 'A11: '), ...api('problems', 'no page of another site may ask'), ...api('static', 'the page comes with a strict policy'), proxy('A11: ')], open: 'a place to report to in the policy; headers on what HAProxy answers to a head it cannot read' },
  { id: 'A12', what: 'objects and fields', tests: [...api('refused', 'A12: '), ...api('walker', 'what is read fits the schema')] },
  { id: 'A13', what: 'limits', tests: [...api('refused', 'A13: '), ...api('problems', 'a body over a megabyte'), ...api('limits', 'what costs much'), ...api('speech', 'd6-10 a minute is reserved')] },
  { id: 'A14', what: 'flows', tests: [...api('invitations', 'of many that accept at once one does'), ...api('idempotency', 'of many equal requests at once one creates')], open: 'coupons, trials, seats and credits are not part of the product so far' },
  { id: 'A15', what: 'uploads', tests: [...api('uploads', 'a text named .mp3', 'a part of eight megabytes'), ...api('recordings', 'the audio may be shown on our page'), ...unit('xlsx', 'a_small_file_cannot_unpack_to_much')], open: 'another origin for files' },
  { id: 'A16', what: 'paths', tests: [...api('static', 'nothing outside the folder'), ...api('dropfolders', 'no name leads out of the folder'), ...unit('http_leaf', 'static_paths'), ...unit('objects', 'bad_names_are_not_found')] },
  { id: 'A17', what: 'CSV', tests: api('scorecards', 'no cell of an exported table runs') },
  { id: 'A18', what: 'injection', tests: [...api('refused', 'A25: '), sql('every statement prepares')], open: 'sqlmap at level 5; wapiti runs by tests/security/scan' },
  { id: 'A19', what: 'framing', tests: [...api('framing', 'refused: ', 'what is well-formed is taken'), proxy('A19: ')] },
  { id: 'A20', what: 'HTTP/2 floods', tests: [], open: 'HTTP/2 is off in the server (A19 refuses its greeting); HAProxy is not flooded here' },
  { id: 'A21', what: 'slow clients', tests: [...api('slow', 'slow heads and bodies are cut'), proxy('A21: ')], open: 'ten thousand sockets: tests/security/scan uses 2,000' },
  { id: 'A22', what: 'sockets', tests: [...api('live', 'a ticket lets one in, once', 'without a good ticket', 'a page of another origin', 'd1-21 who signs out'), ...unit('live', 'slow_reader')] },
  { id: 'A23', what: 'audit', tests: api('audit', 'the chain holds', 'who may not, and other tenants', 'secrets and what people wrote') },
  { id: 'A24', what: 'secrets', tests: [installed('A24: no secret', 'secrets'), installed('A24: no core', 'secrets')] },
  { id: 'A25', what: 'errors', tests: [...api('refused', 'A25: '), ...api('limits', 'Redis hangs, goes and comes')] },
  { id: 'A26', what: 'answers of others', tests: api('customers', 'd3-08: what a caller orders'), open: 'one corpus over all engines' },
  { id: 'A27', what: 'TLS', tests: [proxy('A27: '), proxy('HTTP/2 and TLS 1.2')], open: 'testssl.sh' },
  { id: 'A28', what: 'inventory', tests: api('walker', 'each path takes the methods', 'open routes are these', 'what is not in the contract', 'every route of the contract was asked') },

  { id: 'O1', what: 'Standard Webhooks sent', tests: [...unit('webhooks', 'the_vector_of_standard_webhooks', 'the_vector_of_ed25519'), ...api('webhooks', 'O1: ')] },
  { id: 'O2', what: 'slow receivers', tests: api('webhooks', 'O2: ', 'the queue of one endpoint is bounded'), open: 'a hundred endpoints: a tenant has at most twenty, the test uses nine; while other long jobs hold the slots of a worker, two that begin to hang hold up others once for 15 s' },
  { id: 'O3', what: 'retries', tests: api('webhooks', 'O3: ') },
  { id: 'O4', what: 'SSRF', tests: [...unit('net_guard', 'addresses_by_table', 'urls_and_hosts', 'allowances_are_explained'), ...unit('net_http', 'canary_sees_nothing', 'own_addresses_are_refused'), ...api('speech', 'an address in the house is refused'), ...unit('webhooks', 'endpoints_inside_are_refused'), ...api('webhooks', 'addresses inside are refused'), ...api('ssrf', 'O4: ')] },

  { id: 'C1', what: 'sanitizers', tests: [], open: 'see deploy/check 20-unit, 40-api and 90-sanitizers; no soak of 24 hours' },
  { id: 'C2', what: 'fuzzing', tests: [{ suite: 'fuzz', file: 'deploy/check.d/60-fuzz.sh', title: 'fuzz ' }], open: 'a billion runs each' },
  { id: 'C3', what: 'injected failures', tests: [], open: 'not done' },
  { id: 'C4', what: 'sandbox', tests: [installed('C4: every unit'), installed('no unit is root'), installed('a call goes from upload'), installed('the running programs have no capability'), installed('C4: ways out')] },
  { id: 'C5', what: 'coverage', tests: [], open: 'not measured here' },
  { id: 'C6', what: 'SBOM', tests: [], open: 'not made' },
];
