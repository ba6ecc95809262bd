import * as z from 'zod';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { SETUP_PROVIDERS, setupSteps } from './setup-steps.ts';

const name = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[^\p{Cc}]+$/u, 'must not hold control characters');

export const sourceSetupSqlInput = z.strictObject({
  provider: z.enum(SETUP_PROVIDERS).optional().describe('All of them when left out'),
  database: name,
  role: name.default('philotes'),
  schemas: z.array(name).min(1).max(50).default(['public']),
  owner: name.default('table_owner').describe('Role that owns the tables'),
});

/** How to make a role with no more rights than needed, for servers of one kind. */
export const SourceSetupView = z
  .object({
    items: z.array(
      z.object({
        provider: z.enum(SETUP_PROVIDERS),
        title: z.string(),
        steps: z.array(
          z.object({
            title: z.string(),
            text: z.string(),
            sql: z.string().nullable(),
            optional: z.boolean().describe('Pipelines run without it'),
          }),
        ),
        sql: z.string().describe('All statements that are needed, in order; the password is left to the reader'),
      }),
    ),
  })
  .meta({ id: 'SourceSetup' });
export type SourceSetup = z.output<typeof SourceSetupView>;

/** Texts to copy; nothing is connected to. */
export async function sourceSetupSql(
  _deps: object,
  actor: Actor,
  input: z.input<typeof sourceSetupSqlInput>,
): Promise<SourceSetup> {
  authorize(actor, 'source:read');
  const { provider, ...names } = parseInput(sourceSetupSqlInput, input);
  const providers = provider === undefined ? SETUP_PROVIDERS : [provider];
  return { items: providers.map((each) => setupSteps(each, names)) };
}
