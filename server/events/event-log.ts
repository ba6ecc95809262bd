import type { Happening } from './event.ts';

export type LoggedEvent = Happening & {
  /** Ascending without gaps. */
  readonly seq: number;
  /** As it goes over the wire, id included. */
  readonly text: string;
};

/** A stream that was cut is resumed from here, when it comes back soon. */
const KEPT_MAX = 5_000;

/** The latest events of this process, in order. Ids name the process: another one's events are not comparable. */
export class EventLog {
  readonly #boot: string;
  #events: LoggedEvent[] = [];
  #seq = 0;

  constructor(boot: string) {
    this.#boot = boot;
  }

  /** Of the newest event. */
  get seq(): number {
    return this.#seq;
  }

  append(happenings: readonly Happening[]): readonly LoggedEvent[] {
    const added = happenings.map((happening): LoggedEvent => {
      const seq = ++this.#seq;
      return { ...happening, seq, text: this.format(happening) };
    });
    this.#events = [...this.#events, ...added].slice(-KEPT_MAX);
    return added;
  }

  /** An event with the newest id, for what only one stream is told. */
  format({ name, data }: Pick<Happening, 'name' | 'data'>): string {
    return `id: ${this.#boot}.${this.#seq}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  /** What followed the event with that id; null when that is not known any more. */
  since(id: string): readonly LoggedEvent[] | null {
    const [, boot, digits] = /^([\w-]{1,64})\.(\d{1,15})$/.exec(id) ?? [];
    const seq = Number(digits);
    if (boot !== this.#boot || seq > this.#seq) return null;
    const oldest = this.#events[0]?.seq ?? this.#seq + 1;
    return seq + 1 < oldest ? null : this.#events.filter((event) => event.seq > seq);
  }
}
