import type { Command } from 'commander';
import { CliError } from './exit-codes.ts';

type Node = { readonly path: string; readonly words: readonly string[] };

/** Every command line prefix with the words that can follow it. */
function nodesOf(command: Command, path: readonly string[] = []): Node[] {
  const commands = command.commands.filter((one) => !one.name().startsWith('_'));
  // Those of the program itself are completed everywhere.
  const options = path.length === 0 ? [] : command.options.flatMap(({ long }) => (long ? [long] : []));
  const words = [...commands.map((one) => one.name()), ...options];
  return [{ path: path.join(' '), words }, ...commands.flatMap((one) => nodesOf(one, [...path, one.name()]))];
}

/** A script for the shell that completes commands and options from the commands that there are. */
export function completionScript(program: Command, shell: string): string {
  const nodes = nodesOf(program);
  const globals = program.options.flatMap(({ long }) => (long ? [long] : [])).join(' ');
  switch (shell) {
    case 'bash':
      return bash(nodes, globals);
    case 'zsh':
      return `#compdef philotes\nautoload -U +X bashcompinit && bashcompinit\n${bash(nodes, globals)}`;
    case 'fish':
      return fish(nodes, globals);
    default:
      throw new CliError('USAGE', `there is no completion for "${shell}"`, 'There are bash, zsh and fish.');
  }
}

const bash = (nodes: readonly Node[], globals: string): string => `_philotes() {
  local path="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case "$path $word" in
${nodes
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      " ${path}"|"${path}") path="${path}" ;;`)
  .join('\n')}
    esac ;; esac
  done
  case "$path" in
${nodes.map(({ path, words }) => `    "${path}") words="${words.join(' ')}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words ${globals}" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _philotes philotes`;

const fish = (nodes: readonly Node[], globals: string): string =>
  [
    'complete -c philotes -f',
    ...globals.split(' ').map((option) => `complete -c philotes -l ${option.slice(2)}`),
    ...nodes.flatMap(({ path, words }) => {
      const [noun = '', verb] = path.split(' ');
      const condition =
        noun === ''
          ? '__fish_use_subcommand'
          : `__fish_seen_subcommand_from ${noun}${verb ? `; and __fish_seen_subcommand_from ${verb}` : ''}`;
      return words.map((word) =>
        word.startsWith('--')
          ? `complete -c philotes -n '${condition}' -l ${word.slice(2)}`
          : `complete -c philotes -n '${condition}' -a ${word}`,
      );
    }),
  ].join('\n');
