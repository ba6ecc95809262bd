import { AppError } from '@/server/errors/app-error.ts';
import { ERROR_CODES, type ErrorCode } from '@/server/errors/codes.ts';
import type { Sealer } from '@/server/secrets/seal.ts';
import { type Answer, answer, type Failure } from './questions.ts';
import { answerPlace } from './sealed-places.ts';

/** Opens what a worker answered. */
export function readAnswer(sealer: Sealer, { id, sealed }: { id: string; sealed: Buffer }): Answer {
  return answer.parse(JSON.parse(sealer.open(sealed, answerPlace(id))));
}

/** The failure as it was thrown in the worker. */
export const failureOf = ({ code, message, fields }: Failure): AppError =>
  new AppError(isCode(code) ? code : 'INTERNAL', message, { fields });

const isCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CODES, text);
