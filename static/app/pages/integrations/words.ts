/* What integrations and deliveries are called in words, and where an address is put in. */

export const providerNames: Record<string, string> = {
  ucm: 'Grandstream UCM',
  exotel: 'Exotel',
  twilio: 'Twilio',
  '3cx': '3CX',
  generic: 'Generic webhook',
  upload: 'Files uploaded here',
};
export const providerName = (slug: string) => providerNames[slug] ?? slug;

/** Choices of the settings tables that are words of machines; the word itself stays, for the help
 * beside it speaks of it. */
const choices: Record<string, string> = {
  ca: 'Known authority (ca)',
  pinned: 'Only the certificate named below (pinned)',
  insecure: 'Any certificate (insecure)',
  true: 'Yes (true)',
  false: 'No (false)',
  template: 'The CRM template (template)',
  cdr: 'CDR lines over TCP (cdr)',
  calllog: 'The call log (calllog)',
  none: 'Leave them there (none)',
  fetch: 'Fetch them (fetch)',
};
export const choiceName = (choice: string) => choices[choice] ?? choice;

/** What a choice gives up; shown where it is made and, once saved, on the integration's page. */
const warnings: Record<string, Record<string, string>> = {
  tls: {
    insecure:
      'Whoever stands between this server and the phone system can pose as it, read the API password and hear the recordings. Choose pinned: it takes a self-signed certificate too, but that one only.',
  },
  tls_low_security: {
    true: 'Short keys can be broken by whoever records the connection. Say yes only if the phone system cannot do better, and keep it in the same building.',
  },
};
export const warningOf = (setting: string, value: unknown): string | undefined =>
  warnings[setting]?.[String(value)];

/** The next step at the phone system, once the address is known. */
export const nextSteps: Record<string, string[]> = {
  ucm: [
    'On the UCM open Integrations (or Other Features), API Configuration, CDR Real-Time Output.',
    'Enable it and paste the address; choose JSON and POST if it asks.',
    'Make a short call. It appears under Calls within a second, and its recording follows.',
  ],
  exotel: [
    'In the Exotel flow put a Passthru applet behind Connect, paste the address, tick Async.',
    'For calls that your program starts give it as StatusCallback.',
    'Make a short call. It appears under Calls within a second; Exotel takes minutes for a recording.',
  ],
  twilio: [
    'In the Twilio console paste the address under Call status changes of each number, never under A call comes in.',
    'Give it as recordingStatusCallback of <Dial>, and as statusCallback of what it dials.',
    'Make a short call. It appears under Calls within a second, and its recording follows.',
  ],
  '3cx': [
    'Download the template. In the 3CX admin console open Integrations, CRM, add it and choose it.',
    'Check that the address and the key are filled in, enable Call Journaling, save. Nothing of this touches calls.',
    'Make a short call. It appears under Calls within a second; recordings take an API client of 3CX v20.',
  ],
  generic: [
    'Let your system POST one JSON object per call to this address when the call ends.',
    'Make a short call, or send one with curl. It appears under Calls within a second.',
    'If it does not, look under Deliveries: what arrived is kept there with the reason.',
  ],
};
