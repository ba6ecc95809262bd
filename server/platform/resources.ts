/** Closes what was opened, newest first, and tries every closer even if one fails. */
export class Resources implements AsyncDisposable {
  readonly #closers: Array<() => unknown> = [];

  add<T>(resource: T, close: (resource: T) => unknown): T {
    this.#closers.push(() => close(resource));
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'shutdown was not clean');
  }
}
