/* The same requests for people of tenants and for super admins, whose addresses differ. */
import { api, type Body } from '../../api/client';
import type { Proof } from '../factors/calls';

type Made = Body<'POST /passkeys'>;

export const passkeyCalls = (operator: boolean) =>
  operator
    ? {
        begin: (body: Proof) => api('POST /platform/passkeys/options', { body }),
        add: (body: Made) => api('POST /platform/passkeys', { body }),
        remove: (id: string, body: Proof) =>
          api('POST /platform/passkeys/{}/remove', { at: [id], body }),
      }
    : {
        begin: (body: Proof) => api('POST /passkeys/options', { body }),
        add: (body: Made) => api('POST /passkeys', { body }),
        remove: (id: string, body: Proof) => api('POST /passkeys/{}/remove', { at: [id], body }),
      };
export type PasskeyCalls = ReturnType<typeof passkeyCalls>;
