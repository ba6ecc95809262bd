import { AppError, policyOf } from './app-error.ts';

/**
 * Makes failures of a call to our own database tell that they are. Whoever else would see the driver's error, in the middle of
 * reading a source, takes it for the source's.
 */
export const ofOurDatabase =
  <Given extends readonly unknown[], Result>(call: (...given: Given) => Promise<Result>) =>
  async (...given: Given): Promise<Result> => {
    try {
      return await call(...given);
    } catch (error) {
      if (error instanceof AppError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError(policyOf(error).code, `the metadata database: ${reason}`, { cause: error });
    }
  };
