import { Command, CommanderError, Help, Option } from 'commander';
import type { CliIo } from './cli-io.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { explainFailure } from './explain-failure.ts';
import { addGeneralCommands } from './general-commands.ts';
import { addHostCommands } from './host-commands.ts';
import { painterOf } from './output/paint.ts';
import { FORMATS } from './output/print.ts';
import { addPlanCommands } from './plan/plan-commands.ts';
import { addAccessCommands } from './resources/access-commands.ts';
import { addDeadLetterCommands } from './resources/dead-letter-commands.ts';
import { addDestinationCommands } from './resources/destination-commands.ts';
import { addLakeCommands } from './resources/lake-commands.ts';
import { addPipelineCommands } from './resources/pipeline-commands.ts';
import { addSourceCommands } from './resources/source-commands.ts';
import { addTableCommands } from './resources/table-commands.ts';

/** Every command with its help. */
export function createProgram(io: CliIo, version = '0.0.0'): Command {
  const program = new Command('philotes')
    .description('Drives a Philotes installation: what is replicated from where to where, and how it is doing.')
    .version(version, '-V, --version', 'print the version')
    .option('--url <url>', 'the installation (default: PHILOTES_URL, else the one of login)')
    .addOption(new Option('-o, --output <format>', 'how results are printed').choices(FORMATS).default('table'))
    .option('-y, --yes', 'answer every question with yes')
    .showHelpAfterError(`${painterOf(io).dim('  do')}  --help shows what there is`)
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error:/, painterOf(io).red('error'))),
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
    })
    .configureHelp({
      sortSubcommands: false,
      showGlobalOptions: true,
      optionDescription: (option) => new Help().optionDescription(option) + (option.mandatory ? ' (required)' : ''),
    })
    // Thrown instead of ending the process, so that one place decides on the exit code.
    .exitOverride();
  addGeneralCommands(program, io);
  addHostCommands(program, io);
  addSourceCommands(program, io);
  addDestinationCommands(program, io);
  addPipelineCommands(program, io);
  addTableCommands(program, io);
  addLakeCommands(program, io);
  addDeadLetterCommands(program, io);
  addAccessCommands(program, io);
  addPlanCommands(program, io);
  return program;
}

/** Runs one command line (without `node` and the script) and returns its exit code. */
export async function runCli(args: readonly string[], io: CliIo, version?: string): Promise<number> {
  try {
    await createProgram(io, version).parseAsync([...args], { from: 'user' });
    return EXIT_CODES.OK.code;
  } catch (error) {
    // Help and version are no failures; everything else was said by commander already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.OK.code : EXIT_CODES.USAGE.code;
    return explainFailure(io, error);
  }
}
