import { CLI_VARIABLES, CONFIG_VARIABLE, SETTINGS, type Setting } from '@/server/config/settings.ts';
import { generatedBy, table } from './markdown.ts';

/** docs/configuration.md: every setting of an installation. */
export function configurationPage(): string {
  return `${generatedBy('server/config/settings.ts')}

# Configuration

An installation is configured by a file, by the environment, or by both; the environment wins. The web process, the workers
and \`npm start\` read the same settings. What is missing, malformed or unknown stops them at the start with one line per
problem: the setting, the reason and what to do. Secret values are never printed or logged.

The file is \`philotes.yaml\` in the working directory, or the one that \`${CONFIG_VARIABLE}\` names. \`\${NAME}\` in a value is
replaced by an environment variable, \`\${NAME:-default}\` by the default when that is unset or empty, and \`$$\` is a dollar
sign. A setting that is named wrongly is an error, which offers the nearest name.

\`\`\`yaml
${example()}
\`\`\`

\`npm start\` runs its own PostgreSQL and Redis and makes the secrets itself when they are not set. A container or a service
manager gets them from outside; \`docker-compose.yml\` and \`.env.example\` show all that is needed.

${sections()
  .map(([name, settings]) => `## ${name}\n\n${settingTable(settings)}`)
  .join('\n\n')}

## Variables without a place in the file

${table(
  ['variable', 'meaning'],
  [
    [`\`${CONFIG_VARIABLE}\``, 'Path of the configuration file. It has to exist.'],
    [CLI_VARIABLES.map((name) => `\`${name}\``).join(', '), 'Read by the command line tool only: see docs/cli.md.'],
  ],
)}
`;
}

function sections(): [string, Setting[]][] {
  const grouped = new Map<string, Setting[]>();
  for (const setting of SETTINGS) {
    const name = setting.key.slice(0, setting.key.indexOf('.'));
    grouped.set(name, [...(grouped.get(name) ?? []), setting]);
  }
  return [...grouped];
}

const settingTable = (settings: readonly Setting[]): string =>
  table(
    ['key', 'variable', 'default', 'meaning'],
    settings.map((setting) => [
      `\`${setting.key}\``,
      `\`${setting.variable}\``,
      setting.fallback !== null ? `\`${setting.fallback}\`` : (setting.otherwise ?? '**required**'),
      `${setting.about}${setting.isSecret ? ' Secret.' : ''}`,
    ]),
  );

/** A complete file; secrets come from the environment. */
function example(): string {
  return sections()
    .map(([name, settings]) => {
      const lines = settings.map((setting) => {
        const key = setting.key.slice(name.length + 1);
        return `  ${key}: ${setting.isSecret ? `\${${setting.variable}}` : (setting.fallback ?? setting.example)}`;
      });
      return [`${name}:`, ...lines].join('\n');
    })
    .join('\n');
}
