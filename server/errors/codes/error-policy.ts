export type ErrorPolicy = {
  /** What brings it about, in one sentence. */
  readonly cause: string;
  /** HTTP status when it reaches an API. */
  readonly http: number;
  /** `automatic`: a service may try again by itself. `manual`: a person has to act first. `never`: the call was wrong. */
  readonly retry: 'automatic' | 'manual' | 'never';
  /** What the person can do about it. */
  readonly remedy: string;
};
