import type { Config } from './config.ts';

/** NextAuth takes its own address from the environment only, where it would otherwise believe a Host header. */
export function setNextAuthAddress({ publicUrl }: Pick<Config, 'publicUrl'>): void {
  process.env.NEXTAUTH_URL = publicUrl;
}
