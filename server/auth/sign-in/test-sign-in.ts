import * as z from 'zod';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { throttle } from '@/server/auth/throttle.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { createGuardedFetch } from '@/server/network/guarded-fetch.ts';
import { discoverIssuer, type Issuer } from './discover-issuer.ts';
import { issuerInput } from './issuer-input.ts';

export const testSignInInput = z.strictObject({ issuer: issuerInput });

/** What came of looking at an issuer: nothing was signed in, and no secret was sent. */
export const SignInTest = z
  .object({
    ok: z.boolean(),
    findings: z.array(
      z.object({ severity: z.enum(['error', 'warning', 'ok']), message: z.string(), remedy: z.string() }),
    ),
  })
  .meta({ id: 'SignInTest' });
export type SignInTest = z.output<typeof SignInTest>;

/** Fetches and checks an issuer's discovery document. Throws RATE_LIMITED. */
export async function testSignIn(
  { database, config }: Pick<ControlDeps, 'database' | 'config'>,
  actor: Actor,
  input: z.input<typeof testSignInInput>,
): Promise<SignInTest> {
  authorize(actor, 'settings:manage');
  const { issuer } = parseInput(testSignInInput, input);
  await throttle(database.pool, { key: `sign-in-test:${actor.name}`, attemptsMax: 10, windowS: 60 });
  try {
    const findings = findingsOf(await discoverIssuer(createGuardedFetch(config.network), issuer));
    return { ok: true, findings };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { remedy } = policyOf(error);
    return { ok: false, findings: [{ severity: 'error', message: error.message, remedy }] };
  }
}

function findingsOf(found: Issuer): SignInTest['findings'] {
  const findings: SignInTest['findings'] = [
    {
      severity: 'ok',
      message: `the discovery document was read; tokens are signed with ${found.signingAlgorithm}`,
      remedy: '',
    },
  ];
  if (!found.announcesPkce) {
    findings.push({
      severity: 'warning',
      message: 'the issuer does not say that it takes PKCE (S256)',
      remedy: 'Nothing is needed: it is sent in any case and ignored by issuers that do not know it.',
    });
  }
  if (!found.userinfoEndpoint) {
    findings.push({
      severity: 'warning',
      message: 'the issuer has no userinfo endpoint, so that address and groups must be in its token',
      remedy: 'Let the issuer put email, email_verified and the groups into the ID token.',
    });
  }
  return findings;
}
