import type { Command } from 'commander';
import { EXIT_CODES } from '@/server/cli/exit-codes.ts';
import { createProgram } from '@/server/cli/program.ts';
import { DEFAULT_PIPELINE_SETTINGS, type PipelineSettings } from '@/server/domain/pipeline-settings.ts';
import { settingFields } from '@/server/pipelines/pipeline-input.ts';
import { generatedBy, table } from './markdown.ts';

/** docs/cli.md: every command. */
export function commandsPage(): string {
  const program = createProgram({
    env: {},
    out: () => undefined,
    err: () => undefined,
    readInput: async () => '',
    ask: null,
    isTerminal: false,
    columns: 110,
    cwd: '.',
    signal: new AbortController().signal,
  });
  return `${generatedBy('server/cli/')}

# Command line

\`philotes\` drives an installation over its REST API, from anywhere; \`doctor\` and \`owner reset\` look at the host that they
run on. \`npm run build\` makes \`dist/philotes.mjs\`; \`npm link\` puts it on the PATH, and the container image has it there.

\`\`\`
philotes login --url https://philotes.example.com
philotes source create shop --host db.example.com --database shop --username philotes --password-env SHOP_PASSWORD
philotes destination create lake
philotes pipeline create shop --source shop --destination lake --namespace shop --table orders --start
philotes status shop --watch
\`\`\`

**Signing in.** \`login\` checks a key (or e-mail and password) and keeps it in \`$XDG_CONFIG_HOME/philotes/credentials.json\`,
readable by its owner only; \`PHILOTES_CLI_CONFIG\` names another file. In scripts set \`PHILOTES_URL\` and
\`PHILOTES_API_KEY\` instead. Secrets are never arguments: they come from variables, standard input or a question.

**Output.** Tables for people; \`-o json\` and \`-o yaml\` give everything that the API knows. Results go to standard output,
everything else to standard error. Colours only on a terminal, and never with \`NO_COLOR\`. Without a terminal nothing is
asked: what would need a confirmation ends with ${EXIT_CODES.NOT_CONFIRMED.code} unless \`--yes\` is given.

**Completion.** \`philotes completion bash|zsh|fish\` prints a script.

## Exit codes

${table(
  ['code', 'meaning'],
  Object.values(EXIT_CODES).map(({ code, meaning }) => [String(code), meaning]),
)}

## Resources as code

\`export\` writes what there is, less what is as by default (\`--full\` for all of it); \`plan\` shows what would change, and which
tables that copies again; \`apply\` changes it. A second \`apply\` changes nothing. Kind and name say what is meant. Secrets are
written as \`\${VARIABLE}\` and compared by fingerprints that the server makes under a key of its own. What no file describes stays,
unless \`--prune\` is given and confirmed; that tables are copied again is confirmed too.

Both try every change on the installation first: rights, names, policies, the tables of the source. Where one cannot be made,
none is (${EXIT_CODES.IMPOSSIBLE.code}). When something fails on the way nevertheless, \`apply\` lists what is done and what is not, and goes on from there when it is
repeated.

\`\`\`yaml
apiVersion: philotes/v1
kind: Source
name: shop
spec:
  host: db.example.com
  database: shop
  username: philotes
  password: \${SHOP_PASSWORD}
---
apiVersion: philotes/v1
kind: Destination
name: lake
spec:
  storage: { kind: s3, root: s3://lake/prod, region: eu-central-1 }
---
apiVersion: philotes/v1
kind: Pipeline
name: shop
spec:
  source: shop
  destination: lake
  namespace: shop
  state: running
  tables:
    - { schema: public, table: orders }
    - { schema: public, table: events, mirror: false, changelog: true }
\`\`\`

## Settings of a pipeline

What \`--setting name=value\` takes on \`pipeline create\` and \`pipeline update\`, and \`settings\` in a file. Bytes are written as
whole numbers.

${table(
  ['setting', 'from', 'to', 'default', 'meaning'],
  Object.entries(settingFields).map(([name, field]) => [
    `\`${name}\``,
    exact(field.minValue),
    exact(field.maxValue),
    exact(DEFAULT_PIPELINE_SETTINGS[name as keyof PipelineSettings]),
    field.description ?? '',
  ]),
)}

## Commands

Every command takes these:

${options(program)}

${program.commands.flatMap((command) => sections(command)).join('\n\n')}
`;
}

function sections(command: Command): string[] {
  if (command.commands.length > 0) return command.commands.flatMap((one) => sections(one));
  const path = [command.parent?.name() === 'philotes' ? '' : command.parent?.name(), command.name()]
    .filter(Boolean)
    .join(' ');
  const examples = /\nExamples:\n((?: {2}\$ .*\n?)+)/.exec(helpOf(command))?.[1];
  const parts = [
    `### philotes ${path}`,
    command.description(),
    `\`\`\`\nphilotes ${path} ${command.usage()}\n\`\`\``,
    command.options.length > 0 ? options(command) : '',
    examples ? `\`\`\`\n${examples.replaceAll(/^ {2}\$ /gm, '').trimEnd()}\n\`\`\`` : '',
  ];
  return [parts.filter((part) => part !== '').join('\n\n')];
}

/** With what is added to it, which commander only writes out. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

const options = (command: Command): string =>
  table(
    ['option', 'meaning'],
    command.options.map((option) => [
      `\`${option.flags}\``,
      `${option.mandatory ? '**required**: ' : ''}${option.description}${option.defaultValue === undefined ? '' : ` (default ${JSON.stringify(option.defaultValue)})`}`,
    ]),
  );

const exact = (value: number | null): string => (value ?? 0).toLocaleString('en-US');
