import type { Command } from 'commander';
import { DECIDED_KINDS, type DecidedKind, SCHEMA_CHOICES, type SchemaChoice } from '@/server/domain/schema-policy.ts';
import { CliError } from '../exit-codes.ts';
import { several } from '../verb.ts';

export type SchemaPolicyOption = { readonly schemaPolicy?: readonly string[] };

/** `--schema-policy column-added=pause`, several times; kinds that are left out go back to what `otherwise` says. */
export const schemaPolicyOption = (command: Command, otherwise: string): Command =>
  command.option(
    '--schema-policy <kind=choice>',
    `${DECIDED_KINDS.join(', ')}: ${SCHEMA_CHOICES.join(', ')}; several times; kinds left out: ${otherwise}`,
    several,
  );

export function schemaPolicyOf(given: readonly string[]): { [Kind in DecidedKind]?: SchemaChoice } {
  return Object.fromEntries(
    given.map((text) => {
      const [left, right] = text.split('=');
      const kind = DECIDED_KINDS.find((one) => one === left);
      const choice = SCHEMA_CHOICES.find((one) => one === right);
      if (!kind || !choice) {
        throw new CliError(
          'USAGE',
          `--schema-policy: "${text}" is not kind=choice, like column-added=pause`,
          `Kinds are ${DECIDED_KINDS.join(', ')}; choices are ${SCHEMA_CHOICES.join(', ')}.`,
        );
      }
      return [kind, choice];
    }),
  );
}
