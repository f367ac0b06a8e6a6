/* The same requests for people of tenants and for super admins, whose addresses differ. */
import { api, type Reply } from '../../api/client';

export type Setup = Reply<'POST /second-factor'>;
export type Proof = { password: string } | { code: string };

export const factorCalls = (operator: boolean) =>
  operator
    ? {
        begin: (password: string) => api('POST /platform/second-factor', { body: { password } }),
        confirm: (code: string) => api('POST /platform/second-factor/confirm', { body: { code } }),
        renew: (body: Proof) => api('POST /platform/second-factor/recovery-codes', { body }),
        remove: (body: Proof) => api('POST /platform/second-factor/remove', { body }),
      }
    : {
        begin: (password: string) => api('POST /second-factor', { body: { password } }),
        confirm: (code: string) => api('POST /second-factor/confirm', { body: { code } }),
        renew: (body: Proof) => api('POST /second-factor/recovery-codes', { body }),
        remove: (body: Proof) => api('POST /second-factor/remove', { body }),
      };
export type FactorCalls = ReturnType<typeof factorCalls>;
