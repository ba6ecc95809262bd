import type { SealedPlace } from '@/server/secrets/seal.ts';

/** Where an inquiry's texts are sealed. */
export const questionPlace = (rowId: string): SealedPlace => ({ table: 'inquiry', column: 'question_sealed', rowId });
export const answerPlace = (rowId: string): SealedPlace => ({ table: 'inquiry', column: 'answer_sealed', rowId });
