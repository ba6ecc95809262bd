/** The signed-in person as /api/v1/me shows them. */
export type Me = {
  readonly email: string;
  readonly role: string;
  readonly scopes: readonly string[];
  readonly catalogUrl: string;
};

/** A problem that the API described. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: string;
  readonly remedy: string;
  constructor(problem: { code?: string; detail?: string; remedy?: string }) {
    super(problem.detail ?? 'the server gave no reason');
    this.code = problem.code ?? 'INTERNAL';
    this.remedy = problem.remedy ?? '';
  }
}

export const readApi = <Body>(path: string): Promise<Body> => callApi<Body>(path, 'GET');
export const postApi = <Body = void>(path: string): Promise<Body> => callApi<Body>(path, 'POST');

/** What to show for any failure of a call, the network's included. */
export const shownProblem = (error: Error): { code: string; message: string; remedy: string } =>
  error instanceof ApiProblem
    ? { code: error.code, message: error.message, remedy: error.remedy }
    : { code: 'OFFLINE', message: 'The server does not answer.', remedy: 'It is asked again every few seconds.' };

async function callApi<Body>(path: string, method: 'GET' | 'POST'): Promise<Body> {
  const response = await fetch(path, { method, headers: { Accept: 'application/json' } });
  if (response.status === 401) window.location.assign('/sign-in');
  if (response.status === 204) return undefined as Body;
  const body = await response.json();
  if (!response.ok) throw new ApiProblem(body);
  return body;
}
