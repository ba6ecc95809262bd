// What the commands of this repository take, so that help and mistakes are answered before anything is installed or built.
const START = `npm start -- [options]
  --no-demo       start without the demo database and its pipeline
  --once          copy and stream for a while, compare every table with its source, end with 0 or 1
  --port <n>      port of the console and the API
  --rate <n>      demo transactions per second (default 20)
  --seconds <n>   with --once: how long the workload runs (default 20)
  --then <cmd>    with --once: a command to run on the quiet lake, with CATALOG_URI, CATALOG_TOKEN, WAREHOUSE,
                  SOURCE_URL and SOURCE_SCHEMA set; its exit code counts`;

const BENCH = `npm run bench -- copy   [--runs N] [--rows N] [--dirty] [--mode mirror|changelog] [--profile FOLDER]
npm run bench -- stream [--runs N] [--rows N] [--changes N] [--hot | --one-transaction] [--live] [--in-progress MIB]
                        [--mode mirror|changelog] [--profile FOLDER]
npm run bench -- api    [--seconds N] [--clients N] [--pipelines N] [--running N]`;

/** Command -> how it is called; every option that it knows stands there. */
export const USAGES = {
  start: START,
  build: 'npm run build        (takes no options)',
  reset: `npm run reset -- [options]
  --yes           remove the data without asking`,
  test: 'npm test -- [options of vitest]',
  e2e: 'npm run test:e2e -- [options of playwright test]',
  'generate-docs': 'npm run generate-docs        (takes no options)',
  soak: 'npm run soak -- [--minutes N] [--seed S] [--out FOLDER] [--only NAMES] [--every SECONDS]',
  crash: 'npm run test:crash        (takes no options)',
  'crash-matrix': 'npm run test:crash-matrix -- [--seeds N] [--seed S] [--point NAME] [--out FOLDER]',
  bench: BENCH,
};

/** These hand their options on to another program, which knows them. */
const HANDS_ON = new Set(['test', 'e2e']);

/**
 * What a command line gets as its answer right away: its help, or why it is refused; null when the command may run.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
export function answerAtOnce(command, args) {
  const usage = Object.hasOwn(USAGES, command) ? USAGES[command] : undefined;
  if (usage === undefined) return null;
  if (args.some((arg) => arg === '--help' || arg === '-h')) return { exitCode: 0, text: usage };
  if (HANDS_ON.has(command)) return null;
  const known = new Set(usage.match(/--[a-z][a-z-]*/g));
  const wrong = args.find((arg) => /^-./.test(arg) && !known.has(arg.split('=', 1)[0]) && !/^-[\d.]+$/.test(arg));
  return wrong === undefined ? null : { exitCode: 2, text: `${wrong} is no option of this command\n\n${usage}` };
}

/** Prints the answer to our own command line, if there is one, and ends the process with it. */
export function endWithAnswer(command, args) {
  const answer = answerAtOnce(command, args);
  if (answer === null) return;
  if (answer.exitCode === 0) console.log(answer.text);
  else console.error(answer.text);
  process.exit(answer.exitCode);
}
