/* Acts in words: "PATCH /agents/{agent}" is "Changed: agents". */

interface Entry {
  act: string;
  objects: Record<string, string>;
  given: Record<string, string | null>;
}

const named: Record<string, string> = {
  'POST /session': 'Signed in',
  'DELETE /session': 'Signed out',
  'POST /oidc/finish': 'Signed in by the provider',
  'PUT /oidc': 'Set the sign-in by a provider',
  'POST /oidc/test': 'Tested the sign-in by a provider',
  'POST /session refused': 'Wrong password',
  'POST /platform/session refused': 'Wrong password',
  'PUT /session/tenant': 'Changed to another tenant',
  'POST /uploads': 'Uploaded a recording',
  'POST /invitations': 'Invited somebody',
  'POST /invitations/{invitation}/renew': 'Sent an invitation again',
  'DELETE /invitations/{invitation}': 'Withdrew an invitation',
  'POST /join': 'Accepted an invitation',
  'POST /join/account': 'Accepted an invitation',
  'POST /members/{member}/password-link': 'Made a link for a new password',
  'POST /password-resets/use': 'Set a new password by a link',
  'GET /audit/file': 'Took the audit log as a file',
  'POST /recording-conversions': 'Went through past recordings',
  'DELETE /recording-conversions/{conversion}': 'Stopped going through past recordings',
  'POST /retention-rules': 'Added a retention rule',
  'DELETE /retention-rules/{rule}': 'Ended a retention rule',
  'POST /retention-rules/run': 'Deleted what was due',
  'POST /legal-holds': 'Laid a legal hold',
  'DELETE /legal-holds/{hold}': 'Released a legal hold',
  'POST /erasures': 'Erased a person on request',
  'POST /erasures/{erasure}/run': 'Went on with erasing a person',
  'POST /webhooks': 'Added a webhook endpoint',
  'PATCH /webhooks/{webhook}': 'Changed a webhook endpoint',
  'DELETE /webhooks/{webhook}': 'Removed a webhook endpoint',
  'POST /webhooks/{webhook}/rotate': 'Made a new webhook secret',
  'DELETE /webhooks/{webhook}/old': 'Ended an old webhook secret',
  'POST /webhooks/{webhook}/test': 'Sent a webhook test',
  'POST /webhooks/{webhook}/replay': 'Sent a time of webhooks again',
  'POST /webhooks/{webhook}/deliveries/{webhook_delivery}/replay': 'Sent a webhook again',
  'Webhook switched off': 'Switched a webhook endpoint off',
  'GET /calls/{call}/recordings/{recording}': 'Listened to a recording',
  'POST /platform/session': 'Signed in',
  'DELETE /platform/session': 'Signed out',
  'POST /platform/pauses': 'Paused jobs',
  'DELETE /platform/pauses/{pause}': 'Ended a pause',
  'POST /platform/workers/{worker}/drain': 'Drained a worker',
  'POST /platform/workers/{worker}/resume': 'Let a worker go on',
  'PUT /platform/tenants/{tenant}/share': "Set a tenant's share",
  'PUT /platform/gates/{gate}': 'Set the limits of an engine',
  'POST /platform/queues/dead/retry': 'Tried failed jobs again',
  'POST /platform/queues/probe': 'Tried the queue',
  'settings egress_allow': 'Allowed other private networks',
};

const verbs: Record<string, string> = {
  POST: 'Added',
  PUT: 'Set',
  PATCH: 'Changed',
  DELETE: 'Removed',
  GET: 'Took',
};

export function actOf(written: string): string {
  const act = written.replaceAll(':text}', '}');
  if (act.startsWith('ringsight ')) return `Ran ${act.slice('ringsight '.length)}`;
  const [method, path = ''] = act.split(' ');
  const what = path
    .split('/')
    .filter((part) => part && !part.startsWith('{'))
    .map((part) => part.replaceAll('-', ' '))
    .join(', ');
  return named[act] ?? `${verbs[method ?? ''] ?? method}: ${what}`;
}

/** The fields that were given, with the values that are told; what has a name is told by it. */
export function detailOf(e: Entry): string {
  return [
    ...Object.entries(e.objects).filter(([name]) => name === 'worker' || name === 'gate'),
    ...Object.entries(e.given),
  ]
    .map(([name, value]) => (value === null ? name : `${name} ${value}`))
    .join(' · ');
}
