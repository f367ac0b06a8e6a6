/* What integrations and deliveries are called in words, and where an address is put in. */

export const providerNames: Record<string, string> = {
  ucm: 'Grandstream UCM',
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
};
export const choiceName = (choice: string) => choices[choice] ?? choice;

/** The next step at the phone system, once the address is known. */
export const nextSteps: Record<string, string[]> = {
  ucm: [
    'On the UCM open Integrations (or Other Features), API Configuration, CDR Real-Time Output.',
    'Enable it and paste the address; choose JSON and POST if it asks.',
    'Make a short call. It appears under Calls within a second, and its recording follows.',
  ],
  generic: [
    'Let your system POST one JSON object per call to this address when the call ends.',
    'Make a short call, or send one with curl. It appears under Calls within a second.',
    'If it does not, look under Deliveries: what arrived is kept there with the reason.',
  ],
};
