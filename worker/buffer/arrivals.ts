import { EventEmitter } from 'node:events';

/**
 * What capture has stored, told to the commit loops of the same process, so that they need not ask the database for it all
 * the time. A loop whose capture runs in another process hears nothing, and asks now and then.
 */
export class Arrivals {
  readonly #bell = new EventEmitter();
  readonly #told = new Map<string, number>();

  tell(pipelineId: string): void {
    this.#told.set(pipelineId, this.count(pipelineId) + 1);
    this.#bell.emit(pipelineId);
  }

  /** How often there was something for the pipeline: to be asked before one looks. */
  count(pipelineId: string): number {
    return this.#told.get(pipelineId) ?? 0;
  }

  /** Resolves when there has been something since `count`, after `ms`, or when the signal aborts. */
  next(pipelineId: string, { count, ms, signal }: { count: number; ms: number; signal: AbortSignal }): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#bell.off(pipelineId, done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      this.#bell.on(pipelineId, done);
      if (signal.aborted || this.count(pipelineId) !== count) done();
    });
  }
}
