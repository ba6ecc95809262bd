import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Which processes this start has made, for people and tests that look at one of them: `processes.json`. */
export type ProcessIds = {
  note(name: string, pid: number | undefined): void;
  remove(): void;
};

export function keepProcessIds(path: string): ProcessIds {
  const ids: Record<string, number> = {};
  return {
    note(name, pid) {
      if (pid === undefined) delete ids[name];
      else ids[name] = pid;
      writeFileSync(`${path}.new`, `${JSON.stringify(ids)}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
}
